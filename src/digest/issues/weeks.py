"""Which week a moment belongs to in the operator's zone, and which days an issue covers."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from pydantic import AwareDatetime

from digest.errors import IssueError
from digest.model import Value

WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
SPAN = timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 1970, 9999
"""Years beyond which the days of a window can be no dates, or nothing was ever launched."""


class Window(Value):
    """The seven days an issue's fresh launches are of, in UTC; by the clock on the operator's wall."""

    start: AwareDatetime
    """Belongs to the window."""
    cutoff: AwareDatetime
    """Belongs to the next window once the week is over."""
    is_running: bool = False
    """True for the current week, whose cut-off is now: what was seen just now belongs to it."""

    def contains(self, moment: datetime) -> bool:
        """Say whether something launched at that moment is fresh."""
        return self.start <= moment < self.cutoff or (self.is_running and moment == self.cutoff)


def week_of(moment: datetime, zone: tzinfo) -> str:
    """Give the ISO year and week of a moment in the zone, such as ``2026-W53`` for 1 January 2027."""
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def window(week: str, *, now: datetime, zone: tzinfo) -> Window:
    """
    Give the seven days before the cut-off of a week's issue.

    The cut-off is now in the current week, and the end of the week in a past one: the next Monday
    at midnight in the zone. A week in which the clocks change has an hour more or less.

    Args:
        week: ISO year and week, such as ``2026-W47``.
        now: The moment of building; aware.
        zone: The operator's time zone.

    Raises:
        IssueError: The text is no week, there is no such week, or it has not begun.
    """
    monday = _monday(week)
    running = week_of(now, zone)
    if week > running:
        raise IssueError(
            week, f"the week has not begun: it starts on {monday}, and it is {running} now"
        )
    if week == running:
        cutoff = now.astimezone(zone)
    else:
        cutoff = datetime.combine(monday + SPAN, time(), zone)
    # Taking seven days off a local time keeps the hand of the clock, not the number of hours.
    start = cutoff - SPAN
    return Window(
        start=start.astimezone(UTC), cutoff=cutoff.astimezone(UTC), is_running=week == running
    )


def whole_week(week: str, *, zone: tzinfo) -> Window:
    """Give the seven days of a week, whatever the clock says. Raises IssueError for no week."""
    return window(week, now=datetime.combine(_monday(week) + SPAN, time(), zone), zone=zone)


def _monday(week: str) -> date:
    match = WEEK.fullmatch(week)
    if match is None:
        raise IssueError(week, "not a week; give it as ISO year and week, such as 2026-W47")
    year, number = map(int, match.groups())
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise IssueError(week, f"no issue is of the year {year}; give a week such as 2026-W47")
    try:
        return date.fromisocalendar(year, number, 1)
    except ValueError as error:
        raise IssueError(week, f"the year {year} has no week {number}") from error
