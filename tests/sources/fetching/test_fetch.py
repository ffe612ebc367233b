"""One GET on a real loopback site: content, unchanged, refused, broken; never an exception."""

import gzip
import hashlib
import itertools
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import SettingsError
from digest.model import Outcome, Source, SourceState
from digest.sources.fetch import validator_key
from digest.sources.limits import Limits

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
PAGE = b'{"launches": [1, 2, 3]}'
MODIFIED = "Mon, 13 Jul 2026 00:00:00 GMT"


def state(url, **changes):
    known = {
        "source": "launches",
        "kind": "feed",
        "url": url,
        "etag": '"one"',
        "last_modified": MODIFIED,
        "validator_url": f"{url} 1",
    }
    return SourceState(**(known | changes))


async def test_a_page_comes_back_with_its_capture_and_validators(site, fetch_once):
    site.says(
        "/list?q=ai&token=hunter2",
        body=gzip.compress(PAGE),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Content-Encoding": "gzip",
            "ETag": '"one"',
            "Last-Modified": MODIFIED,
            "Set-Cookie": "id=1",
        },
    )

    fetched = await fetch_once(f"{site.url}/list?q=ai&token=hunter2")

    capture = fetched.capture
    assert (fetched.outcome, fetched.reason, fetched.body) == (Outcome.OK, None, PAGE)
    assert (fetched.etag, fetched.last_modified) == ('"one"', MODIFIED)
    assert fetched.validator_url == f"{site.url}/list?q=ai 1"
    assert (capture.source, capture.status, capture.fetched_at) == ("launches", 200, NOW)
    assert capture.url == capture.final_url == f"{site.url}/list?q=ai"
    assert capture.content_type == "application/json; charset=utf-8"
    assert capture.body_sha256 == hashlib.sha256(PAGE).hexdigest()
    assert capture.body_bytes == len(PAGE)
    assert capture.headers["etag"] == '"one"'
    assert "set-cookie" not in capture.headers
    assert len(capture.key) == 80


async def test_a_request_names_us_and_what_we_can_read(site, fetch_once):
    site.says("/", body=PAGE)

    await fetch_once(site.url + "/")

    headers = site.asked[0].headers
    assert headers["user-agent"] == "digest/0.1 (+https://verdicts.example/about)"
    assert headers["accept"].startswith("application/json, ")
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert headers["host"] == f"127.0.0.1:{site.port}"
    assert "if-none-match" not in headers


async def test_a_page_meant_for_people_is_asked_for_as_html(site, fetch_once):
    site.says("/library", body=b"<html></html>")

    fetched = await fetch_once(site.url + "/library", obeys_robots=True)

    assert fetched.outcome is Outcome.OK
    assert site.paths() == ["/robots.txt", "/library"]
    assert site.asked[1].headers["accept"].startswith("text/html")


async def test_an_unchanged_page_is_asked_for_with_both_validators(site, fetch_once):
    site.says("/", status=304)

    fetched = await fetch_once(site.url + "/", state=state(site.url + "/"))

    assert fetched.outcome is Outcome.UNCHANGED
    assert (fetched.reason, fetched.capture, fetched.body) == (None, None, None)
    assert (fetched.etag, fetched.last_modified) == ('"one"', MODIFIED)
    assert site.asked[0].headers["if-none-match"] == '"one"'
    assert site.asked[0].headers["if-modified-since"] == MODIFIED


async def test_a_304_may_bring_a_new_validator(site, fetch_once):
    site.says("/", status=304, headers={"ETag": '"two"'})

    fetched = await fetch_once(site.url + "/", state=state(site.url + "/"))

    assert (fetched.etag, fetched.last_modified) == ('"two"', MODIFIED)


@pytest.mark.parametrize(
    "changes",
    [
        {"validator_url": None},
        {"validator_url": "http://127.0.0.1/other 1"},
        {"validator_url": "SAME 2"},
        {"etag": None, "last_modified": None},
    ],
)
async def test_another_url_or_parser_needs_the_whole_page(site, fetch_once, changes):
    site.says("/", body=PAGE)
    url = site.url + "/"
    if changes.get("validator_url") == "SAME 2":
        changes = {"validator_url": validator_key(url, "2")}

    fetched = await fetch_once(url, state=state(url, **changes))

    assert fetched.outcome is Outcome.OK
    assert not {"if-none-match", "if-modified-since"} & set(site.asked[0].headers)


