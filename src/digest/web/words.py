"""The words pages use for the values of the model: one place, so that a page never says an enum."""

from digest.model import (
    Answer,
    AnswerKind,
    Outcome,
    Tally,
)
from digest.model.wording import (
    ENTRY,
    OF_SOFTWARE,
    REVIEWERS,
    UNKNOWN,
    VERDICTS,
    in_words,
    without_opening,
)
from digest.readers.votes import Tile

__all__ = ["ENTRY", "REVIEWERS", "UNKNOWN", "VERDICTS", "in_words", "without_opening"]

DISCLOSURE = OF_SOFTWARE
"""Said on every page; where reviews stand, who wrote them is said as well."""

THE_ANSWER = "The answer"
ANSWERS = {
    AnswerKind.A: THE_ANSWER,
    AnswerKind.B: THE_ANSWER,
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
    Outcome.SKIPPED: "was not asked",
}


def week_label(week: str) -> str:
    """Say ``2026-W47`` as ``week 47, 2026``."""
    year, number = week.split("-W")
    return f"week {int(number)}, {year}"


def answer_label(answer: Answer) -> str:
    """Give what stands over an answer: its kind, unless its line, or an editor's, says so itself."""
    label = ANSWERS[answer.kind]
    return THE_ANSWER if label.casefold() in answer.line.casefold() else label


def panel_note(tally: Tally) -> str:
    """Say what stands under ``3 of 4`` on the panel tile."""
    if not tally.is_known:
        return "too few calls"
    silent = tally.reviewers - tally.calls
    note = f"would ship · {tally.percent}%"
    return f"{note} · {silent} made no call" if silent else note


def community_note(tile: Tile) -> str:
    """Say what stands under a share of readers: of how many, and how sure it is."""
    if tile.interval is None:
        return tile.note
    low, high = tile.interval
    return f"would ship · {tile.note} · likely {low} to {high}%"


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
