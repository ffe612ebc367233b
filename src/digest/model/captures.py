"""The nouns of the first resting place: sources, captures, and the launches read from them."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import Field

from digest.model.base import Value
from digest.model.health import FaultKind

INCUMBENTS = "incumbents"
"""Source of the launches that ship with the program: the catalogue of established tools."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Launch of a given tool whose line names none: it only says that the tool is an older one."""


class Outcome(StrEnum):
    """
    How a reading of a source ended.

    ``unchanged`` is the server's 304; only ``ok``, ``ok_empty`` and ``unchanged`` move a source's
    last success. A ``suspect`` reading stores nothing and never replaces a good one.
    """

    OK = "ok"
    OK_EMPTY = "ok_empty"
    UNCHANGED = "unchanged"
    SUSPECT = "suspect"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not asked at all, on purpose; it leaves no reading."""


class Source(Value):
    """A place that announces launches, as one ``[[source]]`` of sources.toml describes it."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    kind: str = Field(max_length=40)
    url: str
    label: str = ""
    """Name for readers; the name itself where empty."""
    floor: int = Field(default=5, ge=0)
    """Fewest items of a healthy reading; below it a reading is suspect."""
    spacing_s: float = Field(default=2.0, ge=0)
    """Seconds between two requests to the source's host."""
    dated: bool = True
    """False where items carry no dates by nature."""
    expected_every_days: float | None = Field(default=None, gt=0, le=3660)
    """Something new is due at least that often; None where nobody can say."""
    alert_after: int | None = Field(default=None, ge=1, le=100)
    """Suspect readings in a row that are told of; None: 2, and 1 where it is read weekly or rarer."""
    pages: int = Field(default=1, ge=1, le=200)
    """Most pages of its listing that are asked for in one reading."""
    max_mib: int = Field(default=8, ge=1, le=20)
    """Most MiB that a page of it may have after decoding."""
    every_hours: float = Field(default=6.0, gt=0, le=24 * 31)
    """Hours from one reading to the next."""
    enabled: bool = True
    """False where it is listed, but not to be asked."""
    options: dict[str, str | int] = Field(default_factory=dict)
    """What the kind is told besides, such as the selectors of a page; checked when it is loaded."""


class Capture(Value):
    """One HTTP response kept whole; the body lies in the capture store under ``body_sha256``."""

    key: str = Field(max_length=80)
    """sha256 over URL, status and body, a dash, and the UTC time: unique per fetch."""
    source: str = Field(max_length=60)
    url: str
    final_url: str
    status: int = Field(ge=100, le=599)
    content_type: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    """Lower-case names; no cookies and no credentials."""
    body_sha256: str = Field(max_length=64)
    body_bytes: int = Field(ge=0)
    """Octets after content decoding."""
    fetched_at: AwareDatetime
    listing: str = Field(default="", max_length=80)
    """Key of the first page of the listing it continues; empty for a first or only page."""
    page: int = Field(default=1, ge=1)
    """Place among the pages of its listing."""
    supplied: bool = False
    """True where an operator gave the page; nothing was asked of its site."""
    leads_on: bool = False
    """True where a further page was asked for; where that is missing, the listing is not whole."""


class RobotsText(Value):
    """What one origin's robots.txt said, and when; empty where it has none."""

    origin: str = Field(max_length=300)
    text: str
    read_at: AwareDatetime


class Popularity(StrEnum):
    """What a source counts; numbers are compared inside one metric only."""

    POINTS = "points"
    STARS = "stars"
    PULLS = "pulls"
    LIKES = "likes"
    VOTES = "votes"
    UPVOTES = "upvotes"
    REDDIT_SCORE = "reddit_score"
    LOBSTERS_SCORE = "lobsters_score"
    REACTIONS = "reactions"


class Flag(StrEnum):
    """Why a launch is kept out of pairing until an editor says otherwise."""

    SPONSORED = "sponsored"
    NSFW = "nsfw"
    SUSPECT = "suspect"
    SPAM = "spam"


class LaunchDateSource(StrEnum):
    """Where ``launched_at`` comes from; ``updated`` is the latest the launch can have been."""

    API = "api"
    FEED = "feed"
    TEXT = "text"
    REPO_CREATED = "repo_created"
    UPDATED = "updated"
    FIRST_SEEN = "first_seen"


class Launch(Value):
    """One announcement read from a capture. Key: (source, native_id)."""

    source: str = Field(max_length=60)
    native_id: str = Field(min_length=1, max_length=300)
    title: str = Field(min_length=1)
    name: str = ""
    """The product's name where the title is a sentence; else equal to the title."""
    tagline: str = ""
    """One plain-text line, no markup."""
    description: str = ""
    """Plain text of the announcement, at most 4,000 characters."""
    url: str | None = None
    """Where the announcement points; None on a text post."""
    site: str | None = None
    """The product's own address or repository where the source declares it."""
    discussion_url: str | None = None
    launched_at: AwareDatetime | None = None
    launched_at_source: LaunchDateSource | None = None
    published_raw: str | None = None
    """The source's own date text, even where it is no launch date."""
    popularity: int | None = Field(default=None, ge=0)
    popularity_metric: Popularity | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    licence: str | None = None
    """SPDX identifier the source states; None is unknown (also for NOASSERTION)."""
    details: dict[str, Any] = Field(default_factory=dict)
    """Source-specific raw values facts are made of: prices, sizes, context length, pushed_at …"""
    flags: tuple[Flag, ...] = ()
    first_seen_at: AwareDatetime
    capture_key: str = ""

    @property
    def fresh_at(self) -> datetime:
        """When this counts as launched: its launch date where the source has one, else first sight."""
        if self.launched_at is None:
            return self.first_seen_at
        return min(self.launched_at, self.first_seen_at)


