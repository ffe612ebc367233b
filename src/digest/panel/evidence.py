"""Gather what a review may rest on: a tool's facts in order, and what our records say around it."""

from collections.abc import Sequence
from datetime import datetime

from digest.model import Evidence, Fact, Job, Market, Review, Tool
from digest.panel.asking import weigh
from digest.panel.look import Look
from digest.panel.rulebook import Rules


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
    reviewers' checks that can be answered. A job without rows counts by the checks alone.

    Args:
        evidence: What is known.
        job: What the tool does.
        rules: All reviewers' checks.
        reviews: Those of all reviewers by these rules on this evidence, where they are there
            already: then nothing is asked twice.
    """
    checks = _answered(evidence, rules, reviews) / sum(rule.weight for rule in rules.reviewer)
    if not job.fact_rows:
        return checks
    kinds = {fact.kind for fact in evidence.facts}
    rows = sum(kind in kinds for kind in job.fact_rows) / len(job.fact_rows)
    return (rows + checks) / 2


def _answered(evidence: Evidence, rules: Rules, reviews: Sequence[Review]) -> float:
    """Give the weight of the checks that are answered."""
    if reviews:
        asked = (check for review in reviews for check in review.checks)
        return sum(check.weight for check in asked if check.points is not None)
    look = Look(evidence, evidence.taken_at, rules.thresholds)
    return sum(item.rule.weight for rule in rules.reviewer for item in weigh(look, rule, rules))
