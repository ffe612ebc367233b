"""
Notice when a source stops telling the truth, and say what its listing shows to be new.

Pure: takes a reading and the counts of earlier ones; the caller stores the outcome.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Protocol

from digest.model import Launch, LaunchDateSource, Outcome, Reading, Source
from digest.sources.readings import doubtful

PAST_READINGS = 7
MIN_RATIO = 0.7
"""Share of the trailing median below which a reading is partial (measured: 25 of 25 incidents)."""
NOISY_BELOW = 10
"""Items below which ratios and day counts mean nothing."""
MAX_SAME_DAY = 0.7
MIN_DATED = 0.8
MIN_SPREAD = 0.5
"""Share of different minutes from which items of one day are a busy day, not lost dates."""


class StoredReading(Protocol):
    """What is kept of a reading, as far as health needs it."""

    items: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastReading:
    """An earlier reading that was accepted as ``ok``."""

    items: int
    newest_at: datetime | None = None
    """Latest launch date in it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures a reading is judged by."""

    items: int
    dated: int = 0
    days: int = 0
    """Different UTC days among the dates."""
    minutes: int = 0
    """Different minutes among the dates."""
    same_day: int = 0
    """Most items of one day."""
    newest_at: datetime | None = None


def past_reading(stored: StoredReading) -> PastReading:
    """Take what health needs out of a stored reading."""
    return PastReading(items=stored.items, newest_at=stored.newest_at)


def counts_of(launches: Sequence[Launch]) -> Counts:
    """Count launches and their own dates; a date after the fetch counts as the fetch's."""
    dates = [min(item.launched_at, item.first_seen_at) for item in launches if item.launched_at]
    per_day = Counter(at.astimezone(UTC).date() for at in dates)
    return Counts(
        items=len(launches),
        dated=len(dates),
        days=len(per_day),
        minutes=len({at.replace(second=0, microsecond=0) for at in dates}),
        same_day=max(per_day.values(), default=0),
        newest_at=max(dates, default=None),
    )


def judge(reading: Reading, *, source: Source, past: Sequence[PastReading]) -> Reading:
    """
    Turn an ok reading into a suspect one where its counts say that something is missing.

    Args:
        reading: What the parser made of the response; other outcomes come back as they are.
        source: Its floor, and whether its items carry dates.
        past: Accepted readings, newest first; more than seven do not count.
    """
    if reading.outcome is not Outcome.OK:
        return reading
    fault = find_fault(counts_of(reading.launches), source=source, past=past)
    return doubtful(reading, fault) if fault else reading


def find_fault(counts: Counts, *, source: Source, past: Sequence[PastReading]) -> str | None:
    """Give the first thing wrong with a reading's counts, in a sentence; None where nothing is."""
    if counts.items < source.floor:
        return f"{counts.items} items; fewer than {source.floor} are not believed"
    usual = median([reading.items for reading in past[:PAST_READINGS]] or [0])
    if usual >= NOISY_BELOW and counts.items < MIN_RATIO * usual:
        return f"{counts.items} items where {usual:g} are usual"
    if not source.dated:
        return None
    return _date_fault(counts) or _newest_fault(counts, past)


def _date_fault(counts: Counts) -> str | None:
    if counts.items < NOISY_BELOW:
        return None
    if counts.dated < MIN_DATED * counts.items:
        return f"only {counts.dated} of {counts.items} items have a date"
    if counts.minutes >= MIN_SPREAD * counts.items:
        return None  # many in one day, each at its own time: arXiv's Friday is like that
    if counts.days <= 1:
        return f"all {counts.items} items have one date"
    if counts.same_day > MAX_SAME_DAY * counts.items:
        return f"{counts.same_day} of {counts.items} items have one date"
    return None


def _newest_fault(counts: Counts, past: Sequence[PastReading]) -> str | None:
    """Say that the newest item of the last accepted reading is gone."""
    before = past[0].newest_at if past else None
    if before is None or counts.newest_at is None or counts.newest_at >= before:
        return None
    return f"the newest item is of {counts.newest_at:%Y-%m-%d}; it was of {before:%Y-%m-%d} before"


def mark_launched(
    launches: Sequence[Launch], *, known: Collection[str], complete_at: datetime | None
) -> tuple[Launch, ...]:
    """
    Date launches by the listing: what is new since the last complete one was launched since then.

    Call it with the launches of an accepted reading only: a cut-off listing proves nothing.

    Args:
        launches: Launches of one source; those with a date of their own stay as they are.
        known: Native ids seen at any earlier time.
        complete_at: When the listing was last complete; None where it never was, and then nothing
            can be said to be new.
    """
    if complete_at is None:
        return tuple(launches)
    return tuple(
        launch if launch.launched_at or launch.native_id in known else _first_seen(launch)
        for launch in launches
    )


def _first_seen(launch: Launch) -> Launch:
    return launch.model_copy(
        update={
            "launched_at": launch.first_seen_at,
            "launched_at_source": LaunchDateSource.FIRST_SEEN,
        }
    )
