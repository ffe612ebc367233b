"""
From launch pages to stored launches: fetch, keep, parse, judge, store; source by source.

May be run again at any time: an unchanged page is asked for conditionally and adds nothing.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from digest.errors import CaptureError
from digest.model import Capture, Incident, Outcome, Reading, Source, SourceState, Value
from digest.sources.captures import CaptureStore
from digest.sources.collect import Collected, collect
from digest.sources.fetch import Fetched, Fetcher
from digest.sources.health.incidents import Change
from digest.sources.paging import Response
from digest.sources.urls import host_of
from digest.steps.health import note_incidents
from digest.steps.keeping import keep
from digest.steps.record import past_of, read_fetched, store_reading
from digest.store import sources as source_store
from digest.store.engine import Database

IN_FLIGHT = 64
"""Hosts asked at the same time. More make no run shorter, and each may hold a body in memory."""


class SourceReport(Value):
    """What one run made of one source."""

    source: str
    kind: str
    outcome: Outcome
    reason: str | None = None
    rows: int = 0
    launches: int = 0
    new: int = 0
    may_pass: bool = False
    """True where nothing came, and another try in a minute may well bring it."""
    incident: Incident | None = None
    """What is wrong with the source, where it is more than a refusal or a bad line."""
    is_opened: bool = False
    """True where this reading opened the incident."""
    is_alert: bool = False
    """True where somebody is to be told of it now: once an incident."""
    ended: Incident | None = None
    """The incident this reading ended."""


@dataclass(frozen=True, slots=True)
class IngestParts:
    """What ingestion works with."""

    db: Database
    fetcher: Fetcher
    captures: CaptureStore
    clock: Callable[[], datetime]
    jitter: Callable[[], float] = random.random
    """Chance in [0, 1)."""


async def ingest(
    sources: Sequence[Source],
    *,
    parts: IngestParts,
    only_due: bool = False,
    insists: bool = False,
    on_report: Callable[[SourceReport], None] = lambda _report: None,
    in_flight: int = IN_FLIGHT,
) -> tuple[SourceReport, ...]:
    """
    Read every source once, different hosts at the same time, at most ``in_flight`` of them.

    Sources of one host queue up behind each other, for the host takes one request at a time anyway;
    so only as many bodies are held at once as there are hosts in flight, however many sources.

    Args:
        sources: All of them get a report, those that are switched off too.
        parts: What it works with.
        only_due: Leave out those whose rhythm does not ask for them yet.
        insists: The operator named them: one that is switched off or gone for good is asked too.
        on_report: Called with each report as it comes.
        in_flight: Most hosts asked at the same time.

    Returns:
        One report per source, in the order given: a source in trouble stops no other.
    """
    slots = asyncio.Semaphore(in_flight)
    reports: dict[str, SourceReport] = {}
    queues: dict[str, list[Source]] = {}
    for source in sources:
        queues.setdefault(host_of(source.url), []).append(source)

    async def one_host(queue: Sequence[Source]) -> None:
        for source in queue:
            report = _skipped(source, parts, only_due=only_due, insists=insists)
            if report is None:
                async with slots:
                    report = await ingest_source(source, parts=parts, insists=insists)
            reports[source.name] = report
            on_report(report)

    try:
        async with asyncio.TaskGroup() as group:
            for queue in queues.values():
                group.create_task(one_host(queue))
    except (
        ExceptionGroup
    ) as several:  # callers know errors by their class: which may pass, which not
        raise several.exceptions[0] from several
    return tuple(reports[source.name] for source in sources)


def _skipped(
    source: Source, parts: IngestParts, *, only_due: bool, insists: bool
) -> SourceReport | None:
    """Give the report of a source that is not to be asked now; None for one that is."""
    reason = None
    if not source.enabled and not insists:
        reason = "switched off in the sources file (enabled = false)"
    elif only_due:
        state = _known(source, parts)
        due = state.next_due_at if state else None
        if due is not None and due > parts.clock():
            reason = f"not due before {due:%Y-%m-%d %H:%M %Z}"
    if reason is None:
        return None
    return SourceReport(
        source=source.name, kind=source.kind, outcome=Outcome.SKIPPED, reason=reason
    )


async def ingest_source(
    source: Source, *, parts: IngestParts, insists: bool = False
) -> SourceReport:
    """Read one source: everything that happened ends up in its report and its stored state."""
    now = parts.clock()
    known = partial(_known, source, parts)
    collected = await collect(
        source, known(), fetcher=parts.fetcher, now=now, insists=insists, newer=known
    )
    reading, kept = await asyncio.to_thread(_kept_and_read, source, collected, parts)
    with parts.db.write() as session:
        change = note_incidents(session, source, reading, capture=_first(kept), now=parts.clock())
        new = store_reading(
            session,
            source,
            reading,
            captures=[response.capture for response in kept],
            fetched=collected.fetched,
            robots=parts.fetcher.take_robots(),
            now=parts.clock(),
            jitter=parts.jitter(),
        )
    return _report(source, reading, collected.fetched, new=new, change=change)


def _known(source: Source, parts: IngestParts) -> SourceState | None:
    with parts.db.read() as session:
        return source_store.source_state(session, source.name)


def _kept_and_read(
    source: Source, collected: Collected, parts: IngestParts
) -> tuple[Reading, Sequence[Response]]:
    """
    Keep what came, then read it; what could not be kept is not believed either.

    Returns:
        What was read, and what was kept: all responses, or none.
    """
    fetched, responses, trouble = collected.fetched, collected.responses, collected.trouble
    try:
        keep(parts.captures, source, fetched, responses, trouble=trouble)
    except CaptureError as error:
        return Reading(outcome=Outcome.FAILED, reason=str(error)), ()
    with parts.db.read() as session:
        past = past_of(session, source.name)
    reading = read_fetched(source, fetched, responses, past=past, trouble=trouble, at=parts.clock())
    return reading, responses


def _first(responses: Sequence[Response]) -> Capture | None:
    return responses[0].capture if responses else None


def _report(
    source: Source, reading: Reading, fetched: Fetched, *, new: int, change: Change
) -> SourceReport:
    return SourceReport(
        source=source.name,
        kind=source.kind,
        outcome=reading.outcome,
        reason=reading.reason,
        rows=reading.rows,
        launches=len(reading.launches),
        new=new,
        may_pass=fetched.may_pass,
        incident=change.standing,
        is_opened=change.is_opened,
        is_alert=change.is_alert,
        ended=change.ended,
    )
