"""Gather what a review may rest on: a tool's facts in order, and what our records say around it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from digest.model import AgedCount, Evidence, Fact, Job, Market, Tool
from digest.panel.asking import weigh
from digest.panel.look import Look
from digest.panel.rulebook import Rules

UNPAIRED = frozenset({"", "other", "unsorted"})
"""Jobs that say nothing: tools in them are no rivals of each other."""
SURE = 0.6
"""Confidence from which a job is more than a guess: nobody is a rival by a guess."""
WAVE = timedelta(days=30)
"""Time within which tools come together: who came later chose a field that was crowded already."""
MIN_PEERS = 5
"""Other tools below which a percentile would say nothing."""
QUARTER = timedelta(days=91)
MIN_BEFORE = 4
"""Launches in the quarter before, below which a change would say nothing."""


def build_evidence(
    tool: Tool,
    facts: Sequence[Fact],
    *,
    market: Market,
    now: datetime,
    dissent: Sequence[Fact] = (),
) -> Evidence:
    """
    Gather one tool's evidence.

    Args:
        tool: The tool.
        facts: Facts in any order; those of other tools are left out.
        market: What our records say around it.
        now: When the snapshot is taken; aware.
        dissent: Facts in any order that say otherwise than one of ``facts``.
    """
    return Evidence(
        tool=tool.slug,
        name=tool.name,
        facts=_own(facts, tool),
        dissent=_own(dissent, tool),
        market=market,
        taken_at=now,
        launched_at=tool.launched_at,
        launch_dated=tool.launch_dated,
    )


def _is_sure(tool: Tool) -> bool:
    """Tell whether a tool counts as one that does its job: a guess, bait and spam do not."""
    return tool.job_confidence >= SURE and not tool.flags


def _was_there(other: Tool, tool: Tool) -> bool:
    """Tell whether another did the job when this one came, or came with it; undated ones did."""
    return not other.launch_dated or other.launched_at <= tool.launched_at + WAVE


def _own(facts: Sequence[Fact], tool: Tool) -> tuple[Fact, ...]:
    own = [fact for fact in facts if fact.tool == tool.slug]
    own.sort(key=lambda fact: (fact.source, fact.url, fact.span, str(fact.value)))
    own.sort(key=lambda fact: fact.observed_at, reverse=True)
    own.sort(key=lambda fact: fact.kind)
    return tuple(own)


def market_of(
    tool: Tool,
    tools: Iterable[Tool],
    *,
    now: datetime,
    since: datetime | None = None,
    counts: Mapping[str, Sequence[AgedCount]] | None = None,
) -> Market:
    """
    Say what our records know around a tool.

    Args:
        tool: The tool; ``tools`` may hold it too.
        tools: The catalogue, or that part of it that has the tool's job. Others are passed over.
        now: The moment a quarter is counted back from; aware.
        since: Since when our records are whole. Without two quarters of them there is no trend.
        counts: What tools counted at certain ages, by slug; unknown where there is none.

    Returns:
        Rivals in the job (None for a tool whose job is not sure): those that were there when it
        came, or came with it, each product family once, never the tool's own, and none by a guess; the percentile of attention among at least five tools with a known count of the
        same source at the same age, and the trend of dated launches.
    """
    if tool.job in UNPAIRED or tool.job_confidence < SURE:
        return Market()
    in_job = [
        other
        for other in tools
        if other.job == tool.job and other.slug != tool.slug and _is_sure(other)
    ]
    rivals = [other for other in in_job if other.family != tool.family]
    return Market(
        rivals=len({other.family for other in rivals if _was_there(other, tool)}),
        attention=_attention(tool, rivals, counts or {}),
        job_trend=_trend([*in_job, tool], now, since),
    )


def coverage(evidence: Evidence, job: Job, rules: Rules) -> float:
    """
    Say how much of what a comparison shows is known, in [0, 1].

    It is the mean of two shares: of the job's fact rows that are known, and of the weight of all
    reviewers' checks that can be answered. A job without rows counts by the checks alone.
    """
    look = Look(evidence, evidence.taken_at, rules.thresholds)
    known = sum(item.rule.weight for rule in rules.reviewer for item in weigh(look, rule, rules))
    checks = known / sum(rule.weight for rule in rules.reviewer)
    if not job.fact_rows:
        return checks
    kinds = {fact.kind for fact in evidence.facts}
    rows = sum(kind in kinds for kind in job.fact_rows) / len(job.fact_rows)
    return (rows + checks) / 2


def _attention(
    tool: Tool, in_job: Sequence[Tool], counts: Mapping[str, Sequence[AgedCount]]
) -> float | None:
    """
    Give the mid-rank percentile of the tool's count among its peers' counts at the same age.

    The highest age with enough peers counts, and there the source with most of them: a later count
    says more. None where no age has enough.
    """
    best: tuple[int, int, float] | None = None
    for own in counts.get(tool.slug, ()):
        peers = [
            count.value
            for other in in_job
            for count in counts.get(other.slug, ())
            if (count.source, count.metric, count.hours) == (own.source, own.metric, own.hours)
        ]
        if len(peers) >= MIN_PEERS and (best is None or (own.hours, len(peers)) > best[:2]):
            best = own.hours, len(peers), _percentile(own.value, peers)
    return best[2] if best else None


def _percentile(value: float, peers: Sequence[float]) -> float:
    below = sum(peer < value for peer in peers)
    equal = sum(peer == value for peer in peers)
    return round(100 * (below + equal / 2) / len(peers), 1)


def _trend(tools: Sequence[Tool], now: datetime, since: datetime | None) -> float | None:
    if since is None or since > now - 2 * QUARTER:
        return None
    ages = [now - tool.launched_at for tool in tools if tool.launch_dated]
    recent = sum(timedelta(0) <= age < QUARTER for age in ages)
    before = sum(QUARTER <= age < 2 * QUARTER for age in ages)
    if before < MIN_BEFORE:
        return None
    return round((recent - before) / before, 3)
