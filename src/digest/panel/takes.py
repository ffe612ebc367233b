"""Which findings a review is told by, and the sentences and citations that tell it."""

from collections.abc import Sequence

from digest.model import Citation, Evidence, Fact, Verdict
from digest.model.wording import counted, joined
from digest.panel.asking import Answered, told, turn
from digest.panel.look import Finding
from digest.panel.rulebook import ReviewerRule

TOLD = 3
"""Findings a take is built on, besides the strongest one against."""
OUR_RECORDS = "our records"
NOT_ON_PAGE = "Nothing of the kind on this page"
"""Stands for the quote where a page was read for something and does not say it."""
SHORT = 9
"""Words up to which two sentences may be joined into one."""


def chosen(weighed: Sequence[Answered], sign: int) -> tuple[list[Answered], list[Answered]]:
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
        label, url, quote, observed_at = (
            (fact.source, fact.url or None, _quote(fact), fact.observed_at)
            if (fact := finding.fact)
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


def _quote(fact: Fact) -> str:
    return fact.span or (NOT_ON_PAGE if fact.page else str(fact.value))


def take(
    known: Sequence[Answered],
    *,
    rule: ReviewerRule,
    verdict: Verdict,
    notes: Notes,
    stale: Answered | None,
    disputed: Sequence[Answered] = (),
) -> str:
    """
    Write the take of a review that made a call.

    Args:
        known: The checks that were answered, in the reviewer's order.
        rule: Whose take it is.
        verdict: Ship or skip.
        notes: Gets the citations of what is told, in the order of the text.
        stale: The check that alone decided for a skip, if one did; it is told first.
        disputed: Questions on which sources differ; they are said not to count.
    """
    is_ship = verdict is Verdict.SHIP
    others = [item for item in known if item is not stale]
    in_favour, against = chosen(others, 1 if is_ship else -1)
    sentences = []
    if stale:
        alone = rule.stale_say.format(stale_days=rule.stale_days)
        sentences.append(f"{_marked(stale, notes)}, {alone}")
    sentences += _joined(in_favour, notes)
    but = told(rule.but_after_ship if is_ship else rule.but_after_skip, known[0].seed, "but")
    for position, item in enumerate(against):
        sentences.append(f"{'' if position else but}{_marked(item, notes)}")
    sentences += [f"{_disputed(item, notes)}, so that does not count" for item in disputed[:1]]
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in sentences)


def _disputed(item: Answered, notes: Notes) -> str:
    marks = (item.finding, *(other.finding for other in item.others))
    return f"sources differ on {item.rule.about} {''.join(f'[{notes.number(each)}]' for each in marks)}"


def _joined(items: Sequence[Answered], notes: Notes) -> list[str]:
    """Say findings a sentence each; of three short ones two make one, the tool's name says which."""
    said = [_marked(item, notes) for item in items]
    first = turn(items[0].seed, "join") % len(items) if items else 0
    pair = items[first : first + 2]
    is_short = all(len(item.said.split()) <= SHORT and not item.others for item in pair)
    if len(items) < TOLD or len(pair) < 2 or not is_short or ": " in pair[0].said:  # noqa: PLR2004
        return said
    return [*said[:first], f"{said[first]}, and {said[first + 1]}", *said[first + 2 :]]


def _marked(item: Answered, notes: Notes) -> str:
    """Say a finding with its mark; and who says otherwise, where somebody does."""
    text = f"{item.said} [{notes.number(item.finding)}]"
    if not item.others:
        return text
    return f"{text}, though {elsewhere(item, notes)}"


def elsewhere(item: Answered, notes: Notes | None = None) -> str:
    """Say what other sources have instead, ``another source says MIT [2]``; marked with notes."""
    marks = [f" [{notes.number(other.finding)}]" if notes else "" for other in item.others]
    said = tuple(f"{other.short}{mark}" for other, mark in zip(item.others, marks, strict=True))
    return f"{'another source says' if len(said) == 1 else 'other sources say'} {joined(said)}"


def differing(item: Answered) -> str:
    """Say that sources differ and nothing settles it, without marks."""
    said = (item.short, *(other.short for other in item.others))
    return f"Sources differ on {item.rule.about}: {joined(tuple(dict.fromkeys(said)), 'or')}."


def no_call(rule: ReviewerRule, answered: Sequence[Answered]) -> str:
    """Write the take of a review without a call: how little is known, what is open, and why."""
    known = {item.rule.key for item in answered if item.points is not None}
    disputed = tuple(item.rule.about for item in answered if item.points is None)
    still_open = tuple(check.about for check in rule.check if check.key not in known)
    share = f"{len(known) or 'none'} of {counted(len(rule.check), 'question')}"
    text = f"Too little is known for a call: sources answer {share}. Open: {joined(still_open)}."
    return f"{text} On {joined(disputed)} they differ." if disputed else text