async def test_a_304_nobody_asked_for_is_a_failure(site, fetch_once):
    site.says("/", status=304)

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert "status 304" in fetched.reason


async def test_a_validator_that_cannot_be_sent_back_is_not_kept(site, fetch_once):
    site.says("/", body=PAGE, headers={"ETag": '"\xe9"'})

    fetched = await fetch_once(site.url + "/")

    assert (fetched.outcome, fetched.etag) == (Outcome.OK, None)


async def test_a_challenge_page_is_blocked_and_leaves_no_validators(site, fetch_once):
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
    site.says("/", status=200, body=page, headers={"ETag": '"one"'})

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.BLOCKED
    assert "challenge page" in fetched.reason
    assert (fetched.etag, fetched.last_modified, fetched.validator_url) == (None, None, None)
    assert fetched.capture.body_sha256 == hashlib.sha256(page).hexdigest()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, Outcome.FAILED),
        (403, Outcome.BLOCKED),
        (404, Outcome.FAILED),
        (410, Outcome.FAILED),
    ],
)
async def test_a_refusal_is_asked_for_once_and_kept_with_its_reason(
    site, fetch_once, status, outcome
):
    site.says("/", status=status, body=b"no", headers={"ETag": '"one"'})

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is outcome
    assert fetched.reason.startswith(f"{site.url}/: ")
    assert f"({status})" in fetched.reason
    assert (fetched.capture.status, fetched.body, fetched.etag) == (status, b"no", None)
    assert len(site.asked) == 1


async def test_a_page_its_robots_txt_disallows_is_never_asked_for(site, fetch_once):
    site.says("/robots.txt", body=b"User-agent: *\nDisallow: /library")

    fetched = await fetch_once(site.url + "/library", obeys_robots=True)

    assert fetched.outcome is Outcome.BLOCKED
    assert "robots.txt" in fetched.reason
    assert site.paths() == ["/robots.txt"]


async def test_robots_txt_is_read_once_per_run_and_not_at_all_for_feeds(site, build_fetcher):
    site.says("/a", body=PAGE)
    source = Source(name="launches", kind="feed", url=site.url + "/a")

    async with build_fetcher() as fetcher:
        for obeys_robots in (False, True, True):
            await fetcher.fetch(source, None, parser_version="1", obeys_robots=obeys_robots)

    assert site.paths() == ["/a", "/robots.txt", "/a", "/a"]


async def test_without_a_readable_robots_txt_the_page_is_left_alone(site, fetch_once):
    site.says("/robots.txt", status=500)

    fetched = await fetch_once(site.url + "/library", obeys_robots=True)

    assert fetched.outcome is Outcome.FAILED
    assert "robots.txt cannot be read" in fetched.reason
    assert site.paths() == ["/robots.txt"] * 3


@pytest.mark.parametrize("coding", ["gzip", "br, gzip"])
async def test_a_truncated_body_fails_and_leaves_nothing(site, fetch_once, coding):
    body = gzip.compress(PAGE * 99)[:-9]
    site.says("/", body=body, headers={"Content-Encoding": coding, "ETag": '"one"'})

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert "truncated" in fetched.reason
    assert (fetched.capture, fetched.body, fetched.etag) == (None, None, None)


async def test_a_body_shorter_than_announced_fails(site, fetch_once):
    site.says("/", body=PAGE, length=len(PAGE) + 1)

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert "ended in the middle" in fetched.reason
    assert len(site.asked) == 1


async def test_a_status_that_http_does_not_know_fails(site, fetch_once):
    site.says("/", status=999)

    fetched = await fetch_once(site.url + "/")

    assert (fetched.outcome, fetched.capture) == (Outcome.FAILED, None)
    assert "status 999, which HTTP does not know" in fetched.reason
    assert len(site.asked) == 1


async def test_a_bomb_fails(site, fetch_once):
    bomb = gzip.compress(bytes(3_000_000))
    site.says("/", body=bomb, headers={"Content-Encoding": "gzip"})

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert "decompression bomb" in fetched.reason


