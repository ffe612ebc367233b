"""Resting place ①: launches."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Table, bindparam, collate, delete, text, update
from sqlmodel import Session, col, func, select

from digest.model import INCUMBENTS, Launch
from digest.store.rows import CHUNK, as_noun, upsert
from digest.store.tables import LaunchRow


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A listing that was asked for and stands as it was."""

    source: str
    seen_at: datetime
    """When it was last seen; what had left the listing by then stays as it is."""
    now: datetime
    """When it was seen again."""


_KEPT = frozenset({"source", "native_id", "first_seen_at", "launched_at", "launched_at_source"})
"""What a launch seen again keeps from its first sight."""
_RENEWED = tuple(name for name in Launch.model_fields if name not in _KEPT)

_KNOWN_IN_JSON = text(
    "SELECT native_id FROM launch WHERE source = :source"
    " AND native_id IN (SELECT value FROM json_each(:ids))"
)
_KNOWN_IN_ARRAY = text(
    "SELECT native_id FROM launch WHERE source = :source AND native_id = ANY(:ids)"
)
"""All ids in one value: SQLAlchemy's list of one parameter each costs more than the question."""

_TABLE: Table = LaunchRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_TOUCH = (
    update(_TABLE)
    .where(_TABLE.c.source == bindparam("b_source"), _TABLE.c.seen_at >= bindparam("b_seen_at"))
    .values(seen_at=bindparam("b_now"))
)


def known_among(session: Session, source: str, native_ids: Collection[str]) -> set[str]:
    """Give those of these ids that are stored for a source: 500 to a question (2 µs an id)."""
    ids = list(native_ids)
    connection = session.connection()
    is_array = connection.dialect.name == "postgresql"
    statement = _KNOWN_IN_ARRAY if is_array else _KNOWN_IN_JSON
    chunks = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    return {
        found
        for chunk in chunks
        for (found,) in connection.execute(
            statement, {"source": source, "ids": chunk if is_array else json.dumps(chunk)}
        )
    }


def put_launches(
    session: Session,
    launches: Sequence[Launch],
    *,
    now: datetime,
    known: Collection[str] | None = None,
) -> int:
    """
    Store launches; one seen before keeps its first sight, its own launch date and its tool.

    Args:
        session: A write transaction.
        launches: What was read.
        now: When.
        known: Native ids that are stored already, where the caller has asked; all launches are of
            one source then.

    Returns:
        How many were new.
    """
    ids: dict[str, set[str]] = {}
    for launch in launches:
        ids.setdefault(launch.source, set()).add(launch.native_id)
    new = sum(
        len(each.difference(known_among(session, source, each) if known is None else known))
        for source, each in ids.items()
    )
    upsert(
        session,
        LaunchRow,
        [vars(launch) for launch in launches],
        key=["source", "native_id"],
        update=_RENEWED,
        same={"seen_at": now},
    )
    return new


def replace_listed(session: Session, source: str, launches: Sequence[Launch]) -> None:
    """
    Store the whole of a listing that vouches for all it says, dates too, and forget what left it.

    What is left of a tool whose launch left is due to be made anew.

    Args:
        session: A write transaction.
        source: Name.
        launches: All of it, of that source.
    """
    listed = {launch.native_id for launch in launches}
    stored = select(LaunchRow.native_id, LaunchRow.tool).where(LaunchRow.source == source)
    gone = [
        (native_id, tool) for native_id, tool in session.exec(stored) if native_id not in listed
    ]
    connection = session.connection()
    for native_id, tool in gone:
        of_it = (_TABLE.c.source == source, _TABLE.c.native_id == native_id)
        connection.execute(delete(_TABLE).where(*of_it))
        connection.execute(update(_TABLE).where(_TABLE.c.tool == tool).values(researched_key=""))
    upsert(
        session,
        LaunchRow,
        [{**vars(launch), "seen_at": launch.first_seen_at} for launch in launches],
        key=["source", "native_id"],
        update=[name for name in Launch.model_fields if name not in {"source", "native_id"}],
    )


