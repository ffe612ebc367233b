"""Pages become one reading; a page that is missing, broken or repeated makes it no whole one."""

import json

import pytest

from digest.model import Outcome, Source
from digest.sources.listings import read_pages
from digest.sources.paging import Response

SOURCE = Source(name="s", kind="hn_algolia", url="https://source.example/list", pages=9)


def hits(*ids):
    rows = [
        {"objectID": str(number), "title": f"Show HN: Tool {number}", "created_at_i": 1795000000}
        for number in ids
    ]
    return json.dumps({"hits": rows, "nbHits": len(rows)}).encode()


@pytest.fixture
def pages_of(capture_of):
    """Make responses of bodies; a number is the status of a page in trouble."""

    def make(*bodies, leads_on=False):
        made = []
        for number, body in enumerate(bodies, start=1):
            status = body if isinstance(body, int) else 200
            octets = b"" if isinstance(body, int) else body
            more = number < len(bodies) or leads_on
            changes = {"page": number, "leads_on": more}
            capture = capture_of(octets, status=status).model_copy(update=changes)
            made.append(Response(capture, octets))
        return made

    return make


def ids(reading):
    return [launch.native_id for launch in reading.launches]


def test_one_page_is_read_as_it_is(pages_of):
    reading = read_pages(SOURCE, pages_of(hits(1, 2)))

    assert (reading.outcome, ids(reading), reading.is_whole) == (Outcome.OK, ["1", "2"], True)


def test_pages_are_added_up_and_what_slipped_to_the_next_is_there_once(pages_of):
    reading = read_pages(SOURCE, pages_of(hits(1, 2), hits(2, 3), hits(4)))

    assert (reading.outcome, ids(reading)) == (Outcome.OK, ["1", "2", "3", "4"])
    assert (reading.rows, reading.rejected, reading.is_whole) == (5, 0, True)


def test_an_empty_last_page_is_the_end(pages_of):
    reading = read_pages(SOURCE, pages_of(hits(1, 2), hits()))

    assert (reading.outcome, ids(reading), reading.is_whole) == (Outcome.OK, ["1", "2"], True)


@pytest.mark.parametrize(
    ("bodies", "said"),
    [
        ((hits(1), 503), "page 2 of the listing, failed: the server answered 503"),
        ((hits(1), b"{"), "page 2 of the listing, failed: damaged or truncated JSON"),
        ((hits(1), hits(2), hits(2)), "page 3 of the listing repeats the page before it"),
        ((hits(1, 2), hits(2, 1)), "page 2 of the listing repeats the page before it"),
    ],
)
def test_a_page_in_trouble_makes_a_listing_doubtful_and_keeps_those_before_it(
    pages_of, bodies, said
):
    reading = read_pages(SOURCE, pages_of(*bodies))

    assert (reading.outcome, reading.is_whole) == (Outcome.SUSPECT, False)
    assert reading.reason.startswith(said)
    assert ids(reading)[0] == "1"


def test_a_page_that_never_came_is_missed_from_the_captures_alone(pages_of):
    reading = read_pages(SOURCE, pages_of(hits(1), hits(2), leads_on=True))
    told = read_pages(SOURCE, pages_of(hits(1), leads_on=True), trouble="no connection")

    assert (reading.outcome, reading.is_whole, ids(reading)) == (Outcome.SUSPECT, False, ["1", "2"])
    assert reading.reason == "page 3 of the listing could not be had"
    assert told.reason == "page 2 of the listing could not be had (no connection)"


def test_a_first_page_in_trouble_is_the_whole_listings_trouble(pages_of):
    reading = read_pages(SOURCE, pages_of(b"<html>", leads_on=True))

    assert (reading.outcome, reading.is_whole) == (Outcome.FAILED, True)


ITEMS = Source(name="s", kind="hn_firebase", url="https://source.example/v0/showstories.json")


def item(number):
    return json.dumps(
        {"id": number, "type": "story", "title": f"Show HN: Tool {number}", "time": 1795000000}
    ).encode()


def test_items_follow_a_list_of_ids_that_has_no_launches_itself(pages_of):
    reading = read_pages(ITEMS, pages_of(b"[11,12,13,14]", item(11), b"null", b"null", item(14)))

    assert (reading.outcome, ids(reading), reading.rows) == (Outcome.OK, ["11", "14"], 4)


def test_a_list_of_ids_alone_is_doubtful(pages_of):
    reading = read_pages(ITEMS, pages_of(b"[11,12]", leads_on=True))

    assert reading.outcome is Outcome.SUSPECT
    assert "each item takes a request of its own" in reading.reason


def test_a_missing_item_is_missed(pages_of):
    reading = read_pages(ITEMS, pages_of(b"[11,12]", item(11), 500))

    assert (reading.outcome, reading.is_whole, ids(reading)) == (Outcome.SUSPECT, False, ["11"])
