"""
Read feeds that are written as they should be, at a twentieth of what a tolerant reader costs.

Pure: takes a feed's text, gives its entries as :mod:`digest.sources.odd_feeds` would, field by
field, or nothing. It knows the elements that practically every feed is made of; whatever it does
not know to be harmless (malformed XML, an entity of its own, markup where text is due, a rare
dialect, a date in words) makes the feed odd, and odd feeds are not guessed at here.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from digest.sources.entries import Entry, Parsed
from digest.sources.feed_parts import (
    ATOM,
    HTML,
    LANGUAGE,
    RDF,
    RSS10,
    HeadParts,
    ItemParts,
    OddError,
)
from digest.sources.feed_roles import (
    ATOM_ROLES,
    FEED_ROLES,
    RSS10_ROLES,
    RSS_ROLES,
    Role,
    pass_over,
)
from digest.sources.text import line, line_of_either, prose, prose_of_html
from digest.sources.urls import web_url, without_secrets
from digest.sources.wire import plausible

_C1 = re.compile(rb"\xc2[\x80-\x9f]")
"""Control characters that stand for cp1252's punctuation."""
_TWICE_ENCODED = re.compile(rb"\xc3[\x82-\xb4]\xc2")
"""UTF-8 that was taken for Latin-1 and encoded once more; feedparser mends it."""
_EITHER_REFERENCE = re.compile(
    rb"&#(?:(?<=\xc3[\x82-\xb4]&#)|x0*[89][0-9a-f];|0*1[2-5]\d;"
    rb"|(?:19[4-9]|2[0-3]\d|24[0-4]|x0*[c-f][0-9a-f]);(?:\xc2|&#))",
    re.IGNORECASE,
)
"""The same two, where one of the characters is written as a reference."""
_SAYS_BASE = re.compile(rb"base\s*=")
_HAS_BASE = etree.XPath("boolean(//@*[translate(local-name(), 'BASE', 'base') = 'base'])")
"""Links that count from elsewhere."""
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


def read_plain_feed(text: str, *, base: str, octets: bytes | None = None) -> Parsed | None:
    """
    Read a feed that is written as it should be; never raises.

    Args:
        text: The whole feed.
        base: The address it came from.
        octets: The text in UTF-8, where it is at hand.

    Returns:
        What was found; None where the feed is odd.
    """
    try:
        body = text.encode() if octets is None else octets
        if _is_odd(body):
            return None
        root = etree.fromstring(body, _parser())
        if root.getroottree().docinfo.internalDTD is not None:
            return None  # it may bring entities of its own
        if _SAYS_BASE.search(body) and _HAS_BASE(root):
            return None
        return _read(root, base)
    except (etree.XMLSyntaxError, UnicodeEncodeError, OddError):
        return None


def _is_odd(body: bytes) -> bool:
    """Tell whether a feed, as UTF-8, holds what no feed should and few do."""
    if _EITHER_REFERENCE.search(body):
        return True
    # the first octet of both is looked for at the speed of memory, and most feeds have it not
    return b"\xc2" in body and bool(_C1.search(body) or _TWICE_ENCODED.search(body))


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
        raise OddError  # nested, or of several dialects
    found = HeadParts()
    for child in head:
        if (role := FEED_ROLES.get(child.tag)) is not None:
            role(found, child)
    times = (found.published, found.updated) if found.has_skip_days else ()
    return Parsed(
        title=line_of_either(found.title),
        entries=entries,
        total_results=found.total_results,
        built_at=tuple(at for time in times if (at := _moment(time))),
    )


def _parts(root: Any) -> tuple[Any, list[Any], Mapping[str, "Role"]]:
    """Give the element that describes the feed, its items, and what their elements mean."""
    if root.tag == f"{ATOM}feed":
        return root, root.findall(f"{ATOM}entry"), ATOM_ROLES
    if root.tag == "rss":
        channels = root.findall("channel")
        if len(channels) == 1:
            return channels[0], channels[0].findall("item"), RSS_ROLES
    if root.tag == f"{RDF}RDF":
        channels = root.findall(f"{RSS10}channel")
        if len(channels) == 1:
            return channels[0], root.findall(f"{RSS10}item"), RSS10_ROLES
    raise OddError


def _entry(element: Any, roles: Mapping[str, Role], base: str) -> Entry:
    item = ItemParts()
    for name, value in element.items():
        if name == f"{RDF}about":
            item.guid = value or None
        elif name != LANGUAGE:
            raise OddError
    for child in element:
        role = roles.get(child.tag)
        if role is None:
            pass_over(item, child)
        else:
            role(item, child)
    text, kind = item.contents[0] if item.contents else item.summary or ("", HTML)
    published = _moment(item.published)
    is_one_time = item.updated == item.published
    return Entry(
        title=line_of_either(item.title),
        guid=(without_secrets(line(item.guid)) or None) if item.guid else None,
        link=web_url(_link_of(item), base=base),
        comments=web_url(item.comments, base=base),
        description=prose_of_html(text) if kind == HTML else prose(text),
        markup=text,
        author=_author_of(item),
        tags=_terms_of(item),
        published=published,
        published_raw=item.published or None,  # one clean line, or it would have been odd
        updated=published if is_one_time else _moment(item.updated),
        updated_raw=item.updated or None,
    )


def _link_of(item: ItemParts) -> str:
    """Give the item's own page: what a feed service hides, the alternate link, or a guid."""
    if item.origin:
        return item.origin
    if item.hrefs:
        return item.hrefs[0]
    return (item.guid or "") if item.guid_is_link else ""


def _author_of(item: ItemParts) -> str | None:
    """Give who wrote it; of several the first."""
    if len(item.authors) == 1:
        return line(item.person or item.authors[0]) or None
    if not item.authors:
        return None
    if not all(item.authors) or any("@" in name for name in item.authors):
        raise OddError  # names and addresses in one text, or somebody without a name
    return line(item.authors[0]) or None


def _terms_of(item: ItemParts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(line, item.terms))))


def _moment(text: str) -> datetime | None:
    """Give the time a feed states, to the second; None where it states none or an impossible one."""
    if not text:
        return None
    try:
        if _ISO.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return plausible(moment.replace(microsecond=0) if moment.microsecond else moment)
        if found := _RFC.fullmatch(text):
            return plausible(_rfc(*found.groups()))
    except (KeyError, ValueError, OverflowError) as error:
        raise OddError from error
    raise OddError


def _rfc(day: str, month: str, year: str, time: str, zone: str | None) -> datetime:
    offset = f"{zone[:3]}:{zone[3:]}" if zone else "+00:00"
    return datetime.fromisoformat(f"{year}-{_MONTHS[month]}-{day:0>2}T{time}{offset}")
