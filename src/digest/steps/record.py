"""
From responses that were kept to stored launches: parse, judge, store.

What ingestion and replay share: given the same captures in the same order, the same rows result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from digest.model import (
    Capture,
    FaultKind,
    Outcome,
    Reading,
    ReadingRecord,
    RobotsText,
    Source,
    SourceState,
)
from digest.sources import parsers
from digest.sources.fetch import Fetched
from digest.sources.health import Trail, counts_of, judge, mark_launched
from digest.sources.health.trails import trail_of
from digest.store import captures as capture_store
from digest.store import health as health_store
from digest.store import launches as launch_store
from digest.store import sources as source_store

FINDING_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY)
GOOD_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Response:
    """One response with its body; a listing is one or more of them, in the order of its pages."""

    capture: Capture
    body: bytes


def past_of(session: Session, source: str, *, before: datetime | None = None) -> Trail:
    """
    Give the earlier readings that a new one of this source is judged by.

    ``before`` is for a reading made again: what came after it has no say.
    """
    return trail_of(*health_store.judged_by(session, source, before=before))


def read_fetched(
    source: Source,
    fetched: Fetched,
    responses: Sequence[Response],
    *,
    past: Trail,
    at: datetime,
) -> Reading:
    """
    Say what a fetch brought: only one that ended well has content to parse.

    Args:
        source: What it was fetched for.
        fetched: How the fetch ended.
        responses: What came, in the order of the pages.
        past: The readings before it.
        at: When.
    """
    if fetched.outcome is not Outcome.OK or not responses:
        return judge(_nothing_read(fetched), source=source, past=past, at=at)
    return read_listing(source, responses, past=past)


def read_listing(source: Source, responses: Sequence[Response], *, past: Trail) -> Reading:
    """
    Parse a listing and judge it by the readings before it.

    Args:
        source: What it was fetched for.
        responses: The listing's pages, one or more.
        past: The readings before it.
    """
    first = responses[0]
    reading = parsers.read(first.capture, first.body, source)
    bodies = [response.capture.body_sha256 for response in responses]
    return judge(reading, source=source, past=past, at=first.capture.fetched_at, bodies=bodies)


def _nothing_read(fetched: Fetched) -> Reading:
    """
    Give the reading of a fetch that brought no content to read.

    A host that only asks us to wait, or refuses us, says nothing of the source's health.
    """
    is_silent = fetched.outcome is Outcome.FAILED and fetched.not_before is None
    fault = FaultKind.UNREACHABLE if is_silent else None
    return Reading(outcome=fetched.outcome, reason=fetched.reason, fault=fault)


def store_reading(
    session: Session,
    source: Source,
    reading: Reading,
    *,
    captures: Sequence[Capture],
    fetched: Fetched,
    robots: Sequence[RobotsText],
    now: datetime,
) -> int:
    """
    Store a reading and what it rests on; only a good one brings launches.

    Args:
        session: One write transaction: all of it is stored, or nothing.
        source: What was read.
        reading: What was made of it.
        captures: Its pages in their order; none where nothing came.
        fetched: What the fetch left for the next one: validators, and when the host may be asked.
        robots: What was read of robots.txt on the way.
        now: When.

    Returns:
        How many launches were new.
    """
    state = source_store.source_state(session, source.name)
    for capture in captures:
        capture_store.put_capture(session, capture)
    new = 0
    if reading.outcome in FINDING_OUTCOMES:
        known = launch_store.known_ids(session, source.name)
        found = mark_launched(
            reading.launches, known=known, complete_at=state.complete_at if state else None
        )
        new = launch_store.put_launches(session, found, now=now)
    source_store.put_robots_texts(session, robots)
    if reading.outcome is Outcome.UNCHANGED:
        launch_store.touch_launches(session, source.name, now=now)
    accepted = health_store.recent_readings(session, source.name, limit=1)
    record = _record(source, reading, captures, last=accepted[0] if accepted else None, now=now)
    if by := health_store.was_accepted(session, source.name, record.capture_key):
        record = record.model_copy(update={"is_baseline": True, "accepted_by": by})
    health_store.put_reading(session, record)
    source_store.put_source_state(session, _next_state(source, reading, fetched, state, now))
    return new


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


def _next_state(
    source: Source,
    reading: Reading,
    fetched: Fetched,
    state: SourceState | None,
    now: datetime,
) -> SourceState:
    """
    Work out how the source stands after this reading.

    Validators are kept only from a good reading: a suspect page must be fetched whole again.
    """
    before = state or SourceState(source=source.name, kind=source.kind, url=source.url)
    changes: dict[str, Any] = {
        "kind": source.kind,
        "url": source.url,
        "outcome": reading.outcome,
        "reason": reading.reason,
        "checked_at": now,
        "not_before": fetched.not_before,
    }
    if reading.outcome in GOOD_OUTCOMES:
        changes |= {
            "good_at": now,
            "complete_at": now,
            "etag": fetched.etag,
            "last_modified": fetched.last_modified,
            "validator_url": fetched.validator_url,
        }
    if reading.outcome in FINDING_OUTCOMES:
        changes["items"] = len(reading.launches)
    return before.model_copy(update=changes)
