"""Kept responses at the command line: replayed, exported, given, listed, shown, pruned."""

import hashlib
import json
from pathlib import Path

import pytest

from digest.demo.site import demo_pages

SAVED = Path(__file__).parents[1] / "data" / "futurepedia_listing"


@pytest.fixture
def read(digest, demo_settings, site):
    """The command beside a database and captures that have read the demo week."""
    digest.settings.update(demo_settings(site))
    assert digest("ingest").code == 0
    return digest


def sha256(ran):
    assert ran.code == 0, ran.err
    return hashlib.sha256(ran.out.encode()).hexdigest()


def test_launches_are_the_same_bytes_after_a_replay_into_any_database(read):
    before = read("export", "launches", "--json")
    read.settings["DIGEST_ALLOWED_PRIVATE_HOSTS"] = ""  # nothing may be fetched

    assert read("replay", "--since", "2026-11-20").code == 0
    since = read("export", "launches", "--json")
    read("replay", database_url="sqlite:///other.db")
    other = read("export", "launches", "--json", database_url="sqlite:///other.db")

    assert sha256(before) == sha256(since) == sha256(other)
    launches = before.json
    assert len(launches) >= 60
    assert launches == sorted(launches, key=lambda item: (item["source"], item["native_id"]))
    assert {item["first_seen_at"] for item in launches} == {"2026-11-20T09:00:00Z"}
    assert before.out == json.dumps(launches, ensure_ascii=False, indent=2) + "\n"


def test_a_replay_says_what_became_of_each_source(read):
    report = read("replay", "--json", "--source", "github", "--source", "ollama").json

    assert [(each["source"], each["captures"]) for each in report["sources"]] == [
        ("github", 1),
        ("ollama", 1),
    ]
    assert {(each["new"], each["changed"], each["gone"]) for each in report["sources"]} == {
        (0, 0, 0)
    }
    assert "known are: " in read("replay", "--source", "nosuch").sentence
    assert "captures" in read("replay").out


def test_a_missing_body_is_a_sentence_and_passed_over_on_demand(read):
    for path in (read.folder / "var" / "captures").glob("??/??/*.zst"):
        path.unlink()

    assert "is missing from var/captures; restore the folder" in read("replay").sentence
    skipped = read("replay", "--skip-damaged", database_url="sqlite:///other.db")
    assert skipped.code == 1
    assert "digest: 7 captures passed over, unreadable; " in skipped.err


def test_an_empty_database_has_no_launches_and_nothing_to_replay(digest):
    assert digest("export", "launches", "--json").out == "[]\n"
    assert digest("replay", "--json").json == {"sources": []}
    assert digest("capture", "list", "--json").json == []


def test_launches_are_exported_in_part(read):
    all_of_them = read("export", "launches", "--json").json

    some = read("export", "launches", "--json", "--source", "github").json
    assert some == [item for item in all_of_them if item["source"] == "github"] != []
    assert read("export", "launches", "--since", "2026-11-20T09:00:01", "--json").json == []
    assert len(read("export", "launches", "--since", "2026-11-20", "--json").json) == len(
        all_of_them
    )
    assert "popularity" in read("export", "launches").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("launches", "--dir", "look"),
        ("2026-W47", "--json"),
        ("2026-W47", "--since", "2026-11-20"),
        ("2026-W47", "--source", "github"),
        ("launches", "--since", "yesterday"),
        (),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(digest, arguments):
    ran = digest("export", *arguments)

    assert ran.code == 2
    assert ran.out == ""


