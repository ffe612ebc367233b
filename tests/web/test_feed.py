"""The Atom feed: valid, with ids that stay."""

import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import feedparser

from digest.web.feed import Entry, atom, json_feed, rss
from tests.conftest import NOW

NS = {"a": "http://www.w3.org/2005/Atom"}
ENTRY = Entry(
    path="/issues/2026-W47",
    title="Smol & <b>Tiny</b> vs اردو\x0b",
    line="Pick Smol & go.",
    updated_at=NOW,
    comparisons=(("A & B", "A < B", "/compare/a-vs-b"),),
)


def feed(*entries: Entry, base_url: str = "https://verdicts.example.com") -> ET.Element:
    return ET.fromstring(atom(entries, brand="Weekly & Verdicts", base_url=base_url))  # noqa: S314 # our own


def test_a_feed_has_what_rfc_4287_asks_for():
    root = feed(ENTRY)

    for place in (root, root.find("a:entry", NS)):
        for name in ("id", "title", "updated"):
            assert len(place.findall(f"a:{name}", NS)) == 1, name
    assert root.find("a:author/a:name", NS).text == "Weekly & Verdicts"
    assert root.find("a:link[@rel='self']", NS).get("href").endswith("/issues/feed.xml")


def test_titles_are_text_and_content_is_escaped_html():
    entry = feed(ENTRY).find("a:entry", NS)

    assert entry.find("a:title", NS).text == "Smol & <b>Tiny</b> vs اردو"
    content = entry.find("a:content", NS)
    assert content.get("type") == "html"
    assert content.text.count("<li>") == 1
    assert "Pick Smol" not in content.text
    assert (
        '<li><a href="https://verdicts.example.com/compare/a-vs-b">A &amp; B</a>: A &lt; B</li>'
        in content.text
    )


def test_a_week_without_a_comparison_says_its_line():
    thin = replace(ENTRY, line="Too few launches & no pair.", comparisons=())

    content = feed(thin).find("a:entry/a:content", NS)

    assert content.text == "<p>Too few launches &amp; no pair.</p>"


def test_ids_stay_when_the_site_moves_to_https():
    ids = {
        feed(ENTRY, base_url=f"{scheme}://verdicts.example.com").find("a:entry/a:id", NS).text
        for scheme in ("http", "https")
    }

    assert ids == {"tag:verdicts.example.com,2026:issues/2026-W47"}


def test_the_feed_is_as_new_as_its_newest_entry():
    older = Entry(
        path="/x", title="x", line="x", updated_at=NOW - timedelta(days=7), comparisons=()
    )

    assert feed(ENTRY, older).find("a:updated", NS).text == NOW.isoformat()


def test_an_empty_feed_is_a_feed():
    assert feed().find("a:updated", NS).text == "2026-01-01T00:00:00+00:00"


def test_a_reader_reads_it(client):
    answer = client.get("/issues/feed.xml")
    parsed = feedparser.parse(answer.content)

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert not parsed.bozo
    assert [entry.link for entry in parsed.entries] == [
        "https://verdicts.example.com/issues/2026-W47",
        "https://verdicts.example.com/issues/2026-W46",
    ]


def test_all_three_feeds_say_the_same():
    brand = {"brand": "Weekly & Verdicts", "base_url": "https://verdicts.example.com"}
    as_atom = feedparser.parse(atom([ENTRY], **brand))
    as_rss = feedparser.parse(rss([ENTRY], **brand))
    as_json = json.loads(json_feed([ENTRY], **brand))

    assert as_rss.version == "rss20"
    assert not as_rss.bozo
    assert as_json["version"] == "https://jsonfeed.org/version/1.1"
    (atom_entry,), (rss_entry,), (item,) = as_atom.entries, as_rss.entries, as_json["items"]
    assert atom_entry.title == rss_entry.title
    assert item["title"] == ENTRY.title
    assert atom_entry.id == rss_entry.id == item["id"]
    assert atom_entry.link == rss_entry.link == item["url"]
    assert atom_entry.content[0].value == rss_entry.description == item["content_html"]
    assert rss_entry.published_parsed == atom_entry.updated_parsed
    assert item["summary"] == "Pick Smol & go."


def test_feeds_without_an_issue_are_whole():
    brand = {"brand": "Weekly", "base_url": "https://verdicts.example.com"}

    assert feedparser.parse(rss([], **brand)).entries == []
    assert json.loads(json_feed([], **brand))["items"] == []
