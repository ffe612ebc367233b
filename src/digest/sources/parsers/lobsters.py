"""
Read Lobsters (lobste.rs): the JSON of ``newest`` and ``hottest``, or the RSS of any list.

The feed's link to itself carries a reader's token: nothing of the feed but its items is kept.
"""

import re
from functools import partial

from digest.model import Capture, Launch, LaunchDateSource, Popularity, Reading, Source
from digest.sources.charset import decode
from digest.sources.names import announced
from digest.sources.parsers.feed import whole
from digest.sources.readings import gather, launch_of, suspect
from digest.sources.syndication import Entry, read_feed
from digest.sources.text import first_sentence, prose_of_html
from digest.sources.urls import host_of, web_url
from digest.sources.wire import (
    count_at,
    iso_at,
    object_at,
    raw_at,
    read_json_list,
    text_at,
    texts_at,
    without_nothing,
)

VERSION = "1"

SITE = "lobste.rs"
PAGE = "https://lobste.rs/s/{}"
_STORY = re.compile(r"^https?://lobste\.rs/s/([0-9a-z]{1,12})(?![0-9a-z])")
_AUTHOR = re.compile(r"(?:^|\s)(?:by|via) (\S{1,60})$")
_COMMENTS = "Comments"
_NOTHING = "no stories, and no word that this is right"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole list, JSON or RSS as told by content; never raises."""
    if not decode(body, capture.content_type).text.lstrip().startswith("["):
        return _parse_feed(body, capture, source)
    stories = read_json_list(body, capture)
    if isinstance(stories, Reading):
        return stories
    if not stories:
        return suspect(_NOTHING)
    return gather(stories, partial(_story, capture, source))


def _parse_feed(body: bytes, capture: Capture, source: Source) -> Reading:
    feed = read_feed(body, capture)
    if isinstance(feed, Reading):
        return feed
    if not feed.entries:
        return suspect(_NOTHING)
    return whole(gather(feed.entries, partial(_item, capture, source)), feed)


def _story(capture: Capture, source: Source, story: object) -> Launch | None:
    if not isinstance(story, dict):
        return None
    short_id = text_at(story, "short_id")
    title = text_at(story, "title")
    url = _outside(web_url(raw_at(story, "url")))
    said = announced(title, url=url)
    description = prose_of_html(raw_at(story, "description"))
    launched_at = iso_at(story, "created_at")
    user = text_at(story, "submitter_user")  # an object in older answers
    return launch_of(
        capture,
        source,
        native_id=short_id,
        title=title,
        name=said.name,
        tagline=said.tagline or first_sentence(description),
        description=description,
        url=url,
        discussion_url=PAGE.format(short_id),
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.API if launched_at else None,
        published_raw=text_at(story, "created_at") or None,
        popularity=count_at(story, "score"),
        popularity_metric=Popularity.LOBSTERS_SCORE,
        author=user or text_at(object_at(story, "submitter_user"), "username") or None,
        tags=texts_at(story, "tags"),
        details=without_nothing(
            {"comments": count_at(story, "comment_count"), "flags": count_at(story, "flags")}
        ),
    )


def _item(capture: Capture, source: Source, entry: Entry) -> Launch | None:
    story = _STORY.search(entry.guid or "") or _STORY.search(entry.comments or "")
    if story is None:
        return None
    url = _outside(entry.link)
    said = announced(entry.title, url=url)
    description = "\n".join(part for part in entry.description.splitlines() if part != _COMMENTS)
    author = _AUTHOR.search(entry.author or "")
    return launch_of(
        capture,
        source,
        native_id=story[1],
        title=entry.title,
        name=said.name,
        tagline=said.tagline or first_sentence(description),
        description=description,
        url=url,
        discussion_url=PAGE.format(story[1]),
        launched_at=entry.published,
        launched_at_source=LaunchDateSource.FEED if entry.published else None,
        published_raw=entry.published_raw,
        author=author[1] if author else entry.author,
        tags=entry.tags,
    )


def _outside(url: str | None) -> str | None:
    """Give an address elsewhere; a story that points back here is a question, not a launch page."""
    return None if host_of(url) == SITE else url
