"""
Say which launches are one product, by safe keys alone; a name never makes two launches one.

Pure: takes new launches and what is known of the tools their keys stand for, gives identities with
their evidence. A wrong merge publishes a false statement; a missed one costs a row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from digest.catalogue.keys import addresses, kind_of, own_key, rank, safe_keys
from digest.catalogue.lookalikes import Outline, find_lookalikes
from digest.catalogue.names import (
    are_compatible,
    best_name,
    fits_name,
    fits_slug,
    launch_name,
    maker_of,
    product_key,
    product_words,
    slug_choices,
    slug_of,
)
from digest.catalogue.urls import SHARED_HOSTS, is_on, registrable
from digest.model import Identity, Launch, MergeTier

RULE_VERSION = "2"
"""Goes up when the same launches may be put together differently; stored with each placement."""
MAX_VETOES = 5
"""Vetoes kept for one product: a blog with a hundred posts needs no hundred lines."""
_NAMED_AS = ("github", "arxiv", "hf")
"""Kinds of keys that one product at a site has one of."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A tool of earlier runs, as new launches meet it."""

    slug: str
    name: str = ""
    keys: frozenset[str] = frozenset()
    """Its safe keys; what they say of repositories and papers can refuse a launch."""


@dataclass(slots=True, eq=False)
class _Group:
    """Launches that are one product, while they are gathered."""

    launches: list[Launch] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    vetoes: list[str] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)
    faces: dict[tuple[str, ...], Launch] = field(default_factory=dict)
    """One launch for each way its name is written."""
    standing: Standing | None = None
    slug: str = ""

    def of_kind(self, kind: str) -> set[str]:
        """Give its keys of one kind, the known tool's own included."""
        known = self.standing.keys if self.standing else frozenset()
        return {key for key in (*self.keys, *known) if kind_of(key) == kind}


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
    groups = _Gathering(known=known, standing=standing or {}).gather(sorted(launches, key=_id))
    used = set(taken)
    for group in groups:
        group.slug = (group.standing.slug if group.standing else "") or next(
            slug for slug in _endless(slug_choices(group.launches)) if slug not in used
        )
        used.add(group.slug)
    shown = [each for each in groups if each.standing or any(map(may_be_tool, each.launches))]
    pairs = find_lookalikes([_outline(each) for each in shown], catalogue, settled=settled)
    resembling: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        resembling[pair.tool].append((pair.other, pair.reason))
    ordered = sorted(groups, key=lambda group: group.slug)
    return tuple(_identity(group, tuple(resembling[group.slug])) for group in ordered)


class _Gathering:
    """Joins launches that share a key; a site key needs names that fit as well."""

    def __init__(self, *, known: Mapping[str, str], standing: Mapping[str, Standing]) -> None:
        self._known = known
        self._standing = standing
        self._holders: dict[str, _Group] = {}
        self._attached: dict[str, _Group] = {}

    def gather(self, ordered: Sequence[Launch]) -> list[_Group]:
        """Give the groups of launches, in the order of their first launches."""
        for launch in ordered:
            own, keys = own_key(*_id(launch)), safe_keys(launch)
            group = _group_of(launch, keys)
            for key in (own, *keys):
                group = self._met(key, group)
            self._holders.update(dict.fromkeys(group.keys.intersection(keys), group))
        groups = {id(each): each for each in self._holders.values() if each.launches}
        return sorted(groups.values(), key=lambda group: min(map(_id, group.launches)))

    def _met(self, key: str, group: _Group) -> _Group:
        """Join the group with the one that holds its key, or note why not."""
        other = self._holder(key)
        if other is None or other is group or key not in group.keys:
            return group
        refusal = _refusal(key, group, other)
        if refusal is None:
            return self._joined(group, other)
        group.vetoes.append(refusal)
        if _is_newer_owner(key, group, other):
            other.keys.discard(key)
            group.claimed.add(key)
            self._holders[key] = group
        else:  # the first keeps the key, so that a key stands for one product
            group.keys.discard(key)
        return group

    def _holder(self, key: str) -> _Group | None:
        if key in self._holders:
            return self._holders[key]
        slug = self._known.get(key)
        if slug is None:
            return None
        if slug not in self._attached:
            found = self._standing.get(slug, Standing(slug))
            self._attached[slug] = _Group(standing=found)
        return self._attached[slug]

    def _joined(self, group: _Group, other: _Group) -> _Group:
        """Take the smaller group into the larger one, and let its keys lead there."""
        small, large = sorted((group, other), key=lambda each: len(each.launches))
        large.launches.extend(small.launches)
        large.keys |= small.keys
        large.claimed |= small.claimed
        large.vetoes.extend(small.vetoes)
        for words, launch in small.faces.items():
            large.faces.setdefault(words, launch)
        large.standing = large.standing or small.standing
        if large.standing:
            self._attached[large.standing.slug] = large
        # keys of a launch that are still to be looked at lead nowhere yet
        held = [key for key in small.keys if self._holders.get(key) is small]
        self._holders.update(dict.fromkeys(held, large))
        return large


