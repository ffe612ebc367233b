"""
Which elements have a meaning in which dialect of feeds, and which can be passed over.

Pure. The names are those of namespaces that feedparser knows, for the two must agree.
"""

from collections.abc import Callable
from typing import Any

from lxml import etree

from digest.sources import feed_parts as parts
from digest.sources.feed_parts import (
    ATOM,
    CONTENT,
    DC,
    DCTERMS,
    FEEDBURNER,
    MEDIA,
    RSS10,
    ItemParts,
    OddError,
)

Role = Callable[[Any, Any], None]


def pass_over(item: ItemParts, element: Any) -> None:
    """Pass over an element that is not known, where nothing in it could be taken for another."""
    name = etree.QName(element)
    space = (name.namespace or "").lower()
    if f"{{{space}}}" == MEDIA and name.localname in _HARMLESS_MEDIA:
        for child in element:
            if child.tag == f"{MEDIA}title":
                parts.media_title(item, child)
            else:
                pass_over(item, child)
        return
    is_read = space in _READ_SPACES or "backend.userland.com/rss" in space
    if is_read or element.prefix in _READ_PREFIXES or len(element):
        raise OddError


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

_COMMON_ROLES: dict[str, Role] = {
    f"{DC}creator": parts.text_author,
    f"{DC}date": parts.updated,
    f"{DC}format": parts.nothing,
    f"{DC}identifier": parts.nothing,
    f"{DC}language": parts.nothing,
    f"{DC}publisher": parts.nothing,
    f"{DC}rights": parts.nothing,
    f"{DC}source": parts.nothing,
    f"{DC}subject": parts.category,
    f"{DC}title": parts.title,
    f"{DC}type": parts.nothing,
    f"{DCTERMS}created": parts.nothing,
    f"{DCTERMS}issued": parts.published,
    f"{DCTERMS}modified": parts.updated,
    f"{CONTENT}encoded": parts.encoded,
    f"{FEEDBURNER}origLink": parts.origin,
}
RSS_ROLES: dict[str, Role] = _COMMON_ROLES | {
    f"{ATOM}link": parts.atom_link,
    f"{ATOM}updated": parts.updated,
    f"{DC}description": parts.description,
    "author": parts.text_author,
    "category": parts.category,
    "comments": parts.comments,
    "description": parts.description,
    "enclosure": parts.nothing,
    "guid": parts.guid,
    "link": parts.text_link,
    "pubDate": parts.published,
    "source": parts.source,
    "title": parts.title,
}
RSS10_ROLES: dict[str, Role] = _COMMON_ROLES | {
    f"{DC}description": parts.description,
    f"{RSS10}description": parts.description,
    f"{RSS10}link": parts.text_link,
    f"{RSS10}title": parts.title,
}
ATOM_ROLES: dict[str, Role] = _COMMON_ROLES | {
    f"{ATOM}author": parts.atom_author,
    f"{ATOM}category": parts.category,
    f"{ATOM}content": parts.atom_content,
    f"{ATOM}contributor": parts.nothing,
    f"{ATOM}id": parts.guid,
    f"{ATOM}link": parts.atom_link,
    f"{ATOM}published": parts.published,
    f"{ATOM}rights": parts.nothing,
    f"{ATOM}source": parts.source,
    f"{ATOM}summary": parts.atom_summary,
    f"{ATOM}title": parts.title,
    f"{ATOM}updated": parts.updated,
}
FEED_ROLES: dict[str, Role] = {
    f"{ATOM}published": parts.published,
    f"{ATOM}title": parts.only_title,
    f"{ATOM}updated": parts.updated,
    f"{DC}date": parts.updated,
    f"{DC}title": parts.only_title,
    f"{RSS10}title": parts.only_title,
    "lastBuildDate": parts.updated,
    "pubDate": parts.published,
    "skipDays": parts.skip_days,
    "title": parts.only_title,
    "{http://a9.com/-/spec/opensearch/1.1/}totalResults": parts.total_results,
    "{http://a9.com/-/spec/opensearchrss/1.0/}totalResults": parts.total_results,
}
