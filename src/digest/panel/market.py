"""
Say what our records know around a tool: its rivals, its attention among them, the trend of its job.

Pure. A job's tools are gone through once, however many of them are asked about afterwards.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from digest.model import SURE_JOB, AgedCount, Market, Peer, Tool

UNPAIRED = frozenset({"", "other", "unsorted"})
"""Jobs that say nothing: tools in them are no rivals of each other."""
WAVE = timedelta(days=30)
"""Time within which tools come together: who came later chose a field that was crowded already."""
MIN_PEERS = 5
"""Other tools below which a percentile would say nothing."""
QUARTER = timedelta(days=91)
MIN_BEFORE = 4
"""Launches in the quarter before, below which a change would say nothing."""
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for the day that an undated tool came: it was there before all others."""
_Key = tuple[str, str, int]
"""Source, metric and age in hours: counts are compared inside one."""


class JobMarket:
    """The tools that do one job for sure, as far as each is looked at beside the others."""

    def __init__(
        self,
        job: str,
        tools: Iterable[Tool | Peer],
        *,
        now: datetime,
        since: datetime | None = None,
        counts: Mapping[str, Sequence[AgedCount]] | None = None,
    ) -> None:
        """
        Go through the tools.

        Args:
            job: The job; tools of others, guesses, bait and spam are passed over.
            tools: The catalogue, or a part of it that has all tools of the job.
            now: The moment a quarter is counted back from; aware.
            since: Since when our records are whole. Without two quarters of them there is no trend.
            counts: What tools counted at certain ages, by slug; unknown where there is none.
        """
        self._now = now
        self._has_records = since is not None and since <= now - 2 * QUARTER
        self._counts = counts or {}
        self._slugs: set[str] = set()
        self._came: dict[str, datetime] = {}
        self._quarters = [0, 0]
        self._values: dict[_Key, list[float]] = defaultdict(list)
        self._own: dict[tuple[str, _Key], list[float]] = defaultdict(list)
        for tool in tools:
            if tool.job == job and tool.job_confidence >= SURE_JOB and not tool.flags:
                self._add(tool)
        self._arrivals = sorted(self._came.values())
        for values in self._values.values():
            values.sort()

    def _add(self, tool: Tool | Peer) -> None:
        family = tool.family
        self._slugs.add(tool.slug)
        came = tool.launched_at if tool.launch_dated else ALWAYS
        self._came[family] = min(came, self._came.get(family, came))
        quarter = self._quarter(tool)
        if quarter is not None:
            self._quarters[quarter] += 1
        for count in self._counts.get(tool.slug, ()):
            self._values[_key(count)].append(count.value)
            self._own[family, _key(count)].append(count.value)

    def of(self, tool: Tool) -> Market:
        """
        Say what is known around a tool of this job, whether or not it is among those gone through.

        Returns:
            Rivals in the job (None for a tool whose job is not sure): those that were there when it
            came, or came with it, each product family once, never the tool's own; the percentile of
            attention among at least five tools of other families with a known count of the same
            source at the same age, and the trend of dated launches.
        """
        if tool.job_confidence < SURE_JOB:
            return Market()
        until = tool.launched_at + WAVE
        own = self._came.get(tool.family)
        return Market(
            rivals=bisect_right(self._arrivals, until) - (own is not None and own <= until),
            attention=self._attention(tool),
            job_trend=self._trend(tool),
        )

    def _attention(self, tool: Tool) -> float | None:
        """
        Give the mid-rank percentile of the tool's count among its peers' counts at the same age.

        The highest age with enough peers counts, and there the source with most of them: a later
        count says more. None where no age has enough.
        """
        best: tuple[int, int, float] | None = None
        for own in self._counts.get(tool.slug, ()):
            values = self._values.get(_key(own), [])
            kin = self._own.get((tool.family, _key(own)), [])
            peers = len(values) - len(kin)
            if peers >= MIN_PEERS and (best is None or (own.hours, peers) > best[:2]):
                below = bisect_left(values, own.value)
                equal = bisect_right(values, own.value) - below
                below -= sum(value < own.value for value in kin)
                equal -= sum(value == own.value for value in kin)
                best = own.hours, peers, round(100 * (below + equal / 2) / peers, 1)
        return best[2] if best else None

    def _trend(self, tool: Tool) -> float | None:
        if not self._has_records:
            return None
        recent, before = self._quarters
        if tool.slug not in self._slugs:
            quarter = self._quarter(tool)
            recent, before = recent + (quarter == 0), before + (quarter == 1)
        return round((recent - before) / before, 3) if before >= MIN_BEFORE else None

    def _quarter(self, tool: Tool | Peer) -> int | None:
        """Give 0 for a dated launch of the last quarter, 1 for one of that before, None for others."""
        if not tool.launch_dated:
            return None
        age = self._now - tool.launched_at
        if timedelta(0) <= age < QUARTER:
            return 0
        return 1 if QUARTER <= age < 2 * QUARTER else None


def _key(count: AgedCount) -> _Key:
    return count.source, count.metric, count.hours


class Markets:
    """What is known around tools of any job; each job is gone through when it is first asked for."""

    def __init__(
        self,
        by_job: Mapping[str, Sequence[Tool | Peer]],
        *,
        now: datetime,
        since: datetime | None = None,
        counts: Mapping[str, Sequence[AgedCount]] | None = None,
    ) -> None:
        """Take all tools by their jobs, and the rest as :class:`JobMarket` does."""
        self._by_job = by_job
        self._now, self._since, self._counts = now, since, counts
        self._jobs: dict[str, JobMarket] = {}

    def of(self, tool: Tool) -> Market:
        """Say what is known around a tool; nothing of one without a job."""
        if tool.job in UNPAIRED:
            return Market()
        if tool.job not in self._jobs:
            self._jobs[tool.job] = JobMarket(
                tool.job,
                self._by_job.get(tool.job, ()),
                now=self._now,
                since=self._since,
                counts=self._counts,
            )
        return self._jobs[tool.job].of(tool)


def market_of(
    tool: Tool,
    tools: Iterable[Tool],
    *,
    now: datetime,
    since: datetime | None = None,
    counts: Mapping[str, Sequence[AgedCount]] | None = None,
) -> Market:
    """Say what is known around one tool, among others of any job; of many, ask :class:`Markets`."""
    markets = Markets({tool.job: tuple(tools)}, now=now, since=since, counts=counts)
    return markets.of(tool)
