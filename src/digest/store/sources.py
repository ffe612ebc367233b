"""Resting place ①: how each source stands, and what sites' robots.txt said."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, text
from sqlmodel import Session, func, select

from digest.model import RobotsText, SourceState
from digest.store.rows import as_noun, as_values, in_chunks, upsert
from digest.store.tables import ReadingRow, RobotsRow, SourceRow

_STATES: Table = SourceRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass

# Built once, as every source needs them in every run: the ORM takes ten times as long.
_STATE = _STATES.select().where(_STATES.c.source == bindparam("source"))
_ALL_STATES = _STATES.select().order_by(_STATES.c.source)
_NAMED = _ALL_STATES.where(_STATES.c.source.in_(bindparam("names", expanding=True)))
_HELD = _NAMED.with_for_update()
_JOIN_WRITERS = text("LOCK TABLE source IN ROW EXCLUSIVE MODE")
"""A replay lets no other writer in: one that waited for it with rows in hand would lock it out."""


def source_states(session: Session, names: Collection[str] | None = None) -> dict[str, SourceState]:
    """Give what is known of these sources by name, of every source ever read where none is named."""
    connection = session.connection()
    if names is None:
        return _by_name(connection.execute(_ALL_STATES))
    found: dict[str, SourceState] = {}
    for part in in_chunks(names):
        found |= _by_name(connection.execute(_NAMED, {"names": part}))
    return found


def _by_name(rows: Iterable[Row[Any]]) -> dict[str, SourceState]:
    return {row.source: as_noun(SourceState, row) for row in rows}


def source_state(session: Session, source: str) -> SourceState | None:
    """Give what is known of one source; None where it was never read."""
    row = session.connection().execute(_STATE, {"source": source}).one_or_none()
    return as_noun(SourceState, row) if row else None


def held_states(session: Session, names: Collection[str]) -> dict[str, SourceState]:
    """
    Give what is known of these sources, and keep other writers of them away until the commit.

    Args:
        session: A write transaction that has written nothing yet. On PostgreSQL it waits for a
            replay, and holds the rows in one order: so groups of sources never wait in a circle.
        names: Those never read are left out of the answer.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":  # on SQLite the transaction does it
        connection.execute(_JOIN_WRITERS)
    found: dict[str, SourceState] = {}
    for part in in_chunks(names):
        found |= _by_name(connection.execute(_HELD, {"names": part}))
    return found


def put_source_state(session: Session, state: SourceState) -> None:
    """Store how a source stands now."""
    put_source_states(session, [state])


def put_source_states(session: Session, states: Sequence[SourceState]) -> None:
    """Store how sources stand now."""
    values = [as_values(state) for state in states]
    update = [name for name in SourceState.model_fields if name != "source"]
    upsert(session, SourceRow, values, key=["source"], update=update)


def robots_texts(session: Session) -> list[RobotsText]:
    """Give what is known of each origin's robots.txt."""
    return [as_noun(RobotsText, row) for row in session.exec(select(RobotsRow))]


def put_robots_texts(session: Session, texts: Sequence[RobotsText]) -> None:
    """Store what was read of robots.txt, in place of what was read before."""
    values = [as_values(text) for text in texts]
    upsert(session, RobotsRow, values, key=["origin"], update=["text", "read_at"])


def reading_since(session: Session) -> datetime | None:
    """Give when the first reading was stored: how far back our records go."""
    return session.exec(select(func.min(ReadingRow.read_at))).one()
