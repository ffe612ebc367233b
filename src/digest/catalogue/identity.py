"""
Say which launches are one product, by safe keys alone; a name never makes two launches one.

Pure: takes new launches and what is known of the tools their keys stand for, gives identities with
their evidence. A wrong merge publishes a false statement; a missed one costs a row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice

from digest.catalogue.gathering import Group, Standing, gather
from digest.catalogue.keys import rank
from digest.catalogue.lookalikes import Outline, find_lookalikes
from digest.catalogue.names import best_name, maker_of, product_key, slug_choices, slug_of
from digest.catalogue.urls import registrable
from digest.model import Identity, Launch, MergeTier

__all__ = [
    "RULE_VERSION",
    "Standing",
    "conclude",
    "identify",
    "may_be_tool",
    "outlines",
    "wanted_slugs",
]

MAX_CHOICES = 20
"""Slugs that are looked up for one product; from the fourth or so on they hold a hash of its own."""
RULE_VERSION = "2"
"""Goes up when the same launches may be put together differently; stored with each placement."""
MAX_VETOES = 5
"""Vetoes kept for one product: a blog with a hundred posts needs no hundred lines."""


def identify(
    launches: Sequence[Launch],
    *,
    known: Mapping[str, str],
    taken: Collection[str],
    standing: Mapping[str, Standing] | None = None,
    catalogue: Iterable[Outline] = (),
    settled: Collection[tuple[str, str]] = (),
) -> tuple[Identity, ...]:
    """
    Group new launches into products, and attach those whose key is known to the tool it stands for.

    Two known tools never become one here: only an editor joins them.

    Args:
        launches: New ones, in any order: the result does not depend on it.
        known: Key → slug of the tool it stands for. A launch whose own key is known is that tool's.
        taken: Slugs in use.
        standing: The tools of ``known``, by slug; one that is missing is known by its slug alone.
        catalogue: All known tools, to find what looks alike; gone through once.
        settled: Pairs of slugs, sorted, that an editor has decided on.

    Returns:
        One identity per product, sorted by slug; every launch is in exactly one.
    """
    groups = gather(launches, known=known, standing=standing)
    return conclude(groups, taken=taken, catalogue=catalogue, settled=settled)


def conclude(
    groups: Sequence[Group],
    *,
    taken: Collection[str],
    catalogue: Iterable[Outline] = (),
    settled: Collection[tuple[str, str]] = (),
) -> tuple[Identity, ...]:
    """
    Name gathered groups, and set each beside what looks like it.

    Args:
        groups: Of :func:`gather`.
        taken: Slugs in use, as far as :func:`wanted_slugs` has them.
        catalogue: Known tools: all that share a mark with one of :func:`outlines`, others may be
            among them.
        settled: Pairs of slugs, sorted, that an editor has decided on.
    """
    used = set(taken)
    for group in groups:
        group.slug = (group.standing.slug if group.standing else "") or next(
            slug for slug in _endless(slug_choices(group.launches)) if slug not in used
        )
        used.add(group.slug)
    pairs = find_lookalikes(outlines(groups), catalogue, settled=settled)
    resembling: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        resembling[pair.tool].append((pair.other, pair.reason))
    ordered = sorted(groups, key=lambda group: group.slug)
    return tuple(_identity(group, tuple(resembling[group.slug])) for group in ordered)


def wanted_slugs(groups: Iterable[Group]) -> set[str]:
    """Give the slugs that groups without a tool may get: whether they are in use is to be found."""
    open_ones = (group for group in groups if not group.standing)
    return {
        slug
        for group in open_ones
        for slug in islice(_endless(slug_choices(group.launches)), MAX_CHOICES)
    }


def outlines(groups: Iterable[Group]) -> list[Outline]:
    """Give the groups that may be tools as far as likeness goes."""
    shown = (each for each in groups if each.standing or any(map(may_be_tool, each.launches)))
    return [_outline(each) for each in shown]


def _endless(choices: Sequence[str]) -> Iterator[str]:
    """Give the choices, then the last one numbered."""
    yield from choices
    yield from (f"{choices[-1]}-{number}" for number in count(2))


def _outline(group: Group) -> Outline:
    name = best_name(group.launches)
    sites = (key.removeprefix("site:") for key in sorted(group.of_kind("site")))
    hosts = {
        registrable(site.partition("/")[0].partition("#")[0].partition("?")[0]) for site in sites
    }
    makers = (maker_of(each) for each in sorted(group.launches, key=_id))
    return Outline(
        slug=group.slug,
        name=name,
        product_key=product_key(name),
        vendor_key=slug_of(next((maker for maker in makers if maker), "")),
        hosts=tuple(sorted(hosts)),
        text=" ".join(f"{each.tagline} {each.description}" for each in group.launches[:1]),
    )


def _identity(group: Group, resembles: tuple[tuple[str, str], ...]) -> Identity:
    vetoes = [*group.vetoes, *(f"{reason}, not merged with {slug}" for slug, reason in resembles)]
    is_open = resembles or any("names differ" in veto for veto in vetoes)
    tier = MergeTier.REVIEW if is_open else MergeTier.DISTINCT
    if group.standing or len(group.launches) > 1:
        tier = MergeTier.MERGE
    return Identity(
        slug=group.slug,
        launches=tuple(sorted(map(_id, group.launches))),
        keys=tuple(sorted(group.keys, key=rank)),
        tier=tier,
        vetoes=tuple(dict.fromkeys(vetoes))[:MAX_VETOES],
        claimed=tuple(sorted(group.claimed)),
        resembles=resembles,
    )


def _id(launch: Launch) -> tuple[str, str]:
    return launch.source, launch.native_id


def may_be_tool(launch: Launch) -> bool:
    """
    Tell whether a launch can be the announcement of a tool.

    A paper is one only with a repository or demo to try; a release, or a place on a list by trend,
    is news of a tool that some other announcement has to bring.
    """
    if launch.details.get("is_release") or launch.details.get("is_trending"):
        return False
    return not launch.details.get("is_paper") or launch.site is not None
