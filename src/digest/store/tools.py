"""Resting place ②: tools, their keys and facts."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from digest.model import SURE_JOB, Fact, Tool
from digest.store.rows import (
    CHUNK,
    as_noun,
    as_nouns,
    as_values,
    columns_of,
    in_chunks,
    upsert,
)
from digest.store.tables import FactRow, ReviewRow, ToolKeyRow, ToolRow

_TOOL = columns_of(Tool, ToolRow)
_FACT = columns_of(Fact, FactRow)


def known_keys(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Give which of these keys already stand for a tool: key → slug."""
    found: dict[str, str] = {}
    for part in in_chunks(keys):
        statement = select(ToolKeyRow.key, ToolKeyRow.tool).where(col(ToolKeyRow.key).in_(part))
        found.update(dict(session.exec(statement).all()))
    return found


def tool_slugs(session: Session) -> set[str]:
    """Give all slugs in use, those of tools that are part of another included."""
    return set(session.exec(select(ToolRow.slug)))


def slugs_among(session: Session, slugs: Collection[str]) -> set[str]:
    """Give which of these slugs are in use, those of tools that are part of another included."""
    found: set[str] = set()
    for part in in_chunks(slugs):
        found.update(session.exec(select(ToolRow.slug).where(col(ToolRow.slug).in_(part))))
    return found


def parts(session: Session) -> dict[str, str]:
    """Give every slug that an editor made part of another tool, and that tool."""
    statement = select(ToolRow.slug, ToolRow.part_of).where(col(ToolRow.part_of).is_not(None))
    return {slug: whole for slug, whole in session.exec(statement) if whole}


def put_tools(session: Session, tools: Sequence[Tool]) -> None:
    """Store tools; one known before is brought up to date. Their marks are to be made anew."""
    values = [as_values(tool) for tool in tools]
    update_columns = [*(name for name in Tool.model_fields if name != "slug"), "marked_by"]
    same = {"marked_by": ""}
    upsert(session, ToolRow, values, key=["slug"], update=update_columns, same=same)


def all_tools(session: Session) -> list[Tool]:
    """Give every tool that stands alone, by slug."""
    statement = select(*_TOOL).where(col(ToolRow.part_of).is_(None)).order_by(col(ToolRow.slug))
    return list(as_nouns(Tool, session.execute(statement)))


def tool_by_slug(session: Session, slug: str, *, holds: bool = False) -> Tool | None:
    """
    Give the tool with this slug, also one that is part of another by now.

    ``holds`` keeps other writers away from it until the commit.
    """
    row = session.get(ToolRow, slug, with_for_update=True if holds else None)
    return as_noun(Tool, row) if row else None


def hold_tools(session: Session, slugs: Collection[str]) -> None:
    """Keep other writers away from these tools until the commit, where they are stored already."""
    for part in in_chunks(slugs):
        rows = select(ToolRow.slug).where(col(ToolRow.slug).in_(part)).order_by(col(ToolRow.slug))
        session.exec(rows.with_for_update()).all()


def rivals_of(session: Session, tool: Tool, *shown: Tool, limit: int = 8) -> list[Tool]:
    """
    Give other products surely of the same job, the newest listing of each, newest first.

    Args:
        session: Open.
        tool: Whose rivals are wanted; one without a sure job has none.
        shown: Tools that stand beside it already; their product families are passed over as its own.
        limit: Most that are given.
    """
    if tool.job in {"unsorted", "other"} or tool.job_confidence < SURE_JOB:
        return []
    family = func.coalesce(func.nullif(col(ToolRow.product_key), ""), col(ToolRow.slug))
    newest_first = (col(ToolRow.launched_at).desc(), col(ToolRow.slug))
    place = func.row_number().over(partition_by=family, order_by=newest_first)
    ranked = (
        select(col(ToolRow.slug), place.label("place"))
        .where(
            ToolRow.job == tool.job,
            col(ToolRow.job_confidence) >= SURE_JOB,
            col(ToolRow.part_of).is_(None),
            family.not_in({each.family for each in (tool, *shown)}),
        )
        .subquery()
    )
    statement = (
        select(ToolRow)
        .join(ranked, ranked.c.slug == col(ToolRow.slug))
        .where(ranked.c.place == 1)
        .order_by(*newest_first)
        .limit(limit)
    )
    return [as_noun(Tool, row) for row in session.exec(statement)]


def kin_of(session: Session, tool: Tool) -> list[str]:
    """Give the slugs of the other listings and versions of a tool's product family, sorted."""
    if not tool.product_key:
        return []
    statement = (
        select(ToolRow.slug)
        .where(
            ToolRow.product_key == tool.product_key,
            ToolRow.slug != tool.slug,
            col(ToolRow.part_of).is_(None),
        )
        .order_by(col(ToolRow.slug))
    )
    return list(session.exec(statement))


def replace_facts(session: Session, tools: Collection[str], facts: Sequence[Fact]) -> None:
    """
    Store what the launches of these tools claim in place of what they claimed before.

    A claim that no launch makes any more is no fact any more; of the same claim twice in one
    source the newer one is given. What the tools' own pages say stays.
    """
    slugs = sorted(tools)
    for start in range(0, len(slugs), CHUNK):
        part = slugs[start : start + CHUNK]
        claimed = (col(FactRow.tool).in_(part), col(FactRow.page).is_(None))
        session.execute(delete(FactRow).where(*claimed))
    values = [as_values(fact) for fact in facts]
    upsert(session, FactRow, values, key=["tool", "source", "kind", "value"])


def facts_of(session: Session, tools: Collection[str]) -> dict[str, list[Fact]]:
    """Give all facts of these tools, by tool; inside one by kind, newest first."""
    found: dict[str, list[Fact]] = {tool: [] for tool in sorted(tools)}
    slugs = list(found)
    for start in range(0, len(slugs), CHUNK):
        statement = (
            select(*_FACT)
            .where(col(FactRow.tool).in_(slugs[start : start + CHUNK]))
            .order_by(
                col(FactRow.tool),
                col(FactRow.kind),
                col(FactRow.observed_at).desc(),
                col(FactRow.source),
                col(FactRow.span),
            )
        )
        for fact in as_nouns(Fact, session.execute(statement)):
            found[fact.tool].append(fact)
    return found


def count_tools(session: Session) -> Mapping[str, int]:
    """Give the number of tools, facts and reviews."""
    tables = {"tools": ToolRow, "facts": FactRow, "reviews": ReviewRow}
    return {
        name: session.exec(select(func.count()).select_from(table)).one()
        for name, table in tables.items()
    }
