"""
Facts about real responses (counts, dates, charsets), read as ingestion reads them.

They lie outside the repository, for they belong to their sites; without the folder these skip.
"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from digest.model import LaunchDateSource, Outcome, Popularity
from digest.sources.charset import decode
from digest.sources.health import Trail, judge
from digest.sources.parsers import KINDS

pytestmark = pytest.mark.captures

FETCHED_AT = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
HEADERS = ["", "application/xml", "text/xml", "application/xml; charset=utf-8"]
WESTERN = "application/rss+xml; charset=windows-1252"


@pytest.fixture
def read(captures_dir, read_as):
    """Read a capture as a kind of source, at the minute it was taken."""

    def read(kind, name, content_type=""):
        body = (captures_dir / name).read_bytes()
        return read_as(kind, body, content_type=content_type, fetched_at=FETCHED_AT)

    return read


LISTINGS = [
    ("producthunt_feed", "producthunt/feed_2026-07-13.atom.xml", 50, 50),
    ("hn_algolia", "hackernews/algolia_show_hn_2026-07.json", 30, 30),
    ("github_search", "github/api_search_repositories_2026-07.json", 12, 12),
    ("openrouter_models", "openrouter/models_2025_full.json", 321, 265),
    ("openrouter_models", "openrouter/models_2026-07_trim.json", 6, 6),
    ("ollama_library", "ollama/library_newest_2025-08.html", 176, 176),
    ("feed", "arxiv/api_query_csAI_csLG_2026-07-13.atom.xml", 50, 50),
]


@pytest.mark.parametrize(("kind", "name", "rows", "launches"), LISTINGS)
def test_a_listing_has_its_rows_and_launches_and_passes_for_healthy(
    read, make_source, kind, name, rows, launches
):
    reading = read(kind, name)
    source = make_source(kind, floor=KINDS[kind].floor, dated=KINDS[kind].is_dated)

    judged = judge(reading, source=source, past=Trail(), at=FETCHED_AT)

    assert (judged.outcome, judged.reason) == (Outcome.OK, None)
    assert (reading.rows, len(reading.launches), reading.rejected) == (rows, launches, 0)


PRODUCT_HUNT = ("producthunt_feed", "producthunt/feed_2026-07-13.atom.xml")


def test_product_hunt_entries_keep_their_ids_and_links_apart(read):
    launches = read(*PRODUCT_HUNT).launches

    assert len({launch.native_id for launch in launches}) == 50
    assert all(launch.native_id.isdigit() for launch in launches)
    assert len({launch.url for launch in launches}) == 50
    assert all("/products/" in launch.url for launch in launches)
    assert all(f"/r/p/{launch.native_id}" in launch.discussion_url for launch in launches)
    assert all(launch.tagline and "Discussion" not in launch.tagline for launch in launches)


def test_a_text_post_has_no_address_but_a_discussion(read):
    launches = read("hn_algolia", "hackernews/algolia_show_hn_2026-07.json").launches
    without = [launch for launch in launches if launch.url is None]

    assert [launch.native_id for launch in without] == ["48847834"]
    assert without[0].discussion_url == "https://news.ycombinator.com/item?id=48847834"
    assert min(launch.popularity for launch in launches) == 51
    assert max(launch.popularity for launch in launches) == 1150
    assert {launch.popularity_metric for launch in launches} == {Popularity.POINTS}


def test_names_are_found_in_hacker_news_titles_or_left_whole(read):
    launches = read("hn_algolia", "hackernews/algolia_show_hn_2026-07.json").launches
    names = {launch.native_id: launch.name for launch in launches}

    assert names["48819808"] == "Rowboat"
    assert names["48821500"] == "Docx-CLI"
    assert names["48842459"] == "Getting GLM 5.2 running on my slow computer"


GITHUB = ("github_search", "github/api_search_repositories_2026-07.json")


def test_a_homepage_is_never_a_repositorys_identity(read):
    launches = read(*GITHUB).launches
    homepages = {launch.details.get("homepage") for launch in launches}

    assert "https://discord.gg/uT6xryBX9w" in homepages
    assert all(launch.site == launch.url for launch in launches)
    assert all(launch.site == f"https://github.com/{launch.title}" for launch in launches)


def test_openrouter_variants_fold_into_their_model(read):
    launches = read("openrouter_models", "openrouter/models_2025_full.json").launches
    variants = Counter(name for item in launches for name in item.details.get("variants", ()))

    assert variants == {"free": 68, "beta": 11, "thinking": 3, "extended": 2}
    assert not [launch for launch in launches if ":" in launch.native_id]
    assert len([launch for launch in launches if "prices" not in launch.details]) == 28 + 1


def test_ollama_models_have_absolute_times(read):
    launches = read("ollama_library", "ollama/library_newest_2025-08.html").launches

    assert all(launch.launched_at for launch in launches)
    assert max(launch.launched_at for launch in launches) == datetime(2025, 8, 1, 4, 40, tzinfo=UTC)
    assert {launch.launched_at_source for launch in launches} == {LaunchDateSource.UPDATED}
    assert next(item.popularity for item in launches if item.native_id == "qwen3-coder") == 18_900


def test_papers_go_by_their_id_without_version(read):
    launches = read("feed", "arxiv/api_query_csAI_csLG_2026-07-13.atom.xml").launches

    assert all("v" not in launch.native_id for launch in launches)
    assert {"2607.09662", "2607.09424", "2607.09657"} <= {launch.native_id for launch in launches}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("vendor_blogs/olshansk_feed_openai_research_2026-08.xml", 194),
        ("vendor_blogs/olshansk_feed_google_ai_2026-08.xml", 10),
        ("vendor_blogs/olshansk_feed_anthropic_news_2026-08.xml", 255),
        ("vendor_blogs/huggingface_blog_2026-04_trim.xml", 3),
        ("reddit/LocalLLaMA_top_week_2026-07-13.rss.xml", 25),
        ("lobsters/rss_2024-05.xml", 25),
    ],
)
def test_odd_but_right_feeds_are_read_whole(read, name, count):
    reading = read("feed", name)

    assert (reading.outcome, len(reading.launches)) == (Outcome.OK, count)


def test_dates_with_the_name_of_a_zone_are_read(read):
    launches = read("feed", "malformed_feeds/rp_giantbomb-podcast.rss").launches

    assert launches[0].launched_at == datetime(2019, 10, 1, 22, 30, tzinfo=UTC)
    assert all(launch.launched_at for launch in launches)


def test_of_five_links_the_item_itself_is_taken(read):
    launches = read("feed", "malformed_feeds/rp_many-links.rss").launches

    assert all("/feeds/" not in launch.url for launch in launches)
    assert all(launch.url.startswith("http://testing.googleblog.com/") for launch in launches)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("http_bodies/cloudflare_challenge_min.html", Outcome.BLOCKED),
        ("drift_incidents/feed_anthropic_news_2025-11-20_during.xml", Outcome.SUSPECT),
        ("drift_incidents/feed_weaviate_2026-05-14_during.xml", Outcome.SUSPECT),
    ],
)
def test_what_is_no_feed_or_an_emptied_one_says_so(read, name, outcome):
    reading = read("feed", name)

    assert reading.outcome is outcome
    assert reading.reason


@pytest.mark.parametrize(
    ("name", "words"), [("fp_demoronize-1", "don’t"), ("fp_double-encoded-html", "…")]
)
def test_doubly_encoded_words_are_read(read, name, words):
    (launch,) = read("feed", f"malformed_feeds/{name}.xml").launches

    assert launch.title == words


TITLES = [
    ("mf_windows-1252-incorrect-prolog.xml", "Euro €"),
    ("mf_utf8-incorrect-prolog.xml", "Café"),
    ("hg_iso-8859-1.rss", "Mëkanïk Zaïn"),
    ("mf_koi8r.xml", "Первая новость"),
    ("mf_encoding_WINDOWS-1251.xml", "Цитата #17703"),
    ("fp_koi8r.xml", "Как пережить новогоднюю ночь"),
    ("fp_shiftjis.xml", "DrecomRSSに記事投稿が反映されない…"),
]


@pytest.mark.parametrize("content_type", HEADERS)
@pytest.mark.parametrize(("name", "title"), TITLES)
def test_titles_are_read_under_every_header(captures_dir, name, title, content_type):
    body = (captures_dir / "malformed_feeds" / name).read_bytes()

    assert title in decode(body, content_type).text


@pytest.mark.parametrize(("name", "title"), TITLES[:5])
def test_a_servers_western_default_does_not_beat_a_prolog(captures_dir, name, title):
    body = (captures_dir / "malformed_feeds" / name).read_bytes()

    assert title in decode(body, WESTERN).text


@pytest.mark.parametrize("content_type", ["", "text/xml", "application/xml"])
def test_utf_32_is_read_under_every_header(captures_dir, content_type):
    body = (captures_dir / "malformed_feeds/fp_utf-32be.xml").read_bytes()

    assert "<rss" in decode(body, content_type).text


def test_windows_1255_is_detected(captures_dir):
    body = (captures_dir / "malformed_feeds/fp_windows1255.xml").read_bytes()

    assert decode(body).charset == "cp1255"
