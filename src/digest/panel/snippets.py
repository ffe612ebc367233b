"""
The numbered evidence a model is shown, cut from facts, announcement, own pages and our records.

Pure. Every text is a stranger's until :mod:`digest.panel.untrusted` has looked at it. Tools get the
same room, so that the one with more pages does not look the better for it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from digest.model import Evidence, Fact, Snippet, Subject, Value
from digest.panel.asking import weigh
from digest.panel.look import Look
from digest.panel.rulebook import Rules
from digest.panel.takes import NOT_ON_PAGE, OUR_RECORDS
from digest.panel.untrusted import WITHHELD, visible

LONGEST = 600
"""Characters of a snippet."""
MOST = 24
ROOM = 8_000
"""Characters of all snippets together: about 2,000 tokens."""
EXCERPT_ROOM = 1_200
"""Characters of one page of the tool's own that are shown beside the sentences facts stand on."""
LINE_END = " • "
"""Stands between the lines of a page: what is on two of them is no sentence."""
RECORDED = ("rivals", "trend", "attention", "age", "maintained", "vendor", "superlatives")
"""Questions that our records answer, or that a date and a threshold of ours answer together."""
_SENTENCE_END = re.compile(r"(?<=[.!?…•])\s+")


class FactLine(Value):
    """A typed fact, and the snippet it stands on."""

    fact: str
    value: bool | int | float | str
    evidence: str | None
    """None where its words found no room."""
    says_otherwise: bool = False
    """True where another source has another value, and that one stands."""


class Exhibit(Value):
    """All that a model is shown of one tool."""

    tool: str
    name: str
    snippets: tuple[Snippet, ...]
    facts: tuple[FactLine, ...]
    alarms: tuple[str, ...] = ()
    """What in the texts was hidden or gives orders; for the editor."""

    @property
    def sha256(self) -> str:
        """Hash of what is shown, not of when it was looked at."""
        shown = [(each.url, each.source_type, each.sha256) for each in self.snippets]
        facts = [each.model_dump_json() for each in self.facts]
        return hashlib.sha256(repr((self.name, shown, facts)).encode()).hexdigest()

    @property
    def size(self) -> int:
        """Characters of all snippets together."""
        return sum(len(each.text) for each in self.snippets)

    def within(self, room: int) -> "Exhibit":
        """Give the snippets that have room, the first ones first, and the facts that stand on them."""
        left = room
        kept: list[Snippet] = []
        for snippet in self.snippets:
            if len(snippet.text) <= left or not kept:
                left -= len(snippet.text)
                kept.append(snippet)
        ids = {snippet.id for snippet in kept}
        facts = tuple(fact for fact in self.facts if fact.evidence in ids)
        return self.model_copy(update={"snippets": tuple(kept), "facts": facts})

    def numbered_from(self, first: int) -> "Exhibit":
        """Give the same with snippets numbered from ``first``."""
        ids = {each.id: f"E{n}" for n, each in enumerate(self.snippets, start=first)}
        snippets = tuple(s.model_copy(update={"id": ids[s.id]}) for s in self.snippets)
        facts = tuple(
            fact.model_copy(update={"evidence": ids.get(fact.evidence or "")})
            for fact in self.facts
        )
        return self.model_copy(update={"snippets": snippets, "facts": facts})


class _Source(Value):
    """Where a text comes from."""

    label: str
    source_type: str
    url: str | None
    fetched_at: datetime


class _Shelf:
    """Snippets as they gather; what stands in one already is not shown again."""

    def __init__(self) -> None:
        self.snippets: list[Snippet] = []
        self.alarms: list[str] = []
        self._room = ROOM

    def add(
        self, text: str, source: _Source, *, most: int = LONGEST, between_lines: str = " "
    ) -> str | None:
        """Show a text, cut to whole sentences; give the id of the snippet that begins it."""
        seen = visible(text, between_lines=between_lines)
        self.alarms.extend(f"{source.label}: {alarm}" for alarm in seen.alarms)
        first: str | None = None
        for part in _parts(_beginning(seen.text, most)):
            known = self._holding(part, source.url)
            if known is None and part != WITHHELD:
                known = self._show(part, source)
            first = first or known
        return first

    def _holding(self, text: str, url: str | None) -> str | None:
        return next((s.id for s in self.snippets if s.url == url and text in s.text), None)

    def _show(self, text: str, source: _Source) -> str | None:
        if len(self.snippets) >= MOST or len(text) > self._room:
            return None
        self._room -= len(text)
        snippet = Snippet(
            id=f"E{len(self.snippets) + 1}",
            label=source.label,
            source_type=source.source_type,
            url=source.url,
            fetched_at=source.fetched_at,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            text=text,
        )
        self.snippets.append(snippet)
        return snippet.id