async def test_an_announced_oversize_is_not_even_begun(site, fetch_once):
    site.says("/", body=b"x", length=16 * 1024 * 1024)

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert "larger than 15 MiB" in fetched.reason


async def test_an_endless_body_is_stopped_at_the_cap(site, fetch_once):
    site.says("/", body=itertools.repeat(bytes(65536), 3000))

    fetched = await fetch_once(site.url + "/", limits=Limits(max_compressed=1024 * 1024))

    assert fetched.outcome is Outcome.FAILED
    assert "larger than 1 MiB" in fetched.reason
    assert site.octets_sent < 100 * 1024 * 1024


async def test_an_answer_that_drips_is_cut_off_after_the_total_time(site, fetch_once):
    site.says("/", body=b"late", after_s=1.0)

    fetched = await fetch_once(site.url + "/", limits=Limits(total_s=0.1))

    assert fetched.outcome is Outcome.FAILED
    assert "not complete within 0.1 s" in fetched.reason


async def test_an_unreachable_host_is_one_clear_sentence(fetch_once, site):
    site.server.server_close()

    fetched = await fetch_once(site.url + "/feed?token=hunter2")

    assert fetched.outcome is Outcome.FAILED
    assert fetched.reason == (
        f"{site.url}/feed: no connection to 127.0.0.1 (connection refused); "
        "check the address and the network, or try again later"
    )


async def test_a_name_that_does_not_exist_is_one_clear_sentence(fetch_once):
    async def resolve(*_):
        raise OSError(-2, "Name or service not known")

    fetched = await fetch_once("https://no.example/feed", resolve=resolve)

    assert fetched.outcome is Outcome.FAILED
    assert "the name no.example is not found" in fetched.reason


async def test_a_host_that_asked_for_rest_is_not_called_in_a_later_run(site, fetch_once):
    until = NOW + timedelta(seconds=1)

    fetched = await fetch_once(site.url + "/", state=state(site.url + "/", not_before=until))

    assert (fetched.outcome, fetched.not_before) == (Outcome.FAILED, until)
    assert "asked to wait until 2026-07-13 14:09:01 UTC" in fetched.reason
    assert site.asked == []


async def test_a_rest_that_is_over_is_forgotten(site, fetch_once):
    site.says("/", body=PAGE)

    fetched = await fetch_once(site.url + "/", state=state(site.url + "/", not_before=NOW))

    assert (fetched.outcome, fetched.not_before) == (Outcome.OK, None)


async def test_a_used_up_rate_limit_is_handed_on_with_the_content(site, fetch_once):
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"}
    site.says("/", body=PAGE, headers=limits)

    fetched = await fetch_once(site.url + "/")

    assert (fetched.outcome, fetched.not_before) == (Outcome.OK, NOW + timedelta(seconds=60))


@pytest.mark.parametrize("user_agent", ["digest/0.1 (+https://bücher.example)", "digest\r\nX: y"])
def test_a_user_agent_that_cannot_be_sent_names_its_setting(build_fetcher, user_agent):
    with pytest.raises(SettingsError, match="DIGEST_CONTACT_URL"):
        build_fetcher(user_agent=user_agent)


def test_a_wrong_entry_of_allowed_hosts_is_told_at_once(build_fetcher):
    with pytest.raises(SettingsError, match="DIGEST_ALLOWED_PRIVATE_HOSTS"):
        build_fetcher(allowed_private_hosts=("no such thing",))


@pytest.mark.parametrize(("max_mib", "outcome"), [(1, Outcome.FAILED), (2, Outcome.OK)])
async def test_a_source_says_how_large_its_pages_may_be(site, build_fetcher, max_mib, outcome):
    page = bytes(range(256)) * 6000  # 1.5 MiB
    site.says("/", body=zlib.compress(page, 0), headers={"Content-Encoding": "deflate"})
    source = Source(name="large", kind="feed", url=site.url + "/", max_mib=max_mib)

    async with build_fetcher() as fetcher:
        fetched = await fetcher.fetch(source, None, parser_version="1", obeys_robots=False)

    assert fetched.outcome is outcome
