"""Which of two to pick: the panel's shares, then its scores, and an honest "too close to call"."""

import re

from digest.issues.cells import known
from digest.issues.reasons import reasons
from digest.issues.sides import Side
from digest.model import Answer, AnswerKind, Tally

CLOSE = 0.15
"""Difference of shares, or of mean scores, below which neither wins."""
_DOUBLE_STOP = re.compile(r"([.!?…])\.$")
"""A name that ends a line with a stop of its own needs none of ours."""
DECIMALS = 9
"""Places a difference is rounded to, so that 0.40 less 0.25 is 0.15."""


def answer(a: Side, b: Side) -> Answer:
    """
    Answer head to head, from the rules alone.

    Shares of ship among the calls made are compared first, then the mean scores; a difference
    below 0.15 decides nothing. With fewer than two calls on a side there is no answer yet. What
    sources contradict each other on speaks for neither side.
    """
    mine, theirs = known(a.settled), known(b.settled)
    kind, is_by_score = _decide(a, b)
    line = _line(kind, a, b, is_by_score=is_by_score)
    return Answer(
        kind=kind,
        line=_DOUBLE_STOP.sub(r"\1", line),
        pick_a_if=reasons(a, b, mine=mine, theirs=theirs),
        pick_b_if=reasons(b, a, mine=theirs, theirs=mine),
    )


def _decide(a: Side, b: Side) -> tuple[AnswerKind, bool]:
    if not (a.panel.is_known and b.panel.is_known):
        return AnswerKind.INSUFFICIENT, False
    shares = a.panel.ships / a.panel.calls - b.panel.ships / b.panel.calls
    by_share = _winner(shares)
    if by_share is not AnswerKind.TOO_CLOSE:
        return by_share, False
    return _winner(a.mean_score - b.mean_score), True


def _winner(difference: float) -> AnswerKind:
    if abs(round(difference, DECIMALS)) < CLOSE:
        return AnswerKind.TOO_CLOSE
    return AnswerKind.A if difference > 0 else AnswerKind.B


def _line(kind: AnswerKind, a: Side, b: Side, *, is_by_score: bool) -> str:
    if kind is AnswerKind.INSUFFICIENT:
        return _insufficient(a, b)
    if kind is AnswerKind.TOO_CLOSE:
        return _too_close(a, b)
    winner, other = (a, b) if kind is AnswerKind.A else (b, a)
    name = winner.tool.name
    if 2 * winner.panel.ships < winner.panel.calls:
        opening = f"{name}, if it must be one of the two"
    else:
        opening = f"Pick {name}"
    if is_by_score:
        return f"{opening}: {_both(winner, other)}; {name} does better on the checklist."
    return (
        f"{opening}: {_said(winner.panel)} would ship it, "
        f"against {_said(other.panel)} for {other.tool.name}."
    )


def _insufficient(a: Side, b: Side) -> str:
    unknown = [side.tool.name for side in (a, b) if not side.panel.is_known]
    about = unknown[0] if len(unknown) == 1 else "either"
    return f"No answer yet: too little is known about {about}."


def _too_close(a: Side, b: Side) -> str:
    return f"Too close to call: {_both(a, b)}."


def _both(one: Side, other: Side) -> str:
    said, of_other = _said(one.panel), _said(other.panel)
    if said == of_other:
        return f"{said} would ship {'each' if one.panel.ships else 'either'}"
    return f"{said} would ship {one.tool.name}, and {of_other} would ship {other.tool.name}"


def _said(panel: Tally) -> str:
    return panel.label if panel.ships else f"none of {panel.calls}"