def exhibit(subject: Subject, rules: Rules) -> Exhibit:
    """Choose and number what a model is shown of a tool: our records first, long pages last."""
    shelf = _Shelf()
    evidence, tool = subject.evidence, subject.tool
    ours = _Source(
        label=OUR_RECORDS, source_type="our_records", url=None, fetched_at=evidence.taken_at
    )
    shelf.add(" ".join(_records(evidence, rules)), ours, most=2 * LONGEST)
    announced = _Source(
        label=", ".join(tool.sources) or "the announcement",
        source_type="announcement",
        url=tool.url,
        fetched_at=evidence.taken_at,
    )
    said = f"{tool.tagline}\n{tool.description}"
    shelf.add(said, announced, between_lines=LINE_END)
    facts = (
        *(_fact_line(shelf, fact) for fact in _newest(evidence.facts)),
        *(_fact_line(shelf, fact, differs=True) for fact in _newest(evidence.dissent)),
    )
    for excerpt in subject.excerpts:
        page = _Source(
            label=f"{excerpt.role} page",
            source_type=excerpt.role,
            url=excerpt.url,
            fetched_at=excerpt.fetched_at,
        )
        shelf.add(excerpt.text, page, most=EXCERPT_ROOM, between_lines=LINE_END)
    name = visible(tool.name)
    return Exhibit(
        tool=tool.slug,
        name=name.text[:LONGEST],
        snippets=tuple(shelf.snippets),
        facts=facts,
        alarms=tuple(dict.fromkeys((*name.alarms, *shelf.alarms))),
    )


def _newest(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Give each kind's facts of different value, the newest of each; evidence has newest first."""
    seen: set[tuple[str, str]] = set()
    for fact in facts:
        key = (fact.kind, repr(fact.value))
        if key not in seen:
            seen.add(key)
            yield fact


def _fact_line(shelf: _Shelf, fact: Fact, *, differs: bool = False) -> FactLine:
    source = _Source(
        label=fact.source,
        source_type=fact.page or "listing",
        url=fact.url,
        fetched_at=fact.observed_at,
    )
    name = fact.kind.replace("_", " ")
    said = NOT_ON_PAGE if fact.page else str(fact.value)
    words = fact.span or f"{name}: {said[:1].lower()}{said[1:]}"
    value = fact.value
    if isinstance(value, str):
        value = visible(value).text[:LONGEST]
    return FactLine(
        fact=fact.kind, value=value, evidence=shelf.add(words, source), says_otherwise=differs
    )


def _records(evidence: Evidence, rules: Rules) -> Iterator[str]:
    """
    Say what our records hold: what is asked for, the value, and on which side of our bound it is.

    A date alone would go stale unseen: the sentence changes on the day the bound is passed, and
    with it the evidence.
    """
    look = Look(evidence, evidence.taken_at, rules.thresholds)
    said: set[str] = set()
    for rule in rules.reviewer:
        for item in weigh(look, rule, rules):
            if item.rule.key in RECORDED and item.rule.key not in said:
                said.add(item.rule.key)
                name = rules.names[item.rule.key]
                side = rules.meaning(item.rule.key, item.finding.answer)
                yield f"{name[0].upper()}{name[1:]}: {item.short} ({side})."


def _beginning(text: str, most: int) -> str:
    """Give the whole sentences that ``most`` characters hold: half a sentence may lack its "not"."""
    if len(text) <= most:
        return text
    ends = [match.start() for match in _SENTENCE_END.finditer(text, 0, most + 1)]
    return text[: ends[-1] if ends else most].rstrip(" •")


def _parts(text: str) -> Iterator[str]:
    """Cut a text into pieces of whole sentences; a sentence that is too long is cut at a blank."""
    piece = ""
    for sentence in _SENTENCE_END.split(text):
        for bit in _bits(sentence):
            if piece and len(piece) + 1 + len(bit) > LONGEST:
                yield piece
                piece = ""
            piece = f"{piece} {bit}".strip()
    if piece:
        yield piece


def _bits(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST:
        cut = sentence.rfind(" ", 1, LONGEST + 1)
        cut = cut if cut > 0 else LONGEST
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