def test_a_saved_page_is_given(digest):
    """It is read as of the day it was saved, and marked as given."""
    rows = "".join(
        f"<item><guid>{n}</guid><title>Tool {n}</title><link>https://t{n}.example/</link>"
        f"<pubDate>Thu, 19 Nov 2026 0{n}:00:00 GMT</pubDate></item>"
        for n in range(5)
    )
    text = f"<rss version='2.0'><channel><title>Saved</title>{rows}</channel></rss>"
    (digest.folder / "page.xml").write_text(text)
    given = ("capture", "add", "feed", "page.xml", "--url", "https://walled.example/feed")

    ran = digest(*given, "--source", "saved", "--captured-at", "2026-11-19T08:00:00+01:00")
    again = digest(*given, "--source", "saved", "--captured-at", "2026-11-19T07:00:00", "--json")

    assert ran.code == 0, ran.err
    assert "saved, ok: 5 launches of 5 rows, 5 new" in ran.out
    assert again.json["was_known"] is True
    assert "found" not in again.json
    launches = digest("export", "launches", "--json").json
    assert len(launches) == again.json["launches"] == 5
    assert {item["first_seen_at"] for item in launches} == {"2026-11-19T07:00:00Z"}
    (capture,) = digest("capture", "list", "--json").json
    assert capture["supplied"] is True
    assert "given" in digest("capture", "list", "--source", "saved").out


def test_a_page_of_a_walled_site_needs_no_entry_in_the_sources_file(digest):
    """But it must be as whole as any: three rows are not believed."""
    page = SAVED / "tools.html"
    given = ("capture", "add", "futurepedia_listing", page, "--url", "https://walled.example/")

    ran = digest(*given, "--captured-at", "2026-11-19T08:00:00")

    assert ran.code == 1
    assert "futurepedia_listing, suspect: 3 launches of 4 rows, 0 new" in ran.out
    assert ran.err.startswith("digest: source futurepedia_listing, suspect: 3 items; fewer than 5")


def test_a_saved_page_that_is_not_believed_is_said(digest):
    (digest.folder / "page.html").write_text("<html><title>Just a moment...</title></html>")

    ran = digest(
        *("capture", "add", "futurepedia_listing", "page.html"),
        *("--url", "https://walled.example/", "--captured-at", "2026-11-19"),
    )

    assert ran.code == 1
    assert ran.err.startswith("digest: source futurepedia_listing, blocked: ")
    assert digest("export", "launches", "--json").out == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("feeed", "x", "--url", "https://a.example/"), "is no kind of source"),
        (("feed", "none", "--url", "https://a.example/"), "none: cannot be read"),
        (("feed", "x", "--url", "a.example"), "is no web address"),
    ],
)
def test_what_cannot_be_given_is_a_sentence(digest, arguments, said):
    (digest.folder / "x").write_text("x")

    assert said in digest("capture", "add", *arguments, "--captured-at", "2026-11-19").sentence


def test_a_page_without_address_or_time_is_wrong_usage(digest):
    (digest.folder / "x").write_text("x")

    assert digest("capture", "add", "feed", "x", "--captured-at", "2026-11-19").code == 2
    assert digest("capture", "add", "feed", "x", "--url", "https://a.example/").code == 2


def test_a_kept_response_is_shown_as_it_came(read):
    captures = read("capture", "list", "--json", "--source", "hacker_news").json
    key = captures[0]["key"]

    shown = read("capture", "show", key[:12])

    assert shown.out.encode() == demo_pages()["/api/v1/search_by_date"].body
    assert "digest capture list shows them" in read("capture", "show", "f" * 64).sentence
    assert "digest capture list shows them" in read("capture", "show", key[:2]).sentence


def test_old_captures_are_pruned(read):
    later = {"now": "2027-12-01T00:00:00+00:00"}

    rehearsed = read("capture", "prune", "--dry-run", "--json", **later).json
    pruned = read("capture", "prune", "--max-gb", "0.001", **later)

    assert (rehearsed["captures"], rehearsed["left"], rehearsed["for_good"]) == (0, 7, 7)
    assert pruned.code == 0
    assert "7 captures left" in pruned.out
    assert "0 captures and 0 bodies taken away" in pruned.out


def test_captures_may_lie_at_a_url(digest, demo_settings, site):
    """The rehearsal that one process has in memory; here, a folder by its URL."""
    digest.settings.update(demo_settings(site))
    digest.settings["DIGEST_CAPTURES_DIR"] = f"file://{digest.folder}/kept"

    assert digest("ingest").code == 0

    assert len(list((digest.folder / "kept").rglob("*.zst"))) == 7
    assert "nosuch://x is no kind of place" in digest("ingest", captures_dir="nosuch://x").sentence
