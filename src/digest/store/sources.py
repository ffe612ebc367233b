"""Resting place ①: how each source stands, and what sites' robots.txt said."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, bindparam
from sqlmodel import Session, col, func, select

from digest.model import RobotsText, SourceState
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import ReadingRow, RobotsRow, SourceRow

_STATES: Table = SourceRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
"""For one state at a time, as each source needs it: the ORM takes four times as long."""


def source_states(session: Session) -> dict[str, SourceState]:
    """Give what is known of every source ever read, by name."""
    rows = session.exec(select(SourceRow).order_by(col(SourceRow.source)))
    return {row.source: as_noun(SourceState, row) for row in rows}


def source_state(session: Session, source: str, *, holds: bool = False) -> SourceState | None:
    """
    Give what is known of one source; None where it was never read.

    ``holds`` keeps other writers away from it until the commit.
    """
    statement = _STATES.select().where(_STATES.c.source == bindparam("source"))
    if holds:
        statement = statement.with_for_update()
    row = session.connection().execute(statement, {"source": source}).one_or_none()
    return as_noun(SourceState, row) if row else None


def put_source_state(session: Session, state: SourceState) -> None:
    """Store how a source stands now."""
    values = as_values(state)
    update = [name for name in values if name != "source"]
    upsert(session, SourceRow, [values], key=["source"], update=update)


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
