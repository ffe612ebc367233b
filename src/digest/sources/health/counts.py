"""
The figures a reading is judged by, and the earlier ones it is judged against.

Pure: counts what a parser made of a response; knows nothing of what is right.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from statistics import median

from digest.model import FaultKind, Launch, Reading

PAST_READINGS = 7
"""Accepted readings that say what is usual."""
DATE_FAULTS = frozenset({FaultKind.ALL_DATES_SAME, FaultKind.DATES_MISSING, FaultKind.NEWEST_GONE})
"""What can be wrong while the number of items is right."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one reading."""

    items: int
    rows: int = 0
    rejected: int = 0
    dated: int | None = None
    """Items with a date; None where only ``days`` and ``same_day`` are known, which bound it."""
    days: int = 0
    """Different UTC days among the dates."""
    minutes: int | None = None
    """Different minutes among the dates; None where nobody counted them."""
    same_day: int = 0
    """Most items of one day."""
    newest_at: datetime | None = None
    fills: Mapping[str, int] = field(default_factory=dict)
    """Items that have a field, by the field's name."""

    @property
    def dated_share(self) -> float:
        """Share of items with a date, 0 to 1; the most it can be where it was not counted."""
        if not self.items:
            return 1.0
        dated = self.days * self.same_day if self.dated is None else self.dated
        return min(1.0, dated / self.items)

    @property
    def same_day_share(self) -> float:
        """Share of items that have the commonest day, 0 to 1."""
        return self.same_day / self.items if self.items else 0.0


@dataclass(frozen=True, slots=True)
class PastReading:
    """An earlier reading that was accepted, by itself or by an operator."""

    counts: Counts
    at: datetime
    body_sha256: str = ""
    """The response, by its content; empty where it is not known."""
    body_since: datetime | None = None
    """Since when it has been that very response."""
    is_baseline: bool = False
    """True where it was made the new normal: nothing before it counts."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An earlier reading that was suspect."""

    kind: FaultKind
    counts: Counts
    at: datetime
    body_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """What a new reading is judged against."""

    accepted: tuple[PastReading, ...] = ()
    """Newest first, down to the last new normal; more than seven do not count."""
    doubts: tuple[Doubt, ...] = ()
    """Suspect readings since the last accepted one, newest first."""

    @property
    def last(self) -> PastReading | None:
        """The last accepted reading."""
        return self.accepted[0] if self.accepted else None

    @property
    def length(self) -> int:
        """How many accepted readings count, at most seven."""
        return min(len(self.accepted), PAST_READINGS)

    def usual(self, figure: Callable[[Counts], float]) -> float | None:
        """Give the median of a figure over the accepted readings; None where there are none."""
        found = [figure(past.counts) for past in self.accepted[:PAST_READINGS]]
        return median(found) if found else None

    @property
    def usual_items(self) -> float | None:
        """
        The usual number of items; None where none is known.

        Before anything was accepted it may come from what was doubted for its dates alone.
        """
        usual = self.usual(lambda counts: counts.items)
        if usual is not None:
            return usual
        believed = [doubt.counts.items for doubt in self.doubts if doubt.kind in DATE_FAULTS]
        return float(believed[0]) if believed else None


FIELDS: Mapping[str, Callable[[Launch], object]] = {
    "url": attrgetter("url"),
    "site": attrgetter("site"),
    "tagline": attrgetter("tagline"),
    "description": attrgetter("description"),
    "popularity": lambda launch: launch.popularity is not None,
    "price": lambda launch: (
        bool(launch.details) and any(name.startswith("price") for name in launch.details)
    ),
    "author": attrgetter("author"),
    "licence": attrgetter("licence"),
}
"""The fields whose fill is watched; id and title are in every launch, dates have rules of their own."""


def counts_of(reading: Reading) -> Counts:
    """Count a reading's launches and their own dates; a date after the fetch is the fetch's."""
    dates = _dates(reading.launches)
    per_day = Counter(at.astimezone(UTC).date() for at in dates)
    return Counts(
        items=len(reading.launches),
        rows=reading.rows,
        rejected=reading.rejected,
        dated=len(dates),
        days=len(per_day),
        minutes=len({at.replace(second=0, microsecond=0) for at in dates}),
        same_day=max(per_day.values(), default=0),
        newest_at=max(dates, default=None),
        fills={name: sum(map(bool, map(has, reading.launches))) for name, has in FIELDS.items()},
    )


def _dates(launches: Sequence[Launch]) -> list[datetime]:
    return [min(item.launched_at, item.first_seen_at) for item in launches if item.launched_at]
