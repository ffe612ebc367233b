"""
Put one question of a reviewer to the evidence: the answer, its points, and who says otherwise.

Pure: takes evidence and rules, gives answers. Where sources differ, a page of the product's own
settles it; between mere claims the answer is unknown, unless all of them are worth the same.
"""

import hashlib
from dataclasses import dataclass

from digest.model import Fact
from digest.panel.checks import CHECKS
from digest.panel.look import Finding, Look, inline
from digest.panel.rulebook import CheckRule, ReviewerRule, Rules, Wordings


def turn(*seed: str) -> int:
    """Give a number that depends on these words alone: which of several wordings is told."""
    return int.from_bytes(hashlib.sha256("\0".join(seed).encode()).digest()[:4], "big")


def told(wordings: Wordings, *seed: str) -> str:
    """Choose one of several wordings."""
    return wordings[turn(*seed) % len(wordings)]


@dataclass(frozen=True, slots=True)
class Other:
    """A fact that says otherwise, and its answer in a few words."""

    finding: Finding
    short: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that the evidence has something to say to."""

    rule: CheckRule
    finding: Finding
    short: str
    """The answer in a few words."""
    points: float | None
    """None where sources differ and nothing settles it."""
    others: tuple[Other, ...] = ()
    seed: str = ""

    @property
    def effect(self) -> float:
        """Points times weight; nothing where sources differ."""
        return (self.points or 0.0) * self.rule.weight

    @property
    def said(self) -> str:
        """The sentence, beginning small and without a full stop."""
        wordings = self.rule.say[self.finding.answer]
        return told(wordings, self.seed, self.rule.key).format_map(self.finding.slots)


def ask_all(look: Look, rule: ReviewerRule, rules: Rules) -> list[Answered]:
    """Ask one reviewer's questions; a value the rules do not foresee is no answer."""
    found = (_ask(look, check, rule, rules) for check in rule.check)
    return [item for item in found if item is not None]


def weigh(look: Look, rule: ReviewerRule, rules: Rules) -> list[Answered]:
    """Give the questions of one reviewer that are answered, those where sources differ left out."""
    return [item for item in ask_all(look, rule, rules) if item.points is not None]


def _ask(look: Look, check: CheckRule, rule: ReviewerRule, rules: Rules) -> Answered | None:
    finding = CHECKS[check.key](look)
    points = _points(finding, check, rules)
    if finding is None or points is None:
        return None
    others, is_settled = _others(look, finding, points, check, rules)
    return Answered(
        rule=check,
        finding=finding,
        short=finding.short or rules.meaning(check.key, finding.answer),
        points=points if is_settled else None,
        others=others,
        seed=f"{look.evidence.tool} {rule.key}",
    )


def _points(finding: Finding | None, check: CheckRule, rules: Rules) -> float | None:
    if finding is None:
        return None
    if finding.points is not None:
        return finding.points
    return rules.points[check.key].get(finding.answer)


def _others(
    look: Look, finding: Finding, points: float, check: CheckRule, rules: Rules
) -> tuple[tuple[Other, ...], bool]:
    """Give what says otherwise, and whether the answer holds all the same."""
    fact = finding.fact
    if fact is None:
        return (), True
    against = [(each, CHECKS[check.key](look.with_other(each))) for each in look.dissent(fact)]
    worths = [_points(answer, check, rules) for _, answer in against]
    is_settled = fact.page is not None or all(worth == points for worth in worths)
    return tuple(_other(each, answer, check, rules) for each, answer in against), is_settled


def _other(fact: Fact, answer: Finding | None, check: CheckRule, rules: Rules) -> Other:
    """Say another fact's answer; one the rules do not foresee is said by its value."""
    if answer is None or _points(answer, check, rules) is None:
        return Other(Finding(answer="", fact=fact), inline(fact.value) or "something else")
    return Other(answer, answer.short or rules.meaning(check.key, answer.answer))
