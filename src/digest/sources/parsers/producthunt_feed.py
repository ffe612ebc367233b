"""
Read Product Hunt's public feed (producthunt.com/feed): Atom, the 50 products listed just now.

An entry's ``published`` is when its post was created, weeks before the launch at times: no launch
date. What is new since the last complete reading was launched (``health.mark_launched``).
"""

import re
from functools import partial
from itertools import takewhile

from digest.model import Capture, Launch, Reading, Source
from digest.sources.parsers.feed import whole
from digest.sources.readings import gather, launch_of, suspect
from digest.sources.syndication import Entry, read_feed
from digest.sources.text import line
from digest.sources.urls import web_url
from digest.sources.wire import without_nothing

VERSION = "1"

_POST = re.compile(r"Post/(\d{1,18})$")
_REDIRECT = re.compile(r"https?://[\w.-]{1,80}/r/p/\d{1,18}[^\"'\s<>]{0,200}")
_LINKS = "Discussion"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole feed; never raises."""
    feed = read_feed(body, capture)
    if isinstance(feed, Reading):
        return feed
    if not feed.entries:
        return suspect("a feed without items, and no word that this is right")
    return whole(gather(feed.entries, partial(_launch, capture, source)), feed)


def _launch(capture: Capture, source: Source, entry: Entry) -> Launch | None:
    post = _POST.search(entry.guid or "")
    if post is None:
        return None
    redirect = _REDIRECT.search(entry.markup)
    return launch_of(
        capture,
        source,
        native_id=post[1],
        title=entry.title,
        tagline=_tagline(entry),
        url=entry.link,
        discussion_url=web_url(redirect[0]) if redirect else None,
        published_raw=entry.published_raw,
        author=entry.author,
        tags=entry.tags,
        details=without_nothing({"updated_at": entry.updated_raw}),
    )


def _tagline(entry: Entry) -> str:
    """Give the entry's words; the row of links below them begins with "Discussion"."""
    return line(" ".join(takewhile(lambda part: part != _LINKS, entry.description.splitlines())))
