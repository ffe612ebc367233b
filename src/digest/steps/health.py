"""
Keep account of sources' health: incidents as readings come in, an operator's word, and how all stand.

From stored readings alone: nothing here asks a site.
"""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches

from sqlmodel import Session

from digest.errors import NotFoundError, SourceHealthError
from digest.model import (
    Capture,
    FaultKind,
    Incident,
    IncidentEnd,
    Outcome,
    Reading,
    ReadingRecord,
    Source,
    SourceState,
    Value,
)
from digest.sources import parsers
from digest.sources.address import stored_url
from digest.sources.health.incidents import (
    Change,
    Standing,
    decide,
    ended,
    is_muted,
    looks,
    unopened,
    why_not_normal,
)
from digest.sources.health.trails import trail_of
from digest.store import health as store
from digest.store import sources as source_store
from digest.store.engine import Database

TREND = 40
"""Readings shown of each source: ten days, at four a day."""
PAST_INCIDENTS = 5
MAX_NAME = 80


class SourceHealth(Value):
    """How one source stands, for an operator."""

    name: str
    label: str
    kind: str
    url: str
    is_listed: bool = True
    """False where the sources file has it no more."""
    is_supplied: bool = False
    """True where its pages are saved by an operator and given: nothing asks for them."""
    enabled: bool = True
    """False where the sources file has it switched off."""
    outcome: Outcome | None = None
    """None where it was never read."""
    reason: str | None = None
    items: int = 0
    """Launches of the last good reading."""
    usual: float | None = None
    """Launches that are usual; None where nothing was accepted yet."""
    checked_at: datetime | None = None
    good_at: datetime | None = None
    newest_at: datetime | None = None
    """Latest launch date in the last accepted reading."""
    next_due_at: datetime | None = None
    """Not asked before then; None: at the next run."""
    parser_version: str = ""
    muted_until: datetime | None = None
    muted_by: str = ""
    incident: Incident | None = None
    """The open one."""
    before: ReadingRecord | None = None
    """The last good reading before the open incident."""
    during: ReadingRecord | None = None
    """The latest bad reading of the open incident."""
    may_accept: bool = False
    """True where an operator's word can make the last reading the new normal."""
    past: tuple[Incident, ...] = ()
    """The last ones that ended, newest first."""
    trend: tuple[ReadingRecord, ...] = ()
    """The last readings, oldest first."""

    @property
    def is_asked(self) -> bool:
        """True where a run of ingestion asks for it."""
        return self.is_listed and self.enabled

    @property
    def latest_items(self) -> int | None:
        """
        Launches of the last reading that listed any or none; None where no reading did.

        A 304 lists what the last good reading did, also where it is too old to be believed.
        """
        for record in reversed(self.trend):
            if record.outcome is Outcome.UNCHANGED or _is_stale_304(record):
                return self.items
            if record.has_content:
                return record.items
        return None


def _is_stale_304(record: ReadingRecord) -> bool:
    return record.fault is FaultKind.STALLED and not record.has_content


def note_incidents(
    session: Session, source: Source, reading: Reading, *, capture: Capture | None, now: datetime
) -> Change:
    """
    Open, go on with or end a source's incident; call it before the reading itself is stored.

    Args:
        session: The write transaction that will store the reading.
        source: What was read.
        reading: As it was judged.
        capture: Its first page; None where nothing came.
        now: When.

    Returns:
        What changed, and whether somebody is to be told.
    """
    before = _standing(session, source.name, now=now)
    key = capture.key if capture else ""
    change = decide(reading, source=source, before=before, at=now, capture_key=key)
    store.put_incidents(session, change.incidents)
    return change


def _standing(session: Session, source: str, *, now: datetime) -> Standing:
    # held, and first of all: two workers that read it at once must not both open an incident
    state = source_store.source_state(session, source, holds=True)
    accepted = store.recent_readings(session, source, limit=1)
    return Standing(
        open=store.open_incident(session, source),
        items=accepted[0].items if accepted else None,
        capture_key=accepted[0].capture_key if accepted else "",
        failures=looks(store.failures_in_a_row(session, source), at=now),
        is_muted=is_muted(state, at=now),
    )


def open_incidents(db: Database) -> dict[str, Incident]:
    """Give the incidents that have not ended, by source."""
    with db.read() as session:
        return store.open_incidents(session)


def source_healths(db: Database, sources: Sequence[Source]) -> tuple[SourceHealth, ...]:
    """
    Give how every source stands: those of the sources file in its order, then those it has no more.

    Every configured source is in it, read or not: what runs is what is registered.
    """
    with db.read() as session:
        states = source_store.source_states(session)
        incidents = store.open_incidents(session)
        listed = {source.name for source in sources}
        gone = [
            Source.model_construct(
                name=state.source, kind=state.kind, url=state.url, label="", floor=0
            )
            for name, state in states.items()
            if name not in listed
        ]
        return tuple(
            _health(
                session,
                source,
                state=states.get(source.name),
                incident=incidents.get(source.name),
                is_listed=source.name in listed,
            )
            for source in (*sources, *gone)
        )


