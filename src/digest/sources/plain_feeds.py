"""
Read feeds that are written as they should be, at a twentieth of what a tolerant reader costs.

Pure: takes a feed's text, gives its entries as :mod:`digest.sources.odd_feeds` would, field by
field, or nothing. It knows the elements that practically every feed is made of; whatever it does
not know to be harmless (malformed XML, an entity of its own, markup where text is due, a rare
dialect, a date in words) makes the feed odd, and odd feeds are not guessed at here.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from digest.sources.entries import Entry, Parsed
from digest.sources.text import line, line_of_either, prose, prose_of_html
from digest.sources.urls import web_url, without_secrets
from digest.sources.wire import plausible

_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS10 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_DCTERMS = "{http://purl.org/dc/terms/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}"

_HTML = "text/html"
_PLAIN = "text/plain"
_TYPES = {"text": _PLAIN, "plain": _PLAIN, "text/plain": _PLAIN, "html": _HTML, "text/html": _HTML}
"""Types of content that is text; any other one (XHTML, base64) is markup or worse, so odd."""

_BASE = re.compile(rb"[\s:]base\s*=\s*[\"']", re.IGNORECASE)
"""Links that count from elsewhere."""
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_C1_REFERENCE = re.compile(rb"&#(?:x0*[89][0-9a-f]|0*1[2-5]\d);", re.IGNORECASE)
"""Control characters that stand for cp1252's punctuation."""
_TWICE_ENCODED = re.compile(rb"\xc3[\x82-\xb4](?:\xc2|&#)")
_TWICE_ENCODED_REFERENCE = re.compile(
    rb"&#(?:19[4-9]|2[0-3]\d|24[0-4]|x0*[c-f][0-9a-f]);(?:\xc2|&#)", re.IGNORECASE
)
"""UTF-8 that was taken for Latin-1 and encoded once more; feedparser mends it."""
_BARE_AMPERSAND = re.compile(r"&([A-Za-z0-9_]+);")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PERSON = frozenset({f"{_ATOM}name", f"{_ATOM}uri", f"{_ATOM}email"})
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_RFC = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})"
    r" (\d\d:\d\d:\d\d) (?:GMT|UTC|([+-]\d{4}))",
    re.ASCII,
)
_MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}


class _OddError(Exception):
    """The feed holds something that is not read here."""


def read_plain_feed(text: str, *, base: str) -> Parsed | None:
    """
    Read a feed that is written as it should be; never raises.

    Args:
        text: The whole feed.
        base: The address it came from.

    Returns:
        What was found; None where the feed is odd.
    """
    try:
        body = text.encode()
        if _is_odd(body):
            return None
        root = etree.fromstring(body, _parser())
        if root.getroottree().docinfo.internalDTD is not None:
            return None  # it may bring entities of its own
        return _read(root, base)
    except (etree.XMLSyntaxError, UnicodeEncodeError, _OddError):
        return None


def _is_odd(body: bytes) -> bool:
    """Tell whether a feed, as UTF-8, holds what no feed should and few do."""
    signs = [_C1, _TWICE_ENCODED]
    if b"base" in body:
        signs.append(_BASE)
    if b"&#" in body:
        signs += (_C1_REFERENCE, _TWICE_ENCODED_REFERENCE)
    return any(sign.search(body) for sign in signs)


