"""The demo week: our own words in the sources' true formats, read by the parsers in use."""

import hashlib
import json
import re
import tomllib
from datetime import UTC, datetime
from importlib import resources
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from lxml import etree

from digest.demo.site import demo_pages, demo_sources
from digest.model import Capture, Flag, Outcome, Source
from digest.sources import parsers

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WINDOW_START = datetime(2026, 11, 13, 9, tzinfo=UTC)
WEEK = resources.files("digest.demo") / "week"


def read_all():
    """Every demo source through its parser, as after a fetch at the demo's now."""
    readings = []
    for row in tomllib.loads(demo_sources("https://demo.example"))["source"]:
        source = Source(**row)
        page = demo_pages()[urlsplit(source.url).path]
        capture = Capture(
            key="demo",
            source=source.name,
            url=source.url,
            final_url=source.url,
            status=200,
            content_type=page.content_type,
            body_sha256=hashlib.sha256(page.body).hexdigest(),
            body_bytes=len(page.body),
            fetched_at=NOW,
        )
        readings.append((source, parsers.read(capture, page.body, source)))
    return readings


@pytest.fixture(scope="module")
def readings():
    return read_all()


@pytest.fixture(scope="module")
def launches(readings):
    return [launch for _, reading in readings for launch in reading.launches]


def named(launches, text):
    """The one launch whose title holds ``text``, of the source given before a colon."""
    source, _, title = text.partition(":")
    (found,) = [each for each in launches if each.source == source and title in each.title]
    return found


def test_every_source_reads_well_and_loses_no_row(readings):
    assert {source.name: reading.reason for source, reading in readings} == dict.fromkeys(
        source.name for source, _ in readings
    )
    assert all(reading.outcome is Outcome.OK for _, reading in readings)
    assert all(reading.rejected == 0 for _, reading in readings)


def test_the_week_holds_at_least_60_launches_over_six_kinds(readings):
    assert len({source.kind for source, _ in readings}) == 6
    assert sum(len(reading.launches) for _, reading in readings) >= 60


def test_new_and_older_launches_stand_side_by_side(launches):
    """Fresh ones fill the week, older ones are the incumbents they meet."""
    fresh = [each for each in launches if WINDOW_START <= each.fresh_at <= NOW]
    older = [each for each in launches if each.fresh_at < WINDOW_START]

    assert len(fresh) >= 40
    assert len(older) >= 15
    assert not [each.title for each in launches if each.fresh_at > NOW]


def test_the_variants_of_a_model_are_folded(readings, launches):
    (models,) = [reading for source, reading in readings if source.kind == "openrouter_models"]

    assert models.rows > len(models.launches)
    assert not [each for each in launches if each.native_id.endswith(":free")]


def test_the_week_is_as_uneven_as_a_real_one(launches):
    """Junk is flagged; a launch may lack an address; names are long, odd, or right to left."""
    flags = {flag for each in launches for flag in each.flags}
    names = [each.name for each in launches]

    assert {Flag.SUSPECT, Flag.NSFW} <= flags
    assert named(launches, "hacker_news:200 lines of shell").url is None
    assert max(len(name) for name in names) == 75
    for oddity in ("&", "'", "🤖", "ورقمين"):
        assert [name for name in names if oddity in name], oddity


def test_one_product_is_announced_in_two_places(launches):
    """Hacker News points at the repository that the GitHub search found as well."""
    post = named(launches, "hacker_news:Emberline")
    repository = named(launches, "github:emberline")

    assert post.url == repository.url == "https://github.com/emberline-example/emberline"


def test_an_unknown_licence_is_not_called_open(launches):
    assert named(launches, "github:dockhandle").licence is None
    assert named(launches, "github:emberline").licence == "MIT"


