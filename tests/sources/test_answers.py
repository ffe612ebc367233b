"""What an answer means is decided by its status, its headers and, for challenges, its page."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import BlockedError, FetchError, WaitError
from digest.sources.address import read_url
from digest.sources.answers import (
    Answer,
    next_url,
    trouble_with,
    usable_validator,
)
from digest.sources.readings import is_challenge
from digest.sources.secrecy import kept_headers

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
URL = "https://a.example/list?token=hunter2"
CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b'<body><div id="cf-wrapper"><script>window._cf_chl_opt={};</script></div></body></html>'
)


def answer(status=200, body=b"{}", url=URL, **headers):
    return Answer(
        url, status, {name.replace("_", "-"): text for name, text in headers.items()}, body
    )


def trouble(found, *, was_conditional=False):
    return trouble_with(found, was_conditional=was_conditional, now=NOW)


@pytest.mark.parametrize("status", [200, 203])
def test_content_is_no_trouble(status):
    assert trouble(answer(status)) is None


def test_304_is_no_trouble_where_it_was_asked_for():
    assert trouble(answer(304, b""), was_conditional=True) is None


def test_304_without_a_condition_is_an_error():
    assert trouble(answer(304, b"")).permanent


@pytest.mark.parametrize(
    ("status", "kind", "permanent", "says"),
    [
        (204, FetchError, True, "status 204"),
        (206, FetchError, True, "status 206"),
        (300, FetchError, True, "status 300"),
        (301, FetchError, True, "status 301"),
        (400, FetchError, True, "status 400"),
        (401, FetchError, True, "login"),
        (403, BlockedError, True, "refuses us"),
        (404, FetchError, True, "no such page"),
        (408, FetchError, False, "try again later"),
        (410, FetchError, True, "gone for good"),
        (429, FetchError, False, "try again later"),
        (451, BlockedError, True, "refuses us"),
        (500, FetchError, False, "try again later"),
        (503, FetchError, False, "try again later"),
    ],
)
def test_any_other_status_says_what_to_do(status, kind, permanent, says):
    error = trouble(answer(status))

    assert type(error) is kind
    assert error.permanent is permanent
    assert says in str(error)
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("status", [403, 408, 429, 500, 503])
def test_a_host_that_asks_for_rest_gets_it(status):
    error = trouble(answer(status, retry_after="90"))

    assert isinstance(error, WaitError)
    assert error.until == NOW + timedelta(seconds=90)
    assert "wait until 2026-07-13 14:10:30 UTC" in str(error)


def test_a_rate_limit_dressed_as_403_is_a_wait_and_no_refusal():
    limited = answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="60")

    assert isinstance(trouble(limited), WaitError)


def test_a_missing_page_is_missing_whatever_its_rate_limit_says():
    assert trouble(answer(404, ratelimit_remaining="0", ratelimit_reset="60")).permanent


@pytest.mark.parametrize("status", [200, 304])
def test_a_good_answer_may_ask_for_rest_by_its_rate_limit_only(status):
    assert answer(status, retry_after="9").wait_s(now=NOW) is None
    used_up = answer(status, ratelimit_remaining="0", ratelimit_reset="8")
    assert used_up.wait_s(now=NOW) == 8


@pytest.mark.parametrize(
    ("status", "passes"), [(200, False), (404, False), (408, True), (429, True), (502, True)]
)
def test_only_passing_troubles_are_worth_another_try(status, passes):
    assert answer(status).may_pass is passes


@pytest.mark.parametrize("status", [200, 403, 429, 503])
@pytest.mark.parametrize(
    "body",
    [
        CHALLENGE,
        b"\xef\xbb\xbf \n" + CHALLENGE,
        b"<!-- edge --><html><head><TITLE> Just a Moment&hellip;</TITLE></head></html>",
        b"<html><head><title>Attention Required! | Cloudflare</title></head></html>",
        b"<html><title>Making sure you&#39;re not a bot!</title></html>",
        b"<html><title>Vercel Security Checkpoint</title></html>",
        b"<!doctype html><html><script>window._cf_chl_opt = {cvId: '3'};</script></html>",
        b"<html><script src='https://ct.captcha-delivery.com/c.js'></script></html>",
    ],
)
def test_a_challenge_page_is_blocked_whatever_its_status(status, body):
    challenge = answer(status, body)

    assert isinstance(trouble(challenge), BlockedError)
    assert not challenge.may_pass
    assert is_challenge(body.decode())  # a page that an operator saved is judged alike


def test_a_challenge_is_known_by_its_header_alone():
    assert answer(403, b"", cf_mitigated="challenge").is_challenge


@pytest.mark.parametrize(
    "body",
    [
        b'{"hits": [{"title": "<title>Just a moment...</title> window._cf_chl_opt"}]}',
        b"<?xml version='1.0'?><feed><title>Just a moment...</title></feed>",
        b"<html><title>Launches</title><p>It says: Just a moment...</p></html>",
        b"",
    ],
)
def test_content_that_quotes_a_challenge_is_none(body):
    assert trouble(answer(200, body)) is None


@pytest.mark.captures
def test_the_real_challenge_page_is_blocked(captures_dir):
    body = (captures_dir / "http_bodies" / "cloudflare_challenge_min.html").read_bytes()

    assert isinstance(trouble(answer(200, body)), BlockedError)


def redirect(location, url="https://a.example/old/list", status=301):
    return answer(status, b"", url, location=location)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("new", "https://a.example/old/new"),
        ("/new?x=1", "https://a.example/new?x=1"),
        ("//b.example/new", "https://b.example/new"),
        ("https://b.example/é", "https://b.example/%C3%A9"),
    ],
)
def test_a_redirect_leads_to_an_absolute_address(status, location, target):
    answered = redirect(location, status=status)

    assert next_url(answered, seen=[answered.url], limit=5) == target


@pytest.mark.parametrize("location", ["http://a.example:port/", "/" + "x" * 70_000])
def test_a_redirect_to_no_address_is_an_error(location):
    with pytest.raises(FetchError, match="no web address"):
        next_url(redirect(location), seen=[], limit=5)


@given(st.text(max_size=60), st.sampled_from(["", "http:", "//", "https://", "http://[", "?"]))
def test_whatever_a_location_says_it_is_an_address_or_a_fetch_error(text, start):
    with contextlib.suppress(FetchError):
        read_url(next_url(redirect(start + text), seen=[], limit=5))


def test_a_redirect_in_a_circle_is_an_error():
    answered = redirect("/start")

    with pytest.raises(FetchError, match="circle"):
        next_url(answered, seen=["https://a.example/start", answered.url], limit=5)


def test_five_redirects_are_followed_and_no_sixth():
    seen = [f"https://a.example/{step}" for step in range(5)]

    assert next_url(redirect("/next"), seen=seen, limit=5) == "https://a.example/next"
    with pytest.raises(FetchError, match="more than 5 times"):
        next_url(redirect("/next"), seen=[*seen, "https://a.example/5"], limit=5)


@pytest.mark.parametrize("url", ["https://a.example/", "HTTPS://a.example/"])
def test_a_redirect_never_leads_from_https_to_http(url):
    with pytest.raises(FetchError, match="from https to http") as caught:
        next_url(redirect("http://a.example/?token=hunter2", url), seen=[], limit=5)

    assert "hunter2" not in str(caught.value)


def test_a_redirect_may_lead_from_http_to_http():
    assert next_url(redirect("/b", "http://a.example/"), seen=[], limit=5) == "http://a.example/b"


def test_a_status_with_a_location_that_is_no_redirect_leads_nowhere():
    assert answer(201, location="/new").leads_to is None


def test_cookies_and_credentials_are_not_kept():
    headers = {"etag": '"1"', "set-cookie": "id=1", "authorization": "Bearer x", "cookie": "id=1"}

    assert kept_headers(headers) == {"etag": '"1"'}


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ('W/"abc"', True),
        ("Mon, 13 Jul 2026 00:00:00 GMT", True),
        ("", False),
        (None, False),
        ('"é"', False),
        ('"a\tb"', False),
        ("x" * 501, False),
    ],
)
def test_a_validator_that_cannot_be_sent_back_is_not_kept(text, usable):
    assert usable_validator(text) == (text if usable else None)
