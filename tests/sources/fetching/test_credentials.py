"""A token goes to the host it belongs to, and to nothing that is stored or shown."""

import asyncio
import base64
import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from digest.model import Outcome, Source
from digest.sources.credentials import GITHUB, PRODUCT_HUNT, REDDIT
from digest.sources.paging import Request

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
TOKEN = "producthunt-token-hunter2"
SECRETS = {"DIGEST_PRODUCTHUNT_TOKEN": SecretStr(TOKEN), "DIGEST_GITHUB_TOKEN": SecretStr(TOKEN)}
CLIENT = {
    "DIGEST_REDDIT_CLIENT_ID": SecretStr("client-id"),
    "DIGEST_REDDIT_CLIENT_SECRET": SecretStr("client-secret-hunter2"),
}


async def fetch(fetcher, url, *, credential, body=None):
    source = Source(name="launches", kind="feed", url=url, spacing_s=0)
    return await fetcher.fetch(
        source,
        None,
        parser_version="1",
        obeys_robots=False,
        request=Request(url, body=body),
        credential=credential,
    )


async def test_a_question_is_posted_with_its_token(site, build_fetcher):
    site.says("/graphql", body=b'{"data": {}}')

    async with build_fetcher(secrets=SECRETS) as fetcher:
        fetched = await fetch(
            fetcher, site.url + "/graphql", credential=PRODUCT_HUNT, body=b'{"query": "{}"}'
        )

    (asked,) = site.asked
    assert (fetched.outcome, fetched.body) == (Outcome.OK, b'{"data": {}}')
    assert (asked.method, asked.body) == ("POST", b'{"query": "{}"}')
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


async def test_without_its_token_a_kind_says_what_to_set_and_asks_for_nothing(site, build_fetcher):
    async with build_fetcher() as fetcher:
        fetched = await fetch(fetcher, site.url + "/", credential=PRODUCT_HUNT, body=b"{}")

    assert fetched.outcome is Outcome.BLOCKED
    assert "set DIGEST_PRODUCTHUNT_TOKEN" in fetched.reason
    assert site.asked == []


async def test_a_token_that_only_helps_may_be_missing(site, build_fetcher):
    site.says("/", body=b"here")

    async with build_fetcher() as fetcher:
        fetched = await fetch(fetcher, site.url + "/", credential=GITHUB)

    assert fetched.outcome is Outcome.OK
    assert "authorization" not in site.asked[0].headers


async def test_a_token_is_not_shown_to_an_address_it_does_not_belong_to(site, build_fetcher):
    """The network is allowed, but nobody named this host as a rehearsal of the real one."""
    site.says("/", body=b"here")

    async def resolve(*_):
        return ("127.0.0.1",)

    url = f"http://api.elsewhere.example:{site.port}/"
    async with build_fetcher(secrets=SECRETS, resolve=resolve) as fetcher:
        needed = await fetch(fetcher, url, credential=PRODUCT_HUNT, body=b"{}")
        helpful = await fetch(fetcher, url, credential=GITHUB)

    assert needed.outcome is Outcome.BLOCKED
    assert "its url is on api.producthunt.com" in needed.reason
    assert helpful.outcome is Outcome.OK
    assert ["authorization" in asked.headers for asked in site.asked] == [False]


async def test_a_token_does_not_go_over_plain_http_to_the_real_host(site, build_fetcher):
    site.says("/", body=b"here")

    async def resolve(*_):
        return ("127.0.0.1",)

    url = f"http://api.github.com:{site.port}/"
    async with build_fetcher(secrets=SECRETS, resolve=resolve) as fetcher:
        await fetch(fetcher, url, credential=GITHUB)

    assert "authorization" not in site.asked[0].headers


async def test_a_redirect_to_another_host_leaves_the_token_behind(site, other_site, build_fetcher):
    site.says("/a", status=302, headers={"Location": "/b"})
    site.says("/b", status=302, headers={"Location": other_site.url + "/c"})
    other_site.says("/c", status=302, headers={"Location": site.url + "/d"})
    site.says("/d", body=b"here")

    async with build_fetcher(secrets=SECRETS) as fetcher:
        await fetch(fetcher, site.url + "/a", credential=GITHUB)

    assert ["authorization" in asked.headers for asked in site.asked] == [True, True, True]
    assert "authorization" not in other_site.asked[0].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_post_is_never_sent_on(site, other_site, build_fetcher, status):
    site.says("/", status=status, headers={"Location": other_site.url + "/"})

    async with build_fetcher(secrets=SECRETS) as fetcher:
        fetched = await fetch(fetcher, site.url + "/", credential=PRODUCT_HUNT, body=b"{}")

    assert fetched.outcome is Outcome.FAILED
    assert (len(site.asked), other_site.asked) == (1, [])


async def test_a_post_is_sent_once_even_where_it_fails(site, build_fetcher):
    site.says("/", status=503)

    async with build_fetcher(secrets=SECRETS) as fetcher:
        fetched = await fetch(fetcher, site.url + "/", credential=PRODUCT_HUNT, body=b"{}")

    assert fetched.outcome is Outcome.FAILED
    assert len(site.asked) == 1


