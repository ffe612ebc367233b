"""
Read a news page that has no feed: HTML, by the CSS selectors that its source names as options.

``item`` finds the entries; ``title``, ``link``, ``date`` and ``summary`` are looked for inside each.
Where a selector fits several elements, the first that can be used stands: of a category and a date
with one class, the one that is a date.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.dates import MAX_LENGTH, read_age, read_date
from digest.sources.names import announced
from digest.sources.options import Option, selector_fault
from digest.sources.pages import attribute_of, read_page, rows_of, words_of
from digest.sources.readings import failed, gather, launch_of, suspect
from digest.sources.text import first_sentence
from digest.sources.urls import web_url

if TYPE_CHECKING:
    from bs4 import Tag

VERSION = "2"

OPTIONS = {
    "item": Option(selector_fault, is_required=True),
    "title": Option(selector_fault, is_required=True),
    "link": Option(selector_fault),
    "date": Option(selector_fault),
    "summary": Option(selector_fault),
}

MAX_ID = 300


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read all entries of the page; never raises."""
    selector = str(source.options.get("item", ""))
    if not selector:
        return failed("the source names no selectors; give it options.item and options.title")
    page = read_page(body, capture, due="the news page")
    if isinstance(page, Reading):
        return page
    items = rows_of(page, selector)
    if not items:
        return suspect(f"nothing on the page fits the selector {selector!r}: layout unknown")
    return gather(items, partial(_launch, capture, source))


def hits(body: bytes, capture: Capture, source: Source) -> dict[str, int]:
    """Count the elements that each selector fits: those of ``item`` on the page, others inside."""
    page = read_page(body, capture, due="the news page")
    if isinstance(page, Reading):
        return {}
    items = rows_of(page, str(source.options.get("item", "")) or ":not(*)")
    inside = {
        name: sum(len(item.select(str(source.options[name]))) for item in items)
        for name in OPTIONS
        if name != "item" and name in source.options
    }
    return {"item": len(items), **inside}


def _launch(capture: Capture, source: Source, item: "Tag") -> Launch | None:
    title = next(filter(None, map(words_of, _found(item, source, "title"))), "")
    url = next(_links(item, source, base=capture.final_url), None)
    if url is None:
        return None
    summary = next(filter(None, map(words_of, _found(item, source, "summary"))), "")
    said = announced(title, url=url)
    launched_at, written, within = _dated(item, source, now=capture.fetched_at)
    return launch_of(
        capture,
        source,
        native_id=_id_of(url),
        title=title,
        name=said.name,
        tagline=said.tagline or first_sentence(summary),
        description=summary,
        url=url,
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.TEXT if launched_at else None,
        published_raw=written or None,
        details={"released_within": within} if within else {},
    )


def _found(item: "Tag", source: Source, part: str) -> "list[Tag]":
    """Give the elements of an entry that a selector fits; none where the source names none."""
    selector = source.options.get(part)
    return item.select(str(selector)) if selector else []


def _links(item: "Tag", source: Source, *, base: str) -> Iterator[str]:
    """Give the addresses an entry leads to; without a selector, the entry's own or those in it."""
    if "link" in source.options:
        anchors = _found(item, source, "link")
    else:
        anchors = [item, *item.select("a[href]")]
    for anchor in anchors:
        if url := web_url(attribute_of(anchor, "href"), base=base):
            yield url


def _id_of(url: str) -> str:
    """Give the address as an id; its digest where it is too long for one."""
    return url if len(url) <= MAX_ID else f"sha256:{hashlib.sha256(url.encode()).hexdigest()[:40]}"


def _dated(item: "Tag", source: Source, *, now: datetime) -> tuple[datetime | None, str, str]:
    """Give the first date or age among the elements that fit, how it is written, and how wide."""
    elements = _found(item, source, "date")
    for element in elements:
        for written in filter(None, (attribute_of(element, "datetime"), words_of(element))):
            if moment := read_date(written, now=now):
                return moment, written, ""
    for written in map(words_of, elements):
        moment, within = read_age(written, now=now) if len(written) <= MAX_LENGTH else (None, "")
        if moment:
            return moment, written, within
    return None, next(filter(None, map(words_of, elements)), ""), ""
