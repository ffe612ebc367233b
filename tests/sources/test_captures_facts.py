"""
Facts about real responses (counts, dates, charsets), read as ingestion reads them.

They lie outside the repository, for they belong to their sites; without the folder these skip.
"""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from digest.model import Flag, LaunchDateSource, Outcome, Popularity
from digest.sources.charset import decode
from digest.sources.health import Trail, judge, mark_launched
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


def test_product_hunt_posts_written_weeks_ago_survive_undated(read):
    """``published`` is when a post was created: a filter on it would lose a quarter."""
    launches = read(*PRODUCT_HUNT).launches
    old = [
        launch
        for launch in launches
        if datetime.fromisoformat(launch.published_raw).date() < date(2026, 7, 6)  # day in Pacific
    ]

    assert len(old) == 13
    assert all(launch.launched_at is None for launch in launches)


def test_only_what_is_new_in_a_replay_was_launched(read):
    launches = read(*PRODUCT_HUNT).launches
    first = mark_launched(launches, known=(), complete_at=None)
    new = launches[0].model_copy(update={"native_id": "99999999"})

    second = mark_launched(
        (*launches, new),
        known={launch.native_id for launch in first},
        complete_at=FETCHED_AT - timedelta(hours=6),
    )

    assert all(launch.launched_at is None for launch in first)
    assert [launch.native_id for launch in second if launch.launched_at] == ["99999999"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_feed_is_suspect_and_so_advances_nothing(captures_dir, read_as, share):
    body = (captures_dir / PRODUCT_HUNT[1]).read_bytes()

    reading = read_as("producthunt_feed", body[: int(len(body) * share)])

    assert reading.outcome is Outcome.SUSPECT


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


def test_official_hacker_news_items_go_by_their_discussion(read):
    """The feed has no guid; two submissions may share a link."""
    reading = read("feed", "hackernews/official_rss_2025-12.xml")

    assert len(reading.launches) == 30
    assert all("item?id=" in launch.native_id for launch in reading.launches)


GITHUB = ("github_search", "github/api_search_repositories_2026-07.json")


def test_github_states_seven_licences(read):
    launches = read(*GITHUB).launches

    assert len([launch for launch in launches if launch.licence]) == 7
    assert "NOASSERTION" not in {launch.licence for launch in launches}


def test_a_homepage_is_never_a_repositorys_identity(read):
    launches = read(*GITHUB).launches
    homepages = {launch.details.get("homepage") for launch in launches}

    assert "https://discord.gg/uT6xryBX9w" in homepages
    assert all(launch.site == launch.url for launch in launches)
    assert all(launch.site == f"https://github.com/{launch.title}" for launch in launches)


def test_bait_among_repositories_is_flagged_and_the_rest_is_not(read):
    flagged = {launch.name for launch in read(*GITHUB).launches if Flag.SUSPECT in launch.flags}

    assert flagged == {"photoshop-ai-smart-enhance", "fintech-advisor", "ai-openclaw-cli"}


def test_openrouter_prices_are_kept_to_the_last_digit(read, captures_dir):
    rows = json.loads((captures_dir / "openrouter/models_2025_full.json").read_bytes())["data"]
    launches = read("openrouter_models", "openrouter/models_2025_full.json").launches
    prices = {launch.native_id: launch.details.get("prices") for launch in launches}

    for row in rows:
        if row["id"] in prices and row["id"] != "openrouter/auto":
            assert prices[row["id"]] == row["pricing"]
            assert all(f"{Decimal(text):f}" == text for text in prices[row["id"]].values())
    assert prices["openrouter/auto"] is None


def test_openrouter_variants_fold_into_their_model(read):
    launches = read("openrouter_models", "openrouter/models_2025_full.json").launches
    variants = Counter(name for item in launches for name in item.details.get("variants", ()))

    assert variants == {"free": 68, "beta": 11, "thinking": 3, "extended": 2}
    assert not [launch for launch in launches if ":" in launch.native_id]
    assert len([launch for launch in launches if "prices" not in launch.details]) == 28 + 1


def test_an_openrouter_alias_is_its_target(read):
    launches = read("openrouter_models", "openrouter/models_2026-07_trim.json").launches
    by_id = {launch.native_id: launch for launch in launches}
    target = by_id["google/gemini-3.1-pro-preview"]

    assert target.details["aliases"] == ["~google/gemini-pro-latest"]
    assert target.details["overrides"][0]["min_prompt_tokens"] == 200_000
    assert target.details["overrides"][0]["completion"] == "0.000018"
    assert "prices" not in by_id["openrouter/auto-beta"].details


def test_ollama_models_have_absolute_times(read):
    launches = read("ollama_library", "ollama/library_newest_2025-08.html").launches

    assert all(launch.launched_at for launch in launches)
    assert max(launch.launched_at for launch in launches) == datetime(2025, 8, 1, 4, 40, tzinfo=UTC)
    assert {launch.launched_at_source for launch in launches} == {LaunchDateSource.UPDATED}
    assert next(item.popularity for item in launches if item.native_id == "qwen3-coder") == 18_900


def test_an_ollama_search_without_a_hit_is_rightly_empty(read):
    reading = read("ollama_library", "ollama/library_search_empty_2025-08.html")

    assert reading.outcome is Outcome.OK_EMPTY


def test_papers_go_by_their_id_without_version(read):
    launches = read("feed", "arxiv/api_query_csAI_csLG_2026-07-13.atom.xml").launches

    assert all("v" not in launch.native_id for launch in launches)
    assert {"2607.09662", "2607.09424", "2607.09657"} <= {launch.native_id for launch in launches}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("arxiv/apipy_id_0000.0000_s0_m100_8b51d9633a68.json", Outcome.OK_EMPTY),
        ("arxiv/apipy_id_abc_s0_m100_b79c8dcf6bc3.json", Outcome.FAILED),
    ],
)
def test_an_empty_answer_of_arxiv_is_told_from_an_error(captures_dir, read_as, name, outcome):
    answer = json.loads((captures_dir / name).read_bytes())

    assert read_as("feed", answer["body"].encode()).outcome is outcome


