"""
Review one tool alone by the checklist: evidence in, verdict with its sentences and sources out.

Every check gives points in [-1, 1] or is unknown; the score is the weighted mean of the known ones.
What is not known neither helps nor harms. Rules and wording are rules.toml.
"""

from collections.abc import Sequence
from datetime import datetime

from digest.model import Check, Evidence, Fact, Review, Reviewer, Verdict
from digest.panel.asking import Answered, ask_all
from digest.panel.checks import CHECKS
from digest.panel.look import Look
from digest.panel.rulebook import CheckRule, ReviewerRule, Rules, load_rules, parse_rules
from digest.panel.takes import Notes, differing, elsewhere, no_call, take

__all__ = [
    "Rules",
    "grounds",
    "is_stale",
    "load_rules",
    "mean_score",
    "parse_rules",
    "review",
    "review_all",
]

DECIMALS = 4
"""Places a score is rounded to, so that 0.15 stays 0.15 after the sums."""


def review(evidence: Evidence, *, reviewer: Reviewer, rules: Rules, now: datetime) -> Review:
    """
    Let one reviewer judge one tool.

    Args:
        evidence: Everything known of the tool; nothing else is looked at.
        reviewer: Who judges.
        rules: Weights, points, thresholds and wording.
        now: The moment ages are counted to; aware.
    """
    rule = rules.of(reviewer)
    answered = ask_all(Look(evidence, now, rules.thresholds), rule, rules)
    known = [item for item in answered if item.points is not None]
    notes = Notes(evidence)
    score = mean_score([(item.rule.weight, item.points or 0.0) for item in known], rule, rules)
    stale = None
    if score is not None and is_stale(rule, evidence, now, rules):
        stale = next(item for item in known if item.rule.key == "maintained")
    if score is None:
        verdict, text = Verdict.NO_CALL, no_call(rule, answered)
    else:
        is_ship = score >= rules.thresholds.ship_at and stale is None
        verdict = Verdict.SHIP if is_ship else Verdict.SKIP
        disputed = [item for item in answered if item.points is None]
        text = take(known, rule=rule, verdict=verdict, notes=notes, stale=stale, disputed=disputed)
    by_key = {item.rule.key: item for item in answered}
    checks = tuple(_check(check, by_key.get(check.key), notes, rules) for check in rule.check)
    return Review(
        tool=evidence.tool,
        reviewer=reviewer,
        verdict=verdict,
        score=score,
        take=text,
        checks=checks,
        citations=notes.citations,
        evidence_sha256=evidence.sha256,
        panel_version=rules.panel_version,
        reviewed_at=now,
    )


def review_all(evidence: Evidence, rules: Rules, now: datetime) -> tuple[Review, ...]:
    """Let every reviewer judge one tool, in panel order."""
    return tuple(review(evidence, reviewer=reviewer, rules=rules, now=now) for reviewer in Reviewer)


def mean_score(
    known: Sequence[tuple[float, float]], rule: ReviewerRule, rules: Rules
) -> float | None:
    """Give the weighted mean of (weight, points), or None where too little is known for a call."""
    weight = sum(each for each, _ in known)
    limits = rules.thresholds
    if len(known) < limits.known_checks or weight < limits.known_weight * rule.weight:
        return None
    return round(sum(each * points for each, points in known) / weight, DECIMALS)


def is_stale(rule: ReviewerRule, evidence: Evidence, now: datetime, rules: Rules) -> bool:
    """Return True where nothing has moved for longer than this reviewer ever ships."""
    if rule.stale_days is None:
        return False
    limits = rules.thresholds.model_copy(update={"maintained_days": rule.stale_days})
    finding = CHECKS["maintained"](Look(evidence, now, limits))
    return finding is not None and finding.answer != "yes"


def grounds(
    evidence: Evidence, *, reviewer: Reviewer, rules: Rules, now: datetime
) -> dict[str, tuple[Fact, ...]]:
    """Give the facts each check of a review stands on, those that say otherwise included, by key."""
    answered = ask_all(Look(evidence, now, rules.thresholds), rules.of(reviewer), rules)
    found = {
        item.rule.key: (item.finding, *(other.finding for other in item.others))
        for item in answered
    }
    return {key: tuple(each.fact for each in all_of if each.fact) for key, all_of in found.items()}


def _check(rule: CheckRule, item: Answered | None, notes: Notes, rules: Rules) -> Check:
    name = rules.names[rule.key]
    if item is None:
        unknown = f"Could not confirm {rule.about}."
        return Check(key=rule.key, name=name, weight=rule.weight, sentence=unknown)
    citation = notes.number(item.finding)
    said = f"{item.said[0].upper()}{item.said[1:]}"
    if item.points is None:
        said = differing(item)
    elif item.others:
        said = f"{said}, though {elsewhere(item)}."
    else:
        said = f"{said}."
    return Check(
        key=rule.key,
        name=name,
        weight=rule.weight,
        points=item.points,
        answer=item.short if item.points is not None else "",
        sentence=said,
        citation=citation,
        dissent=tuple(notes.number(other.finding) for other in item.others),
    )