def _parser() -> Any:
    """No entity is expanded and nothing loaded; depth and text of an element stay bounded."""
    return etree.XMLParser(
        encoding="utf-8",
        recover=False,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _read(root: Any, base: str) -> Parsed:
    head, items, dialect = _parts(root)
    entries = tuple(_entry(item, dialect, base) for item in items)
    every = sum(1 for _ in root.iter("{*}item", "{*}entry"))
    if every != len(entries):
        raise _OddError  # nested, or of several dialects
    found = _Feed()
    for child in head:
        if (role := _FEED_ROLES.get(child.tag)) is not None:
            role(found, child)
    times = (found.published, found.updated) if found.has_skip_days else ()
    return Parsed(
        title=line_of_either(found.title),
        entries=entries,
        total_results=found.total_results,
        built_at=tuple(at for time in times if (at := _moment(time))),
    )


def _parts(root: Any) -> tuple[Any, list[Any], Mapping[str, "_Role"]]:
    """Give the element that describes the feed, its items, and what their elements mean."""
    if root.tag == f"{_ATOM}feed":
        return root, root.findall(f"{_ATOM}entry"), _ATOM_ROLES
    if root.tag == "rss":
        channels = root.findall("channel")
        if len(channels) == 1:
            return channels[0], channels[0].findall("item"), _RSS_ROLES
    if root.tag == f"{_RDF}RDF":
        channels = root.findall(f"{_RSS10}channel")
        if len(channels) == 1:
            return channels[0], root.findall(f"{_RSS10}item"), _RSS10_ROLES
    raise _OddError


class _Feed:
    """What is found of a feed itself."""

    __slots__ = ("has_skip_days", "published", "title", "total_results", "updated")

    def __init__(self) -> None:
        self.has_skip_days = False
        self.title = self.total_results = self.published = self.updated = ""


class _Item:
    """What is found of one item, in the order it stands in."""

    __slots__ = (
        "authors",
        "comments",
        "contents",
        "guid",
        "guid_is_link",
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


_Role = Callable[[Any, Any], None]


def _entry(element: Any, roles: Mapping[str, _Role], base: str) -> Entry:
    item = _Item()
    for name, value in element.items():
        if name == f"{_RDF}about":
            item.guid = value or None
        elif name != _LANGUAGE:
            raise _OddError
    for child in element:
        role = roles.get(child.tag)
        if role is None:
            _pass_over(item, child)
        else:
            role(item, child)
    text, kind = (item.contents or [item.summary or ("", _HTML)])[0]
    return Entry(
        title=line_of_either(item.title),
        guid=without_secrets(line(item.guid or "")) or None,
        link=web_url(_link_of(item), base=base),
        comments=web_url(item.comments, base=base),
        description=prose_of_html(text) if kind == _HTML else prose(text),
        markup=text,
        author=_author_of(item),
        tags=_terms_of(item),
        published=_moment(item.published),
        published_raw=line(item.published) or None,
        updated=_moment(item.updated),
        updated_raw=line(item.updated) or None,
    )


def _link_of(item: _Item) -> str:
    """Give the item's own page: what a feed service hides, the alternate link, or a guid."""
    if item.origin:
        return item.origin
    if item.hrefs:
        return item.hrefs[0]
    return (item.guid or "") if item.guid_is_link else ""


def _author_of(item: _Item) -> str | None:
    """Give who wrote it; of several the first."""
    if len(item.authors) == 1:
        return line(item.person or item.authors[0]) or None
    if not item.authors:
        return None
    if not all(item.authors) or any("@" in name for name in item.authors):
        raise _OddError  # names and addresses in one text, or somebody without a name
    return line(item.authors[0]) or None


def _terms_of(item: _Item) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for term in item.terms if (found := line(term))))


# --- what elements mean: each takes what was found so far, and the element ---


def _text_of(element: Any) -> str:
    """Give an element's text; markup inside makes the feed odd."""
    if len(element):
        raise _OddError
    return (element.text or "").strip()


def _bare_text_of(element: Any) -> str:
    """Give the text of an element that has no attributes but for its language."""
    if (keys := element.keys()) and keys != [_LANGUAGE]:
        raise _OddError
    return _text_of(element)


def _typed(element: Any) -> tuple[str, str]:
    """Give the text of an element and its type, plain where it says nothing."""
    kind = _TYPES.get(element.get("type", "text").lower())
    if kind is None or element.get("mode") is not None or element.get("src") is not None:
        raise _OddError
    return _text_of(element), kind


def _title(found: _Item | _Feed, element: Any) -> None:
    """The first title that is not empty counts."""
    if not found.title:
        found.title = _typed(element)[0]


def _only_title(found: _Feed, element: Any) -> None:
    """Of two titles of a feed, which one counts depends on what stands between them."""
    if found.title:
        raise _OddError
    _title(found, element)


def _id(item: _Item, element: Any) -> None:
    if item.guid is not None:
        raise _OddError
    item.guid_is_link = _attribute(element, "ispermalink", "true") == "true"
    item.guid = _text_of(element)


def _attribute(element: Any, name: str, default: str) -> str:
    """Give an attribute by its lower-case name."""
    for key, value in element.items():
        if key.lower() == name:
            return str(value)
    return default


