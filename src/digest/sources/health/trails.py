"""Put stored readings into the trail that a new one is judged by. Pure."""

from collections.abc import Sequence

from digest.model import FaultKind, ReadingRecord
from digest.sources.health.counts import Counts, Doubt, PastReading, Trail


def trail_of(accepted: Sequence[ReadingRecord], doubted: Sequence[ReadingRecord]) -> Trail:
    """
    Give the trail of a source.

    Args:
        accepted: Accepted readings, newest first, down to the last new normal.
        doubted: Suspect readings since then, newest first.
    """
    return Trail(
        accepted=tuple(_past(record) for record in accepted),
        doubts=tuple(_doubt(record) for record in doubted),
    )


def _past(record: ReadingRecord) -> PastReading:
    return PastReading(
        counts=_counts(record),
        at=record.read_at,
        body_sha256=record.body_sha256,
        body_since=record.body_since,
        is_baseline=record.is_baseline,
    )


def _doubt(record: ReadingRecord) -> Doubt:
    return Doubt(
        kind=record.fault or FaultKind.MALFORMED,
        counts=_counts(record),
        at=record.read_at,
        body_sha256=record.body_sha256,
    )


def _counts(record: ReadingRecord) -> Counts:
    return Counts(
        items=record.items,
        rows=record.rows,
        rejected=record.rejected,
        dated=record.dated,
        days=record.days,
        minutes=record.minutes,
        same_day=record.same_day,
        newest_at=record.newest_at,
        fills=record.fills,
    )
