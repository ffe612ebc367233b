"""The demo site answers over real sockets as the sites it stands for do."""

import gzip
import http.client
import json
import socket
import tomllib
from urllib.parse import urlsplit

import pytest

from digest.demo.site import LAST_MODIFIED, DemoSite, Page, demo_pages, demo_sources

pytestmark = pytest.mark.enable_socket

PAGES = {"/feed": Page(b"<feed/>" * 50, "application/atom+xml; charset=utf-8")}


@pytest.fixture
def site():
    with DemoSite(pages=PAGES) as running:
        yield running


def ask(site, path, *, method="GET", **headers):
    """One request on its own connection: the answer, its body read."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base).port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_a_page_comes_with_its_type_and_both_validators(site):
    answer, body = ask(site, "/feed?category=undefined")

    assert (answer.status, body) == (200, PAGES["/feed"].body)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["ETag"] == PAGES["/feed"].etag
    assert answer.headers["Last-Modified"] == "Fri, 20 Nov 2026 08:45:00 GMT"
    assert "Content-Encoding" not in answer.headers


def test_gzip_is_sent_where_it_is_asked_for(site):
    answer, body = ask(site, "/feed", Accept_Encoding="br, gzip")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(body) < len(PAGES["/feed"].body)
    assert gzip.decompress(body) == PAGES["/feed"].body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": PAGES["/feed"].etag}, 304),
        ({"If_None_Match": f'"other", {PAGES["/feed"].etag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Modified_Since": "Fri, 20 Nov 2026 08:45:00 GMT"}, 304),
        ({"If_Modified_Since": "Fri, 20 Nov 2026 08:44:59 GMT"}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_Modified_Since": "Fri, 20 Nov 2026 08:45:00 -0000"}, 200),
        (
            {"If_None_Match": '"other"', "If_Modified_Since": "Fri, 20 Nov 2026 08:45:00 GMT"},
            200,
        ),
    ],
)
def test_a_conditional_request_is_answered_by_its_validator(site, headers, status):
    """The tag decides where both are sent; a date that says nothing is as good as none."""
    answer, body = ask(site, "/feed", **headers)

    assert answer.status == status
    assert bool(body) == (status == 200)


def test_a_304_carries_no_content_headers(site):
    answer, _ = ask(site, "/feed", If_None_Match=PAGES["/feed"].etag)

    assert "Content-Type" not in answer.headers
    assert answer.headers["ETag"] == PAGES["/feed"].etag


def test_head_gives_the_length_without_the_body(site):
    answer, body = ask(site, "/feed", method="HEAD")

    assert (answer.status, body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PAGES["/feed"].body))


def test_an_unknown_path_is_404(site):
    answer, _ = ask(site, "/nowhere")

    assert answer.status == 404
    assert "ETag" not in answer.headers


def test_requests_are_counted_by_path_and_status(site):
    ask(site, "/feed")
    ask(site, "/feed", If_None_Match=PAGES["/feed"].etag)
    ask(site, "/nowhere")

    assert site.requests == 3
    assert site.answers == {("/feed", 200): 1, ("/feed", 304): 1, ("/nowhere", 404): 1}


def test_one_connection_serves_many_requests(site):
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.base).port, timeout=5)
    bodies = []
    for _ in range(3):
        connection.request("GET", "/feed")
        bodies.append(connection.getresponse().read())
        used = connection.sock
    connection.close()

    assert bodies == [PAGES["/feed"].body] * 3
    assert used is not None


def test_the_port_is_free_again_after_the_block():
    with DemoSite(pages=PAGES) as site:
        port = urlsplit(site.base).port
        ask(site, "/feed")

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    with DemoSite(port=port, pages=PAGES) as again:
        assert ask(again, "/feed")[0].status == 200


def test_every_demo_source_has_its_page():
    """Seven sources of six kinds; each URL of sources.toml leads to a page of the site."""
    sources = tomllib.loads(demo_sources("http://127.0.0.1:9/"))["source"]

    pages = demo_pages()
    assert {urlsplit(source["url"]).path for source in sources} == pages.keys() - {"/robots.txt"}
    assert len({source["kind"] for source in sources}) == 6
    assert all(source["url"].startswith("http://127.0.0.1:9/") for source in sources)
    assert all(source["spacing_s"] == 0 for source in sources)


def test_the_demo_pages_are_what_their_types_say():
    """A JSON type holds JSON, an HTML type a document; gzip gives the same page again."""
    for path, page in demo_pages().items():
        if "json" in page.content_type:
            assert json.loads(page.body), path
        if "html" in page.content_type:
            assert page.body.startswith(b"<!doctype html>"), path
        assert gzip.decompress(page.gzipped) == page.body


def test_the_pages_changed_before_the_demo_begins():
    assert LAST_MODIFIED.isoformat() < "2026-11-20T09:00:00+00:00"
