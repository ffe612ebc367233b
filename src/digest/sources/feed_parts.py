"""
What the elements of plain feeds mean: each takes what was found so far, and the element.

Pure. Where an element holds what only a tolerant reader knows how to take, the feed is odd.
"""

import re
from typing import Any
from urllib.parse import urljoin

ATOM = "{http://www.w3.org/2005/Atom}"
RSS10 = "{http://purl.org/rss/1.0/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
DCTERMS = "{http://purl.org/dc/terms/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}"

HTML = "text/html"
_PLAIN = "text/plain"
_TYPES = {"text": _PLAIN, "plain": _PLAIN, "text/plain": _PLAIN, "html": HTML, "text/html": HTML}
"""Types of content that is text; any other one (XHTML, base64) is markup or worse, so odd."""

_BARE_AMPERSAND = re.compile(r"&([A-Za-z0-9_]+);")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PERSON = frozenset({f"{ATOM}name", f"{ATOM}uri", f"{ATOM}email"})


class OddError(Exception):
    """The feed holds something that is not read here."""


class HeadParts:
    """What is found of a feed itself."""

    __slots__ = ("has_skip_days", "has_source", "published", "title", "total_results", "updated")

    def __init__(self) -> None:
        self.has_skip_days = self.has_source = False
        self.title = self.total_results = self.published = self.updated = ""


class ItemParts:
    """What is found of one item, in the order it stands in."""

    __slots__ = (
        "authors",
        "comments",
        "contents",
        "guid",
        "guid_is_link",
        "has_source",
        "hrefs",
        "origin",
        "person",
        "published",
        "summary",
        "terms",
        "title",
        "updated",
    )

    def __init__(self) -> None:
        self.title: str = ""
        self.guid: str | None = None
        self.guid_is_link = False
        self.has_source = False
        self.hrefs: list[str] = []
        self.origin: str = ""
        self.comments: str = ""
        self.summary: tuple[str, str] | None = None
        self.contents: list[tuple[str, str]] = []
        self.authors: list[str] = []
        self.person: str | None = None
        self.terms: list[str] = []
        self.published: str = ""
        self.updated: str = ""


def _text_of(element: Any) -> str:
    """Give an element's text; markup inside makes the feed odd."""
    if len(element):
        raise OddError
    return (element.text or "").strip()


def _bare_text_of(element: Any) -> str:
    """Give the text of an element that has no attributes but for its language."""
    if (keys := element.keys()) and keys != [LANGUAGE]:
        raise OddError
    return _text_of(element)


def _typed(element: Any) -> tuple[str, str]:
    """Give the text of an element and its type, plain where it says nothing."""
    keys = element.keys()
    if not keys:
        return _text_of(element), _PLAIN
    kind = _TYPES.get(element.get("type", "text").lower())
    if kind is None or "mode" in keys or "src" in keys:
        raise OddError
    return _text_of(element), kind


def title(found: ItemParts | HeadParts, element: Any) -> None:
    """The first title that is not empty counts, but one after a source counts again."""
    if not found.title:
        found.title = _typed(element)[0]
    elif found.has_source:
        raise OddError


def only_title(found: HeadParts, element: Any) -> None:
    """Of two titles of a feed, which one counts depends on what stands between them."""
    if found.title:
        raise OddError
    title(found, element)


def guid(item: ItemParts, element: Any) -> None:
    """Take the item's own id; of two, none can be chosen here."""
    if item.guid is not None:
        raise OddError
    item.guid_is_link = _attribute(element, "ispermalink", "true") == "true"
    item.guid = _text_of(element)


def _attribute(element: Any, name: str, default: str) -> str:
    """Give an attribute by its lower-case name."""
    for key, value in element.items():
        if key.lower() == name:
            return str(value)
    return default


def text_link(item: ItemParts, element: Any) -> None:
    """Take a link that is written as text."""
    href = _bare_text_of(element)
    if not href:
        raise OddError
    item.hrefs.append(_BARE_AMPERSAND.sub(r"&\1", href.replace("&amp;", "&")))


def atom_link(item: ItemParts, element: Any) -> None:
    """Take a link that is written as an attribute; only the item's own page counts."""
    href = element.get("href")
    if not href or element.get("url") or element.get("uri"):
        raise OddError
    if element.get("rel", "alternate").lower() == "alternate":
        item.hrefs.append(urljoin("", href))


def comments(item: ItemParts, element: Any) -> None:
    """Take the address of the discussion."""
    item.comments = _bare_text_of(element)


def description(item: ItemParts, element: Any) -> None:
    """A second description is taken for the content."""
    found = (_bare_text_of(element), HTML)
    if item.summary is not None and not item.contents:
        item.contents.append(found)
    else:
        item.summary = found


def encoded(item: ItemParts, element: Any) -> None:
    """Take the content of an RSS item, which is HTML."""
    item.contents.append((_bare_text_of(element), HTML))
    item.summary = item.summary or ("", HTML)


def atom_summary(item: ItemParts, element: Any) -> None:
    """Take a summary; a second one is taken for the content."""
    found = _typed(element)
    if item.summary is not None and not item.contents:
        item.contents.append(found)
    else:
        item.summary = found


def atom_content(item: ItemParts, element: Any) -> None:
    """Take the content; the first one counts."""
    found = _typed(element)
    item.contents.append(found)
    item.summary = item.summary or found


def text_author(item: ItemParts, element: Any) -> None:
    """Take an author who is written as text."""
    if item.person is not None:
        raise OddError
    item.authors.append(_text_of(element))


def atom_author(item: ItemParts, element: Any) -> None:
    """Take an author of parts, who must have a name."""
    parts = {child.tag: _text_of(child) for child in element}
    name, email = parts.get(f"{ATOM}name"), parts.get(f"{ATOM}email")
    if not name or len(parts) != len(element) or not parts.keys() <= _PERSON:
        raise OddError
    if item.authors and item.person is None:
        raise OddError
    item.person = f"{name} ({email})" if email else name
    item.authors.append(name)


def category(item: ItemParts, element: Any) -> None:
    """Take a category's label, else its term, and its text."""
    text = _text_of(element)
    label, term = element.get("label"), element.get("term")
    if label and text:
        raise OddError
    item.terms += [each for each in (label or term, text) if each]


def published(found: ItemParts | HeadParts, element: Any) -> None:
    """Take the date of publication; the last one counts."""
    found.published = _text_of(element)


def updated(found: ItemParts | HeadParts, element: Any) -> None:
    """Take the date of the last change; the last one counts."""
    found.updated = _text_of(element)


def origin(item: ItemParts, element: Any) -> None:
    """Take the address that a feed service hides."""
    item.origin = _bare_text_of(element)


def total_results(feed: HeadParts, element: Any) -> None:
    """Take how many results there are, under the prefix that is usual."""
    if element.prefix == "opensearch":
        feed.total_results = _text_of(element)


def skip_days(feed: HeadParts, _element: Any) -> None:
    """Note that the feed names days on which it rests."""
    feed.has_skip_days = True


def nothing(_found: object, _element: Any) -> None:
    """The element says nothing that is asked for."""


def source(item: ItemParts, _element: Any) -> None:
    """Note that the item names where it was taken from; that says nothing of itself."""
    item.has_source = True


def media_title(item: ItemParts, _element: Any) -> None:
    """A caption; where the item has no title of its own before it, it may stand for it."""
    if not item.title or item.has_source:
        raise OddError