def _text_link(item: _Item, element: Any) -> None:
    href = _bare_text_of(element)
    if not href:
        raise _OddError
    item.hrefs.append(_BARE_AMPERSAND.sub(r"&\1", href.replace("&amp;", "&")))


def _atom_link(item: _Item, element: Any) -> None:
    href = element.get("href")
    if not href or element.get("url") or element.get("uri"):
        raise _OddError
    if element.get("rel", "alternate").lower() == "alternate":
        item.hrefs.append(urljoin("", href))


def _comments(item: _Item, element: Any) -> None:
    item.comments = _bare_text_of(element)


def _description(item: _Item, element: Any) -> None:
    """A second description is taken for the content."""
    found = (_bare_text_of(element), _HTML)
    if item.summary is not None and not item.contents:
        item.contents.append(found)
    else:
        item.summary = found


def _encoded(item: _Item, element: Any) -> None:
    item.contents.append((_bare_text_of(element), _HTML))
    item.summary = item.summary or ("", _HTML)


def _atom_summary(item: _Item, element: Any) -> None:
    found = _typed(element)
    if item.summary is not None and not item.contents:
        item.contents.append(found)
    else:
        item.summary = found


def _atom_content(item: _Item, element: Any) -> None:
    found = _typed(element)
    item.contents.append(found)
    item.summary = item.summary or found


def _text_author(item: _Item, element: Any) -> None:
    if item.person is not None:
        raise _OddError
    item.authors.append(_text_of(element))


def _atom_author(item: _Item, element: Any) -> None:
    parts = {child.tag: _text_of(child) for child in element}
    name, email = parts.get(f"{_ATOM}name"), parts.get(f"{_ATOM}email")
    if not name or len(parts) != len(element) or not parts.keys() <= _PERSON:
        raise _OddError
    if item.authors and item.person is None:
        raise _OddError
    item.person = f"{name} ({email})" if email else name
    item.authors.append(name)


def _category(item: _Item, element: Any) -> None:
    text = _text_of(element)
    label, term = element.get("label"), element.get("term")
    if label and text:
        raise _OddError
    item.terms += [each for each in (label or term, text) if each]


def _published(found: _Item | _Feed, element: Any) -> None:
    found.published = _text_of(element)


def _updated(found: _Item | _Feed, element: Any) -> None:
    found.updated = _text_of(element)


def _origin(item: _Item, element: Any) -> None:
    item.origin = _bare_text_of(element)


def _total_results(feed: _Feed, element: Any) -> None:
    if element.prefix == "opensearch":
        feed.total_results = _text_of(element)


def _skip_days(feed: _Feed, _element: Any) -> None:
    feed.has_skip_days = True


def _nothing(_found: object, _element: Any) -> None:
    """The element says nothing that is asked for."""


def _media_title(item: _Item, _element: Any) -> None:
    """A caption; where the item has no title of its own before it, it may stand for it."""
    if not item.title:
        raise _OddError


def _pass_over(item: _Item, element: Any) -> None:
    """Pass over an element that is not known, where nothing in it could be taken for another."""
    name = etree.QName(element)
    space = (name.namespace or "").lower()
    if f"{{{space}}}" == _MEDIA and name.localname in _HARMLESS_MEDIA:
        for child in element:
            if child.tag == f"{_MEDIA}title":
                _media_title(item, child)
            else:
                _pass_over(item, child)
        return
    is_read = space in _READ_SPACES or "backend.userland.com/rss" in space
    if is_read or element.prefix in _READ_PREFIXES or len(element):
        raise _OddError


def _moment(text: str) -> datetime | None:
    """Give the time a feed states, to the second; None where it states none or an impossible one."""
    if not text:
        return None
    try:
        if _ISO.fullmatch(text):
            return plausible(datetime.fromisoformat(text).replace(microsecond=0))
        if found := _RFC.fullmatch(text):
            return plausible(_rfc(*found.groups()))
    except (KeyError, ValueError, OverflowError) as error:
        raise _OddError from error
    raise _OddError


def _rfc(day: str, month: str, year: str, time: str, zone: str | None) -> datetime:
    offset = f"{zone[:3]}:{zone[3:]}" if zone else "+00:00"
    return datetime.fromisoformat(f"{year}-{_MONTHS[month]}-{day:0>2}T{time}{offset}")


