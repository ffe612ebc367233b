"""
Read the outline of a web page: its title, the addresses it gives itself, and its links.

Pure: takes the bytes of strangers, never raises. It is for pages that are read by the thousand:
lxml's tree takes a tenth of what bs4 does (docs/decisions names the numbers), which stays the tool
where a page's parts are picked out one by one.
"""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from digest.sources.charset import decode
from digest.sources.crowding import is_crowded
from digest.sources.text import line
from digest.sources.urls import web_url

MAX_LINKS = 5_000
"""Links of one page that are given; honest pages stay under a tenth of it."""

_LOCAL = re.compile(r"/[\w.~!$&'()*+,=:@%/-]*", re.ASCII)
"""A path on the same host, with nothing to mend where no part is empty or begins with a dot."""


class Link(NamedTuple):
    """One link of a page."""

    text: str
    """Its words as one clean line; empty for a picture."""
    url: str
    """Absolute, as :func:`digest.sources.urls.web_url` gives it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a page says of itself, and where it leads; empty where it says nothing."""

    title: str = ""
    canonical: str | None = None
    """Address in ``rel=canonical``, absolute; a claim of the page, to be judged by the caller."""
    og_url: str | None = None
    texts: tuple[str, ...] = ()
    """Of the links in their order, repeated ones too. In columns: a page has hundreds, and so many
    objects would keep the collector at work over the whole program."""
    urls: tuple[str, ...] = ()
    """As many; absolute, as :func:`digest.sources.urls.web_url` gives them."""

    @property
    def links(self) -> tuple[Link, ...]:
        """Both columns as links, made when asked for."""
        return tuple(map(Link, self.texts, self.urls))


def outline_of(body: bytes, content_type: str = "", *, url: str) -> Outline:
    """
    Give the outline of a page.

    Args:
        body: Its octets after content decoding.
        content_type: Its Content-Type header.
        url: Its final address; relative links count from it, or from the page's own base.
    """
    root = _tree(body, content_type)
    if root is None:
        return Outline()
    head = _head(root)
    title = head.get("title")
    start = _address(head.get("base"), "href", base=url) or url
    texts, urls = _links(root, start)
    return Outline(
        title=line(title.text or "") if title is not None else "",
        canonical=_address(head.get("canonical"), "href", base=start),
        og_url=_address(head.get("og:url"), "content", base=start),
        texts=texts,
        urls=urls,
    )


def _tree(body: bytes, content_type: str) -> Any:
    """Give the root of a page's tree, of bounded depth; None where there is no element to be read."""
    decoded = decode(body, content_type)
    if is_crowded(decoded.text):
        return None
    octets = body if decoded.charset == "utf-8" else decoded.text.encode(errors="replace")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(octets, parser)
    except etree.XMLSyntaxError:  # nothing at all, or nested without end
        return None


def _head(root: Any) -> dict[str, Any]:
    """Give the first element of each kind that says something of the page, in one walk."""
    found: dict[str, Any] = {}
    for element in root.iter("title", "base", "link", "meta"):
        found.setdefault(_says(element), element)
    return found


def _says(element: Any) -> str:
    """Name what an element says; empty for what nobody asks."""
    match element.tag:
        case "title":
            return "title"
        case "base":
            return "base" if element.get("href") is not None else ""
        case "link":
            return "canonical" if "canonical" in element.get("rel", "").lower().split() else ""
    kind = element.get("property", element.get("name", ""))
    return "og:url" if kind.lower() == "og:url" else ""


def _address(element: Any, name: str, *, base: str) -> str | None:
    return None if element is None else web_url(element.get(name), base=base)


def _links(root: Any, base: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the texts and the addresses of all links."""
    texts: list[str] = []
    urls: list[str] = []
    parts = urlsplit(base)
    origin = f"{parts.scheme}://{parts.netloc}"
    is_local = _LOCAL.fullmatch
    for element in islice(root.iter("a"), MAX_LINKS):
        href = element.get("href")
        if href and is_local(href) and "//" not in href and "/." not in href:
            url: str | None = origin + href  # what web_url gives too
        else:
            url = web_url(href, base=base)
        if url is not None:
            text = "".join(element.itertext()) if len(element) else element.text
            texts.append(line(text) if text else "")
            urls.append(url)
    return tuple(texts), tuple(urls)
