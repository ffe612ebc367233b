"""The nouns of research: a product's own pages, what was read of them, and how each stands."""

from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value


class PageRole(StrEnum):
    """What a page of the product's own is for; a tool has at most one page of each role."""

    HOME = "home"
    PRICING = "pricing"
    DOCS = "docs"
    README = "readme"
    LICENCE = "licence"


class PageOutcome(StrEnum):
    """
    How a visit to a page ended. Only ``ok`` brings facts; no other outcome takes any away.

    ``gone`` is a page that is not there any more, ``unreadable`` one that holds nothing to read: an
    error page, a login, a parked domain, a page that only scripts fill.
    """

    OK = "ok"
    UNCHANGED = "unchanged"
    UNREADABLE = "unreadable"
    GONE = "gone"
    BLOCKED = "blocked"
    FAILED = "failed"


class PageLink(Value):
    """A link on a page."""

    url: str
    """Absolute."""
    words: str = ""


class PageTable(Value):
    """A table on a page, cells that span several places repeated in each."""

    rows: tuple[tuple[str, ...], ...]
    context: tuple[str, ...] = ()
    """The lines before it, nearest last: headings and captions often name unit and currency."""


class PageText(Value):
    """What a page says, as plain text; the words are the page's own but for white space."""

    title: str = ""
    description: str = ""
    language: str = ""
    """As the page declares it, in lower case; empty where it does not."""
    canonical: str = ""
    """What ``rel=canonical`` says, absolute; not to be believed unseen."""
    og_url: str = ""
    lines: tuple[str, ...] = ()
    """One a block, in order; tables, navigation and footers left out."""
    tables: tuple[PageTable, ...] = ()
    links: tuple[PageLink, ...] = ()
    """All of them, navigation and footers included."""
    licence_field: str = ""
    """What a model card's head states as its licence, verbatim."""


class PageReading(Value):
    """What one response turned out to be."""

    outcome: PageOutcome
    reason: str | None = None
    page: PageText | None = None
    """Only with ``ok``."""


class Visit(Value):
    """One page that is worth a look, and of which tool."""

    tool: str = Field(max_length=120)
    name: str
    """The tool's; its own row of a price list is told by it."""
    site: str
    """The tool's address that the page was found from."""
    role: PageRole
    url: str
    is_model: bool = False
    """Whether sizes and contexts on it are the product's own; a runtime names its guests'."""


class ProductPage(Value):
    """How a page of a tool stands; kept from one visit to the next. Key: (tool, role)."""

    tool: str = Field(max_length=120)
    role: PageRole
    site: str
    """The tool's address at the time; where it has another now, all is looked at anew."""
    url: str
    """What is asked for."""
    cited: str = ""
    """Where readers are sent: the page's canonical address where that can be trusted."""
    outcome: PageOutcome
    reason: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    validator_url: str | None = None
    capture_key: str = Field(default="", max_length=80)
    """Of the last good visit, which the facts stand on."""
    checked_at: AwareDatetime
    good_at: AwareDatetime | None = None
    """Last visit that was ok or unchanged."""
    read_at: AwareDatetime | None = None
    """Last visit that brought the whole page."""
    due_at: AwareDatetime
    """Not asked for again before then."""