def _group_of(launch: Launch, keys: Iterable[str]) -> _Group:
    return _Group(
        launches=[launch],
        keys=set(keys),
        vetoes=_shared_host(launch),
        faces={product_words(launch_name(launch)): launch},
    )


def _id(launch: Launch) -> tuple[str, str]:
    return launch.source, launch.native_id


def _shared_host(launch: Launch) -> list[str]:
    hosts = {address.host for address in addresses(launch)}
    return [f"shared host {host}" for host in sorted(hosts) if is_on(host, SHARED_HOSTS)]


def _refusal(key: str, group: _Group, other: _Group) -> str | None:
    """Give the reason why a shared key is not enough; None where it is."""
    if group.standing and other.standing and group.standing.slug != other.standing.slug:
        return f"{key} stands for {other.standing.slug}, a better key for {group.standing.slug}"
    if kind_of(key) == "github" and _differ(group, other, "github_id"):
        return f"{key}: the name of another repository once (other github_id)"
    if kind_of(key) != "site":
        return None
    for kind in _NAMED_AS:
        if _differ(group, other, kind):
            return f"{key}: different {kind} keys"
    return _names_differ(key, group, other) or _names_differ(key, other, group)


def _differ(group: _Group, other: _Group, kind: str) -> bool:
    mine, theirs = group.of_kind(kind), other.of_kind(kind)
    return bool(mine and theirs and not mine & theirs)


def _names_differ(key: str, group: _Group, other: _Group) -> str | None:
    for one in group.faces.values():
        for two in other.faces.values():
            if not are_compatible(one, two):
                return f"{key}: names differ ({launch_name(one)} / {launch_name(two)})"
        known = other.standing
        if known and not (
            fits_slug(one, known.slug) or (known.name and fits_name(one, known.name))
        ):
            return f"{key}: names differ from {known.slug}"
    return None


def _is_newer_owner(key: str, group: _Group, other: _Group) -> bool:
    """Tell whether a repository's name is the group's now: the younger repository has the higher id."""
    if kind_of(key) != "github":
        return False
    mine, theirs = (_highest_number(each) for each in (group, other))
    return theirs is not None and mine is not None and mine > theirs


def _highest_number(group: _Group) -> int | None:
    return max((int(key.partition(":")[2]) for key in group.of_kind("github_id")), default=None)


def _endless(choices: Sequence[str]) -> Iterator[str]:
    """Give the choices, then the last one numbered."""
    yield from choices
    yield from (f"{choices[-1]}-{number}" for number in count(2))


def _outline(group: _Group) -> Outline:
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


def _identity(group: _Group, resembles: tuple[tuple[str, str], ...]) -> Identity:
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


def may_be_tool(launch: Launch) -> bool:
    """
    Tell whether a launch can be the announcement of a tool.

    A paper is one only with a repository or demo to try; a release, or a place on a list by trend,
    is news of a tool that some other announcement has to bring.
    """
    if launch.details.get("is_release") or launch.details.get("is_trending"):
        return False
    return not launch.details.get("is_paper") or launch.site is not None
