"""Gather what a review may rest on: a tool's facts in order, and what our records say around it."""

from collections.abc import Sequence
from datetime import datetime

from digest.model import Evidence, Fact, Job, Market, Review, Tool
from digest.panel.asking import weigh
from digest.panel.look import Look
from digest.panel.rulebook import Rules

OF_RECORDS = frozenset({"rivals", "trend", "attention"})
"""Checks that our own records answer, not the tool's publications."""


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


def _own(facts: Sequence[Fact], tool: Tool) -> tuple[Fact, ...]:
    own = [fact for fact in facts if fact.tool == tool.slug]
    own.sort(key=lambda fact: (fact.source, fact.url, fact.span, str(fact.value)))
    own.sort(key=lambda fact: fact.observed_at, reverse=True)
    own.sort(key=lambda fact: fact.kind)
    return tuple(own)


def coverage(
    evidence: Evidence, job: Job, rules: Rules, *, reviews: Sequence[Review] = ()
) -> float:
    """
    Say how much of what a comparison shows is known, in [0, 1].

    It is the mean of two shares: of the job's fact rows that are known, and of the weight of all
    reviewers' checks that can be answered. A job without rows counts by the checks alone. What our
    own records do not tell yet, they being young, is no gap in what is published of the tool: such
    a check counts where it is answered.

    Args:
        evidence: What is known.
        job: What the tool does.
        rules: All reviewers' checks.
        reviews: Those of all reviewers by these rules on this evidence, where they are there
            already: then nothing is asked twice.
    """
    checks = _answered(evidence, rules, reviews)
    if not job.fact_rows:
        return checks
    kinds = {fact.kind for fact in evidence.facts}
    rows = sum(kind in kinds for kind in job.fact_rows) / len(job.fact_rows)
    return (rows + checks) / 2


def _answered(evidence: Evidence, rules: Rules, reviews: Sequence[Review]) -> float:
    """Give the share of the checks' weight that is answered."""
    known = _weights(evidence, rules, reviews)
    asked = [(check.key, check.weight) for rule in rules.reviewer for check in rule.check]
    of_records = [sum(w for key, w in each if key in OF_RECORDS) for each in (asked, known)]
    untold = of_records[0] - of_records[1]
    return sum(weight for _, weight in known) / (sum(weight for _, weight in asked) - untold)


def _weights(
    evidence: Evidence, rules: Rules, reviews: Sequence[Review]
) -> list[tuple[str, float]]:
    """Give each check that is answered, by key, with its weight."""
    if reviews:
        asked = (check for review in reviews for check in review.checks)
        return [(check.key, check.weight) for check in asked if check.points is not None]
    look = Look(evidence, evidence.taken_at, rules.thresholds)
    found = (item for rule in rules.reviewer for item in weigh(look, rule, rules))
    return [(item.rule.key, item.rule.weight) for item in found]