def _health(
    session: Session,
    source: Source,
    *,
    state: SourceState | None,
    incident: Incident | None,
    is_listed: bool,
) -> SourceHealth:
    accepted, doubted = store.judged_by(session, source.name)
    trail = trail_of(accepted, doubted)
    kind = parsers.KINDS.get(source.kind)
    known = kind if is_listed else None
    stands = state or SourceState(source=source.name, kind=source.kind, url=stored_url(source.url))
    return SourceHealth(
        name=source.name,
        label=source.label or source.name,
        kind=source.kind,
        url=stored_url(source.url),
        is_listed=is_listed,
        is_supplied=bool(kind and kind.is_supplied),
        enabled=source.enabled,
        usual=trail.usual_items,
        newest_at=trail.last.counts.newest_at if trail.last else None,
        parser_version=parsers.version_of(source) if known else "",
        incident=incident,
        before=store.reading_at(session, source.name, incident.capture_before)
        if incident
        else None,
        during=store.reading_at(session, source.name, incident.capture_during)
        if incident
        else None,
        may_accept=why_not_normal(store.last_word(session, source.name), source=source) is None,
        past=tuple(store.past_incidents(session, source.name, limit=PAST_INCIDENTS)),
        trend=tuple(store.trend(session, source.name, limit=TREND)),
        outcome=stands.outcome,
        reason=stands.reason,
        items=stands.items,
        checked_at=stands.checked_at,
        good_at=stands.good_at,
        next_due_at=_next_due(stands),
        muted_until=stands.muted_until,
        muted_by=stands.muted_by,
    )


def _next_due(state: SourceState) -> datetime | None:
    """Give when a source is asked next: by its rhythm, and not before its host allows it."""
    times = [each for each in (state.next_due_at, state.not_before) if each]
    return max(times, default=None)


def accept_source(db: Database, source: Source, *, by: str, now: datetime) -> ReadingRecord:
    """
    Make a source's last suspect reading the new normal: the next reading is judged by it.

    The word is kept with the incident, which a replay leaves alone; a muted source gets one for it.

    Raises:
        SourceHealthError: Its last reading is not suspect, or is nothing that could be normal.
    """
    _require_name(source, by)
    with db.write() as session:
        last = store.last_word(session, source.name)
        fault = why_not_normal(last, source=source)
        if fault or last is None:
            raise SourceHealthError(source.name, fault or "it was never read")
        store.accept_last(session, source.name, by=by)
        incident = store.open_incident(session, source.name) or unopened(last)
        closed = ended(incident, end=IncidentEnd.ACCEPTED, at=now, by=by)
        during = {"capture_during": last.capture_key}
        store.put_incidents(session, [closed.model_copy(update=during)])
        return last


def mute_source(
    db: Database, source: Source, *, until: datetime, by: str, now: datetime
) -> Incident | None:
    """
    Open no incident of a source before ``until``; an open one ends.

    Returns:
        The incident that was ended; None where none was open.

    Raises:
        SourceHealthError: ``until`` is not to come.
    """
    if until <= now:
        raise SourceHealthError(
            source.name, f"{until:%Y-%m-%d %H:%M} UTC is past; name a time to come"
        )
    _require_name(source, by)
    with db.write() as session:
        _put_mute(session, source, until=until, by=by)
        incident = store.open_incident(session, source.name)
        if incident is None:
            return None
        closed = ended(incident, end=IncidentEnd.MUTED, at=now, by=by)
        store.put_incidents(session, [closed])
        return closed


def unmute_source(db: Database, source: Source) -> None:
    """Let incidents of a source be opened again."""
    with db.write() as session:
        _put_mute(session, source, until=None, by="")


def _require_name(source: Source, by: str) -> None:
    if len(by) > MAX_NAME:
        raise SourceHealthError(
            source.name, f"a name may have up to {MAX_NAME} letters; give a shorter one with --by"
        )


def _put_mute(session: Session, source: Source, *, until: datetime | None, by: str) -> None:
    state = source_store.source_state(session, source.name)
    url = stored_url(source.url)
    known = state or SourceState(source=source.name, kind=source.kind, url=url)
    changes = {"muted_until": until, "muted_by": by}
    source_store.put_source_state(session, known.model_copy(update=changes))


def named_source(sources: Sequence[Source], name: str) -> Source:
    """
    Give a source of the sources file by its name.

    Raises:
        NotFoundError: It has none; the text names the nearest, or all.
    """
    found = next((source for source in sources if source.name == name), None)
    if found:
        return found
    names = [source.name for source in sources]
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else f"the sources file has: {', '.join(names)}"
    )
    raise NotFoundError("source", name, hint)
