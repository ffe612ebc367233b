"""
Gather launches that are one product, by the safe keys they share and by what speaks against it.

Pure: takes new launches and what is known of the tools their keys stand for, gives groups. They are
named, and set beside what looks alike, in :mod:`digest.catalogue.identity`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digest.catalogue.keys import addresses, kind_of, own_key, safe_keys
from digest.catalogue.names import are_compatible, fits_name, fits_slug, launch_name, product_words
from digest.catalogue.urls import SHARED_HOSTS, is_on
from digest.model import Launch

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
class Group:
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


def gather(
    launches: Iterable[Launch],
    *,
    known: Mapping[str, str],
    standing: Mapping[str, Standing] | None = None,
) -> list[Group]:
    """
    Put launches together that are one product, and to the known tool whose key they have.

    Args:
        launches: New ones, in any order: the result does not depend on it.
        known: Key → slug of the tool it stands for. A launch whose own key is known is that tool's.
        standing: The tools of ``known``, by slug; one that is missing is known by its slug alone.

    Returns:
        Groups in the order of their first launches; every launch is in exactly one.
    """
    ordered = sorted(launches, key=_id)
    return _Gathering(known=known, standing=standing or {}).gather(ordered)


class _Gathering:
    """Joins launches that share a key; a site key needs names that fit as well."""

    def __init__(self, *, known: Mapping[str, str], standing: Mapping[str, Standing]) -> None:
        self._known = known
        self._standing = standing
        self._holders: dict[str, Group] = {}
        self._attached: dict[str, Group] = {}

    def gather(self, ordered: Sequence[Launch]) -> list[Group]:
        """Give the groups of launches, in the order of their first launches."""
        for launch in ordered:
            own, keys = own_key(*_id(launch)), safe_keys(launch)
            group = _group_of(launch, keys)
            for key in (own, *keys):
                group = self._met(key, group)
            self._holders.update(dict.fromkeys(group.keys.intersection(keys), group))
        groups = {id(each): each for each in self._holders.values() if each.launches}
        return sorted(groups.values(), key=lambda group: min(map(_id, group.launches)))

    def _met(self, key: str, group: Group) -> Group:
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

    def _holder(self, key: str) -> Group | None:
        if key in self._holders:
            return self._holders[key]
        slug = self._known.get(key)
        if slug is None:
            return None
        if slug not in self._attached:
            found = self._standing.get(slug, Standing(slug))
            self._attached[slug] = Group(standing=found)
        return self._attached[slug]

    def _joined(self, group: Group, other: Group) -> Group:
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


def _group_of(launch: Launch, keys: Iterable[str]) -> Group:
    return Group(
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


def _refusal(key: str, group: Group, other: Group) -> str | None:
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


def _differ(group: Group, other: Group, kind: str) -> bool:
    mine, theirs = group.of_kind(kind), other.of_kind(kind)
    return bool(mine and theirs and not mine & theirs)


def _names_differ(key: str, group: Group, other: Group) -> str | None:
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


def _is_newer_owner(key: str, group: Group, other: Group) -> bool:
    """Tell whether a repository's name is the group's now: the younger repository has the higher id."""
    if kind_of(key) != "github":
        return False
    mine, theirs = (_highest_number(each) for each in (group, other))
    return theirs is not None and mine is not None and mine > theirs


def _highest_number(group: Group) -> int | None:
    return max((int(key.partition(":")[2]) for key in group.of_kind("github_id")), default=None)
