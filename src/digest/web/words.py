"""The words pages use for the values of the model: one place, so that a page never says an enum."""

from digest.model import (
    AnswerKind,
    Outcome,
    Tally,
)
from digest.model.wording import ENTRY, REVIEWERS, UNKNOWN, VERDICTS, in_words, without_opening

__all__ = ["ENTRY", "REVIEWERS", "UNKNOWN", "VERDICTS", "in_words", "without_opening"]

DISCLOSURE = (
    "Written by software from public sources; nobody here ran the tools. "
    "Each review is a checklist over published facts, with its sources beside it."
)

ANSWERS = {
    AnswerKind.A: "The answer",
    AnswerKind.B: "The answer",
    AnswerKind.TOO_CLOSE: "Too close to call",
    AnswerKind.INSUFFICIENT: "No answer yet",
}
OUTCOMES = {
    Outcome.OK: "was read",
    Outcome.OK_EMPTY: "listed nothing",
    Outcome.UNCHANGED: "had not changed",
    Outcome.SUSPECT: "gave an answer we did not trust",
    Outcome.BLOCKED: "did not let us in",
    Outcome.FAILED: "could not be read",
}


def week_label(week: str) -> str:
    """Say ``2026-W47`` as ``week 47, 2026``."""
    year, number = week.split("-W")
    return f"week {int(number)}, {year}"


def panel_note(tally: Tally) -> str:
    """Say what stands under ``3 of 4`` on the panel tile."""
    if not tally.is_known:
        return "too few calls"
    silent = tally.reviewers - tally.calls
    note = f"would ship · {tally.percent}%"
    return f"{note} · {silent} made no call" if silent else note


def split(a: Tally, b: Tally) -> str:
    """Say both panels in a line: ``3 of 4 against 1 of 4 would ship``."""
    if a.is_known and b.is_known:
        return f"{a.label} against {b.label} would ship"
    if a.is_known or b.is_known:
        known = a if a.is_known else b
        return f"{known.label} would ship, too few calls on the other"
    return "too few calls on both"


def outcome(text: str) -> str:
    """Say how a source's reading ended."""
    return OUTCOMES[Outcome(text)]
