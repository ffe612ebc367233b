"""
Read syndicated lists (RSS, Atom, RDF, JSON Feed) into entries of one shape.

Pure: takes a body with its capture, gives a feed or the reading that says why there is none.
"""

import json
import re

from digest.model import Capture, Reading
from digest.sources.charset import MAX_DAMAGE, decode
from digest.sources.entries import Entry, Feed, Parsed
from digest.sources.plain_feeds import read_plain_feed
from digest.sources.readings import failed, is_challenge, unreadable
from digest.sources.text import prose, prose_of_html
from digest.sources.urls import web_url, without_secrets
from digest.sources.wire import (
    JsonObject,
    id_at,
    iso_at,
    object_at,
    raw_at,
    rows_at,
    text_at,
    texts_at,
)

__all__ = ["Entry", "Feed", "read_feed"]

DUE = "a feed"

_ROOT = re.compile(r"<((?:[a-z][\w.-]{0,20}:)?(?:rss|feed|rdf))[\s>]", re.IGNORECASE)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,600}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_TAIL = 200  # characters at the end of a feed that hold the end of its root
_JSON_FEED = "https://jsonfeed.org/version/"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_feed(body: bytes, capture: Capture) -> Feed | Reading:
    """Read a feed of any kind, told by its content; never raises."""
    decoded = decode(body, capture.content_type)
    if decoded.text.lstrip().startswith("{"):
        return _read_json_feed(decoded.text, capture)
    root = _ROOT.search(decoded.text)
    if root is None or is_challenge(decoded.text):
        return unreadable(decoded.text, due=DUE)
    is_utf8 = decoded.charset == "utf-8" and not decoded.is_guessed
    parsed = _read_xml(decoded.text, base=capture.final_url, octets=body if is_utf8 else None)
    if parsed is None:
        return failed("a feed with parts that make no sense")
    return Feed(
        title=parsed.title,
        entries=parsed.entries,
        is_whole=_is_whole(decoded.text, root[1]),
        is_damaged=decoded.damage > MAX_DAMAGE,
        empty_because=None if parsed.entries else _empty_because(parsed, decoded.text, capture),
    )


def _is_whole(text: str, root: str) -> bool:
    """Tell whether the root element ends; it does at the end of the text, if anywhere."""
    end = f"</{root.lower()}"
    return end in text[-_TAIL:].lower() or end in text.lower()


def _read_xml(text: str, *, base: str, octets: bytes | None) -> Parsed | None:
    """Read the plain way, and where the feed is odd or seems empty, the thorough one."""
    parsed = read_plain_feed(text, base=base, octets=octets)
    if parsed is not None and parsed.entries:
        return parsed
    from digest.sources.odd_feeds import read_odd_feed  # noqa: PLC0415 # most runs need it not

    return read_odd_feed(text, base=base)


def _names_skip_days(text: str) -> bool:
    """Tell cheaply whether a search for days to skip is worth its while."""
    return any(spelling in text for spelling in ("<skipDays>", "<skipdays>", "<SKIPDAYS>"))


def _empty_because(parsed: Parsed, text: str, capture: Capture) -> str | None:
    """Find the feed's own word that having no items is right."""
    if parsed.total_results.strip() == "0":
        return "the feed says totalResults 0"
    skipped = _SKIP_DAYS.search(text) if _names_skip_days(text) else None
    if skipped is None:
        return None
    days = set(re.findall(r"\w+", skipped[1].lower())) & set(_WEEKDAYS)
    for day in (*parsed.built_at, capture.fetched_at):
        if _WEEKDAYS[day.weekday()] in days:
            return f"the feed skips {_WEEKDAYS[day.weekday()].capitalize()}s"
    return None


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