def capture_keys(session: Session, source: str) -> set[str]:
    """Give the keys of the captures that a source's launches rest on now."""
    statement = select(LaunchRow.capture_key).where(LaunchRow.source == source).distinct()
    return set(session.exec(statement))


def touch_launches(session: Session, listings: Sequence[Unchanged]) -> None:
    """Note in a write transaction that unchanged listings still stand."""
    if listings:
        session.connection().execute(
            _TOUCH,
            [
                {"b_source": each.source, "b_seen_at": each.seen_at, "b_now": each.now}
                for each in listings
            ],
        )


def launches_due(session: Session) -> list[tuple[Launch, str | None]]:
    """Give launches new or read again since they were researched, each with its tool if known."""
    statement = (
        select(LaunchRow)
        .where(col(LaunchRow.researched_key) != col(LaunchRow.capture_key))
        .order_by(col(LaunchRow.source), col(LaunchRow.native_id))
    )
    return [(as_noun(Launch, row), row.tool) for row in session.exec(statement)]


def mark_researched(session: Session, launches: Sequence[Launch]) -> None:
    """Note that these launches are worked into their tools as of their present captures."""
    table = LaunchRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
    statement = (
        update(table)
        .where(table.c.source == bindparam("b_source"), table.c.native_id == bindparam("b_id"))
        .values(researched_key=bindparam("b_key"))
    )
    values = [
        {"b_source": launch.source, "b_id": launch.native_id, "b_key": launch.capture_key}
        for launch in launches
    ]
    if values:
        session.connection().execute(statement, values)


def launches_of_tools(session: Session, tools: Collection[str]) -> dict[str, list[Launch]]:
    """Give all launches of these tools, by tool; inside one by source and native id."""
    found: dict[str, list[Launch]] = {tool: [] for tool in sorted(tools)}
    slugs = list(found)
    for start in range(0, len(slugs), CHUNK):
        statement = (
            select(LaunchRow)
            .where(col(LaunchRow.tool).in_(slugs[start : start + CHUNK]))
            .order_by(col(LaunchRow.source), col(LaunchRow.native_id))
        )
        for row in session.exec(statement):
            found[row.tool or ""].append(as_noun(Launch, row))
    return found


def each_launch(
    session: Session, *, sources: Collection[str] = (), since: datetime | None = None
) -> Iterator[Launch]:
    """
    Give launches by source and native id, in the order of their code points on any database.

    Args:
        session: Open for as long as they are read.
        sources: Only those of these sources; empty for all that were read.
        since: Aware; only those first seen then or later.
    """
    # A database's own language would sort otherwise than another's.
    plain = "C" if session.get_bind().dialect.name == "postgresql" else "BINARY"
    statement = select(LaunchRow).order_by(
        collate(col(LaunchRow.source), plain), collate(col(LaunchRow.native_id), plain)
    )
    if sources:
        statement = statement.where(col(LaunchRow.source).in_(sorted(sources)))
    else:  # what ships with the program is told on request only
        statement = statement.where(LaunchRow.source != INCUMBENTS)
    if since is not None:
        statement = statement.where(col(LaunchRow.first_seen_at) >= since.astimezone(UTC))
    for row in session.exec(statement.execution_options(yield_per=CHUNK)):
        yield as_noun(Launch, row)


def count_launches(session: Session) -> dict[str, int]:
    """Give the number of stored launches by source."""
    statement = select(LaunchRow.source, func.count()).group_by(LaunchRow.source)
    return dict(session.exec(statement.order_by(LaunchRow.source)).all())


def count_of_tools(session: Session, tools: Collection[str]) -> int:
    """Give the number of launches that are one of these tools."""
    wanted = set(tools)
    statement = select(LaunchRow.tool, func.count()).group_by(col(LaunchRow.tool))
    return sum(number for tool, number in session.exec(statement) if tool in wanted)
