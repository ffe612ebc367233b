"""
Decide what becomes of incidents: open one, go on with it, tell somebody once, end it.

Pure: how a reading ended and the open incident in, incidents to store out. One incident is one
time that a source did not tell the truth, and somebody is told of it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model import (
    FaultKind,
    Incident,
    IncidentEnd,
    Outcome,
    Reading,
    ReadingRecord,
    Source,
    SourceState,
)
from digest.sources.health.fault import is_same_trouble
from digest.sources.health.settling import NEXT_LOOK

ALERT_AFTER = 2
RARE = timedelta(days=7)
"""Rhythm from which one suspect reading is enough: the next look is a week away."""
UNREACHABLE_AFTER = 4
"""Failures in a row that make a silent host an incident: a day, at four readings a day."""
UNREAD = frozenset(
    {FaultKind.MALFORMED, FaultKind.REPEATED_PAGE, FaultKind.REFUSED, FaultKind.ACCOUNTS}
)
"""Faults that no operator's word turns into a reading."""
GOOD = frozenset({Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stood before a reading."""

    open: Incident | None = None
    items: int | None = None
    """Launches of its last good reading."""
    capture_key: str = ""
    """What its last good reading was read from."""
    failures: int = 0
    """Readings in a row before this one that found nobody there."""
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be stored, and what is to be told."""

    ended: Incident | None = None
    standing: Incident | None = None
    """The incident that was opened, or goes on."""
    is_opened: bool = False
    is_alert: bool = False
    """True where somebody is to be told of ``standing`` now: once an incident."""

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """All that is to be stored."""
        return tuple(each for each in (self.ended, self.standing) if each)


def decide(
    reading: Reading, *, source: Source, before: Standing, at: datetime, capture_key: str = ""
) -> Change:
    """
    Decide what a reading does to a source's incidents.

    Args:
        reading: As it was judged.
        source: Its cadence, and after how many suspect readings somebody is told.
        before: How the source stood.
        at: When.
        capture_key: What it was read from; empty where nothing came.

    A block or a wait says nothing about the source's health: neither opens nor ends an incident.
    """
    if reading.outcome in GOOD:
        end = IncidentEnd.STEP if reading.is_step else IncidentEnd.RECOVERED
        return Change(ended=ended(before.open, end=end, at=at) if before.open else None)
    kind = _kind(reading, before)
    if kind is None or before.is_muted:
        return Change()
    if before.open and is_same_trouble(before.open.kind, kind):
        going_on = _gone_on(before.open, reading, at=at, capture_key=capture_key)
        return _told(going_on, source, is_opened=False)
    incident = _opened(kind, reading, source, before, at=at, capture_key=capture_key)
    closed = before.open and ended(before.open, end=IncidentEnd.CHANGED, at=at)
    return _told(incident, source, is_opened=True, closed=closed)


def ended(incident: Incident, *, end: IncidentEnd, at: datetime, by: str = "") -> Incident:
    """Give an incident as it ended; ``by`` names the operator where it was one."""
    return incident.model_copy(update={"ended_at": at, "end": end, "ended_by": by})


def why_not_normal(last: ReadingRecord | None, *, source: Source) -> str | None:
    """
    Say why an operator's word cannot make a reading the new normal; None where it can.

    Args:
        last: The last reading that says anything; None where there is none.
        source: Its floor binds whatever was accepted.
    """
    if last is None or last.outcome is not Outcome.SUSPECT or last.is_baseline:
        return "its last reading is not suspect; nothing to accept"
    if last.fault is FaultKind.STALLED and not last.items:
        return (
            f"its page is as it was ({last.reason}), so there is nothing to accept; mute the source, "
            "or declare a longer expected_every_days in the sources file"
        )
    if not last.items or last.fault is FaultKind.EMPTY:
        return "its last reading is empty, which is never normal; mute the source, or take it out"
    if last.fault in UNREAD:
        return f"its last reading could not be read ({last.reason}); try: digest sources doctor"
    if last.items < source.floor:
        return (
            f"{last.items} items are below its floor of {source.floor}; "
            f"set a lower one in the sources file, such as floor = {last.items}"
        )
    return None


def unopened(last: ReadingRecord) -> Incident:
    """Give the incident of a suspect reading that opened none, since its source was muted."""
    return Incident(
        source=last.source,
        kind=last.fault or FaultKind.MALFORMED,
        reason=last.reason or "",
        opened_at=last.read_at,
        last_bad_at=last.read_at,
        items=last.items,
        expected=last.expected,
        capture_during=last.capture_key,
    )


def is_muted(state: SourceState | None, *, at: datetime) -> bool:
    """Tell whether an operator wants to hear nothing of a source now."""
    return bool(state and state.muted_until and at < state.muted_until)


def looks(times: Sequence[datetime], *, at: datetime) -> int:
    """
    Count the looks that so many readings were, the one at ``at`` left out.

    Args:
        times: Newest first; those that follow the one before too soon are the same look.
        at: The reading that is being made now.
    """
    count, later = 0, at
    for moment in times:
        if later - moment >= NEXT_LOOK:
            count, later = count + 1, moment
    return count


def alert_after(source: Source) -> int:
    """Give the number of suspect readings in a row from which somebody is told."""
    if source.alert_after is not None:
        return source.alert_after
    return 1 if timedelta(hours=source.every_hours) >= RARE else ALERT_AFTER


def _kind(reading: Reading, before: Standing) -> FaultKind | None:
    """Name what is wrong; None where it says nothing of the source's health."""
    if reading.fault is FaultKind.REFUSED:
        return None
    if reading.outcome is Outcome.SUSPECT:
        return reading.fault or FaultKind.MALFORMED
    if reading.outcome is not Outcome.FAILED:
        return None
    if reading.fault is FaultKind.UNREACHABLE and before.failures + 1 < UNREACHABLE_AFTER:
        return None
    return reading.fault


def _opened(
    kind: FaultKind,
    reading: Reading,
    source: Source,
    before: Standing,
    *,
    at: datetime,
    capture_key: str,
) -> Incident:
    follows = before.open
    earlier = before.failures if kind is FaultKind.UNREACHABLE else 0
    return Incident(
        source=source.name,
        kind=kind,
        reason=reading.reason or "",
        opened_at=at,
        last_bad_at=at,
        suspects=1 + (follows.suspects if follows else earlier),
        items_before=before.items,
        items=_items(reading, before.items),
        expected=reading.expected,
        capture_before=before.capture_key,
        capture_during=capture_key,
        alerted_at=follows.alerted_at if follows else None,
    )


def _gone_on(incident: Incident, reading: Reading, *, at: datetime, capture_key: str) -> Incident:
    return incident.model_copy(
        update={
            "reason": reading.reason or "",
            "last_bad_at": at if at - incident.last_bad_at >= NEXT_LOOK else incident.last_bad_at,
            "suspects": incident.suspects + (at - incident.last_bad_at >= NEXT_LOOK),
            "items": _items(reading, incident.items),
            "capture_during": capture_key or incident.capture_during,
        }
    )


def _items(reading: Reading, before: int | None) -> int:
    """Count a bad reading's launches; a page that stayed as it was for too long has what it had."""
    is_as_it_was = reading.fault is FaultKind.STALLED and not reading.launches
    return before or 0 if is_as_it_was else len(reading.launches)


def _told(
    incident: Incident, source: Source, *, is_opened: bool, closed: Incident | None = None
) -> Change:
    """Note that somebody is to be told, where it is time and nobody was."""
    is_alert = incident.alerted_at is None and incident.suspects >= alert_after(source)
    if is_alert:
        incident = incident.model_copy(update={"alerted_at": incident.last_bad_at})
    return Change(ended=closed, standing=incident, is_opened=is_opened, is_alert=is_alert)
