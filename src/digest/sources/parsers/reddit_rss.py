"""
Read a subreddit's feed (reddit.com/r/<name>/top.rss): Atom today, RSS in old copies.

The feed has no score: an entry's place is all it says of popularity. What an entry is about stands
behind the words "[link]"; where that is Reddit again, the post is a discussion and no launch page.
"""

import html
import re
from functools import partial

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.names import announced
from digest.sources.parsers.feed import whole
from digest.sources.readings import gather, launch_of, suspect
from digest.sources.syndication import Entry, read_feed
from digest.sources.text import first_sentence
from digest.sources.urls import host_of, web_url
from digest.sources.wire import without_nothing

VERSION = "1"

SITE = "https://www.reddit.com"
_HOSTS = ("reddit.com", "redd.it", "redditmedia.com", "redditstatic.com")
_POST = re.compile(r"(?:^/?t3_|/comments/)([0-9a-z]{1,13})(?![0-9a-z])")
_TARGET = re.compile(
    r"<a\s[^<>]{0,99}?href=[\"']([^\"'<>]{1,2000})[\"'][^<>]{0,99}>\s*\[link\]\s*</a>",
    re.IGNORECASE,
)
_SUBREDDIT = re.compile(r"/r/(\w{2,30})/comments/", re.ASCII)
_FOOTER = "submitted by"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole feed; never raises."""
    feed = read_feed(body, capture)
    if isinstance(feed, Reading):
        return feed
    if not feed.entries:
        return suspect("a feed without posts, and no word that this is right")
    ranked = enumerate(feed.entries, start=1)
    return whole(gather(ranked, partial(_launch, capture, source, len(feed.entries))), feed)


def post_id(*written: str | None) -> str | None:
    """Give a post's id as ``t3_…`` from the first text that has one: an id, or its page."""
    for text in written:
        if found := _POST.search(text or ""):
            return f"t3_{found[1]}"
    return None


def outside(url: str | None) -> str | None:
    """Give an address that is not Reddit's own; None for pictures, films and posts kept there."""
    host = host_of(url)
    is_own = any(host == own or host.endswith(f".{own}") for own in _HOSTS)
    return None if is_own else url


def subreddit_of(page: str | None) -> str:
    """Give the name of the subreddit that a post's page is in; empty where it says none."""
    found = _SUBREDDIT.search(page or "")
    return found[1] if found else ""


def _launch(
    capture: Capture, source: Source, length: int, ranked: tuple[int, Entry]
) -> Launch | None:
    rank, entry = ranked
    url = outside(_target(entry))
    said = announced(entry.title, url=url)
    description = _without_footer(entry.description)
    return launch_of(
        capture,
        source,
        native_id=post_id(entry.guid, entry.link),
        title=entry.title,
        name=said.name,
        tagline=said.tagline or first_sentence(description),
        description=description,
        url=url,
        discussion_url=entry.link,
        launched_at=entry.published,
        launched_at_source=LaunchDateSource.FEED if entry.published else None,
        published_raw=entry.published_raw,
        author=(entry.author or "").removeprefix("/u/") or None,
        tags=entry.tags,
        details=without_nothing(
            {"rank": rank, "list_length": length, "subreddit": subreddit_of(entry.link)}
        ),
    )


def _without_footer(text: str) -> str:
    """Drop the line that says who posted it, with its links."""
    head, footer, tail = text.rpartition(_FOOTER)
    return (head if footer else tail).strip()


def _target(entry: Entry) -> str | None:
    """Give what the post points to; Reddit's own link comes after any that the author wrote."""
    found = _TARGET.findall(entry.markup)
    return web_url(html.unescape(found[-1]), base=SITE) if found else None
