"""Write down what is kept of a reading: the figures its source's health is judged by."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from digest.model import Capture, Reading, ReadingRecord, Source
from digest.sources import parsers
from digest.sources.health import counts_of
from digest.store import health as store


def note_reading(
    session: Session,
    source: Source,
    reading: Reading,
    *,
    captures: Sequence[Capture],
    now: datetime,
) -> None:
    """
    Store a reading's figures; what an operator once made normal stays so when it is read again.

    Args:
        session: A write transaction.
        source: What was read.
        reading: As it was judged.
        captures: Its pages in their order; none where nothing came.
        now: When.
    """
    accepted = store.recent_readings(session, source.name, limit=1)
    last = accepted[0] if accepted else None
    record = _record(source, reading, captures, last=last, now=now)
    if by := store.was_accepted(session, source.name, record.capture_key):
        record = record.model_copy(update={"is_baseline": True, "accepted_by": by})
    store.put_reading(session, record)


def _record(
    source: Source,
    reading: Reading,
    captures: Sequence[Capture],
    *,
    last: ReadingRecord | None,
    now: datetime,
) -> ReadingRecord:
    """Give what is kept of a reading; ``last`` is the accepted one before it."""
    counts = counts_of(reading)
    first = captures[0] if captures else None
    is_same = first and last and last.body_sha256 == first.body_sha256
    return ReadingRecord(
        source=source.name,
        outcome=reading.outcome,
        reason=reading.reason,
        fault=reading.fault,
        expected=reading.expected,
        items=counts.items,
        rows=reading.rows,
        rejected=reading.rejected,
        folded=reading.folded,
        passed_over=reading.passed_over,
        held=sum(bool(launch.flags) for launch in reading.launches),
        dated=counts.dated,
        days=counts.days,
        minutes=counts.minutes,
        same_day=counts.same_day,
        newest_at=counts.newest_at,
        fills=dict(counts.fills),
        capture_key=first.key if first else "",
        body_bytes=sum(capture.body_bytes for capture in captures),
        body_sha256=first.body_sha256 if first else "",
        body_since=last.body_since if is_same and last else first.fetched_at if first else None,
        parser_version=parsers.version_of(source),
        is_baseline=reading.is_step,
        read_at=now,
    )
