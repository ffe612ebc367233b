"""
Find tools that an editor should compare: one host, one product in other words, nearly one name.

Pure: takes outlines of new tools and of known ones, gives pairs to look at, never a merge. Of the
known ones those do that share a mark with a new one, and of each mark of a crowd the first few:
where they are found by their marks, time grows with the new ones alone.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from digest.catalogue.names import fold, product_words
from digest.model import Lookalike

MARKS_VERSION = "1"
"""Goes up when a tool may get other marks than before: then all are marked anew."""
MAX_BLOCK = 20
"""Tools of one host or product name above which belonging to it says little by itself."""
MAX_RESEMBLING = 5
"""Pairs an editor is given for one tool, the likest first."""
MIN_LETTERS = 5
"""Letters of a name below which one other letter makes another name."""
MIN_SHARED = 0.3
"""Share of the words of two descriptions, of all in both, from which they tell of the same."""
MIN_WORD = 4
"""Letters of a word that says something in a description."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Outline:
    """A tool as far as likeness goes."""

    slug: str
    name: str
    product_key: str
    vendor_key: str = ""
    hosts: tuple[str, ...] = ()
    """Registered hosts of its own sites."""
    text: str = ""
    """Tagline and description."""

    @cached_property
    def name_words(self) -> tuple[str, ...]:
        """The words of its name that stay through all versions."""
        return product_words(self.name)

    @cached_property
    def letters(self) -> str:
        """The name without spaces, accents, marks and versions."""
        return "".join(self.name_words)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of its text that say something, without those of its name."""
        own = set(_WORD.findall(fold(self.name)))
        found = (word for word in _WORD.findall(fold(self.text)) if len(word) >= MIN_WORD)
        return frozenset(found) - own


@dataclass(slots=True)
class _Block:
    """Tools that share one mark: the new ones, and the first known ones that were met."""

    new: list[Outline] = field(default_factory=list)
    known: list[Outline] = field(default_factory=list)
    size: int = 0


def find_lookalikes(
    new: Sequence[Outline],
    known: Iterable[Outline] = (),
    *,
    settled: Collection[tuple[str, str]] = (),
) -> list[Lookalike]:
    """
    Give what each new tool should be compared with.

    Args:
        new: Tools of this run.
        known: Tools of earlier runs, by slug: all that share one of :func:`name_forms` with a new
            one, and of each of :func:`marks` the first ``MAX_BLOCK`` + 1; others may be among them.
            One that is in ``new`` as well is passed over.
        settled: Pairs of slugs, sorted, that an editor has decided on.

    Returns:
        At most ``MAX_RESEMBLING`` for each new tool, the likest first; both sides of a pair of new
        tools have it. Sorted by tool.
    """
    slugs = {each.slug for each in new}
    blocks, near = _indexed(new)
    found = _Found(settled=settled)
    for each in new:
        for other in _near(each, near):
            found.add_near(other, each)
    for each in known:
        if each.slug in slugs:
            continue
        for mark in marks(each):
            if block := blocks.get(mark):
                block.size += 1
                if len(block.known) < MAX_BLOCK:
                    block.known.append(each)
        for other in _near(each, near):
            found.add_near(other, each)
    for mark in sorted(blocks):
        found.add_block(mark, blocks[mark])
    return found.best()


def _indexed(new: Sequence[Outline]) -> tuple[dict[str, _Block], dict[str, list[Outline]]]:
    blocks: dict[str, _Block] = defaultdict(_Block)
    near: dict[str, list[Outline]] = defaultdict(list)
    for each in sorted(new, key=lambda outline: outline.slug):
        for mark in marks(each):
            blocks[mark].new.append(each)
            blocks[mark].size += 1
        for form in _forms(each.letters):
            near[form].append(each)
    return dict(blocks), dict(near)


def marks(outline: Outline) -> Iterator[str]:
    """Give what a tool may have in common with a crowd: its product, its host, both with a word."""
    yield f"product {outline.product_key}"
    for host in outline.hosts:
        yield f"host {host}"
        yield f"host {host} {outline.name_words[0]}"


def name_forms(outline: Outline) -> set[str]:
    """Give marks of which tools with nearly one name share at least one."""
    return {f"name {form}" for form in _forms(outline.letters)}


def _forms(letters: str) -> set[str]:
    """Give a name with each letter left out in turn: names one slip apart share one of them."""
    if len(letters) < MIN_LETTERS:
        return set()
    return {letters, *(letters[:at] + letters[at + 1 :] for at in range(len(letters)))}


def _near(outline: Outline, near: dict[str, list[Outline]]) -> Iterator[Outline]:
    """Give the new tools whose names are one letter away, put in, left out, changed or swapped."""
    met: set[str] = {outline.slug}
    for form in _forms(outline.letters):
        for other in near.get(form, ())[:MAX_BLOCK]:
            if other.slug not in met:
                met.add(other.slug)
                yield other


def are_alike(one: Outline, other: Outline) -> str | None:
    """Say what two tools with nearly one name share besides; None where that is nothing."""
    if one.vendor_key and one.vendor_key == other.vendor_key:
        return f"both by {one.vendor_key}"
    all_words = len(one.words | other.words)
    if all_words and len(one.words & other.words) >= MIN_SHARED * all_words:
        return "described alike"
    return None


class _Found:
    """Pairs found so far, for each new tool with how much each says."""

    def __init__(self, *, settled: Collection[tuple[str, str]]) -> None:
        self._settled = settled
        self._reasons: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)

    def add_near(self, tool: Outline, other: Outline) -> None:
        """Note a new tool and one of nearly its name, where they share something besides."""
        if tool.product_key != other.product_key and (shared := are_alike(tool, other)):
            self._add(tool, other, 1, f"nearly one name ({tool.name} / {other.name}), {shared}")

    def add_block(self, mark: str, block: _Block) -> None:
        """Note what shares one mark; of a crowd only what one maker made, or a word is shared."""
        kind, _, shared = mark.partition(" ")
        place, reason = (0, f"same product name {shared}")
        if kind == "host":
            host, _, word = shared.partition(" ")
            place, reason = (2, f"same host {host}") if not word else (1, f"same host {host}")
        is_crowd = block.size > MAX_BLOCK
        if is_crowd and kind == "host" and place == 2:  # noqa: PLR2004 # a host alone
            return
        everyone = [*block.new[:MAX_BLOCK], *block.known]
        for tool in block.new:
            for other in everyone:
                if not is_crowd or kind == "host" or _have_one_maker(tool, other):
                    self._add(tool, other, place, reason)

    def _add(self, tool: Outline, other: Outline, place: int, reason: str) -> None:
        first, second = sorted((tool.slug, other.slug))
        if first != second and (first, second) not in self._settled:
            told = self._reasons[tool.slug].setdefault(other.slug, {})
            told[reason] = min(place, told.get(reason, place))

    def best(self) -> list[Lookalike]:
        """Give the likest of each tool, with all that speaks for it."""
        found = []
        for tool, others in sorted(self._reasons.items()):
            ranked = sorted(others, key=lambda other: (min(others[other].values()), other))
            for other in ranked[:MAX_RESEMBLING]:
                reasons = sorted(others[other], key=lambda reason: (others[other][reason], reason))
                found.append(Lookalike(tool=tool, other=other, reason=", ".join(reasons)))
        return found


def _have_one_maker(one: Outline, other: Outline) -> bool:
    return bool(one.vendor_key) and one.vendor_key == other.vendor_key
