"""
Place launches: find which tool each is, by safe keys and under what editors decided.

The rules' finding is stored as it is; which tool a launch counts for is worked out from it and the
decisions, each time anew. So a decision can be undone, and nothing is lost.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlmodel import Session

from digest.catalogue.decisions import Rulings
from digest.catalogue.gathering import Group, Standing, gather
from digest.catalogue.identity import (
    RULE_VERSION,
    conclude,
    may_be_tool,
    outlines,
    wanted_slugs,
)
from digest.catalogue.keys import own_key, rank, safe_keys
from digest.catalogue.lookalikes import (
    MARKS_VERSION,
    MAX_BLOCK,
    Outline,
    marks,
    name_forms,
)
from digest.catalogue.urls import registrable
from digest.model import Identity, Launch, Lookalike, Placement
from digest.store import decisions as decision_store
from digest.store import marks as mark_store
from digest.store import placements as placement_store
from digest.store import tools as tool_store


def rulings_of(session: Session) -> Rulings:
    """Give all decisions, and let nobody decide anew until this transaction ends."""
    decision_store.hold(session)
    return Rulings(decision_store.decisions(session))


def place(session: Session, new: Sequence[Launch], *, rulings: Rulings) -> set[str]:
    """
    Place launches that have no tool yet.

    What stands on papers or releases alone is left out; a later launch may still bring it.

    Args:
        session: One write transaction.
        new: Launches without a tool.
        rulings: Editors' decisions.

    Returns:
        Slugs of the tools that launches were placed at.
    """
    if not new:
        return set()
    keys = {_id(launch): safe_keys(launch) for launch in new}
    asked = {key for each in keys.values() for key in each}
    homes = rulings.homes(asked, tool_store.known_keys(session, asked))
    known = {key: rulings.tool(slug) for key, slug in homes.items()}
    groups = gather(new, known=known, standing=_standing(session, set(known.values()), rulings))
    in_use = tool_store.slugs_among(session, wanted_slugs(groups))
    note_marks(session)
    identities = conclude(
        groups,
        taken={*in_use, *homes.values(), *rulings.parts()},
        catalogue=_alike(session, groups),
        settled=rulings.settled(),
    )
    vouched = _vouched_for(identities, new)
    by_id = {_id(launch): launch for launch in new}
    placements = [
        _placement(by_id[pair], identity, keys[pair], homes, rulings)
        for identity in vouched
        for pair in identity.launches
    ]
    claimed = {key: identity.slug for identity in vouched for key in identity.claimed}
    placement_store.put_placements(session, placements, claimed=claimed)
    tools = {pair: identity.slug for identity in vouched for pair in identity.launches}
    placement_store.put_tools_of(session, tools)
    _put_lookalikes(session, vouched, new)
    return {identity.slug for identity in vouched}


def _id(launch: Launch) -> tuple[str, str]:
    return launch.source, launch.native_id


def _standing(session: Session, tools: Collection[str], rulings: Rulings) -> dict[str, Standing]:
    """Give the known tools with the keys of all their parts, as decisions have them."""
    slugs = {part for tool in tools for part in rulings.parts_of(tool)}
    by_rules = placement_store.keys_of(session, slugs)
    homes = {key: slug for slug, keys in by_rules.items() for key in keys}
    keys: dict[str, set[str]] = defaultdict(set)
    for key, slug in rulings.homes(homes, homes).items():
        keys[rulings.tool(slug)].add(key)
    names = placement_store.names_of(session, tools)
    return {
        tool: Standing(tool, name=names.get(tool, ""), keys=frozenset(keys[tool])) for tool in tools
    }


def note_marks(session: Session) -> None:
    """Mark the tools that were made or changed since they were marked last."""
    while rows := mark_store.unmarked(session, MARKS_VERSION):
        found = {
            slug: {*marks(outline), *name_forms(outline)}
            for slug, name, product, site in rows
            for outline in (_outline(slug, name, product, site),)
        }
        mark_store.put_marks(session, found, version=MARKS_VERSION)


def _alike(session: Session, groups: Sequence[Group]) -> Iterator[Outline]:
    """Give the known tools that gathered ones may look like, by slug; found by their marks."""
    new = outlines(groups)
    shared = {mark for outline in new for mark in marks(outline)}
    named = {form for outline in new for form in name_forms(outline)}
    # those that were gathered to may stand among a mark's first, and are passed over
    limit = MAX_BLOCK + 1 + sum(group.standing is not None for group in groups)
    slugs = mark_store.first_marked(session, shared, limit=limit)
    slugs |= mark_store.marked(session, named)
    for slug, name, product, vendor, site, tagline, text in placement_store.outlined(
        session, slugs
    ):
        yield _outline(slug, name, product, site, vendor_key=vendor, text=f"{tagline} {text}")


def _outline(
    slug: str, name: str, product: str, site: str | None, *, vendor_key: str = "", text: str = ""
) -> Outline:
    host = (site or "").removeprefix("https://").partition("/")[0]
    return Outline(
        slug=slug,
        name=name,
        product_key=product,
        vendor_key=vendor_key,
        hosts=(registrable(host),) if host else (),
        text=text,
    )


def _vouched_for(identities: Sequence[Identity], new: Sequence[Launch]) -> list[Identity]:
    tools = {_id(launch) for launch in new if may_be_tool(launch)}
    return [identity for identity in identities if tools & set(identity.launches)]


def _placement(
    launch: Launch,
    identity: Identity,
    keys: Sequence[str],
    homes: Mapping[str, str],
    rulings: Rulings,
) -> Placement:
    """Write down what was found; the home is the part of the tool that the launch's own keys say."""
    own = own_key(launch.source, launch.native_id)
    counted = [key for key in keys if key in identity.keys]
    said = (
        homes[key]
        for key in sorted(counted, key=lambda key: (key != own, rank(key)))
        if key in homes
    )
    home = next((slug for slug in said if rulings.tool(slug) == identity.slug), identity.slug)
    return Placement(
        source=launch.source,
        native_id=launch.native_id,
        tool=home,
        tier=identity.tier,
        keys=tuple(counted),
        vetoes=identity.vetoes,
        rule_version=RULE_VERSION,
        decided_at=launch.first_seen_at,
    )


def _put_lookalikes(
    session: Session, identities: Sequence[Identity], new: Sequence[Launch]
) -> None:
    pairs = [
        Lookalike(tool=identity.slug, other=other, reason=reason)
        for identity in identities
        for other, reason in identity.resembles
    ]
    now = max(launch.first_seen_at for launch in new)
    decision_store.put_lookalikes(session, pairs, rule_version=RULE_VERSION, now=now)


def flagged(
    session: Session, members: Mapping[str, Sequence[Launch]], rulings: Rulings
) -> dict[str, list[Launch]]:
    """Give each tool's launches with the flags that editors leave them."""
    decided = {rulings.tool(each.tool) for each in rulings.flags_of(members)}
    wanted = [_id(launch) for tool in decided for launch in members[tool]]
    placements = placement_store.placements_of(session, wanted)

    def home(launch: Launch, tool: str) -> str:
        found = placements.get(_id(launch))
        return rulings.home(found) if found else tool

    return {
        tool: [rulings.flagged(each, home(each, tool)) for each in launches]
        if tool in decided
        else list(launches)
        for tool, launches in members.items()
    }
