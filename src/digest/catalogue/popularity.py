"""
Say how popular a launch was at a certain age, from counts as they were seen; else unknown.

Pure: takes observed counts, gives numbers or None. The latest count is never taken for an earlier
one: an old launch had longer to gather points than a new one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from digest.model import AgedCount, Count, Flag, Launch, LaunchDateSource
from digest.model.popularity import COMMENTS, RANK

AGES = (timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))
"""Ages at which launches of one source are compared."""
NO_DATE = frozenset({None, LaunchDateSource.UPDATED, LaunchDateSource.FIRST_SEEN})
"""Launch dates that only bound the launch: an age counted from them would be a guess."""
HOUR = timedelta(hours=1)


def counts_of(launches: Iterable[Launch], *, at: datetime) -> list[Count]:
    """Give what a listing says of each launch at one moment: its count, its comments, its rank."""
    return [
        Count(
            source=launch.source,
            native_id=launch.native_id,
            metric=metric,
            first_at=at,
            last_at=at,
            value=value,
            list_length=length,
        )
        for launch in launches
        if launch.details or launch.popularity is not None
        for metric, value, length in _told(launch)
    ]


def _told(launch: Launch) -> Iterator[tuple[str, int, int | None]]:
    if launch.popularity is not None and launch.popularity_metric:
        yield str(launch.popularity_metric), launch.popularity, None
    comments = launch.details.get(COMMENTS)
    if isinstance(comments, int) and comments >= 0:
        yield COMMENTS, comments, None
    rank, length = launch.details.get("rank"), launch.details.get("list_length")
    if isinstance(rank, int) and rank > 0:
        yield RANK, rank, length if isinstance(length, int) else None


def continued(seen: Sequence[Count], count: Count) -> Count | None:
    """
    Put a new observation to a series; None where the series covers its moment already.

    Args:
        seen: The counts of the series that are stored, in any order: at least its first and last.
        count: What was seen now.

    Returns:
        The last count of the series, drawn out to now, where the value is the same; else the new one.
    """
    first = min(seen, key=lambda each: each.first_at, default=None)
    last = max(seen, key=lambda each: each.first_at, default=None)
    if first is None or last is None or count.last_at < first.first_at:
        return count
    if count.first_at <= last.last_at:
        return None  # read again from a kept response
    if (last.value, last.list_length) == (count.value, count.list_length):
        return last.model_copy(update={"last_at": count.last_at})
    return count


class Sighting(NamedTuple):
    """A count in its launch's own metric, as far as its value at some age goes: a job has many."""

    first_at: datetime
    last_at: datetime
    value: int


def value_at_age(
    series: Iterable[Count | Sighting], *, launched_at: datetime, age: timedelta
) -> float | None:
    """
    Give the value a count had at an age, on the line between the observations around it.

    Args:
        series: Counts of one launch and one metric, in any order.
        launched_at: When the launch was.
        age: How old it was then, more than nothing.

    Returns:
        The value; None where no observation stands before, or none after that age.
    """
    moment = launched_at + age
    points = sorted(
        {(at, count.value) for count in series for at in (count.first_at, count.last_at)}
    )
    exact = next((value for at, value in points if at == moment), None)
    if exact is not None:
        return float(exact)
    for (before, low), (after, high) in pairwise(points):
        if before < moment < after:
            return low + (high - low) * ((moment - before) / (after - before))
    return None


@dataclass(frozen=True, slots=True)
class Counted:
    """A launch as far as its age and its count go."""

    source: str
    native_id: str
    metric: str | None
    launched_at: datetime | None
    launched_at_source: LaunchDateSource | None
    flags: tuple[Flag, ...] = ()

    @property
    def is_comparable(self) -> bool:
        """True where it has a count, a launch date of its own, and its place was not paid for."""
        has_date = self.launched_at is not None and self.launched_at_source not in NO_DATE
        return has_date and self.metric is not None and Flag.SPONSORED not in self.flags


def _is_own(count: Count | Sighting, launch: Counted) -> bool:
    return isinstance(count, Sighting) or count.metric == launch.metric


def aged_counts(
    launches: Iterable[Counted],
    series: Mapping[tuple[str, str], Sequence[Count | Sighting]],
) -> tuple[AgedCount, ...]:
    """
    Give what a tool's launches counted at each age, as far as that is known.

    A placement that was paid for counts nothing, and a launch without a date of its own has no age.

    Args:
        launches: The tool's.
        series: Counts by source and native id; other metrics than a launch's own are passed over.

    Returns:
        The highest of each source, metric and age, sorted.
    """
    best: dict[tuple[str, str, int], float] = {}
    for launch in launches:
        if not launch.is_comparable or launch.launched_at is None:
            continue
        told = series.get((launch.source, launch.native_id), ())
        own = [each for each in told if _is_own(each, launch)]
        for age in AGES:
            value = value_at_age(own, launched_at=launch.launched_at, age=age)
            if value is not None:
                key = (launch.source, str(launch.metric), int(age / HOUR))
                best[key] = max(value, best.get(key, 0.0))
    return tuple(
        AgedCount(source=source, metric=metric, hours=hours, value=round(value, 3))
        for (source, metric, hours), value in sorted(best.items())
    )
