"""The nouns of a source's health: what can be wrong with it, and one time that it was."""

from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value


class FaultKind(StrEnum):
    """What is wrong with a reading; docs/operating.md says what to do about each."""

    EMPTY = "empty"
    PARTIAL = "partial"
    ALL_DATES_SAME = "all_dates_same"
    DATES_MISSING = "dates_missing"
    DUPLICATED = "duplicated"
    NEWEST_GONE = "newest_gone"
    STALLED = "stalled"
    FIELD_LOST = "field_lost"
    REPEATED_PAGE = "repeated_page"
    MALFORMED = "malformed"
    """The parser itself did not believe what it saw: cut off, another layout, rows lost."""
    REFUSED = "refused"
    """The host refused a further page of the listing, or asked to wait with it: no incident."""
    UNREADABLE = "unreadable"
    """Content came, and was not of its kind at all."""
    UNREACHABLE = "unreachable"
    ACCOUNTS = "accounts"
    """Rows got lost between page and launches: a mistake of ours."""


class IncidentEnd(StrEnum):
    """How an incident ended."""

    RECOVERED = "recovered"
    STEP = "step"
    """The change lasted, and is the new normal."""
    ACCEPTED = "accepted"
    """An operator said that it is the new normal."""
    MUTED = "muted"
    CHANGED = "changed"
    """Something else is wrong now, and has an incident of its own."""


class Incident(Value):
    """One time that a source did not tell the truth. Key: (source, opened_at)."""

    source: str = Field(max_length=60)
    kind: FaultKind
    reason: str = ""
    """The latest one, in a sentence."""
    opened_at: AwareDatetime
    """Its first bad reading."""
    last_bad_at: AwareDatetime
    suspects: int = Field(default=1, ge=1)
    """Bad readings in a row, those of incidents it follows without a good one between included."""
    items_before: int | None = None
    """Launches of the last good reading; None where there was none."""
    items: int = 0
    """Launches of the latest bad reading."""
    expected: float | None = None
    capture_before: str = Field(default="", max_length=80)
    capture_during: str = Field(default="", max_length=80)
    alerted_at: AwareDatetime | None = None
    """When somebody was to be told; None while it is too early for that."""
    ended_at: AwareDatetime | None = None
    end: IncidentEnd | None = None
    ended_by: str = Field(default="", max_length=80)
    """The operator who ended it; empty where a reading did."""
