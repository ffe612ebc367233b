"""
Read Product Hunt's API (api.producthunt.com/v2/api/graphql): the answer to a query for ``posts``.

``featuredAt`` is the launch; ``createdAt``, weeks before it at times, is none. ``website`` leads
through Product Hunt, so that the product's own address is only kept where it is not hidden.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from digest.model import Capture, Launch, LaunchDateSource, Outcome, Popularity, Reading, Source
from digest.sources.readings import doubtful, failed, gather, launch_of, ok_empty, suspect
from digest.sources.text import prose
from digest.sources.urls import host_of, web_url
from digest.sources.wire import (
    JsonObject,
    count_at,
    id_at,
    iso_at,
    object_at,
    raw_at,
    read_json,
    rows_at,
    text_at,
    without_nothing,
)

VERSION = "1"

_LIMIT = "rate_limit_reached"
_HIDDEN = "[REDACTED]"
"""What the API gives for most people's names."""


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read one page of posts; never raises."""
    data = read_json(body, capture)
    if isinstance(data, Reading):
        return data
    refused = _refusal(data)
    found = object_at(object_at(data, "data"), "posts")
    posts = _posts(found)
    if posts is None:
        return refused or suspect("no list of posts: layout unknown")
    if not posts and refused is None and count_at(found, "totalCount") == 0:
        return ok_empty("the query found nothing (totalCount 0)")
    if not posts:
        return refused or suspect("no posts, though the query does not say that it found none")
    reading = gather(posts, partial(_launch, capture, source))
    return doubtful(reading, f"only a part came: {refused.reason}") if refused else reading


def _refusal(data: JsonObject) -> Reading | None:
    """Give the reading of the first error named; None where there is none."""
    for error in rows_at(data, "errors") or ():
        said = error if isinstance(error, dict) else {}
        code = text_at(said, "error")
        words = text_at(said, "error_description") or text_at(said, "message") or code
        if code == _LIMIT:
            return Reading(outcome=Outcome.BLOCKED, reason=f"Product Hunt refuses: {words}")
        return failed(f"Product Hunt answered with an error: {words or 'no words given'}")
    return None


def _posts(found: JsonObject) -> Sequence[Any] | None:
    """Give the posts, from ``edges`` or ``nodes``, as the query asked; None where neither is."""
    edges = rows_at(found, "edges")
    if edges is None:
        return rows_at(found, "nodes")
    return [edge.get("node") if isinstance(edge, dict) else None for edge in edges]


def _launch(capture: Capture, source: Source, post: object) -> Launch | None:
    if not isinstance(post, dict):
        return None
    page = web_url(raw_at(post, "url"))
    website = web_url(raw_at(post, "website"))
    is_hidden = host_of(website) == "producthunt.com"
    featured_at = iso_at(post, "featuredAt")
    return launch_of(
        capture,
        source,
        native_id=id_at(post, "id"),
        title=text_at(post, "name"),
        tagline=text_at(post, "tagline"),
        description=prose(raw_at(post, "description")),
        url=page,
        site=None if is_hidden else website,
        discussion_url=page,
        launched_at=featured_at,
        launched_at_source=LaunchDateSource.API if featured_at else None,
        published_raw=text_at(post, "featuredAt") or text_at(post, "createdAt") or None,
        popularity=count_at(post, "votesCount"),
        popularity_metric=Popularity.VOTES,
        author=next(_makers(post), None),
        tags=tuple(_topics(post)),
        details=without_nothing(
            {
                "slug": text_at(post, "slug"),
                "created_at": text_at(post, "createdAt"),
                "redirect": website if is_hidden else "",
                "comments": count_at(post, "commentsCount"),
                "day_rank": count_at(post, "dailyRank"),
            }
        ),
    )


def _makers(post: JsonObject) -> Iterator[str]:
    for maker in rows_at(post, "makers") or ():
        name = text_at(maker, "name") if isinstance(maker, dict) else ""
        if name and name != _HIDDEN:
            yield name


def _topics(post: JsonObject) -> Iterator[str]:
    for topic in _posts(object_at(post, "topics")) or ():
        name = text_at(topic, "name") if isinstance(topic, dict) else ""
        if name:
            yield name