class Reading(Value):
    """What a parser makes of a capture: an outcome with its reason, never a bare list."""

    outcome: Outcome
    reason: str | None = None
    launches: tuple[Launch, ...] = ()
    rows: int = Field(default=0, ge=0)
    """Rows seen in the response, folded and rejected ones included."""
    rejected: int = Field(default=0, ge=0)
    """Rows that could not be read; they are counted, the rest is kept."""
    folded: int = Field(default=0, ge=0)
    """Rows that were another row's launch once more."""
    passed_over: int = Field(default=0, ge=0)
    """Rows that are no launch by what the kind is: comments, replaced papers, too few reactions."""
    fault: FaultKind | None = None
    """What is wrong with a suspect reading, where its figures show it."""
    expected: float | None = None
    """The figure that was due where another one is the fault."""
    is_step: bool = False
    """True for the reading that made a lasting change the new normal."""
    is_whole: bool = True
    """False where further pages of the listing are missing: it proves nothing about what it lacks."""
    title: str = ""
    """The listing's own title, where it has one: what a feed calls itself."""
    is_charset_guessed: bool = False
    """True where nothing declared fits the octets: a detector's answer, or characters were lost."""

    @property
    def adds_up(self) -> bool:
        """True while every row seen is a launch, or was rejected, folded or passed over."""
        return self.rows == len(self.launches) + self.rejected + self.folded + self.passed_over


class ReadingRecord(Value):
    """What is kept of one reading: what its source's health is judged by, without the launches."""

    source: str = Field(max_length=60)
    outcome: Outcome
    reason: str | None = None
    fault: FaultKind | None = None
    expected: float | None = None
    items: int = 0
    rows: int = 0
    rejected: int = 0
    folded: int = 0
    passed_over: int = 0
    held: int = 0
    """Launches that carry a flag: kept out of pairing until an editor says otherwise."""
    dated: int | None = None
    """Launches with a date; None in readings from before it was counted."""
    days: int = 0
    minutes: int | None = None
    same_day: int = 0
    newest_at: AwareDatetime | None = None
    fills: dict[str, int] = Field(default_factory=dict)
    """Launches that have a field, by its name."""
    capture_key: str = Field(default="", max_length=80)
    body_bytes: int = 0
    """Octets of all its pages after content decoding."""
    body_sha256: str = Field(default="", max_length=64)
    """Of its first page; empty where nothing came."""
    body_since: AwareDatetime | None = None
    """Since when the first page has been that very response."""
    parser_version: str = Field(default="", max_length=40)
    is_baseline: bool = False
    """True where it became the new normal: readings before it do not count any more."""
    accepted_by: str = Field(default="", max_length=80)
    """The operator who made it the new normal; empty where it settled by itself."""
    read_at: AwareDatetime

    @property
    def has_content(self) -> bool:
        """True where launches were looked for: it was neither refused nor not to be had."""
        return self.outcome in {Outcome.OK, Outcome.OK_EMPTY, Outcome.SUSPECT} and bool(
            self.capture_key
        )


class SourceState(Value):
    """What is known of a source's health, from its stored readings alone."""

    source: str = Field(max_length=60)
    kind: str = Field(max_length=40)
    url: str
    outcome: Outcome | None = None
    reason: str | None = None
    items: int = 0
    checked_at: AwareDatetime | None = None
    good_at: AwareDatetime | None = None
    """Last reading that was ok, ok_empty or unchanged."""
    complete_at: AwareDatetime | None = None
    """Last complete listing: what is new after it was launched after it."""
    etag: str | None = None
    last_modified: str | None = None
    validator_url: str | None = None
    """The URL, and the parser version after a space, that the validators belong to."""
    not_before: AwareDatetime | None = None
    """The host asked not to be called before then (Retry-After); real time."""
    gone_at: AwareDatetime | None = None
    """When its address answered 410, gone for good; it is not asked again until that changes."""
    moved_from: str | None = None
    """Address that redirects for good (301, 308)."""
    moved_to: str | None = None
    """Where it redirects to; asked in its place after two sightings."""
    moved_seen: int = 0
    """Readings that met this redirect, one after the other."""
    next_due_at: AwareDatetime | None = None
    """When it is due to be read again."""
    muted_until: AwareDatetime | None = None
    """No incident is opened before then; the year 9999 is for good."""
    muted_by: str = Field(default="", max_length=80)
