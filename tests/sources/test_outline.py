"""The outline of a page: what it says of itself and where it leads, whatever it is made of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources.outline import MAX_LINKS, Link, outline_of
from digest.sources.urls import web_url

URL = "https://tools.example/list/page?x=1"

PAGE = b"""<!doctype html><html><head><meta charset=utf-8><title> One
 tool &amp; more </title>
<link rel="stylesheet" href="/style.css"><link rel="Canonical" href="/tools/one">
<meta property="og:url" content="https://tools.example/one"></head><body>
<a href="/docs">The <b>docs</b></a><a href="pricing">Prices</a><a href="//cdn.example/x"></a>
<a href="https://other.example/?token=abc&amp;a=1">Other</a><a href="javascript:void(0)">No</a>
<a name="here">No link</a><a href="/docs">Again</a>"""


def test_a_page_says_its_title_its_addresses_and_its_links_in_order():
    outline = outline_of(PAGE, url=URL)

    assert outline.title == "One tool & more"
    assert outline.canonical == "https://tools.example/tools/one"
    assert outline.og_url == "https://tools.example/one"
    assert outline.links == (
        Link("The docs", "https://tools.example/docs"),
        Link("Prices", "https://tools.example/list/pricing"),
        Link("", "https://cdn.example/x"),
        Link("Other", "https://other.example/?a=1"),
        Link("Again", "https://tools.example/docs"),
    )


def test_links_count_from_the_base_a_page_names():
    body = b"<base href='https://cdn.example/a/'><a href='b'>B</a><a href='/c'>C</a>"

    links = outline_of(body, url=URL).links

    assert [link.url for link in links] == ["https://cdn.example/a/b", "https://cdn.example/c"]


@pytest.mark.parametrize("body", [b"", b" ", b"\0", b"{}", b"<", b"<!-- only a comment -->"])
def test_what_is_no_page_has_an_empty_outline_but_for_its_links(body):
    assert outline_of(body, url=URL).links == ()


def test_nesting_without_end_is_cut_and_not_followed():
    deep = b"<div>" * 100_000 + b"<a href='/x'>x</a>"

    assert outline_of(deep, url=URL).links in ((), (Link("x", "https://tools.example/x"),))


def test_links_of_a_page_have_a_bound():
    body = b"<a href='/x'>x</a>" * (MAX_LINKS + 5)

    assert len(outline_of(body, url=URL).links) == MAX_LINKS


def test_another_charset_is_read_as_it_is_declared():
    body = "<title>Приложение</title>".encode("koi8-r")

    assert outline_of(body, "text/html; charset=koi8-r", url=URL).title == "Приложение"


@settings(deadline=None)
@given(st.text(alphabet="/.:?#&=%@ ab<\"'", max_size=30))
def test_the_quick_way_to_an_address_gives_what_the_long_one_does(href):
    escaped = href.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")

    links = outline_of(f'<a href="{escaped}">x</a>'.encode(), url=URL).links

    expected = web_url(href, base=URL) if href else None
    assert [link.url for link in links] == ([expected] if expected else [])


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body):
    outline_of(b"<a href='" + body, url=URL)
