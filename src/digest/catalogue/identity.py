"""
Say which launches are one product, by safe keys alone; a name never makes two launches one.

Pure: takes new launches and the keys that stand for known tools, gives identities with their
evidence. A wrong merge publishes a false statement; a missed one costs a row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from digest.catalogue.names import (
    are_compatible,
    best_name,
    fits_slug,
    launch_name,
    product_key,
    slug_choices,
)
from digest.catalogue.urls import (
    SHARED_HOSTS,
    Address,
    arxiv_id,
    canonical,
    github_repository,
    hugging_face_id,
    is_on,
    own_site,
    registrable,
)
from digest.model import Identity, Launch, MergeTier

MAX_KEY = 400
"""Characters of a key; a longer address is no product's."""
MAX_VETOES = 5
"""Vetoes kept for one product: a blog with a hundred posts needs no hundred lines."""
_RANK = ("github_id", "github", "arxiv", "hf", "site", "launch")
"""Kinds of keys, the most telling first."""


def safe_keys(launch: Launch) -> tuple[str, ...]:
    """
    Give the keys under which launches may be merged, the most telling first; never none.

    ``github_id:``, ``github:owner/repo``, ``arxiv:``, ``hf:owner/name``, ``site:host/path`` and the
    launch's own. A repository's homepage gives none, nor does a listing's page or a shared host.
    """
    keys = [f"launch:{launch.source}/{launch.native_id}"]
    for address in _addresses(launch):
        keys.extend(_keys_of(address, launch))
    declared = launch.details.get("hugging_face_id")
    if isinstance(declared, str) and declared.count("/") == 1:
        keys.append(f"hf:{declared.lower()}")
    return tuple(sorted({key for key in keys if len(key) <= MAX_KEY}, key=_rank))


def _addresses(launch: Launch) -> list[Address]:
    found = (canonical(url) for url in (launch.url, launch.site) if url)
    return list(dict.fromkeys(address for address in found if address))


def _keys_of(address: Address, launch: Launch) -> Iterator[str]:
    if owned := github_repository(address):
        yield f"github:{owned[0]}/{owned[1]}"
        if "full_name" in launch.details and launch.native_id.isdigit():
            yield f"github_id:{launch.native_id}"  # stays while repositories change names
    if paper := arxiv_id(address):
        yield f"arxiv:{paper}"
    elif hosted := hugging_face_id(address):
        yield f"hf:{hosted}"
    if site := own_site(address):
        yield f"site:{site}"


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _rank(key: str) -> tuple[int, str]:
    return _RANK.index(_kind(key)), key


@dataclass(slots=True, eq=False)
class _Group:
    """Launches that are one product, while they are gathered."""

    launches: list[Launch]
    keys: set[str]
    vetoes: list[str] = field(default_factory=list)
    slug: str = ""
    is_known: bool = False


def identify(
    launches: Sequence[Launch], *, known: Mapping[str, str], taken: Collection[str]
) -> tuple[Identity, ...]:
    """
    Group new launches into products, and attach those whose key is known to the tool it stands for.

    Args:
        launches: New ones, in any order: the result does not depend on it.
        known: Key → slug of the tool it stands for.
        taken: Slugs in use.

    Returns:
        One identity per product, sorted by slug; every launch is in exactly one.
    """
    ordered = sorted(launches, key=_id)
    groups: dict[str, _Group] = {}
    used = set(taken)
    for group in _grouped(ordered):
        _attach(group, known)
        group.slug = group.slug or next(
            slug for slug in _endless(slug_choices(group.launches)) if slug not in used
        )
        used.add(group.slug)
        _put(groups, group)
    _compare(list(groups.values()))
    return tuple(_identity(groups[slug]) for slug in sorted(groups))


def _put(groups: dict[str, _Group], group: _Group) -> None:
    """Add a group; two that are attached to one tool become one."""
    same = groups.setdefault(group.slug, group)
    if same is not group:
        same.launches.extend(group.launches)
        same.keys |= group.keys
        same.vetoes.extend(group.vetoes)


