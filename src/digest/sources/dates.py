"""
Read dates as pages for people write them: days in English or in figures, and ages.

Pure: takes a text and when its page was fetched; gives a time, and how wide an age is.
"""

import re
from datetime import UTC, datetime, timedelta

from digest.sources.wire import iso_at, plausible

MAX_LENGTH = 60
"""Characters; a longer text is no date."""
DAY = timedelta(days=1)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTH = {
    **{name: number for number, name in enumerate(_FULL, start=1)},
    **{name: number for number, name in enumerate(_MONTHS, start=1)},
    "sept": 9,
}
_LEAD = re.compile(r"^(?:published|posted|updated)?\s*(?:on\b)?\s*[:·|]?\s*", re.IGNORECASE)
_FIGURES = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_WORDS = re.compile(
    r"(?:(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"|(?P<day_first>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month_next>[A-Za-z]{3,9})\.?)"
    r"(?:[\s,]+(?P<year>\d{4}))?",
    re.ASCII | re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?P<count>\d{1,3}|an?)\s?"
    r"(?P<unit>mo|months?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|yrs?|years?) ago\b",
    re.ASCII | re.IGNORECASE,
)
_SPANS = {
    "mo": ("month", timedelta(days=30.44)),
    "m": ("minute", timedelta(minutes=1)),
    "h": ("hour", timedelta(hours=1)),
    "d": ("day", DAY),
    "w": ("week", timedelta(weeks=1)),
    "y": ("year", timedelta(days=365.25)),
}


def read_date(text: str, *, now: datetime) -> datetime | None:
    """
    Read a date as news pages write it, in English or in figures.

    Args:
        text: Such as "Mar 23, 2026", "23rd March", "2026-03-23" or an ISO time; a day is its
            midnight UTC.
        now: When the page was fetched. A day without a year is the latest that was not after the
            day that follows.
    """
    if len(text) > MAX_LENGTH or not any(map(str.isdigit, text)):
        return None
    if moment := iso_at({"written": text}, "written"):
        return moment
    plain = _LEAD.sub("", text).strip()
    if figures := _FIGURES.fullmatch(plain):
        return _midnight(int(figures[1]), int(figures[3]), int(figures[4]))
    words = _WORDS.fullmatch(plain)
    if words is None:
        return None
    month = _MONTH.get((words["month"] or words["month_next"]).lower(), 0)
    day = int(words["day"] or words["day_first"])
    if words["year"]:
        return _midnight(int(words["year"]), month, day)
    found = (_midnight(year, month, day) for year in (now.year + 1, now.year, now.year - 1))
    return next((moment for moment in found if moment and moment <= now + DAY), None)


def _midnight(year: int, month: int, day: int) -> datetime | None:
    try:
        return plausible(datetime(year, month, day, tzinfo=UTC))
    except ValueError:
        return None


def read_age(text: str, *, now: datetime) -> tuple[datetime | None, str]:
    """
    Give when "Released 2d ago", "3 weeks ago" or "an hour ago" was, and to what precision.

    Args:
        text: Words with an age among them.
        now: When the page was fetched.

    Returns:
        The time and the word for how far it may be off: minute, hour, day, week, month or year;
        None and nothing where the text gives no age.
    """
    found = _AGE.search(text)
    if found is None:
        return None, ""
    unit = found["unit"].lower()
    precision, span = _SPANS["mo" if unit.startswith("mo") else unit[0]]
    count = int(found["count"]) if found["count"].isdigit() else 1
    moment = plausible(now - count * span)
    if moment is None:
        return None, ""
    if precision == "minute":
        return moment.replace(second=0, microsecond=0), precision
    start = moment.replace(minute=0, second=0, microsecond=0)
    return (start if precision == "hour" else start.replace(hour=0)), precision
