"""A tag crowded with attributes is found before anything is read, however its quotes are laid."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Outcome
from digest.sources import parsers
from digest.sources.crowding import MAX_WORDS, is_crowded
from digest.sources.outline import outline_of
from digest.sources.page_text import parse_markup

MANY = range(MAX_WORDS + 1)


def page(inside: str) -> str:
    return f"<!doctype html><html><title>Lumen</title><body>{inside}</body></html>"


@pytest.mark.parametrize(
    "tag",
    [
        "<p {}>".format(" ".join(f"a{n}" for n in MANY)),
        "<p {}>".format(" ".join(f"a{n}=1" for n in MANY)),
        "<p {}>".format("/".join(f"a{n}" for n in MANY)),
        "<p {}>".format("".join(f'a{n}="1"' for n in MANY)),
        "<p {}>".format(" ".join(f"a{n}='>'" for n in MANY)),
        '<p b=x"y {}>'.format(" ".join(f"a{n}" for n in MANY)),
        '<p " {}>'.format(" ".join(f"a{n}" for n in MANY)),
        "<p b= '\"' {}>".format(" ".join(f"a{n}" for n in MANY)),
        "<p {}".format(" ".join(f"a{n}" for n in MANY)),
        "<script/><p {}>".format(" ".join(f"a{n}" for n in MANY)),
        "<script>a<b</script><p {}>".format(" ".join(f"a{n}" for n in MANY)),
        "<script {}>".format(" ".join(f"a{n}" for n in MANY)),
        '<!-- <b c=" --><p {}>'.format(" ".join(f"a{n}" for n in MANY)),
    ],
    ids=[
        *("bare", "values", "slashes", "no-space", "closing-in-quotes", "quote-in-value"),
        *("quote-as-name", "quote-in-quotes", "unclosed", "empty-script", "after-script"),
        *("script", "comment-before"),
    ],
)
def test_a_crowded_tag_is_found(tag):
    assert is_crowded(page(tag))


def test_long_values_and_many_tags_are_no_crowd():
    state = json.dumps({f"key {n}": f"a = {n}" for n in range(5_000)}).replace('"', "&quot;")

    assert not is_crowded(page(f'<div data-page="{state}">'))
    assert not is_crowded(page('<a href="/x" class="b c d" hidden>y</a>' * 5_000))
    code = "for(i=0;i<n;i++){a[i]=b/c;d=e+f}" * 5_000
    assert not is_crowded(page(f"<script>{code}</script><style>{code}</style>"))
    assert not is_crowded(page("words = and more words, 'quoted' and not \" " * 5_000))


def test_real_pages_are_no_crowd(captures_dir):
    pages = list(captures_dir.glob("*/*.html"))

    assert pages
    assert [p.name for p in pages if is_crowded(p.read_text(errors="replace"))] == []


@given(st.text(alphabet="<a =\"'/>b\n", max_size=300))
def test_any_text_gets_an_answer(text):
    assert not is_crowded(text)


def test_no_reader_of_pages_reads_a_crowded_one(capture_of, make_source):
    body = page("<p {}>".format(" ".join(f"a{n}" for n in MANY))).encode()

    reading = parsers.read(capture_of(body), body, make_source("github_trending"))

    assert reading.outcome is Outcome.FAILED
    assert "attributes" in (reading.reason or "")
    assert parse_markup(body.decode()) is None
    assert outline_of(body, "text/html", url="https://lumen.example/").title == ""


def test_an_odd_feed_with_a_crowded_tag_is_not_read(read_as):
    crowd = " ".join(f'a{n}="1"' for n in MANY)
    feed = f"<rss><channel><item {crowd}><title>Lumen &nbsp; 2</title></item></channel></rss>"

    assert read_as("feed", feed.encode()).outcome is Outcome.FAILED
