"""One thing wrong with a reading, as the rules say it."""

from dataclasses import dataclass

from digest.model import FaultKind

_TROUBLES = (
    frozenset(
        {FaultKind.EMPTY, FaultKind.PARTIAL, FaultKind.MALFORMED, FaultKind.UNREADABLE},
    ),
    frozenset({FaultKind.ALL_DATES_SAME, FaultKind.DATES_MISSING}),
)
"""Kinds that are one trouble at different depths: an outage of two weeks was empty, then one item."""


def is_same_trouble(one: FaultKind, other: FaultKind) -> bool:
    """Tell whether two bad readings in a row belong to one incident."""
    return one is other or any(one in trouble and other in trouble for trouble in _TROUBLES)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a reading."""

    kind: FaultKind
    reason: str
    """In a sentence, with the figures."""
    expected: float | None = None
    """The number of items that was due; None where another figure, or nothing, was."""
    may_settle: bool = True
    """False where only an operator can make it the new normal, however long it lasts."""
