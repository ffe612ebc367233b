"""
How long a host is left alone: what its headers ask for, and how long we wait of our own accord.

Pure: takes headers and the time, gives seconds.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_WAIT_S = 7 * 86400.0
"""No answer silences a host for longer: a mistaken "in the year 9999" must heal by itself."""

FIRST_BACKOFF_S = 1.0
LATER = 0.25
"""Share of its rhythm by which a source in trouble is put off at most."""

_RATE_LIMIT_PREFIXES = ("ratelimit", "x-ratelimit", "x-rate-limit")
_STRUCTURED_LIMIT = re.compile(r"\br=(\d+)\b.*?\bt=(\d+)\b")
_EPOCH_FLOOR = 1_000_000_000
"""A reset beyond this is a point in time (GitHub), below it a number of seconds (all others)."""


def asked_wait_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """
    Say how many seconds the host asks to be left alone, at most :data:`MAX_WAIT_S`.

    Retry-After counts first, in seconds or as a date; else a rate limit that is used up.

    Args:
        headers: Lower-case names.
        now: Aware; what dates count from.

    Returns:
        Seconds, 0 or more; None where nothing is asked.
    """
    wait = _retry_after_s(headers.get("retry-after", ""), now=now)
    if wait is None:
        wait = _rate_limit_s(headers, now=now)
    return None if wait is None else min(max(wait, 0.0), MAX_WAIT_S)


def _retry_after_s(value: str, *, now: datetime) -> float | None:
    text = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": the time is UTC, the zone of the sender unknown
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()


def _rate_limit_s(headers: Mapping[str, str], *, now: datetime) -> float | None:
    if found := _STRUCTURED_LIMIT.search(headers.get("ratelimit", "")):
        return float(found[2]) if int(found[1]) == 0 else None
    for prefix in _RATE_LIMIT_PREFIXES:
        remaining = headers.get(f"{prefix}-remaining", "").strip()
        reset = headers.get(f"{prefix}-reset", "").strip()
        if re.fullmatch(r"0+", remaining) and re.fullmatch(r"\d{1,12}", reset, re.ASCII):
            seconds = float(reset)
            return seconds - now.timestamp() if seconds > _EPOCH_FLOOR else seconds
    return None


def backoff_s(attempt: int, *, jitter: float) -> float:
    """
    Say how long to wait after a failed attempt: doubling, and never the same for two fetchers.

    Args:
        attempt: Which attempt failed, 1 or more.
        jitter: Chance in [0, 1); up to as much again is added.
    """
    return FIRST_BACKOFF_S * 2.0 ** (attempt - 1) * (1.0 + jitter)


def next_due(
    now: datetime,
    *,
    every_hours: float,
    in_trouble: bool,
    not_before: datetime | None,
    jitter: float,
) -> datetime:
    """
    Say when a source is due again.

    After trouble it comes up to a quarter of its rhythm later, each source by another chance: those
    that a host refused together would meet there together for ever.

    Args:
        now: When it was read.
        every_hours: Its rhythm.
        in_trouble: True where the reading was not good.
        not_before: When its host may be asked again, where that is later.
        jitter: Chance in [0, 1).
    """
    stretch = 1.0 + LATER * jitter if in_trouble else 1.0
    due = now + timedelta(hours=every_hours * stretch)
    return max(due, not_before) if not_before else due