async def test_a_used_up_allowance_of_product_hunt_holds_its_host(site, build_fetcher):
    used_up = {
        "X-Rate-Limit-Limit": "6250",
        "X-Rate-Limit-Remaining": "0",
        "X-Rate-Limit-Reset": "300",
    }
    site.says("/", body=b"{}", headers=used_up)

    async with build_fetcher(secrets=SECRETS) as fetcher:
        first, second = [
            await fetch(fetcher, site.url + "/", credential=PRODUCT_HUNT, body=b"{}")
            for _ in range(2)
        ]

    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.FAILED)
    assert (second.not_before - NOW).total_seconds() == 300
    assert len(site.asked) == 1


def says_token(site, **reply):
    site.says(
        "/api/v1/access_token",
        body=json.dumps({"access_token": "bearer-hunter2", "expires_in": 3600}).encode(),
        **reply,
    )


async def test_a_clients_secret_is_exchanged_for_a_token_once(site, build_fetcher):
    says_token(site)
    site.says("/r/x/top", body=b"{}")

    async with build_fetcher(secrets=CLIENT) as fetcher:
        results = await asyncio.gather(
            *(fetch(fetcher, site.url + "/r/x/top", credential=REDDIT) for _ in range(3))
        )

    assert [result.outcome for result in results] == [Outcome.OK] * 3
    assert site.paths() == ["/api/v1/access_token"] + ["/r/x/top"] * 3
    token, first, *_ = site.asked
    named = base64.b64encode(b"client-id:client-secret-hunter2").decode()
    assert (token.method, token.body) == ("POST", b"grant_type=client_credentials")
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert token.headers["authorization"] == f"Basic {named}"
    assert first.headers["authorization"] == "Bearer bearer-hunter2"


async def test_a_token_at_the_end_of_its_life_is_renewed(site, build_fetcher, free_time):
    says_token(site)
    site.says("/", body=b"{}")

    async with build_fetcher(secrets=CLIENT) as fetcher:
        for _ in range(2):
            await fetch(fetcher, site.url + "/", credential=REDDIT)
            free_time.at += 3541

    assert site.paths() == ["/api/v1/access_token", "/"] * 2


async def test_half_of_a_clients_credentials_are_none(site, build_fetcher):
    async with build_fetcher(
        secrets={"DIGEST_REDDIT_CLIENT_ID": SecretStr("client-id")}
    ) as fetcher:
        fetched = await fetch(fetcher, site.url + "/", credential=REDDIT)

    assert fetched.outcome is Outcome.BLOCKED
    assert "set DIGEST_REDDIT_CLIENT_SECRET" in fetched.reason
    assert "DIGEST_REDDIT_CLIENT_ID" not in fetched.reason


@pytest.mark.parametrize(
    "reply",
    [{"status": 401, "body": b'{"error": 401}'}, {"body": b"<html>"}, {"body": b"[]"}],
)
async def test_a_refused_client_is_told_which_settings_to_check(site, build_fetcher, reply):
    site.says("/api/v1/access_token", **reply)

    async with build_fetcher(secrets=CLIENT) as fetcher:
        fetched = await fetch(fetcher, site.url + "/", credential=REDDIT)

    assert fetched.outcome is Outcome.FAILED
    assert "check DIGEST_REDDIT_CLIENT_ID and DIGEST_REDDIT_CLIENT_SECRET" in fetched.reason
    assert "hunter2" not in fetched.reason
    assert site.paths() == ["/api/v1/access_token"]


@pytest.mark.parametrize("status", [200, 302, 401, 500])
async def test_a_site_that_repeats_a_token_gets_it_into_nothing_that_is_kept(
    site, build_fetcher, status
):
    body = f"you said {TOKEN}".encode()
    headers = {
        "X-You-Said": f"Bearer {TOKEN}",
        "Content-Type": f"text/plain; said={TOKEN}",
        "Location": f"/?said={TOKEN}",
    }
    site.says("/", status=status, body=body, headers=headers)
    site.says(f"/?said={TOKEN}", status=status, body=body, headers=headers)

    async with build_fetcher(secrets=SECRETS) as fetcher:
        fetched = await fetch(fetcher, site.url + "/", credential=GITHUB)

    assert TOKEN not in fetched.model_dump_json()
    assert TOKEN not in repr(fetched)
    assert fetched.outcome is (Outcome.OK if status == 200 else Outcome.FAILED)


async def test_a_feed_that_repeats_its_readers_token_is_kept_without_it(site, fetch_once):
    own = "/feed?q=ai&token=reader-hunter2"
    site.says(own, body=b'<feed><link rel="self" href="/feed?token=reader-hunter2"/></feed>')

    fetched = await fetch_once(site.url + own)

    assert site.paths() == [own]
    assert fetched.body == b'<feed><link rel="self" href="/feed?token=**************"/></feed>'
    assert fetched.capture.url == site.url + "/feed?q=ai"
    assert "hunter2" not in fetched.model_dump_json()
