"""Which request follows from a page, as each site goes on; and where a listing ends."""

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.model import Capture, Source
from digest.sources import paging
from digest.sources.asking import WAYS, first_request, next_request, way_of
from digest.sources.paging import Response
from digest.sources.parsers import KINDS

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SINCE = datetime(2026, 11, 13, tzinfo=UTC)


def page(body, *, url="https://source.example/list", final_url=None, link=""):
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    capture = Capture(
        key="k",
        source="s",
        url=url,
        final_url=final_url or url,
        status=200,
        headers={"link": link} if link else {},
        body_sha256=hashlib.sha256(octets).hexdigest(),
        body_bytes=len(octets),
        fetched_at=AT,
    )
    return Response(capture, octets)


def query(request):
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


@pytest.mark.parametrize(
    ("link", "follows"),
    [
        (
            '<https://source.example/repositories/515435940/issues?page=2>; rel="next", <https://source.example/x?page=5>; rel="last"',
            "https://source.example/repositories/515435940/issues?page=2",
        ),
        ('<https://source.example/x?page=5>; rel="last"', None),
        ("</list?cursor=ab%3D>; rel=next", "https://source.example/list?cursor=ab%3D"),
        (
            '<https://source.example/x,y?page=2>; title="a, b"; rel="prefetch next"',
            "https://source.example/x,y?page=2",
        ),
        ('<https://source.example/x>; title="next"', None),
        ('<https://elsewhere.example/x>; rel="next"', None),
        ('<http://[half>; rel="next"', None),
        ("nonsense", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_link_to_the_next_page_is_followed_literally(link, follows):
    found = paging.next_link([page([], link=link)])

    assert (found.url if found else None) == follows


def hits(*dates, page_number=0, pages=1, total=None):
    return {
        "hits": [{"objectID": str(date), "created_at_i": date} for date in dates],
        "page": page_number,
        "nbPages": pages,
        "nbHits": total if total is not None else len(dates),
    }


SEARCH = "https://hn.algolia.com/api/v1/search_by_date?tags=show_hn&numericFilters=created_at_i%3E100,points%3E20"


def test_a_search_is_paged_by_number():
    found = paging.next_hits([page(hits(9, 8, page_number=1, pages=3), url=SEARCH)])

    assert query(found) == {
        "tags": "show_hn",
        "numericFilters": "created_at_i>100,points>20",
        "page": "2",
    }


def test_the_last_page_of_a_small_search_is_the_last():
    assert (
        paging.next_hits([page(hits(9, 8, page_number=2, pages=3, total=700), url=SEARCH)]) is None
    )


def test_near_the_most_hits_that_are_shown_older_ones_are_asked_for_by_their_date():
    found = paging.next_hits([page(hits(900, 800, page_number=1, pages=2, total=1000), url=SEARCH)])

    assert query(found)["numericFilters"] == "created_at_i>100,points>20,created_at_i<801"
    assert query(found)["page"] == "0"


def test_a_window_moves_on_even_where_all_hits_are_of_one_second():
    url = SEARCH + ",created_at_i%3C801"
    found = paging.next_hits([page(hits(800, 800, total=1000), url=url)])

    assert query(found)["numericFilters"] == "created_at_i>100,points>20,created_at_i<800"


def test_a_search_by_relevance_cannot_be_cut_by_date():
    url = SEARCH.replace("search_by_date", "search")

    assert paging.next_hits([page(hits(9, 8, total=1000), url=url)]) is None


def test_items_are_asked_for_one_by_one_in_the_order_of_their_ids():
    ids = page([11, 12], url="https://hacker-news.firebaseio.com/v0/showstories.json")
    first = paging.next_item([ids])
    second = paging.next_item([ids, page({})])

    assert first.url == "https://hacker-news.firebaseio.com/v0/item/11.json"
    assert second.url == "https://hacker-news.firebaseio.com/v0/item/12.json"
    assert paging.next_item([ids, page({}), page({})]) is None


ENTRIES = b"<feed><opensearch:totalResults>%d</opensearch:totalResults>" + b"<entry></entry>" * 3


@pytest.mark.parametrize(("total", "start"), [(7, "8"), (9, "8"), (8, None), (0, None)])
def test_entries_are_counted_on_from_the_last_one(total, start):
    body = ENTRIES % total
    url = "https://export.arxiv.org/api/query?search_query=cat:cs.AI&start=5&max_results=3"

    found = paging.next_entries([page(body, url=url)])

    assert (query(found)["start"] if found else None) == (start if total > 8 else None)


def test_posts_follow_the_last_ones_name():
    url = "https://oauth.reddit.com/r/x/top?t=week&limit=100"
    found = paging.next_after([page({"data": {"after": "t3_abc"}}, url=url)])

    assert query(found) == {"t": "week", "limit": "100", "after": "t3_abc"}
    assert paging.next_after([page({"data": {"after": None}}, url=url)]) is None


def test_articles_go_on_while_pages_are_full():
    url = "https://dev.to/api/articles?tag=ai&per_page=2"

    assert query(paging.next_articles([page([{}, {}], url=url)]))["page"] == "2"
    assert query(paging.next_articles([page([{}, {}], url=url + "&page=4")]))["page"] == "5"
    assert paging.next_articles([page([{}], url=url)]) is None


def posts(cursor, *, more):
    info = {"hasNextPage": more, "endCursor": cursor}
    return {"data": {"posts": {"edges": [], "pageInfo": info}}}


API = Source(
    name="p", kind="producthunt_graphql", url="https://api.producthunt.com/v2/api/graphql", pages=6
)


def test_product_hunt_is_asked_for_the_launches_of_the_window():
    asked = json.loads(first_request(API, url=API.url, since=SINCE).body)

    assert asked["variables"] == {"after": None, "first": 50, "since": "2026-11-13T00:00:00+00:00"}
    assert "postedAfter: $since" in asked["query"]


def test_product_hunts_next_posts_begin_after_the_cursor_in_the_same_window():
    found = next_request([page(posts("MTA", more=True), url=API.url)], API)

    asked = json.loads(found.body)
    assert asked["variables"] == {"after": "MTA", "first": 50, "since": "2026-11-13T00:00:00+00:00"}
    assert next_request([page(posts("MTA", more=False), url=API.url)], API) is None


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize(
    "body", [b"", b"null", b"{", b"[1", b'"text"', b"<html>", b"[null]", b"{}"]
)
def test_a_page_that_makes_no_sense_leads_nowhere(kind, body):
    source = Source(name="s", kind=kind, url="https://source.example/list.json", pages=9)

    assert next_request([page(body, url=source.url)], source) is None


def test_a_listing_is_followed_as_far_as_wanted():
    source = Source(name="s", kind="github_search", url="https://source.example/list", pages=2)
    more = page({}, link='</list?page=2>; rel="next"')

    assert next_request([more], source)
    assert next_request([more, more], source) is None


@pytest.mark.parametrize("kind", WAYS)
def test_ways_are_of_kinds_that_exist_and_bounded(kind):
    assert kind in KINDS
    assert 1 <= WAYS[kind].pages <= 50


def test_a_kind_without_a_way_of_its_own_is_one_plain_request():
    source = Source(name="s", kind="feed", url="https://source.example/feed", pages=9)

    assert first_request(source, url=source.url, since=SINCE) == paging.Request(source.url)
    assert next_request([page(b"", link='</2>; rel="next"')], source) is None
    assert way_of(source).credential is None


@pytest.mark.parametrize("follow", [paging.next_item, paging.next_articles, paging.next_posts])
def test_a_page_without_end_leads_nowhere(follow):
    assert follow([page(b"[" * 200_000)]) is None


def test_a_cursor_that_is_no_text_still_makes_an_address():
    found = paging.next_after([page(b'{"data": {"after": "t3_\\ud800"}}')])

    assert found.url.isascii()