def _grouped(ordered: Sequence[Launch]) -> list[_Group]:
    """Join launches that share a key; a site key needs names that fit as well."""
    holders: dict[str, _Group] = {}
    for launch in ordered:
        group = _Group([launch], set(safe_keys(launch)), _shared_host(launch))
        for key in sorted(group.keys, key=_rank):
            other = holders.get(key, group)
            if other is group:
                continue
            refusal = _refusal(key, group, other)
            if refusal:  # the first keeps the key, so that a key stands for one product
                group.vetoes.append(refusal)
                group.keys.discard(key)
            else:
                _take_in(group, other, holders)
        holders.update(dict.fromkeys(group.keys, group))
    return sorted(set(holders.values()), key=lambda group: _id(group.launches[0]))


def _take_in(group: _Group, other: _Group, holders: dict[str, _Group]) -> None:
    """Take another group into this one, and let its keys lead here."""
    group.launches = sorted([*other.launches, *group.launches], key=_id)
    group.keys |= other.keys
    group.vetoes = [*other.vetoes, *group.vetoes]
    holders.update(dict.fromkeys(other.keys, group))


def _id(launch: Launch) -> tuple[str, str]:
    return launch.source, launch.native_id


def _refusal(key: str, group: _Group, other: _Group) -> str | None:
    """Give the reason why a shared key is not enough; None where it is."""
    if _kind(key) != "site":
        return None
    for kind in ("github", "arxiv", "hf"):
        mine, theirs = _of_kind(group, kind), _of_kind(other, kind)
        if mine and theirs and not mine & theirs:
            return f"{key}: different {kind} keys"
    for one in group.launches:
        for two in other.launches:
            if not are_compatible(one, two):
                return f"{key}: names differ ({launch_name(one)} / {launch_name(two)})"
    return None


def _of_kind(group: _Group, kind: str) -> set[str]:
    return {key for key in group.keys if _kind(key) == kind}


def _shared_host(launch: Launch) -> list[str]:
    hosts = {address.host for address in _addresses(launch)}
    return [f"shared host {host}" for host in sorted(hosts) if is_on(host, SHARED_HOSTS)]


def _attach(group: _Group, known: Mapping[str, str]) -> None:
    """Give the group the slug of the tool its most telling known key stands for."""
    for key in sorted(group.keys, key=_rank):
        slug = known.get(key)
        if slug is None or slug == group.slug:
            continue
        if group.slug:
            group.vetoes.append(f"{key} stands for {slug}, a better key for {group.slug}")
        elif _kind(key) == "site" and not all(fits_slug(each, slug) for each in group.launches):
            group.vetoes.append(f"{key}: names differ from {slug}")
            group.keys.discard(key)
        else:
            group.slug, group.is_known = slug, True


def _endless(choices: Sequence[str]) -> Iterator[str]:
    """Give the choices, then the last one numbered."""
    yield from choices
    yield from (f"{choices[-1]}-{number}" for number in count(2))


def _compare(groups: Sequence[_Group]) -> None:
    """Note what an editor should look at: one registered host, or one product in other words."""
    for key_of in (_host_keys, _product_keys):
        by_key: dict[str, list[_Group]] = defaultdict(list)
        for group in groups:
            for key in key_of(group):
                by_key[key].append(group)
        for key, same in by_key.items():
            for group in same:
                others = sorted(each.slug for each in same if each is not group)
                group.vetoes.extend(f"{key}, not merged with {slug}" for slug in others)


def _host_keys(group: _Group) -> set[str]:
    sites = {key.removeprefix("site:") for key in _of_kind(group, "site")}
    hosts = {site.partition("/")[0].partition("#")[0].partition("?")[0] for site in sites}
    return {f"same host {registrable(host)}" for host in hosts}


def _product_keys(group: _Group) -> set[str]:
    return {f"same product name {product_key(best_name(group.launches))}"}


def _identity(group: _Group) -> Identity:
    tier = MergeTier.DISTINCT
    if group.is_known or len(group.launches) > 1:
        tier = MergeTier.MERGE
    elif any("not merged with" in veto or "names differ" in veto for veto in group.vetoes):
        tier = MergeTier.REVIEW
    return Identity(
        slug=group.slug,
        launches=tuple(sorted(map(_id, group.launches))),
        keys=tuple(sorted(group.keys, key=_rank)),
        tier=tier,
        vetoes=tuple(dict.fromkeys(group.vetoes))[:MAX_VETOES],
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
