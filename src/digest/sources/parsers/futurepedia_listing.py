"""
Read Futurepedia's listing (futurepedia.io): a Next.js page whose tools stand in its flight data.

The site lets no programs in, so pages are the operator's own. The listing has neither launch dates
nor the tools' own addresses, and its places may be paid for.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from digest.model import Capture, Launch, Reading, Source
from digest.sources.charset import decode
from digest.sources.readings import (
    gather,
    is_challenge,
    is_html,
    launch_of,
    suspect,
    unreadable,
)
from digest.sources.wire import (
    JsonObject,
    count_at,
    id_at,
    object_at,
    rows_at,
    text_at,
    texts_at,
    without_nothing,
)

VERSION = "1"

PAGE = "https://www.futurepedia.io/tool/{}"
_PUSH = re.compile(r'self\.__next_f\.push\(\[1,\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")\]\)', re.DOTALL)
_ROW = re.compile(rb"([0-9a-f]{1,8}):")
_TEXT = re.compile(rb"T([0-9a-f]{1,7}),")
_NAMES = ("categoryName", "name", "title")


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read all tools of the page; never raises."""
    text = decode(body, capture.content_type).text
    if not is_html(text) or is_challenge(text):
        return unreadable(text, due="the listing")
    tools = [found for value in _values(_flight(text)) for found in _tools(value)]
    if not tools:
        return suspect("no tool in the page's data, and no word that this is right: layout unknown")
    return gather(tools, partial(_launch, capture, source))


def _flight(text: str) -> bytes:
    """Give the flight data of a page: the texts that its scripts push, one after the other."""
    return "".join(_unescaped(part[1]) for part in _PUSH.finditer(text)).encode(errors="ignore")


def _unescaped(literal: str) -> str:
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        return ""


def _values(flight: bytes) -> Iterator[Any]:
    """Give the JSON values among the rows ``id:value``; texts with their length are passed over."""
    at = 0
    while row := _ROW.match(flight, at):
        if text := _TEXT.match(flight, row.end()):
            at = text.end() + int(text[1], 16)  # such a row ends without a newline
            continue
        end = flight.find(b"\n", row.end())
        at = end + 1 if end >= 0 else len(flight)
        try:
            yield json.loads(flight[row.end() : at])
        except (ValueError, RecursionError):  # a module or a hint: no JSON, and none of ours
            continue


def _tools(value: Any) -> Iterator[JsonObject]:
    """Give the objects with a tool's name inside a value, in the order they stand."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict) and "toolName" in found:
            yield found
        elif isinstance(found, dict):
            waiting.extend(reversed(found.values()))
        elif isinstance(found, list):
            waiting.extend(reversed(found))


def _launch(capture: Capture, source: Source, tool: JsonObject) -> Launch | None:
    slug = text_at(object_at(tool, "slug"), "current")
    return launch_of(
        capture,
        source,
        native_id=id_at(tool, "_id") or slug,
        title=text_at(tool, "toolName"),
        tagline=text_at(tool, "toolShortDescription"),
        url=PAGE.format(slug) if slug else None,
        tags=_categories(tool),
        details=without_nothing(
            {"sponsored": "unknown", "favourites": count_at(tool, "favCount"), "slug": slug}
        ),
    )


def _categories(tool: JsonObject) -> tuple[str, ...]:
    """Give the categories, which are texts or objects with a name."""
    named = [
        next((name for key in _NAMES if (name := text_at(row, key))), "")
        for row in rows_at(tool, "toolCategories") or ()
        if isinstance(row, dict)
    ]
    return tuple(dict.fromkeys((*texts_at(tool, "toolCategories"), *filter(None, named))))
