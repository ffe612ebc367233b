"""The app as a whole: routes documented, headers on every answer, faults that show nothing."""

import logging
import re
from dataclasses import replace
from pathlib import Path

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

    assert client.get("/").headers["cache-control"] == "public, max-age=300"
    assert "immutable" in client.get(style[1]).headers["cache-control"]


def test_head_is_answered_wherever_get_is(client):
    for route in ROUTES:
        if "GET" in route.methods and "{" not in route.path:
            assert client.ask("HEAD", route.path).status_code == 200


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