def test_a_weekend_without_papers_is_rightly_empty(read):
    assert read("feed", "arxiv/rss_weekend_empty_2026-08-01.xml").outcome is Outcome.OK_EMPTY


def test_versions_that_differ_only_in_the_fragment_stay_apart(read):
    """Three of 118 items repeat two versions: they are updates."""
    reading = read("feed", "vendor_blogs/olshansk_feed_windsurf_changelog_2026-08.xml")

    assert (reading.rows, len(reading.launches)) == (118, 115)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("vendor_blogs/olshansk_feed_openai_research_2026-08.xml", 194),
        ("vendor_blogs/olshansk_feed_google_ai_2026-08.xml", 10),
        ("vendor_blogs/olshansk_feed_anthropic_news_2026-08.xml", 255),
        ("vendor_blogs/huggingface_blog_2026-04_trim.xml", 3),
        ("reddit/LocalLLaMA_top_week_2026-07-13.rss.xml", 25),
        ("lobsters/rss_2024-05.xml", 25),
        ("malformed_feeds/mf_rdf_UTF8.xml", 60),
        ("malformed_feeds/rp_giantbomb-podcast.rss", 730),
        ("malformed_feeds/fj_json_feed.json", 20),
        ("malformed_feeds/fj_CRE.xml", 30),
        ("malformed_feeds/rp_many-links.rss", 25),
        ("malformed_feeds/fj_AtomFeedWithSpacesAroundEquals.xml", 1),
        ("malformed_feeds/fp_large_atom_feed_that_needs_css_sanitisation.xml", 15),
    ],
)
def test_odd_but_right_feeds_are_read_whole(read, name, count):
    reading = read("feed", name)

    assert (reading.outcome, len(reading.launches)) == (Outcome.OK, count)


def test_a_feed_without_dates_stays_without(read):
    launches = read("feed", "malformed_feeds/mf_rdf_UTF8.xml").launches

    assert {launch.launched_at for launch in launches} == {None}


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
        ("malformed_feeds/rp_unrecognized.rss", Outcome.FAILED),
        ("malformed_feeds/fp_rss_empty_document.xml", Outcome.FAILED),
        ("malformed_feeds/hg_tumblr_likes.json", Outcome.FAILED),
        ("malformed_feeds/rp_incomplete-fields.atom", Outcome.SUSPECT),
        ("malformed_feeds/fp_undeclared_namespace.xml", Outcome.SUSPECT),
        ("http_bodies/cloudflare_challenge_min.html", Outcome.BLOCKED),
        ("drift_incidents/feed_anthropic_news_2025-11-20_during.xml", Outcome.SUSPECT),
        ("drift_incidents/feed_weaviate_2026-05-14_during.xml", Outcome.SUSPECT),
    ],
)
def test_what_is_no_feed_or_an_emptied_one_says_so(read, name, outcome):
    reading = read("feed", name)

    assert reading.outcome is outcome
    assert reading.reason


def test_an_item_without_any_part_is_rejected_not_the_feed(read):
    reading = read("feed", "malformed_feeds/rp_incomplete-fields.atom")

    assert (reading.rows, reading.rejected) == (1, 1)


def test_twenty_google_alerts_are_unwrapped(read):
    launches = read("feed", "malformed_feeds/fj_google_alerts_atom.xml").launches

    assert len(launches) == 20
    assert not [launch for launch in launches if "google.com" in launch.url]
    assert not [launch for launch in launches if "<b>" in launch.title]
    assert launches[1].url == "https://investorplace.com/2019/07/slack-stock-truly-compelling/"


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


@pytest.mark.parametrize("content_type", HEADERS)
@pytest.mark.parametrize(("name", "title"), TITLES[1:])
def test_titles_come_out_of_the_feed(read, name, title, content_type):
    reading = read("feed", f"malformed_feeds/{name}", content_type)

    assert title in {launch.title for launch in reading.launches}


@pytest.mark.parametrize("content_type", ["", "text/xml", "application/xml"])
def test_utf_32_is_read_under_every_header(captures_dir, content_type):
    body = (captures_dir / "malformed_feeds/fp_utf-32be.xml").read_bytes()

    assert "<rss" in decode(body, content_type).text


def test_windows_1255_is_detected(captures_dir):
    body = (captures_dir / "malformed_feeds/fp_windows1255.xml").read_bytes()

    assert decode(body).charset == "cp1255"
