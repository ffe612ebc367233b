"""
From a model's checked answer to a review: the verdict is computed here, by the checklist's arithmetic.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.model import (
    Check,
    Evidence,
    Method,
    Review,
    Reviewer,
    Rival,
    Usage,
    Verdict,
)
from digest.panel.llm.checks import is_named
from digest.panel.llm.marks import Marks
from digest.panel.llm.questions import Criterion
from digest.panel.llm.schema import ReviewAnswer
from digest.panel.rulebook import ReviewerRule, Rules
from digest.panel.rules import is_stale, mean_score
from digest.panel.snippets import Exhibit


@dataclass(frozen=True, slots=True)
class Filing:
    """What a review is filed under, beside its content."""

    judge: str
    judge_vendor: str | None
    conflict: str | None
    evidence_sha256: str
    panel_version: str
    usage: Usage
    now: datetime


def judge(
    answer: ReviewAnswer,
    *,
    reviewer: Reviewer,
    criteria: Sequence[Criterion],
    evidence: Evidence,
    exhibit: Exhibit,
    rules: Rules,
    filing: Filing,
) -> Review:
    """
    Make the review of an answer that has passed every check.

    Args:
        answer: The model's.
        reviewer: Whose questions were asked.
        criteria: Those questions, with weights and points.
        evidence: The tool's; its dates bound a reviewer who never ships what is stale.
        exhibit: What the model was shown.
        rules: Thresholds.
        filing: Judge, key and cost.
    """
    marks = Marks(exhibit.snippets)
    marks.take(answer.citations)
    checks = _checks(answer, criteria, marks, rules)
    rule = rules.of(reviewer)
    known = [(check.weight, check.points) for check in checks if check.points is not None]
    score = mean_score(known, rule, rules)
    stale = score is not None and is_stale(rule, evidence, filing.now, rules)
    return Review(
        tool=evidence.tool,
        reviewer=reviewer,
        verdict=_verdict(score, rules, is_stale=stale),
        score=score,
        take=marks.on(answer.take, answer.citations) + (_stale_words(rule) if stale else ""),
        checks=checks,
        citations=tuple(marks.citations),
        method=Method.MODEL,
        evidence_sha256=filing.evidence_sha256,
        panel_version=filing.panel_version,
        reviewed_at=filing.now,
        judge=filing.judge,
        judge_vendor=filing.judge_vendor,
        conflict=filing.conflict,
        case_for_skip=answer.case_for_skip.strip(),
        breaks_when=answer.breaks_when.strip(),
        named_rivals=tuple(
            Rival(name=name.strip(), is_verified=is_named(name, exhibit.snippets))
            for name in dict.fromkeys(answer.named_rivals)
        ),
        usage=filing.usage,
    )


def _checks(
    answer: ReviewAnswer, criteria: Sequence[Criterion], marks: Marks, rules: Rules
) -> tuple[Check, ...]:
    given = {each.key: each for each in answer.criteria}
    checks = []
    for criterion in criteria:
        rule, each = criterion.rule, given[criterion.rule.key]
        if each.answer == "unknown" or each.evidence_id is None or each.quote is None:
            unknown = f"Could not confirm {rule.about}."
            name = rules.names[rule.key]
            checks.append(Check(key=rule.key, name=name, weight=rule.weight, sentence=unknown))
            continue
        is_yes = each.answer == "yes"
        checks.append(
            Check(
                key=rule.key,
                name=rules.names[rule.key],
                weight=rule.weight,
                answer=criterion.short_yes if is_yes else criterion.short_no,
                points=criterion.points_yes if is_yes else criterion.points_no,
                sentence=f"{criterion.said_yes if is_yes else criterion.said_no}.",
                citation=marks.number(each.evidence_id, each.quote),
            )
        )
    return tuple(checks)


def _verdict(score: float | None, rules: Rules, *, is_stale: bool) -> Verdict:
    if score is None:
        return Verdict.NO_CALL
    is_ship = score >= rules.thresholds.ship_at and not is_stale
    return Verdict.SHIP if is_ship else Verdict.SKIP


def _stale_words(rule: ReviewerRule) -> str:
    return (
        f" No commit or release has come for more than {rule.stale_days} days; that alone decides."
    )
