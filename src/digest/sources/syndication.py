"""
Read syndicated lists (RSS, Atom, RDF, JSON Feed) into entries of one shape.

Pure: takes a body with its capture, gives a feed or the reading that says why there is none.
"""

import calendar
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser

from digest.model import Capture, Reading
from digest.sources.charset import MAX_DAMAGE, decode
from digest.sources.readings import failed, is_challenge, unreadable
from digest.sources.text import line, line_of_either, prose, prose_of_html
from digest.sources.urls import web_url, without_secrets
from digest.sources.wire import (
    JsonObject,
    id_at,
    iso_at,
    object_at,
    plausible,
    raw_at,
    rows_at,
    text_at,
    texts_at,
)

DUE = "a feed"

_ROOT = re.compile(r"<((?:[a-z][\w.-]{0,20}:)?(?:rss|feed|rdf))[\s>]", re.IGNORECASE)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,600}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_BUILT = ("published_parsed", "updated_parsed")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(r"&#(x[0-9a-f]{1,40}|[0-9]{1,40});", re.IGNORECASE)
_FIRST_HALF, _LAST_HALF = 0xD800, 0xDFFF  # UTF-16 surrogates
_SPACES = frozenset({9, 10, 13})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_JSON_FEED = "https://jsonfeed.org/version/"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, in plain text but for ``markup``."""

    title: str
    guid: str | None = None
    link: str | None = None
    external: str | None = None
    """Page elsewhere that the item is about, where the feed declares one."""
    comments: str | None = None
    description: str = ""
    markup: str = ""
    """The content as written, for parsers that look for a link in it."""
    author: str | None = None
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    published_raw: str | None = None
    updated: datetime | None = None
    updated_raw: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and whether it is all there."""

    title: str
    entries: tuple[Entry, ...]
    is_whole: bool = True
    """False where the response ends before the feed does."""
    is_damaged: bool = False
    """True where too many characters could not be decoded."""
    empty_because: str | None = None
    """The feed's own word that it is right to be empty."""


def read_feed(body: bytes, capture: Capture) -> Feed | Reading:
    """Read a feed of any kind, told by its content; never raises."""
    decoded = decode(body, capture.content_type)
    if decoded.text.lstrip().startswith("{"):
        return _read_json_feed(decoded.text, capture)
    root = _ROOT.search(decoded.text)
    if root is None or is_challenge(decoded.text):
        return unreadable(decoded.text, due=DUE)
    parsed = _parse(decoded.text)
    if parsed is None:
        return failed("a feed with parts that make no sense")
    return Feed(
        title=_line(parsed.feed, "title"),
        entries=tuple(_entry(item, capture.final_url) for item in parsed.entries),
        is_whole=f"</{root[1].lower()}" in decoded.text.lower(),
        is_damaged=decoded.damage > MAX_DAMAGE,
        empty_because=_empty_because(parsed.feed, decoded.text, capture),
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
    return line_of_either(text) if kind in _HTML_TYPES or key == "title" else line(text)


def _content(item: Mapping[str, Any]) -> tuple[str, bool]:
    """Give the fullest text of an item and whether it is markup."""
    for part in item.get("content") or [item.get("summary_detail")]:
        if isinstance(part, dict) and isinstance(part.get("value"), str):
            return part["value"], part.get("type") in _HTML_TYPES
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


def _empty_because(feed: Mapping[str, Any], text: str, capture: Capture) -> str | None:
    """Find the feed's own word that having no items is right."""
    if _raw(feed, "opensearch_totalresults").strip() == "0":
        return "the feed says totalResults 0"
    skipped = _SKIP_DAYS.search(text)
    if skipped is None:
        return None
    days = set(re.findall(r"\w+", skipped[1].lower())) & set(_WEEKDAYS)
    for day in (*_built_on(feed), capture.fetched_at):
        if _WEEKDAYS[day.weekday()] in days:
            return f"the feed skips {_WEEKDAYS[day.weekday()].capitalize()}s"
    return None


def _built_on(feed: Mapping[str, Any]) -> Iterator[datetime]:
    """Give the times the feed itself was made, where it says so."""
    for key in _BUILT:
        if moment := _moment(feed, key):
            yield moment


def _read_json_feed(text: str, capture: Capture) -> Feed | Reading:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return unreadable(text, due=DUE)
    items = rows_at(data, "items") if raw_at(data, "version").startswith(_JSON_FEED) else None
    if items is None:
        return unreadable(text, due=DUE)
    entries = (_json_entry(item if isinstance(item, dict) else {}, capture) for item in items)
    return Feed(title=text_at(data, "title"), entries=tuple(entries))


def _json_entry(item: JsonObject, capture: Capture) -> Entry:
    markup = raw_at(item, "content_html")
    plain = raw_at(item, "content_text") or raw_at(item, "summary")
    authors = rows_at(item, "authors") or [item.get("author")]
    return Entry(
        title=text_at(item, "title"),
        guid=without_secrets(id_at(item, "id") or "") or None,
        link=web_url(raw_at(item, "url"), base=capture.final_url),
        external=web_url(raw_at(item, "external_url"), base=capture.final_url),
        description=prose_of_html(markup) if markup else prose(plain),
        markup=markup,
        author=text_at(object_at({"first": next(iter(authors), None)}, "first"), "name") or None,
        tags=texts_at(item, "tags"),
        published=iso_at(item, "date_published"),
        published_raw=text_at(item, "date_published") or None,
        updated=iso_at(item, "date_modified"),
        updated_raw=text_at(item, "date_modified") or None,
    )
