"""Resting place ②: which launch is which tool, by the rules and after editors' decisions."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import bindparam, tuple_, update
from sqlmodel import Session, col, select

from digest.model import Placement
from digest.store.rows import as_noun, as_values, in_chunks, upsert
from digest.store.tables import LaunchRow, PlacementRow, ToolKeyRow, ToolRow


def put_placements(
    session: Session, placements: Sequence[Placement], *, claimed: Mapping[str, str]
) -> None:
    """
    Store where the rules put launches, and the keys that say so.

    Args:
        session: Open, in a write transaction.
        placements: What was found.
        claimed: Keys that are taken from the tool they stood for, each with its new tool's slug;
            of all others the first tool keeps its own.
    """
    update_columns = [
        name for name in Placement.model_fields if name not in {"source", "native_id"}
    ]
    key = ["source", "native_id"]
    values = [as_values(placement) for placement in placements]
    upsert(session, PlacementRow, values, key=key, update=update_columns)
    keys = {key: placement.tool for placement in reversed(placements) for key in placement.keys}
    rows = [{"key": key, "tool": tool} for key, tool in sorted(keys.items()) if key not in claimed]
    upsert(session, ToolKeyRow, rows, key=["key"])
    taken = [{"key": key, "tool": tool} for key, tool in sorted(claimed.items())]
    upsert(session, ToolKeyRow, taken, key=["key"], update=["tool"])


def put_tools_of(session: Session, tools: Mapping[tuple[str, str], str]) -> None:
    """Note on launches, by source and native id, which tool each is after all decisions."""
    table = LaunchRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
    statement = (
        update(table)
        .where(table.c.source == bindparam("b_source"), table.c.native_id == bindparam("b_id"))
        .values(tool=bindparam("b_tool"))
    )
    values = [
        {"b_source": source, "b_id": native_id, "b_tool": tool}
        for (source, native_id), tool in sorted(tools.items())
    ]
    if values:
        session.connection().execute(statement, values)


def placements_at(session: Session, slugs: Collection[str]) -> list[Placement]:
    """Give what the rules put at these slugs, by source and native id."""
    found: list[Placement] = []
    for part in in_chunks(slugs):
        rows = session.exec(select(PlacementRow).where(col(PlacementRow.tool).in_(part)))
        found += [as_noun(Placement, row) for row in rows]
    return sorted(found, key=lambda placement: placement.launch)


def placements_of(
    session: Session, launches: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Placement]:
    """Give what the rules found of these launches, by source and native id."""
    found: dict[tuple[str, str], Placement] = {}
    for part in in_chunks(launches):
        both = tuple_(col(PlacementRow.source), col(PlacementRow.native_id))
        rows = session.exec(select(PlacementRow).where(both.in_(part)))
        found |= {(row.source, row.native_id): as_noun(Placement, row) for row in rows}
    return found


def keys_of(session: Session, slugs: Collection[str]) -> dict[str, set[str]]:
    """Give the keys that stand for these slugs, by slug."""
    found: dict[str, set[str]] = {slug: set() for slug in slugs}
    for part in in_chunks(slugs):
        statement = select(ToolKeyRow.key, ToolKeyRow.tool).where(col(ToolKeyRow.tool).in_(part))
        for key, tool in session.exec(statement):
            found[tool].add(key)
    return found


def names_of(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """Give the names of tools, by slug."""
    found: dict[str, str] = {}
    for part in in_chunks(slugs):
        statement = select(ToolRow.slug, ToolRow.name).where(col(ToolRow.slug).in_(part))
        found |= dict(session.exec(statement).all())
    return found


Row = tuple[str, str, str, str, str | None, str, str]


def outlined(session: Session, slugs: Collection[str]) -> Iterator[Row]:
    """
    Give these tools as far as likeness goes, by slug; those that are part of another are left out.

    Columns, not nouns: slug, name, product key, vendor key, site, tagline, description.
    """
    for part in in_chunks(slugs):
        statement = select(
            ToolRow.slug,
            ToolRow.name,
            ToolRow.product_key,
            ToolRow.vendor_key,
            ToolRow.site,
            ToolRow.tagline,
            ToolRow.description,
        ).where(col(ToolRow.slug).in_(part), col(ToolRow.part_of).is_(None))  # type: ignore[call-overload] # SQLModel's overloads end at four columns
        yield from sorted(map(tuple, session.execute(statement)))
