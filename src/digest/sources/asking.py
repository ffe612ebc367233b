"""
How each kind is asked: its first request, the requests that follow, and what it shows to get in.

Pure: takes the source and the pages so far. A kind that is not named here is one plain GET.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.model import Source
from digest.sources import paging
from digest.sources.credentials import GITHUB, HUGGING_FACE, PRODUCT_HUNT, REDDIT, Credential
from digest.sources.paging import Follow, Request, Response


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind is asked."""

    follow: Follow = paging.nothing_more
    """Gives the request for the next page; None after the last."""
    pages: int = 1
    """Most pages of one reading where sources.toml says nothing."""
    is_index: bool = False
    """True where the first page only says what to ask for: it has no launches of its own."""
    is_query: bool = False
    """True where the question is a POST of its own making."""
    credential: Credential | None = None


WAYS: Mapping[str, Way] = {
    "producthunt_graphql": Way(paging.next_posts, pages=6, is_query=True, credential=PRODUCT_HUNT),
    "hn_algolia": Way(paging.next_hits, pages=8),
    "hn_firebase": Way(paging.next_item, pages=41, is_index=True),
    "hf_models": Way(paging.next_link, pages=3, credential=HUGGING_FACE),
    "hf_spaces": Way(paging.next_link, pages=3, credential=HUGGING_FACE),
    "hf_papers": Way(paging.next_link, pages=3, credential=HUGGING_FACE),
    "github_search": Way(paging.next_link, pages=3, credential=GITHUB),
    "arxiv_api": Way(paging.next_entries),
    "reddit_json": Way(paging.next_after, credential=REDDIT),
    "devto": Way(paging.next_articles),
}
_PLAIN = Way()


def way_of(source: Source) -> Way:
    """Give how a source's kind is asked."""
    return WAYS.get(source.kind, _PLAIN)


def first_request(source: Source, *, url: str, since: datetime) -> Request:
    """
    Give the request that a reading begins with.

    Args:
        source: Its kind decides.
        url: Its address, with the time window filled in.
        since: Beginning of that window, for a question that goes into a body.
    """
    if way_of(source).is_query:
        return paging.query_for_posts(url, since=since)
    return Request(url)


def next_request(pages: Sequence[Response], source: Source) -> Request | None:
    """
    Give the request for the page after these.

    Args:
        pages: One or more, in their order.
        source: Its ``pages`` bound how far a listing is followed.

    Returns:
        None where the listing ends, or as many pages as wanted are there.
    """
    if len(pages) >= source.pages:
        return None
    return way_of(source).follow(pages)
