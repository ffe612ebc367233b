"""
Read a news page that has no feed: HTML, by the CSS selectors that its source names as options.

``item`` finds the entries; ``title``, ``link``, ``date`` and ``summary`` are looked for inside each.
Where a selector fits several elements, the first that can be used stands: of a category and a date
with one class, the one that is a date.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from bs4 import Tag

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.names import announced
from digest.sources.options import Option, selector_fault
from digest.sources.pages import attribute_of, read_page, rows_of, words_of
from digest.sources.readings import failed, gather, launch_of, suspect
from digest.sources.text import first_sentence
from digest.sources.urls import web_url
from digest.sources.wire import iso_at, plausible

VERSION = "1"

OPTIONS = {
    "item": Option(selector_fault, is_required=True),
    "title": Option(selector_fault, is_required=True),
    "link": Option(selector_fault),
    "date": Option(selector_fault),
    "summary": Option(selector_fault),
}

MAX_ID = 300
MAX_DATE = 60  # characters; a longer text is no date
DAY = timedelta(days=1)
_FORMATS = (
    *("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y"),
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"),
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_LEAD = re.compile(r"^(?:published|posted|updated)?\s*(?:on\b)?\s*[:·|]?\s*", re.IGNORECASE)


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


def _launch(capture: Capture, source: Source, item: Tag) -> Launch | None:
    title = next(filter(None, map(words_of, _found(item, source, "title"))), "")
    url = next(_links(item, source, base=capture.final_url), None)
    if url is None:
        return None
    summary = next(filter(None, map(words_of, _found(item, source, "summary"))), "")
    said = announced(title, url=url)
    launched_at, written = _dated(item, source, now=capture.fetched_at)
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
    )


def _found(item: Tag, source: Source, part: str) -> list[Tag]:
    """Give the elements of an entry that a selector fits; none where the source names none."""
    selector = source.options.get(part)
    return item.select(str(selector)) if selector else []


def _links(item: Tag, source: Source, *, base: str) -> Iterator[str]:
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


def _dated(item: Tag, source: Source, *, now: datetime) -> tuple[datetime | None, str]:
    """Give the first date among the elements that the selector fits, and how it is written."""
    elements = _found(item, source, "date")
    for element in elements:
        for written in (attribute_of(element, "datetime"), words_of(element)):
            if moment := read_date(written, now=now):
                return moment, written
    return None, next(filter(None, map(words_of, elements)), "")


def read_date(text: str, *, now: datetime) -> datetime | None:
    """
    Read a date as news pages write it, in English or in figures.

    Args:
        text: Such as "Mar 23, 2026", "23rd March", "2026-03-23" or an ISO time; a day is its
            midnight UTC.
        now: When the page was fetched. A day without a year is the latest that was not after the
            day that follows.
    """
    if len(text) > MAX_DATE:
        return None
    if moment := iso_at({"written": text}, "written"):
        return moment
    plain = " ".join(_ORDINAL.sub("", _LEAD.sub("", text)).replace(",", " ").split())
    plain = plain.replace(". ", " ").replace("Sept ", "Sep ")
    if moment := _parsed(plain, _FORMATS):
        return moment
    years = (now.year + 1, now.year, now.year - 1)
    found = (_parsed(f"{plain} {year}", _FORMATS) for year in years)
    return next((moment for moment in found if moment and moment <= now + DAY), None)


def _parsed(text: str, formats: tuple[str, ...]) -> datetime | None:
    for each in formats:
        try:
            return plausible(datetime.strptime(text, each).replace(tzinfo=UTC))
        except ValueError:
            continue
    return None
