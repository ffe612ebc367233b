"""
Read feeds that are odd: malformed, of rare dialects, with markup where text is due.

Pure: takes a feed's text, gives its entries. This is PyPI package feedparser, which reads nearly
everything and takes 25 times as long as :mod:`digest.sources.plain_feeds`; import it where needed.
"""

import calendar
import io
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser

from digest.sources.crowding import is_crowded
from digest.sources.entries import Entry, Parsed
from digest.sources.text import line, line_of_either, prose, prose_of_html
from digest.sources.urls import web_url, without_secrets
from digest.sources.wire import plausible

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_BUILT = ("published_parsed", "updated_parsed")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(r"&#(x[0-9a-f]{1,40}|[0-9]{1,40});", re.IGNORECASE)
_FIRST_HALF, _LAST_HALF = 0xD800, 0xDFFF  # UTF-16 surrogates
_SPACES = frozenset({9, 10, 13})


def read_odd_feed(text: str, *, base: str) -> Parsed | None:
    """
    Read a feed however it is written; never raises.

    Args:
        text: The whole feed.
        base: The address it came from.

    Returns:
        What was found; None where feedparser gives up, or would take the square of a crowded tag.
    """
    parsed = None if is_crowded(text) else _parse(text)
    if parsed is None:
        return None
    return Parsed(
        title=_line(parsed.feed, "title"),
        entries=tuple(_entry(item, base) for item in parsed.entries),
        total_results=_raw(parsed.feed, "opensearch_totalresults"),
        built_at=tuple(_built_on(parsed.feed)),
    )


def _parse(text: str) -> Any:
    """
    Give feedparser's result; None where it gives up.

    It gets the bytes as UTF-8 with a header that says so, since its own order believes wrong
    headers; a stream, since it takes other bytes for a file name; and it need not sanitise, since
    nothing but plain text leaves this module.
    """
    try:
        return feedparser.parse(
            io.BytesIO(_legal(text).encode("utf-8", errors="replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # its handlers of rare elements stumble: a gml:pos outside its frame is a KeyError, a
        # psc:chapter without a start a TypeError
        return None


def _legal(text: str) -> str:
    """Repair what XML forbids and feedparser dies of: control characters and wild references."""
    repaired = _REFERENCE.sub(_referred, _CONTROL.sub("", text))
    # halves of one character, written as two references, find each other; lone ones go
    return repaired.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="ignore")


def _referred(match: re.Match[str]) -> str:
    """Give a numeric reference as it is, as the half of a character it stands for, or drop it."""
    number = match[1].lower()
    code = int(number[1:], 16) if number.startswith("x") else int(number)
    if _FIRST_HALF <= code <= _LAST_HALF:
        return chr(code)
    return match[0] if code in _SPACES or ord(" ") <= code <= sys.maxunicode else ""


def _entry(item: Mapping[str, Any], base: str) -> Entry:
    markup, is_markup = _content(item)
    return Entry(
        title=_line(item, "title"),
        guid=without_secrets(_line(item, "id")) or None,
        link=web_url(_link(item), base=base),
        comments=web_url(_raw(item, "comments"), base=base),
        description=prose_of_html(markup) if is_markup else prose(markup),
        markup=markup,
        author=_author(item),
        tags=_terms(item),
        published=_moment(item, "published_parsed"),
        published_raw=_line(item, "published") or None,
        updated=_moment(item, "updated_parsed"),
        updated_raw=_line(item, "updated") or None,
    )


def _author(item: Mapping[str, Any]) -> str | None:
    """Give who wrote it; of several the first, where feedparser's own answer is the last."""
    authors = [author for author in _objects(item, "authors") if author.get("name")]
    if len(authors) > 1:
        return line(authors[0]["name"]) or None
    return _line(item, "author") or None


def _objects(item: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give the parts of a list; an element that bears the list's name puts a text in its place."""
    found = item.get(key)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _raw(item: Mapping[str, Any], key: str) -> str:
    """Give a text field; feedparser's own lookups answer with other fields' values, so not those."""
    found = dict.get(item, key) if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""


def _line(item: Mapping[str, Any], key: str) -> str:
    """Give a field as one line, by its declared type or by the tags in it."""
    text = _raw(item, key)
    detail = dict.get(item, f"{key}_detail") if isinstance(item, dict) else None
    kind = detail.get("type") if isinstance(detail, dict) else None
    return line_of_either(text) if kind in HTML_TYPES or key == "title" else line(text)


def _content(item: Mapping[str, Any]) -> tuple[str, bool]:
    """Give the fullest text of an item and whether it is markup."""
    for part in item.get("content") or [item.get("summary_detail")]:
        if isinstance(part, dict) and isinstance(part.get("value"), str):
            return part["value"], part.get("type") in HTML_TYPES
    return _raw(item, "summary"), True


def _link(item: Mapping[str, Any]) -> str:
    """Give the item's own page: what a feed service hides, the alternate link, or the only one."""
    if origin := _raw(item, "feedburner_origlink"):
        return origin
    for link in _objects(item, "links"):
        if link.get("rel") == "alternate" and link.get("href"):
            return str(link["href"])
    return _raw(item, "link")


def _terms(item: Mapping[str, Any]) -> tuple[str, ...]:
    found = (line(tag.get("label") or tag.get("term") or "") for tag in _objects(item, "tags"))
    return tuple(dict.fromkeys(term for term in found if term))


def _moment(item: Mapping[str, Any], key: str) -> datetime | None:
    parsed = dict.get(item, key) if isinstance(item, dict) else None
    try:
        seconds = calendar.timegm(parsed) if parsed else None
        return plausible(datetime.fromtimestamp(seconds, tz=UTC)) if seconds is not None else None
    except (ValueError, OverflowError, OSError):  # far outside any calendar
        return None


def _built_on(feed: Mapping[str, Any]) -> Iterator[datetime]:
    """Give the times the feed itself was made, where it says so."""
    for key in _BUILT:
        if moment := _moment(feed, key):
            yield moment
