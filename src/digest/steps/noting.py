"""
Write down what is kept of readings: the figures their sources' health is judged by, how they stand.

Readings of many sources are written together: a statement and a transaction for each would cost
more than asking the sources does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from digest.model import Capture, Incident, Reading, ReadingRecord, Source, SourceState
from digest.sources import parsers
from digest.sources.health import Trail, counts_of
from digest.sources.health.trails import trail_of
from digest.store import health as store
from digest.store import launches as launch_store
from digest.store import popularity as popularity_store
from digest.store import sources as source_store
from digest.store.launches import Unchanged


@dataclass(frozen=True, slots=True)
class Before:
    """How a source stood before a reading."""

    state: SourceState | None = None
    """None where it was never read."""
    accepted: tuple[ReadingRecord, ...] = ()
    """What a new reading is judged by, newest first."""
    doubted: tuple[ReadingRecord, ...] = ()
    """The suspect readings since the last good one, newest first."""
    incident: Incident | None = None
    """The open one."""

    @property
    def last(self) -> ReadingRecord | None:
        """Its last accepted reading."""
        return self.accepted[0] if self.accepted else None

    @property
    def past(self) -> Trail:
        """The readings that a new one is judged by."""
        return trail_of(self.accepted, self.doubted)


@dataclass(frozen=True, slots=True)
class Notes:
    """What is to be written of readings, at most one of each source."""

    readings: list[ReadingRecord] = field(default_factory=list)
    states: list[SourceState] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    unchanged: list[Unchanged] = field(default_factory=list)

    def store(self, session: Session) -> None:
        """Write all of it, each table in one go."""
        launch_store.touch_launches(session, self.unchanged)
        popularity_store.touch_counts(session, {each.source: each.now for each in self.unchanged})
        store.put_incidents(session, self.incidents)
        store.put_readings(session, self.readings)
        source_store.put_source_states(session, self.states)


def before_each(session: Session, names: Collection[str]) -> dict[str, Before]:
    """Give how these sources stand, in a write transaction that has written nothing yet."""
    states = source_store.held_states(session, names)
    incidents = store.open_incidents(session)
    return {
        name: Before(states.get(name), *store.judged_by(session, name), incidents.get(name))
        for name in names
    }


def reading_note(
    session: Session,
    source: Source,
    reading: Reading,
    *,
    captures: Sequence[Capture],
    last: ReadingRecord | None,
    now: datetime,
) -> ReadingRecord:
    """
    Give a reading's figures; what an operator once made normal stays so when it is read again.

    Args:
        session: A transaction.
        source: What was read.
        reading: As it was judged.
        captures: Its pages in their order; none where nothing came.
        last: The accepted reading before it.
        now: When.
    """
    record = _record(source, reading, captures, last=last, now=now)
    if by := store.was_accepted(session, source.name, record.capture_key):
        return record.model_copy(update={"is_baseline": True, "accepted_by": by})
    return record


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
