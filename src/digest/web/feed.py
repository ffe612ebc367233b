"""The Atom feed of issues (RFC 4287): one entry per issue, with ids that never change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from markupsafe import Markup

from digest.web import urls
from digest.web.prose import printable

ATOM = "application/atom+xml"
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
    item = Markup('<li><a href="{}">{}</a>: {}</li>')
    items = Markup().join(
        item.format(base_url + path, heading, line) for heading, line, path in entry.comparisons
    )
    content = (
        Markup("<ul>{}</ul>").format(items) if items else Markup("<p>{}</p>").format(entry.line)
    )
    _add(element, "content", str(content)).set("type", "html")


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, _name(tag))
    element.text = printable(text)
    return element


def _link(parent: ET.Element, href: str, **attributes: str) -> None:
    ET.SubElement(parent, _name("link"), {"href": href, **attributes})


def _id(base_url: str, path: str) -> str:
    """Give a tag URI (RFC 4151): it stays the same when the site moves from http to https."""
    return f"tag:{urlsplit(base_url).hostname},2026:{path.lstrip('/')}"
