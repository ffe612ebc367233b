"""Read Hacker News' search (hn.algolia.com): one JSON object with the hits of one query."""

from functools import partial

from digest.model import Capture, Launch, LaunchDateSource, Popularity, Reading, Source
from digest.sources.names import announced
from digest.sources.readings import failed, gather, launch_of, ok_empty, suspect
from digest.sources.text import prose_of_html
from digest.sources.urls import web_url
from digest.sources.wire import (
    JsonObject,
    count_at,
    id_at,
    raw_at,
    read_json,
    rows_at,
    text_at,
    texts_at,
    unix_at,
    without_nothing,
)

VERSION = "1"

ITEM = "https://news.ycombinator.com/item?id={}"
_BOOKKEEPING = ("story", "author_", "story_")  # tags the index keeps for itself


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read one page of hits; never raises."""
    data = read_json(body, capture)
    if isinstance(data, Reading):
        return data
    hits = rows_at(data, "hits")
    if hits is None:
        said = text_at(data, "message") or text_at(data, "error")
        return (
            failed(f"the search answered with an error: {said}")
            if said
            else suspect("no list of hits: layout unknown")
        )
    if not hits:
        if count_at(data, "nbHits") == 0:
            return ok_empty("the search found nothing (nbHits 0)")
        return suspect("no hits, though the search does not say that it found nothing")
    return gather(hits, partial(_launch, capture, source))


def _launch(capture: Capture, source: Source, hit: object) -> Launch | None:
    if not isinstance(hit, dict):
        return None
    native_id = id_at(hit, "objectID")
    title = text_at(hit, "title")
    url = web_url(raw_at(hit, "url"))  # the key is absent on text posts
    said = announced(title, url=url)
    launched_at = unix_at(hit, "created_at_i")
    return launch_of(
        capture,
        source,
        native_id=native_id,
        title=title,
        name=said.name,
        tagline=said.tagline,
        description=prose_of_html(raw_at(hit, "story_text")),
        url=url,
        site=url,
        discussion_url=ITEM.format(native_id),
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.API if launched_at else None,
        published_raw=text_at(hit, "created_at") or None,
        popularity=count_at(hit, "points"),
        popularity_metric=Popularity.POINTS,
        author=text_at(hit, "author") or None,
        tags=_tags(hit),
        details=without_nothing(
            {"comments": count_at(hit, "num_comments"), "updated_at": text_at(hit, "updated_at")}
        ),
    )


def _tags(hit: JsonObject) -> tuple[str, ...]:
    return tuple(
        tag
        for tag in texts_at(hit, "_tags")
        if tag != _BOOKKEEPING[0] and not tag.startswith(_BOOKKEEPING[1:])
    )
