"""A source's health as the operators' page shows it: words, ages, a chart, before and after. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.model import FaultKind, Incident, Outcome, ReadingRecord
from digest.model.wording import counted, day, span
from digest.steps.health import TREND, SourceHealth
from digest.web.charts import Chart, Mark, chart

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
UNKNOWN = "—"
WORDS = {
    Outcome.OK: "read well",
    Outcome.OK_EMPTY: "rightly empty",
    Outcome.UNCHANGED: "unchanged",
    Outcome.SUSPECT: "suspect",
    Outcome.BLOCKED: "blocked",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "skipped",
}
OFF = "switched off"
CHIPS = {
    Outcome.OK: "ship",
    Outcome.OK_EMPTY: "ship",
    Outcome.UNCHANGED: "ship",
    Outcome.SUSPECT: "skip",
    Outcome.FAILED: "skip",
}
"""Class of an outcome's chip; the others have none of their own."""
FAULTS = {
    FaultKind.EMPTY: "Nothing is listed",
    FaultKind.PARTIAL: "Many items are missing",
    FaultKind.ALL_DATES_SAME: "Most items have one date",
    FaultKind.DATES_MISSING: "Dates are missing",
    FaultKind.DUPLICATED: "Items are there twice",
    FaultKind.NEWEST_GONE: "The newest item is gone",
    FaultKind.STALLED: "Nothing new for too long",
    FaultKind.FIELD_LOST: "A field is missing",
    FaultKind.REPEATED_PAGE: "A page comes twice",
    FaultKind.MALFORMED: "The page looks different",
    FaultKind.REFUSED: "The host gave no further page",
    FaultKind.UNREADABLE: "Something else came",
    FaultKind.UNREACHABLE: "Nobody answers",
    FaultKind.ACCOUNTS: "Rows got lost in our program",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of an incident, before and now."""

    label: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class HealthView:
    """One source as the page shows it."""

    health: SourceHealth
    word: str
    chip: str
    has_trouble: bool
    items: str
    """Of the last reading that listed any, against the usual number."""
    good: str
    newest: str
    due: str
    muted: str
    """Until when and by whom; empty where it is not."""
    fault: str
    """What is wrong, in a few words; empty where no incident is open."""
    reason: str
    """The same in a sentence."""
    compared: tuple[Compared, ...]
    past: tuple[str, ...]
    """Sentences on the incidents that ended."""
    chart: Chart | None
    chart_words: str


def health_view(health: SourceHealth, *, now: datetime) -> HealthView:
    """Give what the page shows of a source at ``now``."""
    read = [record for record in health.trend if record.has_content]
    incident = health.incident
    outcome = health.outcome
    is_bad = outcome in {Outcome.SUSPECT, Outcome.BLOCKED, Outcome.FAILED}
    return HealthView(
        health=health,
        word=WORDS[outcome] if outcome else "never read" if health.enabled else OFF,
        chip=CHIPS.get(outcome, "") if outcome else "",
        has_trouble=bool(incident) or is_bad,
        items=_items(health.latest_items, health.usual),
        good=_ago(health.good_at, now),
        newest=_ago(health.newest_at, now),
        due=_due(health.next_due_at, now) if health.is_asked else UNKNOWN,
        muted=_muted(health),
        fault=FAULTS[incident.kind] if incident else "",
        reason=_sentence(incident.reason if incident else health.reason or ""),
        compared=_compared(health.before, health.during),
        past=tuple(_past(each) for each in health.past),
        chart=chart([_mark(each) for each in read], usual=health.usual, slots=TREND)
        if read
        else None,
        chart_words=_chart_words(read, health.usual),
    )


def in_order(views: Sequence[HealthView]) -> list[HealthView]:
    """Put sources in trouble first, those never read last; inside that the order stays."""
    return sorted(views, key=lambda view: (not view.has_trouble, view.health.outcome is None))


def summary(views: Sequence[HealthView]) -> str:
    """Say in one line how all sources stand."""
    count = Counter(view.word for view in views)
    incidents = sum(view.health.incident is not None for view in views)
    good = sum(count[WORDS[each]] for each in (Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED))
    parts = [f"{counted(len(views), 'source')}: {good} read well"]
    parts += [
        f"{count[word]} {word}"
        for word in ("suspect", "blocked", "failed", "never read", OFF)
        if count[word]
    ]
    return f"{', '.join(parts)}; {counted(incidents, 'open incident')}."


def moment(at: datetime) -> str:
    """Say a time: ``19 November 2026, 03:00 UTC``."""
    at = at.astimezone(UTC)
    return f"{day(at)}, {at:%H:%M} UTC"


def _sentence(text: str) -> str:
    """Begin with a capital, but leave an address as it is."""
    return text if text.startswith("http") else text[:1].upper() + text[1:]


def _items(last: int | None, usual: float | None) -> str:
    if last is None:
        return UNKNOWN
    return f"{last:,}" if usual is None else f"{last:,} of {usual:,g} usual"


def _ago(at: datetime | None, now: datetime) -> str:
    return f"{span(now - at)} ago" if at else UNKNOWN


def _due(at: datetime | None, now: datetime) -> str:
    return "at the next run" if at is None or at <= now else f"in {span(at - now)}"


def _muted(health: SourceHealth) -> str:
    if health.muted_until is None:
        return ""
    until = "for good" if health.muted_until >= FOR_GOOD else f"until {moment(health.muted_until)}"
    return f"{until}, by {health.muted_by or 'somebody'}"


FIGURES: tuple[tuple[str, Callable[[ReadingRecord], str]], ...] = (
    ("Items", lambda each: f"{each.items:,}"),
    ("Rows", lambda each: f"{each.rows:,}"),
    ("Dated", lambda each: UNKNOWN if each.dated is None else f"{each.dated:,}"),
    ("Days", lambda each: f"{each.days:,}"),
    ("Newest", lambda each: f"{each.newest_at:%-d %b %Y}" if each.newest_at else UNKNOWN),
    ("Size", lambda each: f"{each.body_bytes / 1000:,.1f} kB"),
    ("Read at", lambda each: f"{each.read_at.astimezone(UTC):%-d %b, %H:%M}"),
    ("Capture", lambda each: each.capture_key[:8] or UNKNOWN),
)
"""What is set side by side of the readings before and during an incident."""


def _compared(before: ReadingRecord | None, during: ReadingRecord | None) -> tuple[Compared, ...]:
    if during is None or not during.has_content:
        return ()
    return tuple(
        Compared(label, figure(before) if before else UNKNOWN, figure(during))
        for label, figure in FIGURES
    )


def _past(incident: Incident) -> str:
    end = incident.ended_at or incident.last_bad_at
    before = UNKNOWN if incident.items_before is None else f"{incident.items_before:,}"
    by = f" by {incident.ended_by}" if incident.ended_by else ""
    lasted = span(max(end - incident.opened_at, timedelta(0)))
    return (
        f"{moment(incident.opened_at)}, for {lasted}: {FAULTS[incident.kind].lower()}, "
        f"{before} items before, {incident.items:,} then; {incident.end or 'ended'}{by}"
    )


def _mark(record: ReadingRecord) -> Mark:
    style = "bad" if record.outcome is Outcome.SUSPECT else "good"
    items = counted(record.items, "item")
    return Mark(record.items, style, f"{moment(record.read_at)}: {items}, {WORDS[record.outcome]}")


def _chart_words(read: Sequence[ReadingRecord], usual: float | None) -> str:
    """Say a chart to those who do not see it."""
    if not read:
        return ""
    counts = ", ".join(
        f"{record.items}{' suspect' if record.outcome is Outcome.SUSPECT else ''}"
        for record in read
    )
    about = f"; {usual:g} are usual" if usual is not None else ""
    return f"Items of the last {counted(len(read), 'reading')}, oldest first: {counts}{about}"
