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

from sqlmodel import Session

from digest.errors import CaptureError
from digest.model import Capture, Incident, Outcome, Reading, Source, SourceState, Value
from digest.sources.captures import CaptureStore
from digest.sources.collect import Collected, collect
from digest.sources.fetch import Fetched, Fetcher
from digest.sources.health.incidents import Change
from digest.sources.urls import host_of
from digest.steps.health import incidents_after
from digest.steps.keeping import keep
from digest.steps.loaded import spared
from digest.steps.noting import Before, Notes, before_each
from digest.steps.record import add_reading, past_of, read_fetched
from digest.steps.together import Together
from digest.store import sources as source_store
from digest.store.engine import Database

IN_FLIGHT = 64
"""Hosts asked at the same time. More make no run shorter, and each may hold a body in memory."""
GATHER_S = 0.02
"""Seconds that what arrived waits for more before it is stored."""


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
    desk = Together(partial(_stored, parts), gather_s=GATHER_S)
    states = Together(partial(_states, parts.db))
    reports: dict[str, SourceReport] = {}

    async def one_host(queue: Sequence[Source]) -> None:
        for source in queue:
            async with slots:
                state = await states.give(source.name)
                report = _skipped(source, state, parts, only_due=only_due, insists=insists)
                if report is None:
                    arrived = await _arrived(source, state, parts=parts, insists=insists)
                    report = await desk.give(arrived)
            reports[source.name] = report
            on_report(report)

    try:
        async with spared(), asyncio.TaskGroup() as group:
            for queue in _by_host(sources):
                group.create_task(one_host(queue))
    except ExceptionGroup as several:  # callers know errors by their class: which may pass
        raise several.exceptions[0] from several
    finally:
        await desk.aclose()
    return tuple(reports[source.name] for source in sources)


def _by_host(sources: Sequence[Source]) -> list[list[Source]]:
    queues: dict[str, list[Source]] = {}
    for source in sources:
        queues.setdefault(host_of(source.url), []).append(source)
    return list(queues.values())


def _states(db: Database, names: Sequence[str]) -> list[SourceState | None]:
    """Give what is known of these sources, in their order; None for one that was never read."""
    with db.read() as session:
        found = source_store.source_states(session, names)
    return [found.get(name) for name in names]


def _skipped(
    source: Source,
    state: SourceState | None,
    parts: IngestParts,
    *,
    only_due: bool,
    insists: bool,
) -> SourceReport | None:
    """Give the report of a source that is not to be asked now; None for one that is."""
    reason = None
    due = state.next_due_at if state else None
    if not source.enabled and not insists:
        reason = "switched off in the sources file (enabled = false)"
    elif only_due and due is not None and due > parts.clock():
        reason = f"not due before {due:%Y-%m-%d %H:%M %Z}"
    if reason is None:
        return None
    return SourceReport(
        source=source.name, kind=source.kind, outcome=Outcome.SKIPPED, reason=reason
    )


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A source that was asked, before anything of it is stored."""

    source: Source
    fetched: Fetched
    captures: tuple[Capture, ...] = ()
    """Of what was kept: all responses, or none."""
    reading: Reading | None = None
    """None where nothing came that could be read: it is judged where it is stored."""


async def _arrived(
    source: Source, state: SourceState | None, *, parts: IngestParts, insists: bool
) -> _Arrived:
    """Ask a source; what came is kept and read."""
    now = parts.clock()
    newer = partial(_known, parts.db, source.name)
    collected = await collect(
        source, state, fetcher=parts.fetcher, now=now, insists=insists, newer=newer
    )
    if not collected.responses:
        return _Arrived(source, collected.fetched)
    return await asyncio.to_thread(_kept_and_read, source, collected, parts)


def _known(db: Database, source: str) -> SourceState | None:
    with db.read() as session:
        return source_store.source_state(session, source)


def _kept_and_read(source: Source, collected: Collected, parts: IngestParts) -> _Arrived:
    """Keep what came, then read it; what could not be kept is not believed either."""
    fetched, responses, trouble = collected.fetched, collected.responses, collected.trouble
    try:
        keep(parts.captures, source, fetched, responses, trouble=trouble)
    except CaptureError as error:
        return _Arrived(source, fetched, reading=Reading(outcome=Outcome.FAILED, reason=str(error)))
    with parts.db.read() as session:
        past = past_of(session, source.name)
    reading = read_fetched(source, fetched, responses, past=past, trouble=trouble, at=parts.clock())
    return _Arrived(source, fetched, tuple(each.capture for each in responses), reading)


def _stored(parts: IngestParts, group: Sequence[_Arrived]) -> Sequence[SourceReport]:
    """
    Store what arrived in one transaction: of each source everything, or nothing.

    Args:
        parts: What to work with.
        group: At most one of each source.

    Returns:
        Their reports, in the order given.
    """
    notes = Notes()
    reports: dict[str, SourceReport] = {}
    with parts.db.write() as session:
        before = before_each(session, [each.source.name for each in group])
        for each in sorted(group, key=lambda arrived: arrived.source.name):
            name = each.source.name
            reports[name] = _noted(session, each, parts, before=before[name], notes=notes)
        notes.store(session)
        source_store.put_robots_texts(session, parts.fetcher.take_robots())
    return [reports[each.source.name] for each in group]


def _noted(
    session: Session, arrived: _Arrived, parts: IngestParts, *, before: Before, notes: Notes
) -> SourceReport:
    """Judge what is not judged yet, and note everything that is to be stored of one source."""
    source, fetched, captures = arrived.source, arrived.fetched, arrived.captures
    now = parts.clock()
    reading = arrived.reading
    if reading is None:
        reading = read_fetched(source, fetched, (), past=before.past, at=now)
    first = captures[0] if captures else None
    change = incidents_after(session, source, reading, before=before, capture=first, now=now)
    notes.incidents.extend(change.incidents)
    new = add_reading(
        session,
        source,
        reading,
        captures=captures,
        fetched=fetched,
        before=before,
        notes=notes,
        now=now,
        jitter=parts.jitter(),
    )
    return _report(source, reading, fetched, new=new, change=change)


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
