"""
From responses that were kept to stored launches: parse, judge, store.

What ingestion and replay share: given the same captures in the same order, the same rows result.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from digest.catalogue.popularity import continued
from digest.catalogue.popularity import counts_of as counts_over
from digest.model import (
    Capture,
    FaultKind,
    Launch,
    Outcome,
    Reading,
    RobotsText,
    Source,
    SourceState,
)
from digest.sources.address import stored_url
from digest.sources.asking import way_of
from digest.sources.fetched import Fetched
from digest.sources.health import Trail, judge, mark_launched
from digest.sources.health.trails import trail_of
from digest.sources.listings import read_pages
from digest.sources.paging import Response
from digest.sources.waiting import next_due
from digest.steps.noting import note_reading
from digest.store import captures as capture_store
from digest.store import health as health_store
from digest.store import launches as launch_store
from digest.store import popularity as popularity_store
from digest.store import sources as source_store

__all__ = [
    "FINDING_OUTCOMES",
    "GOOD_OUTCOMES",
    "Response",
    "past_of",
    "read_fetched",
    "read_listing",
    "store_reading",
]

FINDING_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY)
GOOD_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED)


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
    trouble: str | None = None,
) -> Reading:
    """
    Say what a fetch brought: only one that ended well has content to parse.

    Args:
        source: What it was fetched for.
        fetched: How the fetch ended.
        responses: What came, in the order of the pages.
        past: The readings before it.
        at: When.
        trouble: Why the page after the last one did not come.
    """
    if fetched.outcome is not Outcome.OK or not responses:
        return judge(_nothing_read(fetched), source=source, past=past, at=at)
    return read_listing(
        source, responses, past=past, trouble=trouble, is_refused=fetched.refuses_more
    )


def read_listing(
    source: Source,
    responses: Sequence[Response],
    *,
    past: Trail,
    trouble: str | None = None,
    is_refused: bool = False,
) -> Reading:
    """
    Parse a listing and judge it by the readings before it.

    Args:
        source: What it was fetched for.
        responses: The listing's pages, one or more.
        past: The readings before it.
        trouble: Why the page after the last one did not come, where that is known.
        is_refused: True where its host refused it, or asked to wait with it.
    """
    reading = read_pages(source, responses, trouble=trouble, is_refused=is_refused)
    # the pages of an index are items, which may well be alike
    told = responses[:1] if way_of(source).is_index else responses
    bodies = [response.capture.body_sha256 for response in told]
    at = responses[0].capture.fetched_at
    return judge(reading, source=source, past=past, at=at, bodies=bodies)


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
    jitter: float = 0.0,
) -> int:
    """
    Store a reading and what it rests on; only a good one brings launches.

    One that lacks pages brings those that have a date of their own: it says nothing of what is new.

    Args:
        session: One write transaction: all of it is stored, or nothing.
        source: What was read.
        reading: What was made of it.
        captures: Its pages in their order; none where nothing came.
        fetched: What the fetch left for the next one: validators, and when the host may be asked.
        robots: What was read of robots.txt on the way.
        now: When.
        jitter: Chance in [0, 1), by which a source in trouble is put off.

    Returns:
        How many launches were new.
    """
    state = source_store.source_state(session, source.name)
    for capture in captures:
        capture_store.put_capture(session, capture)
    new = 0
    if reading.outcome in FINDING_OUTCOMES:
        ids = [launch.native_id for launch in reading.launches]
        known = launch_store.known_among(session, source.name, ids)
        found = mark_launched(
            reading.launches, known=known, complete_at=state.complete_at if state else None
        )
        new = launch_store.put_launches(session, found, now=now, known=known)
        put_counts(session, source.name, reading.launches, at=_read_at(captures, now))
    elif not reading.is_whole:
        dated = [launch for launch in reading.launches if launch.launched_at]
        new = launch_store.put_launches(session, dated, now=now)
    source_store.put_robots_texts(session, robots)
    if reading.outcome is Outcome.UNCHANGED and state is not None and state.good_at is not None:
        launch_store.touch_launches(session, source.name, seen_at=state.good_at, now=now)
        popularity_store.touch_counts(session, source.name, at=now)
    note_reading(session, source, reading, captures=captures, now=now)
    after = _next_state(source, reading, fetched, state, now=now, jitter=jitter)
    source_store.put_source_state(session, after)
    return new


def _read_at(captures: Sequence[Capture], now: datetime) -> datetime:
    """Give when a listing was fetched: a kept response counts for then, whenever it is read."""
    return captures[0].fetched_at if captures else now


def put_counts(session: Session, source: str, launches: Sequence[Launch], *, at: datetime) -> None:
    """Append what a listing counted at one moment; told twice, a response counts once."""
    counts = counts_over(launches, at=at)
    if not counts:
        return
    seen = popularity_store.ends_of(session, source, [count.native_id for count in counts])
    drawn = [continued(seen.get(count.series, ()), count) for count in counts]
    popularity_store.put_counts(session, [count for count in drawn if count])


def _next_state(
    source: Source,
    reading: Reading,
    fetched: Fetched,
    state: SourceState | None,
    *,
    now: datetime,
    jitter: float,
) -> SourceState:
    """
    Work out how the source stands after this reading.

    Validators are kept only from a good reading: a suspect page must be fetched whole again.
    """
    url = stored_url(source.url)
    before = state or SourceState(source=source.name, kind=source.kind, url=url)
    changes: dict[str, Any] = {
        "kind": source.kind,
        "url": url,
        "outcome": reading.outcome,
        "reason": reading.reason,
        "checked_at": now,
        "not_before": fetched.not_before,
        "gone_at": (before.gone_at or now) if fetched.is_gone else None,
        "moved_from": fetched.moved.url if fetched.moved else None,
        "moved_to": fetched.moved.to if fetched.moved else None,
        "moved_seen": fetched.moved.seen if fetched.moved else 0,
        "next_due_at": next_due(
            now,
            every_hours=source.every_hours,
            in_trouble=reading.outcome not in GOOD_OUTCOMES,
            not_before=fetched.not_before,
            jitter=jitter,
        ),
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
