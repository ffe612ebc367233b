"""
From responses that were kept to stored launches: parse, judge, store.

What ingestion and replay share: given the same captures in the same order, the same rows result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from digest.model import Capture, Outcome, Reading, RobotsText, Source, SourceState
from digest.sources import parsers
from digest.sources.fetch import Fetched
from digest.sources.health import PastReading, counts_of, judge, mark_launched, past_reading
from digest.store import captures as capture_store
from digest.store import launches as launch_store
from digest.store import sources as source_store

FINDING_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY)
GOOD_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Response:
    """One response with its body; a listing is one or more of them, in the order of its pages."""

    capture: Capture
    body: bytes


def past_of(session: Session, source: str) -> list[PastReading]:
    """Give the accepted readings that a new one of this source is judged by, newest first."""
    return [past_reading(row) for row in source_store.recent_readings(session, source)]


def read_fetched(
    source: Source,
    fetched: Fetched,
    responses: Sequence[Response],
    *,
    past: Sequence[PastReading],
) -> Reading:
    """
    Say what a fetch brought: only one that ended well has content to parse.

    Args:
        source: What it was fetched for.
        fetched: How the fetch ended.
        responses: What came, in the order of the pages.
        past: Accepted readings, newest first.
    """
    if fetched.outcome is not Outcome.OK or not responses:
        return Reading(outcome=fetched.outcome, reason=fetched.reason)
    return read_listing(source, responses, past=past)


def read_listing(
    source: Source, responses: Sequence[Response], *, past: Sequence[PastReading]
) -> Reading:
    """
    Parse a listing and judge it by the readings before it.

    Args:
        source: What it was fetched for.
        responses: The listing's pages, one or more.
        past: Accepted readings, newest first.
    """
    first = responses[0]
    reading = parsers.read(first.capture, first.body, source)
    return judge(reading, source=source, past=past)


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
    key = captures[0].key if captures else ""
    newest = counts_of(reading.launches).newest_at
    source_store.put_reading(
        session, source.name, reading, newest_at=newest, capture_key=key, now=now
    )
    source_store.put_source_state(session, _next_state(source, reading, fetched, state, now))
    return new


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
