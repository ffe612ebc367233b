"""A host is asked one thing at a time, with space between, and left alone when it says so."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import Outcome, Source
from digest.sources.limits import Limits

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
DATE = "Mon, 13 Jul 2026 14:09:{:02} GMT"


def source(url, spacing_s=2.0):
    return Source(name="launches", kind="feed", url=url, spacing_s=spacing_s)


async def fetch(fetcher, *args):
    return await fetcher.fetch(source(*args), None, parser_version="1", obeys_robots=False)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_passing_trouble_is_asked_again_after_growing_waits(
    site, fetch_once, free_time, status
):
    site.says("/", status=status)
    site.says("/", status=status)
    site.says("/", body=b"at last")

    fetched = await fetch_once(site.url + "/", jitter=lambda: 0.5)

    assert (fetched.outcome, fetched.body) == (Outcome.OK, b"at last")
    assert free_time.slept == [2.0, 3.0]  # 1.5 s gives way to the host's spacing of 2 s


async def test_three_attempts_are_all(site, fetch_once):
    site.says("/", status=503)

    fetched = await fetch_once(site.url + "/")

    assert (fetched.outcome, fetched.not_before) == (Outcome.FAILED, None)
    assert "status 503 each time" in fetched.reason
    assert fetched.may_pass
    assert fetched.capture.status == 503
    assert len(site.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
async def test_what_will_not_pass_is_asked_for_once(site, fetch_once, free_time, status):
    site.says("/", status=status, headers={"Retry-After": "1"})

    await fetch_once(site.url + "/")

    assert len(site.asked) == 1
    assert free_time.slept == []


async def test_a_challenge_is_not_asked_again(site, fetch_once):
    site.says("/", status=503, body=b"<html><title>Just a moment...</title></html>")

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.BLOCKED
    assert len(site.asked) == 1


async def test_a_lost_connection_is_tried_again(site, fetch_once):
    site.says("/", raw=b"")
    site.says("/", body=b"here")

    assert (await fetch_once(site.url + "/")).body == b"here"


async def test_a_silent_host_is_tried_three_times(site, fetch_once):
    site.says("/", after_s=0.5)

    fetched = await fetch_once(site.url + "/", limits=Limits(read_s=0.05))

    assert "127.0.0.1 keeps silent" in fetched.reason
    assert len(site.asked) == 3


async def test_an_answer_that_is_no_http_fails(site, fetch_once):
    site.says("/", raw=b"220 mail.example ESMTP\r\n")

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert "the connection to 127.0.0.1 broke" in fetched.reason


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["7", DATE.format(7)])
async def test_a_short_retry_after_is_slept(site, fetch_once, free_time, status, asked):
    site.says("/", status=status, headers={"Retry-After": asked})
    site.says("/", body=b"here")

    fetched = await fetch_once(site.url + "/")

    assert (fetched.body, free_time.slept) == (b"here", [7.0])


@pytest.mark.parametrize("asked", ["50", DATE.format(50)])
async def test_a_long_retry_after_is_handed_to_the_caller(site, fetch_once, free_time, asked):
    site.says("/", status=429, headers={"Retry-After": asked})

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert fetched.not_before == NOW + timedelta(seconds=50)
    assert "asked to wait until 2026-07-13 14:09:50 UTC (status 429)" in fetched.reason
    assert (len(site.asked), free_time.slept) == (1, [])


async def test_a_short_retry_after_that_never_ends_is_handed_over_after_three_tries(
    site, fetch_once
):
    site.says("/", status=503, headers={"Retry-After": "5"})

    fetched = await fetch_once(site.url + "/")

    assert fetched.not_before == NOW + timedelta(seconds=5)
    assert len(site.asked) == 3


async def test_retry_after_holds_for_all_sources_of_the_host(site, other_site, build_fetcher):
    site.says("/a", status=429, headers={"Retry-After": "3600"})
    site.says("/b", body=b"b")
    other_site.says("/", body=b"c")

    async with build_fetcher() as fetcher:
        first = await fetch(fetcher, site.url + "/a")
        second = await fetch(fetcher, site.url + "/b")
        third = await fetch(fetcher, other_site.url + "/")

    assert first.not_before == second.not_before == NOW + timedelta(hours=1)
    assert site.paths() == ["/a"]
    assert third.outcome is Outcome.OK


async def test_a_host_may_be_called_again_when_its_rest_is_over(site, build_fetcher):
    site.says("/", status=429, headers={"Retry-After": "60"})
    site.says("/", body=b"here")
    clock = [NOW]

    async with build_fetcher(clock=lambda: clock[0]) as fetcher:
        await fetch(fetcher, site.url + "/")
        clock[0] += timedelta(seconds=60)
        fetched = await fetch(fetcher, site.url + "/")

    assert fetched.outcome is Outcome.OK


async def test_requests_to_one_host_are_spaced_whichever_source_asks(
    site, build_fetcher, free_time
):
    site.says("/", body=b"here")

    async with build_fetcher() as fetcher:
        for _ in range(3):
            await fetch(fetcher, site.url + "/", 3.0)
        await fetch(fetcher, site.url + "/", 0.0)

    assert free_time.slept == [3.0, 3.0, 3.0]  # the widest spacing holds for the whole host


async def test_time_that_passed_anyway_is_not_waited_again(site, build_fetcher, free_time):
    site.says("/", body=b"here")

    async with build_fetcher() as fetcher:
        await fetch(fetcher, site.url + "/", 3.0)
        free_time.at += 2.0
        await fetch(fetcher, site.url + "/", 3.0)
        free_time.at += 30.0
        await fetch(fetcher, site.url + "/", 3.0)

    assert free_time.slept == [1.0]


async def test_spacing_works_with_a_clock_that_stands_still(site, build_fetcher):
    """A rehearsal stops the clock; the spacing must neither vanish nor grow."""
    site.says("/", body=b"here")
    waits = []

    async def sleep(seconds):
        waits.append(seconds)
        await asyncio.sleep(seconds)

    async with build_fetcher(sleep=sleep, monotonic=asyncio.get_running_loop().time) as fetcher:
        for _ in range(3):
            await fetch(fetcher, site.url + "/", 0.05)

    assert len(waits) == 2
    assert all(0 < wait <= 0.05 for wait in waits)


async def test_different_hosts_do_not_wait_for_each_other(
    site, other_site, build_fetcher, free_time
):
    site.says("/", body=b"here")
    other_site.says("/", body=b"there")

    async with build_fetcher() as fetcher:
        await fetch(fetcher, site.url + "/")
        await fetch(fetcher, other_site.url + "/")

    assert free_time.slept == []


async def test_a_host_answers_one_request_at_a_time(site, build_fetcher, free_time):
    site.says("/", body=b"here", after_s=0.02)

    async with build_fetcher() as fetcher:
        results = await asyncio.gather(*(fetch(fetcher, site.url + "/") for _ in range(5)))

    assert [result.outcome for result in results] == [Outcome.OK] * 5
    assert (len(site.asked), site.busiest) == (5, 1)
    assert free_time.slept == [2.0] * 4


async def test_hosts_are_asked_at_the_same_time(site, other_site, build_fetcher):
    """Each site answers only when the other has been asked as well."""
    site.says("/", body=b"here", after_s=1)
    other_site.says("/", body=b"there", after_s=1)
    loop = asyncio.get_running_loop()
    start = loop.time()

    async with build_fetcher() as fetcher:
        await asyncio.gather(fetch(fetcher, site.url + "/"), fetch(fetcher, other_site.url + "/"))

    assert loop.time() - start < 1.9


async def test_cookies_are_never_sent_back(site, build_fetcher):
    site.says("/", body=b"here", headers={"Set-Cookie": "id=1; Path=/"})

    async with build_fetcher() as fetcher:
        await fetch(fetcher, site.url + "/")
        await fetch(fetcher, site.url + "/")

    assert all("cookie" not in asked.headers for asked in site.asked)


async def test_a_run_repeats_only_so_many_requests(site, other_site, build_fetcher):
    """Where the network is down, three attempts for each of many sources are too many."""
    site.says("/", status=503)
    other_site.says("/", status=503)

    async with build_fetcher(limits=Limits(retries_a_run=3)) as fetcher:
        await fetch(fetcher, site.url + "/")
        await fetch(fetcher, other_site.url + "/")

    assert (len(site.asked), len(other_site.asked)) == (3, 2)
