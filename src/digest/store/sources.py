"""Resting place ①: how each source stands, its readings, and what sites' robots.txt said."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from digest.model import Outcome, Reading, RobotsText, SourceState
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import ReadingRow, RobotsRow, SourceRow


def source_states(session: Session) -> dict[str, SourceState]:
    """Give what is known of every source ever read, by name."""
    rows = session.exec(select(SourceRow).order_by(col(SourceRow.source)))
    return {row.source: as_noun(SourceState, row) for row in rows}


def source_state(session: Session, source: str) -> SourceState | None:
    """Give what is known of one source; None where it was never read."""
    # Asked anew each time: what an upsert wrote is not in the rows this session has seen before.
    row = session.get(SourceRow, source, populate_existing=True)
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


def put_reading(
    session: Session,
    source: str,
    reading: Reading,
    *,
    newest_at: datetime | None,
    capture_key: str,
    now: datetime,
) -> None:
    """
    Put one reading into a source's history, in place of an earlier one of the same capture.

    ``newest_at`` is the latest date in it.
    """
    if capture_key:
        session.execute(
            delete(ReadingRow).where(
                col(ReadingRow.source) == source, col(ReadingRow.capture_key) == capture_key
            )
        )
    session.add(
        ReadingRow(
            source=source,
            outcome=reading.outcome,
            reason=reading.reason,
            items=len(reading.launches),
            rows=reading.rows,
            newest_at=newest_at,
            capture_key=capture_key,
            read_at=now,
        )
    )


def recent_readings(session: Session, source: str, *, limit: int = 7) -> list[ReadingRow]:
    """Give the last accepted readings with content, newest first."""
    statement = (
        select(ReadingRow)
        .where(ReadingRow.source == source, ReadingRow.outcome == Outcome.OK)
        .order_by(col(ReadingRow.read_at).desc(), col(ReadingRow.id).desc())
        .limit(limit)
    )
    return list(session.exec(statement))


def reading_of(session: Session, source: str, capture_key: str) -> ReadingRow | None:
    """Give what was read from a source's capture; None where nothing is stored of that."""
    statement = select(ReadingRow).where(
        ReadingRow.source == source, ReadingRow.capture_key == capture_key
    )
    return session.exec(statement).first()


def reading_since(session: Session) -> datetime | None:
    """Give when the first reading was stored: how far back our records go."""
    return session.exec(select(func.min(ReadingRow.read_at))).one()
