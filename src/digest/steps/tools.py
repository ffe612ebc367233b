"""Show editors what is known of tools' identity: the pairs that wait, and one tool's evidence."""

from pydantic import AwareDatetime

from digest.catalogue.decisions import Rulings
from digest.model import Decision, Flag, Launch, Lookalike, MergeTier, Placement, Tool, Value
from digest.steps.decide import placements_of_tool, unknown_tool
from digest.store import decisions as store
from digest.store import launches as launch_store
from digest.store import tools as tool_store
from digest.store.engine import Database


class Waiting(Value):
    """Two tools that look alike, for an editor to say whether they are one."""

    tool: str
    other: str
    reason: str
    found_at: AwareDatetime
    tool_name: str = ""
    other_name: str = ""


class LaunchSheet(Value):
    """One launch of a tool, and why it is placed there."""

    source: str
    native_id: str
    title: str
    url: str | None
    launched_at: AwareDatetime | None
    flags: tuple[Flag, ...] = ()
    tier: MergeTier | None = None
    keys: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    rule_version: str = ""
    home: str = ""
    """Slug it has before merges."""


class ToolSheet(Value):
    """One tool as an editor judges it: launches, keys, evidence, decisions, what looks like it."""

    tool: Tool
    part_of: str | None
    parts: tuple[str, ...]
    """Slugs that are part of it by decision."""
    launches: tuple[LaunchSheet, ...]
    lookalikes: tuple[Lookalike, ...]
    """Those that wait for a decision."""
    decisions: tuple[Decision, ...]
    """All that name it, undone ones too."""


def list_tools(db: Database) -> list[Tool]:
    """Give all tools that stand alone, by slug."""
    with db.read() as session:
        return tool_store.all_tools(session)


def review_queue(db: Database) -> list[Waiting]:
    """Give the pairs that nobody has decided on, newest first."""
    with db.read() as session:
        rulings = Rulings(store.decisions(session))
        pairs = store.waiting(session)
        names = {tool.slug: tool.name for tool in tool_store.all_tools(session)}
    found: dict[tuple[str, str], Waiting] = {}
    for pair, found_at in pairs:
        if not (standing := open_pair(pair, rulings)) or not set(standing) <= set(names):
            continue
        first, second = standing
        found.setdefault(
            standing,
            Waiting(
                tool=first,
                other=second,
                reason=pair.reason,
                found_at=found_at,
                tool_name=names[first],
                other_name=names[second],
            ),
        )
    return list(found.values())


def open_pair(pair: Lookalike, rulings: Rulings) -> tuple[str, str] | None:
    """Give the two tools that a pair stands for by now; None where somebody has decided on them."""
    first, second = sorted((rulings.tool(pair.tool), rulings.tool(pair.other)))
    if first == second or (first, second) in rulings.settled():
        return None
    return first, second


def show_tool(db: Database, slug: str) -> ToolSheet:
    """Give one tool with its evidence. Raises NotFoundError, with near slugs."""
    with db.read() as session:
        tool = tool_store.tool_by_slug(session, slug)
        if tool is None:
            raise unknown_tool(slug, tool_store.tool_slugs(session))
        rulings = Rulings(store.decisions(session))
        launches = launch_store.launches_of_tools(session, [slug])[slug]
        placements = {
            each.launch: each for each in placements_of_tool(session, rulings, rulings.tool(slug))
        }
        pairs = store.lookalikes_of(session, rulings.parts_of(slug))
    part_of = rulings.tool(slug)
    return ToolSheet(
        tool=tool,
        part_of=part_of if part_of != slug else None,
        parts=tuple(sorted(rulings.parts_of(slug) - {slug})),
        launches=tuple(_sheet(each, placements, rulings) for each in launches),
        lookalikes=tuple(each for each in pairs if open_pair(each, rulings)),
        decisions=tuple(rulings.on(slug)),
    )


def _sheet(
    launch: Launch, placements: dict[tuple[str, str], Placement], rulings: Rulings
) -> LaunchSheet:
    found = placements.get((launch.source, launch.native_id))
    sheet = LaunchSheet(
        source=launch.source,
        native_id=launch.native_id,
        title=launch.title,
        url=launch.url,
        launched_at=launch.launched_at,
        flags=launch.flags,
    )
    if found is None:
        return sheet
    return sheet.model_copy(
        update={
            "tier": found.tier,
            "keys": found.keys,
            "vetoes": found.vetoes,
            "rule_version": found.rule_version,
            "home": rulings.home(found),
        }
    )
