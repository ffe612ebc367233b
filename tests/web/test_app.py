"""The app as a whole: routes documented, headers on every answer, faults that show nothing."""

import logging
import re
from dataclasses import replace
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest

from digest.errors import RenderError
from digest.readers import links
from digest.store.engine import Database
from digest.web.app import ROUTES, create_app
from digest.web.middleware import MOST_BODY

DOCS = Path(__file__).parents[2] / "docs" / "web.md"
TOKENS = [
    "/confirm/x",
    "/unsubscribe/x",
    "/resubscribe/x",
    "/vote/2026-W47/urdu-vs-latin-vs-quill/x",
]


def test_every_route_is_documented_and_nothing_else():
    documented = set(re.findall(r"^\| (GET|POST) \| `([^`]+)` \|", DOCS.read_text(), re.MULTILINE))

    assert documented == {(route.methods[0], route.path) for route in ROUTES}


def test_the_app_answers_the_listed_routes_only(client):
    paths = {getattr(route, "path", None) for route in client.app.routes}

    assert paths == {route.path for route in ROUTES} | {"/static"}


@pytest.mark.parametrize("path", ["/", "/nope", "/static/digest.css", "/healthz", *TOKENS])
def test_every_answer_has_the_safe_headers_and_no_cookie(client, path: str):
    headers = client.get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", TOKENS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_pages_behind_a_link_are_kept_by_no_cache_and_listed_nowhere(client, path, method):
    headers = client.ask(method, path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow"


def test_public_pages_may_be_kept_for_minutes_and_static_files_for_a_year(client):
    style = re.search(r'href="(/static/digest\.css\?v=[0-9a-f]{8})"', client.get("/").text)
    assert style

    assert client.get("/method").headers["cache-control"] == "public, max-age=300"
    assert "immutable" in client.get(style[1]).headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/issues/2026-W47", "/issues/feed.xml", "/tools/smol"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_a_page_already_is_not_sent_it_again(client, path: str, method: str):
    first = client.get(path)
    tag = first.headers["etag"]

    for said in (tag, tag.removeprefix("W/"), f'"x", {tag}'):
        again = client.ask(method, path, headers={"if-none-match": said})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "default-src 'none'" in again.headers["content-security-policy"]
    assert client.get(path, headers={"if-none-match": 'W/"other"'}).text == first.text


@pytest.mark.parametrize("path", ["/nowhere", "/subscribe", TOKENS[0]])
def test_what_is_no_public_page_has_no_tag(client, path: str):
    assert "etag" not in client.get(path).headers


def test_static_files_have_tags_of_their_own(client):
    first = client.get("/static/mark.svg")
    again = client.get("/static/mark.svg", headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/issues/", "/issues"),
        ("/issues/2026-W47//?x=1&y=%20", "/issues/2026-W47?x=1&y=%20"),
        ("/tools/%C3%A4%0D%0A/", "/tools/%C3%A4%0D%0A"),
        ("//evil.example/", "/evil.example"),
        ("/%5Cevil.example/", "/evil.example"),
        ("/vote/2026-W47/x/abc/?c=a", "/vote/2026-W47/x/abc?c=a"),
    ],
)
def test_a_slash_too_many_leads_to_the_page_and_never_off_the_site(client, path: str, meant: str):
    address = f"https://verdicts.example.com{path}"
    answer = client.get(address)

    assert (answer.status_code, answer.headers["location"]) == (308, meant)
    assert client.post(address).status_code == 404


def test_a_slash_too_many_before_nothing_ends_at_a_page_that_says_so(client):
    answer = client.get("/nowhere/")

    assert client.get(answer.headers["location"]).status_code == 404


def test_robots_may_read_all_but_readers_links(client):
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())

    assert all(rules.can_fetch("any", path) for path in ("/", "/compare/a-vs-b", "/issues"))
    assert not any(rules.can_fetch("any", path) for path in TOKENS)


def test_browsers_that_look_for_an_icon_find_one(client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 308
    assert client.get(answer.headers["location"]).headers["content-type"] == "image/svg+xml"


def test_head_is_answered_wherever_get_is(client):
    for route in ROUTES:
        is_open = not route.path.startswith(("/operate", "/desk"))  # rooms with a door: own tests
        if "GET" in route.methods and "{" not in route.path and is_open:
            assert client.ask("HEAD", route.path).status_code in {200, 308}


def test_a_missing_page_looks_like_ours(client):
    answer = client.get("/nowhere/at/all")

    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "To the latest issue" in answer.text


def test_a_missing_document_is_json(client):
    assert "leads to no page" in client.get("/compare/nothing.json").json()["error"]


def test_a_wrong_method_says_which_are_right(client):
    answer = client.ask("DELETE", "/subscribe")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "Not this way" in answer.text


@pytest.mark.parametrize("has_length", [True, False])
def test_a_body_beyond_the_bound_is_refused(client, has_length: bool):  # noqa: FBT001 # a case
    body = b"email=" + b"x" * MOST_BODY

    async def chunks():
        yield body

    answer = client.post(
        "/subscribe",
        content=body if has_length else chunks(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 413
    assert "Too much" in answer.text


def test_a_file_where_text_is_due_is_not_understood(client):
    answer = client.post("/subscribe", files={"email": ("x.txt", b"x")})

    assert answer.status_code == 400
    assert "Not understood" in answer.text


def test_our_own_mistake_shows_nothing_of_the_inside(parts, visit):
    broken = "secret detail of the inside"

    def clock():
        raise RuntimeError(broken)

    answer = visit(replace(parts, clock=clock)).post(
        "/subscribe", data={"email": "ada@example.com"}
    )

    assert answer.status_code == 500
    assert "Our mistake" in answer.text
    assert broken not in answer.text
    assert "Traceback" not in answer.text


def test_a_database_out_of_use_is_503_and_logged_without_keys(parts, visit, tmp_path, caplog):
    away = Database(f"sqlite:///{tmp_path / 'away.db'}")  # a file without tables
    visitor = visit(replace(parts, db=away))

    with caplog.at_level(logging.ERROR):
        health = visitor.get("/healthz")
        page = visitor.get("/issues")
        visitor.post(f"/unsubscribe/{links.unsubscribe_token('a' * 16, secret=parts.secret)}")
    away.close()

    assert (health.status_code, page.status_code) == (503, 503)
    assert page.headers["retry-after"] == "300"
    assert "Back in a moment" in page.text
    assert "no such table" not in page.text
    assert "GET /issues" in caplog.text
    assert "POST /unsubscribe/…" in caplog.text
    assert "aaaa" not in caplog.text


def test_a_house_without_templates_does_not_open(tmp_path, parts):
    with pytest.raises(RenderError, match=r"no base\.html"):
        create_app(replace(parts, templates=tmp_path))
