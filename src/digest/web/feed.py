"""The feed of issues as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1: ids that never change."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from markupsafe import Markup

from digest.web import urls
from digest.web.prose import printable

ATOM = "application/atom+xml"
RSS = "application/rss+xml"
JSON_FEED = "application/feed+json"
JSON_VERSION = "https://jsonfeed.org/version/1.1"
NAMESPACE = "http://www.w3.org/2005/Atom"
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""What an empty feed gives for its last change: Atom wants a date."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One issue as the feed shows it."""

    path: str
    title: str
    line: str
    updated_at: datetime
    comparisons: tuple[tuple[str, str, str], ...]
    """(heading, answer, path) in the issue's order."""


def atom(entries: Sequence[Entry], *, brand: str, base_url: str) -> bytes:
    """Give the feed document, UTF-8, entries in the order given."""
    ET.register_namespace("", NAMESPACE)
    feed = ET.Element(_name("feed"))
    _add(feed, "id", _id(base_url, urls.ISSUES))
    _add(feed, "title", brand)
    _add(feed, "updated", max((e.updated_at for e in entries), default=NEVER).isoformat())
    _link(feed, base_url + urls.FEED, rel="self", type=ATOM)
    _link(feed, base_url + urls.ISSUES, rel="alternate", type="text/html")
    _add(ET.SubElement(feed, _name("author")), "name", brand)
    for entry in entries:
        _entry(feed, entry, base_url)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, entry: Entry, base_url: str) -> None:
    element = ET.SubElement(feed, _name("entry"))
    _add(element, "id", _id(base_url, entry.path))
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated_at.isoformat())
    _link(element, base_url + entry.path, rel="alternate", type="text/html")
    _add(element, "summary", entry.line)
    content = _content(entry, base_url)
    _add(element, "content", str(content)).set("type", "html")


def rss(entries: Sequence[Entry], *, brand: str, base_url: str) -> bytes:
    """Give the same as RSS 2.0, UTF-8."""
    document = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(document, "channel")
    newest = max((entry.updated_at for entry in entries), default=NEVER)
    for tag, text in (
        ("title", brand),
        ("link", base_url + urls.ISSUES),
        ("description", f"Every issue of {brand}, newest first."),
        ("language", "en"),
        ("lastBuildDate", format_datetime(newest)),
    ):
        _plain(channel, tag, text)
    for entry in entries:
        item = ET.SubElement(channel, "item")
        _plain(item, "title", entry.title)
        _plain(item, "link", base_url + entry.path)
        _plain(item, "guid", _id(base_url, entry.path)).set("isPermaLink", "false")
        _plain(item, "pubDate", format_datetime(entry.updated_at))
        _plain(item, "description", str(_content(entry, base_url)))
    return bytes(ET.tostring(document, encoding="utf-8", xml_declaration=True))


def json_feed(entries: Sequence[Entry], *, brand: str, base_url: str) -> bytes:
    """Give the same as a JSON feed, UTF-8."""
    document = {
        "version": JSON_VERSION,
        "title": brand,
        "home_page_url": base_url + urls.ISSUES,
        "feed_url": base_url + urls.FEED_JSON,
        "language": "en",
        "items": [
            {
                "id": _id(base_url, entry.path),
                "url": base_url + entry.path,
                "title": entry.title,
                "summary": entry.line,
                "content_html": str(_content(entry, base_url)),
                "date_published": entry.updated_at.isoformat(),
            }
            for entry in entries
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _content(entry: Entry, base_url: str) -> Markup:
    item = Markup('<li><a href="{}">{}</a>: {}</li>')
    items = Markup().join(
        item.format(base_url + path, heading, line) for heading, line, path in entry.comparisons
    )
    return Markup("<ul>{}</ul>").format(items) if items else Markup("<p>{}</p>").format(entry.line)


def _plain(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = printable(text)
    return element


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    return _plain(parent, _name(tag), text)


def _link(parent: ET.Element, href: str, **attributes: str) -> None:
    ET.SubElement(parent, _name("link"), {"href": href, **attributes})


def _id(base_url: str, path: str) -> str:
    """Give a tag URI (RFC 4151): it stays the same when the site moves from http to https."""
    return f"tag:{urlsplit(base_url).hostname},2026:{path.lstrip('/')}"
