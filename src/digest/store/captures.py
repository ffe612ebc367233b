"""Resting place ①: descriptions of captures; their bodies lie in the capture store."""

from sqlmodel import Session, col, func, select

from digest.model import Capture, FaultKind, Outcome
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import CaptureRow, ReadingRow


def put_capture(session: Session, capture: Capture) -> None:
    """Store a capture's description; the same capture twice is one row."""
    upsert(session, CaptureRow, [as_values(capture)], key=["key"])


def capture_of(session: Session, key: str) -> Capture | None:
    """Give the capture with this key."""
    row = session.get(CaptureRow, key)
    return as_noun(Capture, row) if row else None


def newest_capture(session: Session, source: str) -> Capture | None:
    """
    Give the first page of a source's newest listing that came with content.

    None where nothing of it is kept; refusals and error pages are no content.
    """
    has_content = col(ReadingRow.outcome).in_((Outcome.OK, Outcome.OK_EMPTY, Outcome.SUSPECT)) | (
        col(ReadingRow.fault) == FaultKind.UNREADABLE
    )
    statement = (
        select(CaptureRow)
        .join(ReadingRow, col(ReadingRow.capture_key) == CaptureRow.key)
        .where(ReadingRow.source == source, has_content)
        .order_by(col(CaptureRow.fetched_at).desc())
        .limit(1)
    )
    row = session.exec(statement).first()
    return as_noun(Capture, row) if row else None


def count_captures(session: Session) -> int:
    """Give the number of captures kept."""
    return session.exec(select(func.count()).select_from(CaptureRow)).one()
