"""
Which request follows from a page of a listing, for each way that sites go on.

Pure: takes the pages so far, gives the next request, or None where a page says that it is the last
or makes no sense: the parser says what is wrong with it.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from digest.model import Capture, Reading
from digest.sources.wire import (
    count_at,
    flag_at,
    object_at,
    raw_at,
    read_json,
    read_json_list,
    rows_at,
)

BACK = timedelta(days=7)
ALGOLIA_REACH = 950
"""Hits of one query near which the search hides the rest (1,000): the window is cut in two."""
POSTS_A_PAGE = 50
"""Product Hunt counts the complexity of a query: larger pages are refused."""

_NEXT = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s\",;]+))*)")
_IS_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bnext\b[^\"]*\"|next\b)", re.IGNORECASE)
_TOTAL = re.compile(rb"<(?:\w+:)?totalResults[^>]*>\s*(\d{1,9})\s*<")
_ENTRY = re.compile(rb"<(?:\w+:)?entry[\s>]")
_ITEMS_OF = re.compile(r"/\w+\.json$")

_QUERY = """query Launches($first: Int!, $after: String, $since: DateTime) {
  posts(first: $first, after: $after, postedAfter: $since, featured: true, order: NEWEST) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node {
      id slug name tagline description url website createdAt featuredAt votesCount commentsCount
      makers { name } topics(first: 10) { edges { node { name } } }
    } }
  }
}"""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a host; it carries no credentials."""

    url: str
    body: bytes | None = None
    """JSON that is posted; None for a GET."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response with its body; a listing is one or more of them, in the order of its pages."""

    capture: Capture
    body: bytes


Follow = Callable[[Sequence[Response]], Request | None]


def window_start(now: datetime) -> datetime:
    """
    Give when the window begins that launches are asked for: midnight UTC seven days back.

    One window a day, so that addresses with it, and their validators (ETag), go on working.
    """
    return datetime.combine((now.astimezone(UTC) - BACK).date(), time(), tzinfo=UTC)


def nothing_more(_pages: Sequence[Response]) -> Request | None:
    """Say that one page is all there is."""
    return None


def next_link(pages: Sequence[Response]) -> Request | None:
    """Follow ``Link: <…>; rel="next"`` literally: it may well lead to another path."""
    capture = pages[-1].capture
    for found in _NEXT.finditer(capture.headers.get("link", "")):
        if _IS_NEXT.search(found[2]):
            return _on_same_host(capture.final_url, found[1].strip())
    return None


def next_hits(pages: Sequence[Response]) -> Request | None:
    """Ask for the next page of Hacker News' search; where it hides hits, for the older ones."""
    last = pages[-1]
    data = _object(last)
    hits = [hit for hit in rows_at(data, "hits") or () if isinstance(hit, dict)]
    page, of = count_at(data, "page"), count_at(data, "nbPages")
    if not hits or page is None or of is None:
        return None
    url = last.capture.url
    if page + 1 < of:
        return Request(_with(url, page=str(page + 1)))
    if (count_at(data, "nbHits") or 0) < ALGOLIA_REACH:
        return None
    return _older_hits(url, [count_at(hit, "created_at_i") for hit in hits])


def _older_hits(url: str, dates: Sequence[int | None]) -> Request | None:
    """Move the window's end to the oldest hit; only a list by date has all that is newer."""
    known = [date for date in dates if date is not None]
    if not known or not urlsplit(url).path.endswith("/search_by_date"):
        return None
    told = dict(parse_qsl(urlsplit(url).query)).get("numericFilters", "")
    filters = [part for part in told.split(",") if part and not part.startswith("created_at_i<")]
    bound = f"created_at_i<{min(known) + 1}"  # others of that second may stand on the next page
    if bound in told.split(","):
        bound = f"created_at_i<{min(known)}"
    return Request(_with(url, page="0", numericFilters=",".join([*filters, bound])))


def next_item(pages: Sequence[Response]) -> Request | None:
    """Ask for the next item of a list of ids."""
    ids = read_json_list(pages[0].body, pages[0].capture)
    if isinstance(ids, Reading) or len(pages) > len(ids):
        return None
    number = ids[len(pages) - 1]
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    url = pages[0].capture.url
    path = _ITEMS_OF.sub(f"/item/{number}.json", urlsplit(url).path)
    return Request(urlunsplit(urlsplit(url)._replace(path=path)))


def next_entries(pages: Sequence[Response]) -> Request | None:
    """Ask for the next entries of arXiv's search."""
    last = pages[-1]
    total = _TOTAL.search(last.body)
    shown = len(_ENTRY.findall(last.body))
    if total is None or not shown:
        return None
    start = _number(last.capture.url, "start", default=0) + shown
    return Request(_with(last.capture.url, start=str(start))) if start < int(total[1]) else None


def next_after(pages: Sequence[Response]) -> Request | None:
    """Ask for the posts after the last one of a Reddit listing."""
    after = raw_at(object_at(_object(pages[-1]), "data"), "after")
    return Request(_with(pages[-1].capture.url, after=after)) if after else None


def next_articles(pages: Sequence[Response]) -> Request | None:
    """Ask for dev.to's next page where this one is full."""
    url = pages[-1].capture.url
    rows = read_json_list(pages[-1].body, pages[-1].capture)
    size = _number(url, "per_page", default=30)
    if isinstance(rows, Reading) or len(rows) < size:
        return None
    return Request(_with(url, page=str(_number(url, "page", default=1) + 1)))


def query_for_posts(url: str, *, since: datetime, after: str | None = None) -> Request:
    """Make the question for Product Hunt's launches since a time, beginning after a cursor."""
    asked = {
        "query": _QUERY,
        "variables": {
            "first": POSTS_A_PAGE,
            "after": after,
            "since": since.astimezone(UTC).isoformat(),
        },
    }
    return Request(url, body=json.dumps(asked, sort_keys=True).encode())


def next_posts(pages: Sequence[Response]) -> Request | None:
    """Ask for Product Hunt's next posts."""
    posts = object_at(object_at(_object(pages[-1]), "data"), "posts")
    info = object_at(posts, "pageInfo")
    after = raw_at(info, "endCursor")
    if not after or not flag_at(info, "hasNextPage"):
        return None
    first = pages[0].capture
    return query_for_posts(first.url, since=window_start(first.fetched_at), after=after)


def _object(page: Response) -> Any:
    data = read_json(page.body, page.capture)
    return {} if isinstance(data, Reading) else data


def _with(url: str, **parameters: str) -> str:
    """Set parameters of an address, the others staying in their order."""
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **parameters}
    told = urlencode(query, quote_via=quote, safe=",", errors="replace")  # a cursor may be no text
    return urlunsplit(parts._replace(query=told))


def _number(url: str, name: str, *, default: int) -> int:
    told = dict(parse_qsl(urlsplit(url).query)).get(name, "")
    return int(told) if told.isascii() and told.isdigit() else default


def _on_same_host(base: str, link: str) -> Request | None:
    try:
        url = urljoin(base, link)
        is_same = urlsplit(url).hostname == urlsplit(base).hostname
    except ValueError:
        return None
    return Request(url) if is_same else None
