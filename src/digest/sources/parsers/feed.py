"""Read a feed of announcements: RSS, Atom, RDF or JSON Feed, told by content."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from operator import attrgetter

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.names import announced
from digest.sources.readings import doubtful, failed, gather, launch_of, ok_empty, suspect
from digest.sources.syndication import Entry, Feed, read_feed
from digest.sources.text import first_sentence

VERSION = "2"

MAX_CLASHES = 0.05
"""Share of items with a key used before, above which the next kind of key is tried (FreshRSS#4487)."""
MAX_ID = 300

_ARXIV = re.compile(r"(?:^https?://arxiv\.org/abs/|^oai:arXiv\.org:)(.+?)(?:v\d+)?$")


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole feed; never raises."""
    feed = read_feed(body, capture)
    if isinstance(feed, Reading):
        return feed
    said = refusal(feed.entries)
    if said:
        return failed(f"the source answered with an error: {said}")
    if not feed.entries:
        return titled(_empty(feed), feed)
    level = _key_level(feed.entries)
    reading = gather(feed.entries, partial(_launch, capture, source, level))
    if level:
        reading = reading.model_copy(
            update={"reason": "guids repeat: items go by their links or titles instead"}
        )
    return whole(reading, feed)


def whole(reading: Reading, feed: Feed) -> Reading:
    """Give the reading; a suspect one where the feed is cut off or its characters are lost."""
    if not feed.is_whole:
        reading = doubtful(reading, "the feed ends in the middle: truncated")
    elif feed.is_damaged:
        reading = doubtful(reading, "too many characters of the feed could not be decoded")
    return titled(reading, feed)


def titled(reading: Reading, feed: Feed) -> Reading:
    """Give the reading with what the feed calls itself."""
    return reading.model_copy(update={"title": feed.title})


def _empty(feed: Feed) -> Reading:
    if feed.empty_because:
        return ok_empty(feed.empty_because)
    return suspect("a feed without items, and no word that this is right")


def refusal(entries: Sequence[Entry]) -> str | None:
    """Find the error that an API sends as if it were an item, as arXiv's does."""
    for entry in entries:
        if entry.title == "Error" and "/errors" in f"{entry.guid} {entry.link}":
            return entry.description or "no words given"
    return None


def _guid_key(entry: Entry) -> str | None:
    guid = entry.guid
    if guid and "arxiv" in guid.lower() and (paper := _ARXIV.match(guid)):
        return paper[1]  # versions of a paper are one paper
    return guid


def _title_key(entry: Entry) -> str | None:
    day = entry.published.date().isoformat() if entry.published else ""
    return f"title:{_digest(f'{entry.title}|{day}')}" if entry.title else None


_KEYS = (_guid_key, attrgetter("comments"), attrgetter("link"), _title_key)
"""Kinds of an item's key, best first; each gives None where the part is missing."""


def _key(entry: Entry, level: int) -> str | None:
    key = next((key for kind in _KEYS[level:] if (key := kind(entry))), None)
    return f"sha256:{_digest(key)}" if key and len(key) > MAX_ID else key


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _key_level(entries: Sequence[Entry]) -> int:
    """Choose the best kind of key that tells the items apart; the first where none does."""
    for level in range(len(_KEYS)):
        keys = sorted(key for entry in entries if (key := _key(entry, level)))
        clashes = sum(left == right for left, right in pairwise(keys))
        if clashes <= MAX_CLASHES * len(keys):
            return level
    return 0


def _launch(capture: Capture, source: Source, level: int, entry: Entry) -> Launch | None:
    key = _key(entry, level)
    title = entry.title or first_sentence(entry.description)
    if key is None and title:
        key = f"title:{_digest(title)}"
    url = entry.external or entry.link
    description = _without_comments(entry.description)
    said = announced(title, url=url)
    launched_at, launched_at_source = _launched(entry)
    return launch_of(
        capture,
        source,
        native_id=key,
        title=title,
        name=said.name,
        tagline=said.tagline or first_sentence(description),
        description=description,
        url=url,
        site=entry.external,
        discussion_url=entry.comments or (entry.link if entry.external else None),
        launched_at=launched_at,
        launched_at_source=launched_at_source,
        published_raw=entry.published_raw or entry.updated_raw,
        author=entry.author,
        tags=entry.tags,
        details={"updated_at": entry.updated_raw} if entry.updated_raw else {},
    )


def _without_comments(text: str) -> str:
    """Drop the line that is only the link to a discussion (Hacker News, Lobsters)."""
    if "Comments" not in text:
        return text
    return "\n".join(part for part in text.splitlines() if part != "Comments")


def _launched(entry: Entry) -> tuple[datetime | None, LaunchDateSource | None]:
    """Give the item's date; a missing one stays missing, for "now" would be a new launch each day."""
    if entry.published:
        return entry.published, LaunchDateSource.FEED
    if entry.updated:
        return entry.updated, LaunchDateSource.UPDATED
    return None, None
