"""A permanent redirect is believed after two sightings; an address that is gone is not asked again."""

from datetime import UTC, datetime

import pytest

from digest.model import Outcome, SourceState

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)


def state(site, **known):
    return SourceState(source="launches", kind="feed", url=site.url + "/old", **known)


def after(fetched, site):
    """Give the state that the next fetch begins with."""
    moved = fetched.moved
    if moved is None:
        return state(site)
    return state(site, moved_from=moved.url, moved_to=moved.to, moved_seen=moved.seen)


async def test_two_sightings_of_a_permanent_redirect_and_the_new_address_is_asked(site, fetch_once):
    site.says("/old", status=301, headers={"Location": "/newer"})
    site.says("/newer", status=308, headers={"Location": "/new"})
    site.says("/new", body=b"here")
    known = None

    for _ in range(3):
        fetched = await fetch_once(site.url + "/old", state=known)
        known = after(fetched, site)

    assert site.paths() == ["/old", "/newer", "/new", "/old", "/newer", "/new", "/new"]
    assert fetched.body == b"here"
    assert (fetched.moved.to, fetched.moved.seen) == (site.url + "/new", 2)
    assert fetched.capture.url == site.url + "/old"
    assert fetched.validator_url == f"{site.url}/old 1"


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_redirect_for_now_is_no_move(site, fetch_once, status):
    site.says("/old", status=status, headers={"Location": "/new"})
    site.says("/new", body=b"here")

    assert (await fetch_once(site.url + "/old")).moved is None


async def test_a_move_goes_as_far_as_its_steps_are_for_good(site, fetch_once):
    site.says("/old", status=301, headers={"Location": "/new"})
    site.says("/new", status=302, headers={"Location": "/today"})
    site.says("/today", body=b"here")

    fetched = await fetch_once(site.url + "/old")

    assert fetched.moved.to == site.url + "/new"


async def test_another_target_is_counted_from_one(site, fetch_once):
    site.says("/old", status=301, headers={"Location": "/new"})
    site.says("/new", body=b"here")
    known = state(site, moved_from=site.url + "/old", moved_to=site.url + "/other", moved_seen=1)

    fetched = await fetch_once(site.url + "/old", state=known)

    assert (fetched.moved.to, fetched.moved.seen) == (site.url + "/new", 1)


async def test_a_redirect_that_is_not_met_again_is_forgotten(site, fetch_once):
    site.says("/old", body=b"here")
    known = state(site, moved_from=site.url + "/old", moved_to=site.url + "/new", moved_seen=1)

    assert (await fetch_once(site.url + "/old", state=known)).moved is None


@pytest.mark.parametrize("status", [404, 410])
async def test_where_the_new_address_is_lost_the_old_one_is_asked_next(site, fetch_once, status):
    site.says("/new", status=status)
    known = state(site, moved_from=site.url + "/old", moved_to=site.url + "/new", moved_seen=2)

    fetched = await fetch_once(site.url + "/old", state=known)

    assert (site.paths(), fetched.moved, fetched.is_gone) == (["/new"], None, False)


async def test_a_trouble_that_passes_keeps_the_move(site, fetch_once):
    site.says("/new", status=503)
    known = state(site, moved_from=site.url + "/old", moved_to=site.url + "/new", moved_seen=2)

    fetched = await fetch_once(site.url + "/old", state=known)

    assert fetched.moved.seen == 2


async def test_the_move_of_another_address_says_nothing(site, fetch_once):
    site.says("/old", body=b"here")
    known = state(site, moved_from=site.url + "/else", moved_to=site.url + "/new", moved_seen=9)

    assert (await fetch_once(site.url + "/old", state=known)).body == b"here"


async def test_a_target_with_a_token_in_it_is_not_kept(site, fetch_once):
    site.says("/old", status=301, headers={"Location": "/new?token=hunter2"})
    site.says("/new?token=hunter2", body=b"here")

    fetched = await fetch_once(site.url + "/old")

    assert (fetched.outcome, fetched.moved) == (Outcome.OK, None)


async def test_410_is_gone(site, fetch_once):
    site.says("/old", status=410)

    fetched = await fetch_once(site.url + "/old")

    assert (fetched.outcome, fetched.is_gone) == (Outcome.FAILED, True)
    assert "gone for good (410)" in fetched.reason


@pytest.mark.parametrize("location", ["/", "{base}", "/index.html", "/#top"])
async def test_a_page_that_leads_to_its_sites_front_page_is_gone(site, fetch_once, location):
    site.says("/tools/old", status=301, headers={"Location": location.format(base=site.url)})
    site.says("/", body=b"welcome")

    fetched = await fetch_once(site.url + "/tools/old")

    assert fetched.outcome is Outcome.FAILED
    assert "front page" in fetched.reason
    assert site.paths() == ["/tools/old"]


async def test_a_redirector_may_lead_to_another_sites_front_page(site, other_site, fetch_once):
    site.says("/r/p/1", status=302, headers={"Location": other_site.url + "/"})
    other_site.says("/", body=b"welcome")

    assert (await fetch_once(site.url + "/r/p/1")).body == b"welcome"


async def test_front_pages_may_lead_to_one_another(site, fetch_once):
    site.says("/index.html", status=301, headers={"Location": "/"})
    site.says("/", body=b"welcome")

    assert (await fetch_once(site.url + "/index.html")).body == b"welcome"
