"""
Say what is wrong with a reading's figures: too few, doubled, without dates, without news.

Pure: figures and the trail in, the first fault out. One set of rules for every source: what
differs between them is declared (floor, dates, cadence) or seen in their own past.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from digest.model import FaultKind, Source
from digest.model.wording import counted, day
from digest.sources.health.counts import Counts, Trail
from digest.sources.health.dates import date_fault
from digest.sources.health.fault import Fault

MIN_RATIO = 0.7
"""Share of the trailing median below which a reading is partial (measured: 25 of 25 incidents)."""
NOISY_BELOW = 10
"""Items below which ratios, days and fill rates mean nothing."""
DEFAULT_FLOOR = 5
SMALL_PAST = 3
"""Accepted readings from which a small listing, or a field, has a usual figure."""
DOUBLED = 1.8
USUAL_FILL = 0.5
"""Share of items a field is in from which its loss is a fault."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a source declares of itself."""

    floor: int | None = DEFAULT_FLOOR
    """Fewest items; None where nobody has declared any."""
    dated: bool = True
    every: timedelta | None = None
    """Something new is due at least that often; None where nobody can say."""


def promise_of(source: Source) -> Promise:
    """Give what a source's entry in sources.toml declares."""
    days = source.expected_every_days
    every = timedelta(days=days) if days else None
    return Promise(floor=source.floor, dated=source.dated, every=every)


def find_fault(
    counts: Counts, *, promise: Promise, past: Trail, at: datetime | None = None
) -> Fault | None:
    """
    Give the first thing wrong with a reading's figures; None where nothing is.

    Args:
        counts: The figures.
        promise: What the source declares.
        past: What was accepted before, and what was not since.
        at: When it was read; None where cadence is not to be judged.
    """
    fault = _count_fault(counts, promise, past) or _doubled_fault(counts, past)
    if fault is None and promise.dated:
        fault = date_fault(counts, past, noisy_below=NOISY_BELOW)
    if fault is None and at is not None:
        fault = stall_fault(counts.newest_at, promise=promise, past=past, at=at)
    return fault or _field_fault(counts, past)


def _count_fault(counts: Counts, promise: Promise, past: Trail) -> Fault | None:
    usual = past.usual_items
    if not counts.items:
        return Fault(FaultKind.EMPTY, _no_items(usual), expected=usual, may_settle=False)
    declared = promise.floor
    if declared is not None and counts.items < declared:
        reason = f"{counts.items} items; fewer than {declared} are not believed"
        return Fault(FaultKind.PARTIAL, reason, expected=usual or declared, may_settle=False)
    if usual is None or not _is_loss(counts.items, usual, past):
        return None
    reason = f"{counts.items} items where {usual:g} are usual"
    return Fault(FaultKind.PARTIAL, reason, expected=usual)


def _no_items(usual: float | None) -> str:
    return f"no items, and no word that this is right{f'; {usual:g} are usual' if usual else ''}"


def _is_loss(items: int, usual: float, past: Trail) -> bool:
    """
    Tell whether so few items are a loss.

    Small listings swing by themselves: there a loss also falls below the least of late by more
    than those swung.
    """
    if items >= MIN_RATIO * usual:
        return False
    if usual >= NOISY_BELOW:
        return True
    recent = [each.counts.items for each in past.accepted]
    swing = max(1, max(recent, default=0) - min(recent, default=0))
    return len(recent) >= SMALL_PAST and items < min(recent) - swing


def _doubled_fault(counts: Counts, past: Trail) -> Fault | None:
    """Say that items are there twice: many more of them, on no more days than before."""
    usual = past.usual(lambda each: each.items)
    days = past.usual(lambda each: each.days)
    same_day = past.usual(lambda each: each.same_day)
    if not usual or not days or not same_day or usual < NOISY_BELOW:
        return None
    if counts.items < DOUBLED * usual or counts.days > days or counts.same_day < DOUBLED * same_day:
        return None
    reason = (
        f"{counts.items} items where {usual:g} are usual, and no new days: some are there twice"
    )
    return Fault(FaultKind.DUPLICATED, reason, expected=usual)


def stall_fault(
    newest_at: datetime | None, *, promise: Promise, past: Trail, at: datetime
) -> Fault | None:
    """
    Say that nothing new came for longer than the source declares.

    Where items carry no dates, the very same response for that long says so.
    """
    if promise.every is None:
        return None
    last = past.last
    since = newest_at if promise.dated else last.body_since if last else None
    if since is None:
        return None
    if last and last.is_baseline:
        since = max(since, last.at)  # an operator has accepted how it stood then
    if at - since <= promise.every:
        return None
    days, rest = divmod(promise.every, timedelta(days=1))
    due = counted(days, "day") if not rest else f"{promise.every / timedelta(hours=1):g} hours"
    reason = f"nothing new since {day(since)}, though something is due every {due}"
    return Fault(FaultKind.STALLED, reason, may_settle=False)


def _field_fault(counts: Counts, past: Trail) -> Fault | None:
    """Say that a field most items used to have is gone from many, or that rows cannot be read."""
    if counts.items < NOISY_BELOW or past.length < SMALL_PAST:
        return None
    for name, filled in _filled(counts).items():
        usual = past.usual(partial(_fill_of, name))
        if usual is not None and usual >= USUAL_FILL and filled < MIN_RATIO * usual:
            reason = f"{name} on {filled:.0%} of items, where {usual:.0%} are usual"
            return Fault(FaultKind.FIELD_LOST, reason)
    return None


def _fill_of(name: str, counts: Counts) -> float:
    return _filled(counts).get(name, 0.0)


def _filled(counts: Counts) -> dict[str, float]:
    """Give the share of items that have each field, and of rows that could be read."""
    shares = {name: filled / counts.items for name, filled in counts.fills.items() if counts.items}
    if counts.rows:
        shares["id and title"] = 1 - counts.rejected / counts.rows
    return shares
