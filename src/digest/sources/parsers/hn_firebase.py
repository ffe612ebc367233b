"""
Read Hacker News' own API (hacker-news.firebaseio.com): one item, or a JSON list of items.

The API gives a list of ids, then one item per request. Answers may be null, and items dead, deleted
or no stories: those are no launches, and nothing is wrong with them.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from digest.model import Capture, Launch, LaunchDateSource, Popularity, Reading, Source
from digest.sources.names import announced
from digest.sources.readings import gather, launch_of, ok_empty, suspect
from digest.sources.text import prose_of_html
from digest.sources.urls import web_url
from digest.sources.wire import (
    JsonObject,
    count_at,
    flag_at,
    id_at,
    raw_at,
    read_json_item,
    text_at,
    unix_at,
    without_nothing,
)

VERSION = "1"

ITEM = "https://news.ycombinator.com/item?id={}"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read all stories of the list; never raises."""
    items = read_json_item(body, capture)
    if isinstance(items, Reading):
        return items
    stories = [item for item in items if isinstance(item, dict) and _is_story(item)]
    if not stories and _is_one(items):
        return ok_empty("the item is no story, or is gone").model_copy(update={"rows": 1})
    if not stories:
        return suspect(_nothing(items), rows=len(items))
    reading = gather(stories, partial(_launch, capture, source))
    passed_over = len(items) - len(stories)
    return reading.model_copy(update={"rows": len(items), "passed_over": passed_over})


def _is_story(item: JsonObject) -> bool:
    is_gone = flag_at(item, "dead") or flag_at(item, "deleted")
    return not is_gone and text_at(item, "type") == "story"


def _is_one(items: Sequence[Any]) -> bool:
    """Tell the answer for one item from a list: that it is no story is not wrong."""
    item = items[0] if len(items) == 1 else ()
    return item is None or (isinstance(item, dict) and bool(text_at(item, "type")))


def _nothing(items: Sequence[Any]) -> str:
    """Say why there is no story; a list of numbers is what the API gives first."""
    if items and all(isinstance(item, int) for item in items):
        return "a list of ids: each item takes a request of its own"
    return f"no story among {len(items)} items, and no word that this is right"


def _launch(capture: Capture, source: Source, item: JsonObject) -> Launch | None:
    native_id = id_at(item, "id")
    title = text_at(item, "title")
    url = web_url(raw_at(item, "url"))
    said = announced(title, url=url)
    launched_at = unix_at(item, "time")
    return launch_of(
        capture,
        source,
        native_id=native_id,
        title=title,
        name=said.name,
        tagline=said.tagline,
        description=prose_of_html(raw_at(item, "text")),
        url=url,
        site=url,
        discussion_url=ITEM.format(native_id),
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.API if launched_at else None,
        published_raw=id_at(item, "time"),
        popularity=count_at(item, "score"),
        popularity_metric=Popularity.POINTS,
        author=text_at(item, "by") or None,
        details=without_nothing({"comments": count_at(item, "descendants")}),
    )
