"""
From launch pages to stored launches: fetch, keep, parse, judge, store; source by source.

May be run again at any time: an unchanged page is asked for conditionally and adds nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.errors import CaptureError
from digest.model import Outcome, Reading, Source, Value
from digest.sources import parsers
from digest.sources.captures import CaptureStore
from digest.sources.config import request_url
from digest.sources.fetch import Fetched, Fetcher
from digest.steps.keeping import keep
from digest.steps.record import Response, past_of, read_fetched, store_reading
from digest.store import sources as source_store
from digest.store.engine import Database


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
        state = source_store.source_states(session).get(source.name)
    asked = source.model_copy(update={"url": request_url(source, now)})
    fetched = await parts.fetcher.fetch(
        asked, state, parser_version=parsers.version_of(source), obeys_robots=kind.is_html
    )
    responses = _responses(fetched)
    reading, kept = await asyncio.to_thread(_kept_and_read, source, fetched, responses, parts)
    with parts.db.write() as session:
        new = store_reading(
            session,
            source,
            reading,
            captures=[response.capture for response in kept],
            fetched=fetched,
            robots=parts.fetcher.robots_read,
            now=parts.clock(),
        )
    return _report(source, reading, new=new)


def _responses(fetched: Fetched) -> tuple[Response, ...]:
    if fetched.capture is None or fetched.body is None:
        return ()
    return (Response(fetched.capture, fetched.body),)


def _kept_and_read(
    source: Source, fetched: Fetched, responses: Sequence[Response], parts: IngestParts
) -> tuple[Reading, Sequence[Response]]:
    """
    Keep what came, then read it; what could not be kept is not believed either.

    Returns:
        What was read, and what was kept: all responses, or none.
    """
    try:
        keep(parts.captures, source, fetched, responses)
    except CaptureError as error:
        return Reading(outcome=Outcome.FAILED, reason=str(error)), ()
    with parts.db.read() as session:
        past = past_of(session, source.name)
    return read_fetched(source, fetched, responses, past=past), responses


def _report(source: Source, reading: Reading, *, new: int) -> SourceReport:
    return SourceReport(
        source=source.name,
        kind=source.kind,
        outcome=reading.outcome,
        reason=reading.reason,
        rows=reading.rows,
        launches=len(reading.launches),
        new=new,
    )
