"""Resting place ①: descriptions of captures; their bodies lie in the capture store."""

from sqlmodel import Session, func, select

from digest.model import Capture
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import CaptureRow


def put_capture(session: Session, capture: Capture) -> None:
    """Store a capture's description; the same capture twice is one row."""
    upsert(session, CaptureRow, [as_values(capture)], key=["key"])


def capture_of(session: Session, key: str) -> Capture | None:
    """Give the capture with this key."""
    row = session.get(CaptureRow, key)
    return as_noun(Capture, row) if row else None


def count_captures(session: Session) -> int:
    """Give the number of captures kept."""
    return session.exec(select(func.count()).select_from(CaptureRow)).one()
