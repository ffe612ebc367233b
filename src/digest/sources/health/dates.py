"""
Say what is wrong with the dates of a listing: lost, all alike, or the newest one gone.

Pure. A zero check sees none of it, and the number of items does not either: a listing whose dates
fall away one by one stays as long as it was.
"""

from digest.model import FaultKind
from digest.model.wording import day
from digest.sources.health.counts import Counts, Trail
from digest.sources.health.fault import Fault

MIN_DATED = 0.8
MAX_SAME_DAY = 0.7
"""Healthy listings have been seen at 0.6."""
MIN_SPREAD = 0.5
"""Share of different minutes from which items of one day are a busy day, not lost dates."""
STILL = 0.9
"""Share of the usual figure down to which a listing that was accepted as poor is no poorer."""


def date_fault(counts: Counts, past: Trail, *, noisy_below: int) -> Fault | None:
    """
    Give the first thing wrong with a listing's dates; None where nothing is.

    Args:
        counts: Figures of a listing that is meant to have dates.
        past: What was accepted before: what was poor then, is no fault while it gets no poorer.
        noisy_below: Items below which shares mean nothing.
    """
    fault = None
    if counts.items >= noisy_below:
        fault = _lost_fault(counts, past) or _alike_fault(counts, past)
    return fault or _newest_fault(counts, past)


def _lost_fault(counts: Counts, past: Trail) -> Fault | None:
    share = counts.dated_share
    usual = past.usual(lambda each: each.dated_share)
    if share >= MIN_DATED or (counts.dated is None and usual is None):
        return None  # a bound says that dates were lost only where there were more before
    if usual is not None and usual < MIN_DATED and share >= STILL * usual:
        return None
    most = "" if counts.dated is not None else "at most "
    reason = f"only {most}{round(share * counts.items)} of {counts.items} items have a date"
    return Fault(FaultKind.DATES_MISSING, reason)


def _alike_fault(counts: Counts, past: Trail) -> Fault | None:
    if not counts.days or _is_busy_day(counts):
        return None
    usual_days = past.usual(lambda each: each.days)
    if counts.days == 1 and usual_days != 1:
        return Fault(FaultKind.ALL_DATES_SAME, f"all {counts.same_day} dates are of one day")
    share = counts.same_day_share
    usual = past.usual(lambda each: each.same_day_share)
    if share <= MAX_SAME_DAY or (usual is not None and share * STILL <= usual > MAX_SAME_DAY):
        return None
    reason = f"{counts.same_day} of {counts.items} items have one date"
    return Fault(FaultKind.ALL_DATES_SAME, reason)


def _is_busy_day(counts: Counts) -> bool:
    """Tell many items of one day, each at its own time, from lost dates: arXiv's Friday is like that."""
    return counts.minutes is not None and counts.minutes >= MIN_SPREAD * counts.items


def _newest_fault(counts: Counts, past: Trail) -> Fault | None:
    """Say that the newest item of the last accepted reading is gone."""
    before = past.last.counts.newest_at if past.last else None
    if before is None or counts.newest_at is None or counts.newest_at >= before:
        return None
    reason = f"the newest item is of {day(counts.newest_at)}; it was of {day(before)} before"
    return Fault(FaultKind.NEWEST_GONE, reason)
