"""What a syndicated list comes out as, whatever it was written in: a feed and its entries."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Entry(NamedTuple):
    """One item of a feed, in plain text but for ``markup``; a tuple, for it is made most often."""

    title: str
    guid: str | None = None
    link: str | None = None
    external: str | None = None
    """Page elsewhere that the item is about, where the feed declares one."""
    comments: str | None = None
    description: str = ""
    markup: str = ""
    """The content as written, for parsers that look for a link in it."""
    author: str | None = None
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    published_raw: str | None = None
    updated: datetime | None = None
    updated_raw: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and whether it is all there."""

    title: str
    entries: tuple[Entry, ...]
    is_whole: bool = True
    """False where the response ends before the feed does."""
    is_damaged: bool = False
    """True where too many characters could not be decoded."""
    empty_because: str | None = None
    """The feed's own word that it is right to be empty."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a reader of XML found."""

    title: str
    entries: tuple[Entry, ...]
    total_results: str = ""
    """What the feed says of how many results there are, as written."""
    built_at: tuple[datetime, ...] = ()
    """The times the feed itself was made, where it says so."""