def test_every_address_in_the_week_is_invented():
    """
    No judged tool is real: hosts end in .example, or are a listing's with an invented page.

    The listings' own addresses belong to their formats.
    """
    listings = {
        "github.com", "api.github.com", "avatars.githubusercontent.com", "openrouter.ai",
        "www.producthunt.com", "ollama.com", "www.w3.org", "jsonfeed.org",
    }  # fmt: skip
    for path in WEEK.iterdir():
        text = path.read_text(encoding="utf-8").replace("&#x2F;", "/").replace("&amp;", "&")
        hosts = {host.lower() for host in re.findall(r"https?://([A-Za-z0-9.-]+)", text)}
        strangers = {host for host in hosts - listings if not host.endswith(".example")}
        owners = set(re.findall(r"github\.com/(?:repos/|users/)?([\w.-]+)/?", text))
        posts = set(re.findall(r"producthunt\.com/products/([\w-]+)", text))

        assert not strangers, path.name
        assert not {name for name in owners if not name.endswith("-example")} - {
            "licenses", "repos", "users",
        }, path.name  # fmt: skip
        assert not {name for name in posts if not name.endswith("-demo")}, path.name


def rows(name, *, at):
    return json.loads((WEEK / name).read_text(encoding="utf-8"))[at]


@pytest.mark.captures
@pytest.mark.parametrize(
    ("ours", "theirs", "at"),
    [
        ("hacker_news.json", "hackernews/algolia_show_hn_2026-07.json", "hits"),
        ("github_search.json", "github/api_search_repositories_2026-07.json", "items"),
        ("openrouter.json", "openrouter/models_2026-07_trim.json", "data"),
    ],
)
def test_the_json_files_have_the_keys_of_the_real_answers(captures_dir, ours, theirs, at):
    """No key of ours is made up, at the top, in a row, or one level down; few are left out."""
    mine = json.loads((WEEK / ours).read_text(encoding="utf-8"))
    real = json.loads((captures_dir / theirs).read_text(encoding="utf-8"))

    assert mine.keys() == real.keys()
    assert _keys(mine[at]) <= _keys(real[at])
    assert _keys(mine[at]) >= set.intersection(*({*row} for row in real[at]))


def _keys(items):
    """Keys of all rows, and of the objects directly inside them as ``outer.inner``."""
    inner = {
        f"{key}.{sub}"
        for row in items
        for key, value in row.items()
        if isinstance(value, dict) and not key.startswith("_")
        for sub in value
    }
    return {key for row in items for key in row} | inner


@pytest.mark.captures
def test_the_product_hunt_feed_has_the_elements_of_the_real_one(captures_dir):
    mine = etree.fromstring((WEEK / "producthunt.atom.xml").read_bytes())
    real = etree.fromstring((captures_dir / "producthunt/feed_2026-07-13.atom.xml").read_bytes())

    assert [child.tag for child in mine[:6]] == [child.tag for child in real[:6]]
    assert {tuple(each.tag for each in entry) for entry in mine[5:]} == {
        tuple(each.tag for each in entry) for entry in real[5:]
    }
    shape = re.compile(
        r"\s*<p>\s*[^<]+\s*</p>\s*<p>\s*<a [^>]+>Discussion</a>\s*\|\s*<a [^>]+>Link"
    )
    contents = [each.text for feed in (mine, real) for each in feed.iter() if "content" in each.tag]
    assert all(shape.match(content) for content in contents)


@pytest.mark.captures
def test_the_model_library_marks_its_rows_as_the_real_one_does(captures_dir):
    """The attributes and the nesting a parser can hold on to are the same."""
    mine = BeautifulSoup((WEEK / "ollama.html").read_bytes(), "lxml")
    real = BeautifulSoup((captures_dir / "ollama/library_newest_2025-08.html").read_bytes(), "lxml")

    assert _marks(mine) == _marks(real)
    for page in (mine, real):
        for row in page.select("li[x-test-model]"):
            assert row.select_one("a[href^='/library/'] p").text.strip()
            assert re.fullmatch(
                r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d [AP]M UTC",
                row.select_one("span[title]:has([x-test-updated])")["title"],
            )


def _marks(page):
    return {name for tag in page.find_all() for name in tag.attrs if name.startswith("x-test")}
