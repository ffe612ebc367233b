"""
From launch pages to stored launches: fetch, keep, parse, judge, store; source by source.

May be run again at any time: an unchanged page is asked for conditionally and adds nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.errors import CaptureError
from digest.model import Outcome, Reading, Source, SourceState, Value
from digest.sources import parsers
from digest.sources.captures import CaptureStore
from digest.sources.config import request_url
from digest.sources.fetch import Fetched, Fetcher
from digest.sources.health import counts_of, judge, mark_launched, past_reading
from digest.store import launches as store
from digest.store.engine import Database

FINDING_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY)
GOOD_OUTCOMES = (Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED)


class SourceReport(Value):
    """What one run made of one source."""

    source: str
    kind: str
    outcome: Outcome
    reason: str | None = None
    rows: int = 0
    launches: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class IngestParts:
    """What ingestion works with."""

    db: Database
    fetcher: Fetcher
    captures: CaptureStore
    clock: Callable[[], datetime]


async def ingest(
    sources: Sequence[Source],
    *,
    parts: IngestParts,
    on_report: Callable[[SourceReport], None] = lambda _report: None,
) -> tuple[SourceReport, ...]:
    """
    Read every source once, different hosts at the same time.

    Returns:
        One report per source, in the order given: a source in trouble stops no other.
    """

    async def one(source: Source) -> SourceReport:
        report = await ingest_source(source, parts=parts)
        on_report(report)
        return report

    return tuple(await asyncio.gather(*(one(source) for source in sources)))


async def ingest_source(source: Source, *, parts: IngestParts) -> SourceReport:
    """Read one source: everything that happened ends up in its report and its stored state."""
    kind = parsers.KINDS[source.kind]
    now = parts.clock()
    with parts.db.read() as session:
        state = store.source_states(session).get(source.name)
    asked = source.model_copy(update={"url": request_url(source, now)})
    fetched = await parts.fetcher.fetch(
        asked, state, parser_version=parsers.version_of(source), obeys_robots=kind.is_html
    )
    reading = await asyncio.to_thread(_kept_and_read, source, fetched, parts)
    return _store(source, reading, fetched=fetched, state=state, parts=parts)


def _kept_and_read(source: Source, fetched: Fetched, parts: IngestParts) -> Reading:
    """Keep the body, then read it; what could not be kept is not believed either."""
    if fetched.body is not None:
        try:
            parts.captures.put(fetched.body)
        except CaptureError as error:
            return Reading(outcome=Outcome.FAILED, reason=str(error))
    return _read(source, fetched, parts)


def _read(source: Source, fetched: Fetched, parts: IngestParts) -> Reading:
    """Parse and judge what was fetched; what was not fetched is a reading of its own."""
    if fetched.outcome is not Outcome.OK or fetched.capture is None or fetched.body is None:
        return Reading(outcome=fetched.outcome, reason=fetched.reason)
    reading = parsers.read(fetched.capture, fetched.body, source)
    with parts.db.read() as session:
        past = [past_reading(row) for row in store.recent_readings(session, source.name)]
    return judge(reading, source=source, past=past)


def _store(
    source: Source,
    reading: Reading,
    *,
    fetched: Fetched,
    state: SourceState | None,
    parts: IngestParts,
) -> SourceReport:
    """Store a reading in one transaction; only a good one brings launches."""
    now = parts.clock()
    new = 0
    with parts.db.write() as session:
        if fetched.capture is not None:
            store.put_capture(session, fetched.capture)
        if reading.outcome in FINDING_OUTCOMES:
            known = store.known_ids(session, source.name)
            found = mark_launched(
                reading.launches, known=known, complete_at=state.complete_at if state else None
            )
            new = store.put_launches(session, found, now=now)
        store.put_robots_texts(session, parts.fetcher.robots_read)
        if reading.outcome is Outcome.UNCHANGED:
            store.touch_launches(session, source.name, now=now)
        key = fetched.capture.key if fetched.capture else ""
        newest = counts_of(reading.launches).newest_at
        store.put_reading(session, source.name, reading, newest_at=newest, capture_key=key, now=now)
        store.put_source_state(session, _next_state(source, reading, fetched, state, now))
    return SourceReport(
        source=source.name,
        kind=source.kind,
        outcome=reading.outcome,
        reason=reading.reason,
        rows=reading.rows,
        launches=len(reading.launches),
        new=new,
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