_HARMLESS_MEDIA = frozenset({"content", "copyright", "credit", "rating", "text", "thumbnail"})
_READ_SPACES = frozenset(
    {
        "",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html",
        "http://creativecommons.org/ns#license",
        "http://example.com/dtds/podcast-1.0.dtd",
        "http://example.com/necho",
        "http://example.com/newformat#",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://podlove.org/simple-chapters",
        "http://purl.org/atom/ns#",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/dc/terms/",
        "http://purl.org/echo/",
        "http://purl.org/pie/",
        "http://purl.org/rss/1.0/",
        "http://purl.org/rss/1.0/modules/content/",
        "http://purl.org/rss/1.0/modules/rss091#",
        "http://rssnamespace.org/feedburner/ext/1.0",
        "http://search.yahoo.com/mrss",
        "http://search.yahoo.com/mrss/",
        "http://web.resource.org/cc/",
        "http://webns.net/mvcb/",
        "http://www.georss.org/georss",
        "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "http://www.opengis.net/gml",
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/2005/atom",
        "uri/of/echo/namespace#",
    }
)
"""Namespaces whose elements mean something to feedparser; what of them has no role is odd."""
_READ_PREFIXES = frozenset(
    {None, "admin", "cc", "content", "creativecommons", "creativeCommons", "dc", "dcterms"}
    | {"feedburner", "georss", "gml", "itunes", "media", "psc", "xhtml"}
)
"""Prefixes that mean something to feedparser whatever namespace they stand for."""

_COMMON_ROLES: dict[str, _Role] = {
    f"{_DC}creator": _text_author,
    f"{_DC}date": _updated,
    f"{_DC}format": _nothing,
    f"{_DC}identifier": _nothing,
    f"{_DC}language": _nothing,
    f"{_DC}publisher": _nothing,
    f"{_DC}rights": _nothing,
    f"{_DC}source": _nothing,
    f"{_DC}subject": _category,
    f"{_DC}title": _title,
    f"{_DC}type": _nothing,
    f"{_DCTERMS}created": _nothing,
    f"{_DCTERMS}issued": _published,
    f"{_DCTERMS}modified": _updated,
    f"{_CONTENT}encoded": _encoded,
    f"{_FEEDBURNER}origLink": _origin,
}
_RSS_ROLES: dict[str, _Role] = _COMMON_ROLES | {
    f"{_ATOM}link": _atom_link,
    f"{_ATOM}updated": _updated,
    f"{_DC}description": _description,
    "author": _text_author,
    "category": _category,
    "comments": _comments,
    "description": _description,
    "enclosure": _nothing,
    "guid": _id,
    "link": _text_link,
    "pubDate": _published,
    "source": _nothing,
    "title": _title,
}
_RSS10_ROLES: dict[str, _Role] = _COMMON_ROLES | {
    f"{_DC}description": _description,
    f"{_RSS10}description": _description,
    f"{_RSS10}link": _text_link,
    f"{_RSS10}title": _title,
}
_ATOM_ROLES: dict[str, _Role] = _COMMON_ROLES | {
    f"{_ATOM}author": _atom_author,
    f"{_ATOM}category": _category,
    f"{_ATOM}content": _atom_content,
    f"{_ATOM}contributor": _nothing,
    f"{_ATOM}id": _id,
    f"{_ATOM}link": _atom_link,
    f"{_ATOM}published": _published,
    f"{_ATOM}rights": _nothing,
    f"{_ATOM}source": _nothing,
    f"{_ATOM}summary": _atom_summary,
    f"{_ATOM}title": _title,
    f"{_ATOM}updated": _updated,
}
_FEED_ROLES: dict[str, _Role] = {
    f"{_ATOM}published": _published,
    f"{_ATOM}title": _only_title,
    f"{_ATOM}updated": _updated,
    f"{_DC}date": _updated,
    f"{_DC}title": _only_title,
    f"{_RSS10}title": _only_title,
    "lastBuildDate": _updated,
    "pubDate": _published,
    "skipDays": _skip_days,
    "title": _only_title,
    "{http://a9.com/-/spec/opensearch/1.1/}totalResults": _total_results,
    "{http://a9.com/-/spec/opensearchrss/1.0/}totalResults": _total_results,
}
