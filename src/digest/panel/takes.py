"""Which findings a review is told by, and the sentences and citations that tell it."""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.model import Citation, Evidence, Verdict
from digest.model.wording import counted, joined
from digest.panel.checks import Finding
from digest.panel.rulebook import CheckRule, ReviewerRule

TOLD = 3
"""Findings a take is built on, besides the strongest one against."""
OUR_RECORDS = "our records"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question with its answer, and what that is worth."""

    rule: CheckRule
    finding: Finding
    points: float

    @property
    def effect(self) -> float:
        """Points times weight."""
        return self.points * self.rule.weight

    @property
    def said(self) -> str:
        """The sentence, beginning small and without a full stop."""
        return self.rule.say[self.finding.answer].format_map(self.finding.slots)


def chosen(weighed: Sequence[Weighed], sign: int) -> tuple[list[Weighed], list[Weighed]]:
    """
    Choose what a take tells: the three largest effects and the strongest against the verdict.

    Args:
        weighed: Known checks in the reviewer's order, which breaks ties.
        sign: 1 for a ship, -1 for a skip.

    Returns:
        What speaks for the verdict (at least one where there is any), and what speaks against,
        each with the largest effect first.
    """
    ranked = sorted(weighed, key=lambda item: -abs(item.effect))
    told = ranked[:TOLD]
    for side in (sign, -sign):
        if not any(item.effect * side > 0 for item in told):
            told += [item for item in ranked if item.effect * side > 0][:1]
    against = [item for item in told if item.effect * sign < 0]
    return [item for item in told if item not in against], against


class Notes:
    """The citations of one review, numbered in the order they are first asked for."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._numbers: dict[tuple[str, str | None, str], int] = {}
        self._citations: list[Citation] = []

    def number(self, finding: Finding) -> int:
        """Give the mark of a finding's source; the same words of the same page have one mark."""
        fact = finding.fact
        label, url, quote, observed_at = (
            (fact.source, fact.url, fact.span or str(fact.value), fact.observed_at)
            if fact
            else (OUR_RECORDS, None, finding.record or "", self._evidence.taken_at)
        )
        mark = self._numbers.setdefault((label, url, quote), len(self._numbers) + 1)
        if mark > len(self._citations):
            self._citations.append(
                Citation(number=mark, label=label, url=url, quote=quote, observed_at=observed_at)
            )
        return mark

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations, by number."""
        return tuple(self._citations)


def take(
    known: Sequence[Weighed],
    *,
    rule: ReviewerRule,
    verdict: Verdict,
    notes: Notes,
    stale: Weighed | None,
) -> str:
    """
    Write the take of a review that made a call.

    Args:
        known: The checks that were answered, in the reviewer's order.
        rule: Whose take it is.
        verdict: Ship or skip.
        notes: Gets the citations of what is told, in the order of the text.
        stale: The check that alone decided for a skip, if one did; it is told first.
    """
    is_ship = verdict is Verdict.SHIP
    others = [item for item in known if item is not stale]
    in_favour, against = chosen(others, 1 if is_ship else -1)
    sentences = []
    if stale:
        alone = rule.stale_say.format(stale_days=rule.stale_days)
        sentences.append(f"{_marked(stale, notes)}, {alone}.")
    sentences += [f"{_marked(item, notes)}." for item in in_favour]
    but = rule.but_after_ship if is_ship else rule.but_after_skip
    for position, item in enumerate(against):
        sentences.append(f"{'' if position else but}{_marked(item, notes)}.")
    return " ".join(text[0].upper() + text[1:] for text in sentences)


def _marked(item: Weighed, notes: Notes) -> str:
    return f"{item.said} [{notes.number(item.finding)}]"


def no_call(rule: ReviewerRule, known: Sequence[Weighed]) -> str:
    """Write the take of a review without a call: how little is known, and what is open."""
    answered = {item.rule.key for item in known}
    still_open = tuple(check.about for check in rule.check if check.key not in answered)
    share = f"{len(answered) or 'none'} of {counted(len(rule.check), 'question')}"
    return f"Too little is known for a call: sources answer {share}. Open: {joined(still_open)}."
