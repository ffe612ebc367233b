"""Resting place ②: what tools may have in common, so that likely ones are found without all others."""

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from sqlalchemy import Table, bindparam, or_, text
from sqlmodel import Session, col, select

from digest.store.rows import in_chunks, upsert
from digest.store.tables import ToolMarkRow, ToolRow

AT_ONCE = 2_000
"""Tools that are marked at once."""
OCTETS = 8
_TABLE: Table = ToolMarkRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_TOOLS: Table = ToolRow.__table__  # type: ignore[attr-defined] # as above
FIRST = text(
    "SELECT m.tool FROM tool_mark m CROSS JOIN tool t"
    " WHERE m.mark = :mark AND t.slug = m.tool AND t.part_of IS NULL ORDER BY m.tool LIMIT :limit"
)
"""CROSS: SQLite then begins with the mark, and not with all tools that stand alone."""
_DROP = _TABLE.delete().where(
    _TABLE.c.mark == bindparam("b_mark"), _TABLE.c.tool == bindparam("b_tool")
)
_NOTE = (
    _TOOLS.update()
    .where(_TOOLS.c.slug == bindparam("b_slug"))
    .values(marked_by=bindparam("b_version"))
)


def unmarked(session: Session, version: str) -> list[tuple[str, str, str, str | None]]:
    """Give slug, name, product key and site of tools without marks of this version: 2,000 at most."""
    is_other = or_(col(ToolRow.marked_by) < version, col(ToolRow.marked_by) > version)
    statement = select(ToolRow.slug, ToolRow.name, ToolRow.product_key, ToolRow.site)
    return list(session.exec(statement.where(is_other).limit(AT_ONCE)))


def put_marks(session: Session, marks: Mapping[str, Collection[str]], *, version: str) -> None:
    """Store the marks of these tools in place of those they had; what stays is not written again."""
    wanted = {(_number(mark), tool) for tool, each in marks.items() for mark in each}
    stored: set[tuple[int, str]] = set()
    for part in in_chunks(marks):
        statement = select(ToolMarkRow.mark, ToolMarkRow.tool).where(
            col(ToolMarkRow.tool).in_(part)
        )
        stored.update((mark, tool) for mark, tool in session.exec(statement))
    connection = session.connection()
    if gone := [{"b_mark": mark, "b_tool": tool} for mark, tool in sorted(stored - wanted)]:
        connection.execute(_DROP, gone)
    new = [{"mark": mark, "tool": tool} for mark, tool in sorted(wanted - stored)]
    upsert(session, ToolMarkRow, new, key=["mark", "tool"])
    if marks:
        noted = [{"b_slug": slug, "b_version": version} for slug in sorted(marks)]
        connection.execute(_NOTE, noted)


def marked(session: Session, marks: Iterable[str]) -> set[str]:
    """Give all tools that have one of these marks, those that are part of another included."""
    found: set[str] = set()
    for part in in_chunks(map(_number, marks)):
        statement = select(ToolMarkRow.tool).where(col(ToolMarkRow.mark).in_(part))
        found.update(session.exec(statement))
    return found


def first_marked(session: Session, marks: Iterable[str], *, limit: int) -> set[str]:
    """Give the tools that stand alone and have one of these marks: of each mark the first by slug."""
    connection = session.connection()
    return {
        slug
        for mark in sorted(set(map(_number, marks)))
        for (slug,) in connection.execute(FIRST, {"mark": mark, "limit": limit})
    }


def _number(mark: str) -> int:
    return int.from_bytes(blake2b(mark.encode(), digest_size=OCTETS).digest(), signed=True)
