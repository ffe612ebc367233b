"""Small charts as plain SVG: bars of counts, with a line for what is usual. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 48
"""Units from top to bottom; a unit is a pixel where the chart is drawn at its own size."""
STEP = 8
BAR = 6
SHORTEST = 2
"""Height of a bar of nothing: it is a reading all the same."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One reading: how many, how it is drawn, and its words."""

    count: int
    style: str
    """A class of the style sheet."""
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, placed."""

    x: int
    y: float
    height: float
    style: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to be drawn."""

    width: int
    bars: tuple[Bar, ...]
    usual_y: float | None
    """Where the line of the usual count is; None where none is known."""
    height: int = HEIGHT
    bar: int = BAR


def chart(marks: Sequence[Mark], *, usual: float | None, slots: int) -> Chart:
    """
    Place bars, the newest at the right edge.

    Args:
        marks: Oldest first, at most ``slots``.
        usual: The usual count; None where none is known.
        slots: Bars the chart has room for, so that charts beside each other share one scale of time.
    """
    most = max([*(mark.count for mark in marks), usual or 0, 1])
    start = (slots - len(marks)) * STEP
    bars = []
    for place, mark in enumerate(marks):
        height = max(SHORTEST, round((HEIGHT - 1) * mark.count / most, 1))
        bars.append(
            Bar(start + place * STEP, round(HEIGHT - height, 1), height, mark.style, mark.title)
        )
    usual_y = None if usual is None else round(HEIGHT - (HEIGHT - 1) * usual / most, 1)
    return Chart(width=slots * STEP - (STEP - BAR), bars=tuple(bars), usual_y=usual_y)
