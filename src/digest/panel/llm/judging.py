"""
From a model's checked answer to a review: the verdict is computed here, by the checklist's arithmetic.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.model import (
    Check,
    Citation,
    Evidence,
    Method,
    Review,
    Reviewer,
    Rival,
    Snippet,
    Usage,
    Verdict,
)
from digest.panel.checks import CHECKS
from digest.panel.citations import find
from digest.panel.llm.checks import MARK, is_named
from digest.panel.llm.questions import Criterion
from digest.panel.llm.schema import ReviewAnswer
from digest.panel.look import Look
from digest.panel.rulebook import ReviewerRule, Rules
from digest.panel.rules import DECIMALS
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


class _Notes:
    """The citations of one review, numbered as they come."""

    def __init__(self, snippets: Mapping[str, Snippet]) -> None:
        self._snippets = snippets
        self._marks: dict[tuple[str, str], int] = {}
        self.citations: list[Citation] = []

    def number(self, evidence_id: str, quote: str) -> int:
        """Give the mark of a quote, as the snippet itself has its words."""
        snippet = self._snippets[evidence_id]
        start, end = find(quote, snippet.text) or (0, len(snippet.text))
        words = snippet.text[start:end]
        mark = self._marks.setdefault((evidence_id, words), len(self._marks) + 1)
        if mark > len(self.citations):
            self.citations.append(
                Citation(
                    number=mark,
                    label=snippet.label,
                    url=snippet.url,
                    quote=words,
                    observed_at=snippet.fetched_at,
                )
            )
        return mark

    def first_of(self, evidence_id: str) -> int:
        """Give the mark of the first quote of a snippet."""
        return next(mark for (known, _), mark in self._marks.items() if known == evidence_id)


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
    notes = _Notes({snippet.id: snippet for snippet in exhibit.snippets})
    for cited in answer.citations:
        notes.number(cited.evidence_id, cited.quote)
    checks = _checks(answer, criteria, notes, rules)
    rule = rules.of(reviewer)
    score = _score(checks, rule, rules)
    stale = score is not None and is_stale(reviewer, evidence, rules, filing.now)
    return Review(
        tool=evidence.tool,
        reviewer=reviewer,
        verdict=_verdict(score, rules, is_stale=stale),
        score=score,
        take=_marked(answer, notes) + (_stale_words(rule) if stale else ""),
        checks=checks,
        citations=tuple(notes.citations),
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
    answer: ReviewAnswer, criteria: Sequence[Criterion], notes: _Notes, rules: Rules
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
                citation=notes.number(each.evidence_id, each.quote),
            )
        )
    return tuple(checks)


def _score(checks: Sequence[Check], rule: ReviewerRule, rules: Rules) -> float | None:
    """Give the weighted mean of the answered questions, or None where that is too little."""
    known = [(check.weight, check.points) for check in checks if check.points is not None]
    weight = sum(each for each, _ in known)
    limits = rules.thresholds
    if len(known) < limits.known_checks or weight < limits.known_weight * rule.weight:
        return None
    return round(sum(each * points for each, points in known) / weight, DECIMALS)


def _verdict(score: float | None, rules: Rules, *, is_stale: bool) -> Verdict:
    if score is None:
        return Verdict.NO_CALL
    is_ship = score >= rules.thresholds.ship_at and not is_stale
    return Verdict.SHIP if is_ship else Verdict.SKIP


def is_stale(reviewer: Reviewer, evidence: Evidence, rules: Rules, now: datetime) -> bool:
    """Return True where nothing has moved for longer than this reviewer ever ships."""
    rule = rules.of(reviewer)
    if rule.stale_days is None:
        return False
    limits = rules.thresholds.model_copy(update={"maintained_days": rule.stale_days})
    finding = CHECKS["maintained"](Look(evidence, now, limits))
    return finding is not None and finding.answer != "yes"


def _stale_words(rule: ReviewerRule) -> str:
    return (
        f" No commit or release has come for more than {rule.stale_days} days; that alone decides."
    )


def _marked(answer: ReviewAnswer, notes: _Notes) -> str:
    """Give the take with our marks for the model's; what it cites unmarked is marked at the end."""
    take = " ".join(answer.take.split())
    shown = dict.fromkeys(MARK.findall(take))
    text = MARK.sub(lambda match: f"[{notes.first_of(match[1])}]", take)
    unmarked = [each for each in answer.citations if each.evidence_id not in shown]
    numbers = dict.fromkeys(notes.number(each.evidence_id, each.quote) for each in unmarked)
    marks = "".join(f"[{number}]" for number in numbers)
    return f"{text} {marks}" if marks else text
