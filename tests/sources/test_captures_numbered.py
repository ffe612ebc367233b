"""
The facts that reading is held to, by their number: each is one real response and what is in it.

They lie outside the repository, for they belong to their sites; without the folder these skip.
Facts that need more than reading stand with what they need: paging and canonical addresses beside
fetching and research, merges in tests/catalogue, drift and equal age beside health and popularity.
"""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from digest.errors import FetchError
from digest.model import Flag, Launch, LaunchDateSource, Outcome, Popularity, Reading
from digest.sources.decode import decode_body
from digest.sources.health import Counts, PastReading, Trail, judge, mark_launched
from digest.sources.limits import Limits
from digest.sources.parsers import KINDS

pytestmark = pytest.mark.captures

TAKEN = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def body(captures_dir):
    """Give the octets of a capture."""
    return lambda name: (captures_dir / name).read_bytes()


@pytest.fixture
def read(body, read_as):
    """Read a capture as a kind of source."""

    def read(kind, name, *, fetched_at=TAKEN, **said):
        return read_as(kind, body(name), fetched_at=fetched_at, **said)

    return read


PRODUCT_HUNT = "producthunt/feed_2026-07-13.atom.xml"


def test_fact_01_a_product_hunt_listing_is_fifty_posts_of_any_age(read):
    """``published`` is when a post was created: a filter on it would lose a quarter."""
    reading = read("producthunt_feed", PRODUCT_HUNT)
    launches = reading.launches
    written = [datetime.fromisoformat(launch.published_raw) for launch in launches]

    assert (reading.outcome, reading.rows, reading.rejected) == (Outcome.OK, 50, 0)
    assert len({launch.native_id for launch in launches}) == 50
    assert len({launch.url for launch in launches}) == 50
    assert sum(at.astimezone(PACIFIC).date() < date(2026, 7, 6) for at in written) == 13
    assert {launch.launched_at for launch in launches} == {None}


def test_fact_01_of_a_replay_and_one_new_post_only_that_was_launched(read):
    launches = read("producthunt_feed", PRODUCT_HUNT).launches
    new = launches[0].model_copy(update={"native_id": "99999999"})

    again = mark_launched(
        (*launches, new),
        known={launch.native_id for launch in launches},
        complete_at=TAKEN - timedelta(hours=6),
    )

    assert [launch.native_id for launch in again if launch.launched_at] == ["99999999"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_fact_01_a_truncated_copy_is_suspect_and_so_no_listing(body, read_as, share):
    """Only a good reading is the last complete listing: tests/steps/test_ingest.py."""
    whole = body(PRODUCT_HUNT)

    reading = read_as("producthunt_feed", whole[: int(len(whole) * share)])

    assert reading.outcome is Outcome.SUSPECT


_PRODUCT = re.compile(r"^## \[\d+\. (.+?)\]\((\S+?)\)$", re.MULTILINE)
_STAMP = re.compile(r"(\d{4})年(\d\d)月(\d\d)日 (AM|PM)(\d\d):(\d\d)")


def products_of(markdown, *, fetched_at):
    """Read a list of a day that others made of Product Hunt's API; no kind of ours reads it."""
    stamps = [
        datetime(*map(int, (y, m, d)), int(h) % 12 + 12 * (half == "PM"), int(n), tzinfo=BEIJING)
        for y, m, d, half, h, n in _STAMP.findall(markdown)
    ]
    launches = [
        Launch(
            source="a-source",
            native_id=url.partition("?")[0],
            title=name,
            name=name,
            url=url,
            launched_at=at.astimezone(UTC),
            launched_at_source=LaunchDateSource.TEXT,
            first_seen_at=fetched_at,
            capture_key="none",
        )
        for (name, url), at in zip(_PRODUCT.findall(markdown), stamps, strict=True)
    ]
    return Reading(outcome=Outcome.OK, launches=tuple(launches), rows=len(launches))


def test_fact_02_a_day_of_two_stale_products_is_suspect_twice_over(body, make_source):
    fetched_at = datetime(2025, 9, 4, 8, 0, tzinfo=UTC)
    text = body("producthunt/daily_md_2025-09-04_degenerate.md").decode()
    reading = products_of(text, fetched_at=fetched_at)
    day_before = fetched_at - timedelta(days=1)

    def judged(*items):
        past = (PastReading(Counts(items=n, newest_at=day_before), day_before) for n in items)
        source = make_source("producthunt_graphql", floor=1)
        return judge(reading, source=source, past=Trail(accepted=tuple(past)), at=fetched_at)

    few, stale = judged(*[30] * 7), judged(2)

    assert {launch.launched_at.astimezone(BEIJING).date() for launch in reading.launches} == {
        date(2025, 3, 8)
    }
    assert (few.outcome, stale.outcome) == (Outcome.SUSPECT, Outcome.SUSPECT)
    assert few.reason.startswith("2 items where 30")
    assert "7 March 2025" in stale.reason


def test_fact_02_a_whole_day_of_thirty_begins_at_midnight_in_california(body):
    fetched_at = datetime(2026, 8, 22, 8, 0, tzinfo=UTC)
    text = body("producthunt/daily_md_2026-08-22_full.md").decode()
    reading = products_of(text, fetched_at=fetched_at)
    local = {launch.launched_at.astimezone(PACIFIC) for launch in reading.launches}

    assert len(reading.launches) == 30
    assert {at.date() for at in local} == {date(2026, 8, 21)}
    assert {(at.hour, at.minute) for at in local} == {(0, 1)}


def test_fact_03_thirty_hacker_news_posts_of_which_one_has_no_address(read):
    reading = read("hn_algolia", "hackernews/algolia_show_hn_2026-07.json")
    without = [launch for launch in reading.launches if launch.url is None]

    assert (reading.rows, len(reading.launches)) == (30, 30)
    assert [launch.native_id for launch in without] == ["48847834"]
    assert without[0].discussion_url == "https://news.ycombinator.com/item?id=48847834"


def test_fact_04_thirty_official_items_go_by_the_item_of_their_discussion(read):
    """The feed has no guid; two submissions may share a link."""
    reading = read("feed", "hackernews/official_rss_2025-12.xml")
    ids = {launch.native_id for launch in reading.launches}

    assert (reading.outcome, reading.rows, len(ids)) == (Outcome.OK, 30, 30)
    assert all(re.fullmatch(r"https://news\.ycombinator\.com/item\?id=\d+", key) for key in ids)
    assert all(launch.discussion_url == launch.native_id for launch in reading.launches)


def test_fact_05_daily_papers_are_of_two_days_and_seven_have_no_repository(read):
    reading = read("hf_papers", "huggingface/daily_papers_2026-07.json")
    launches = reading.launches

    assert (reading.outcome, len(launches)) == (Outcome.OK, 25)
    assert sum("repository" not in launch.details for launch in launches) == 7
    assert {launch.launched_at.date() for launch in launches} == {
        date(2026, 7, 10),
        date(2026, 7, 13),
    }


def test_fact_06_twelve_repositories_with_seven_licences_and_no_homepage_for_a_name(body, read):
    rows = json.loads(body("github/api_search_repositories_2026-07.json"))["items"]
    said = Counter((row["license"] or {}).get("spdx_id") for row in rows)
    launches = read("github_search", "github/api_search_repositories_2026-07.json").launches
    licences = {launch.native_id: launch.licence for launch in launches}

    assert (len(rows), said[None], said["NOASSERTION"]) == (12, 4, 1)
    assert sum(licence is not None for licence in licences.values()) == 7
    for row in rows:
        spdx = (row["license"] or {}).get("spdx_id")
        assert licences[str(row["id"])] == (None if spdx == "NOASSERTION" else spdx)
    assert all(item.site == item.url == f"https://github.com/{item.title}" for item in launches)


def test_fact_06_bait_is_flagged_and_the_rest_is_not(read):
    launches = read("github_search", "github/api_search_repositories_2026-07.json").launches
    flagged = {
        launch.name: launch.details["suspect_reasons"] for launch in launches if launch.flags
    }

    assert set(flagged) == {"photoshop-ai-smart-enhance", "fintech-advisor", "ai-openclaw-cli"}
    assert all(flagged.values())
    assert {flag for launch in launches for flag in launch.flags} == {Flag.SUSPECT}


TRENDING = [
    ("2019-05", 25),
    ("2020-02", 25),
    ("2022-04", 25),
    ("2023-05", 25),
    ("2026-04_min", 3),
    ("2026-05_daily-topic-radar", 20),
]


@pytest.mark.parametrize(("name", "rows"), TRENDING)
def test_fact_08_every_generation_of_trending_is_read_and_no_login_is_a_tool(read, name, rows):
    reading = read("github_trending", f"github_trending/trending_{name}.html")
    paths = [launch.url.removeprefix("https://github.com/") for launch in reading.launches]

    assert (reading.outcome, reading.rows, reading.rejected) == (Outcome.OK, rows, 0)
    assert all(path.count("/") == 1 for path in paths)
    assert not [path for path in paths if path.split("/")[0] in {"login", "sponsors"}]
    assert [launch.details["rank"] for launch in reading.launches] == [*range(1, rows + 1)]
    assert {launch.details["list_length"] for launch in reading.launches} == {rows}


@pytest.mark.parametrize(("name", "rows"), TRENDING)
def test_fact_08_a_generation_that_nobody_claims_is_suspect(body, read_as, name, rows):
    """The same pages with the rows, then the headings, that each known layout goes by renamed."""
    del rows
    page = body(f"github_trending/trending_{name}.html")
    rows_renamed = page.replace(b"Box-row", b"Row").replace(b"repo-list", b"list")
    headings_renamed = re.sub(rb"<(/?)h[123]\b", rb"<\1h5", page)

    for changed in (rows_renamed, headings_renamed):
        reading = read_as("github_trending", changed)
        assert reading.outcome is Outcome.SUSPECT
        assert reading.launches == ()


def test_fact_09_a_week_of_a_subreddit_is_ranks_without_popularity(read):
    reading = read("reddit_rss", "reddit/LocalLLaMA_top_week_2026-07-13.rss.xml")
    launches = reading.launches

    assert (reading.outcome, len(launches)) == (Outcome.OK, 25)
    assert sum(launch.url is not None for launch in launches) == 6
    assert {launch.popularity for launch in launches} == {None}
    assert [launch.details["rank"] for launch in launches] == [*range(1, 26)]
    assert {launch.details["list_length"] for launch in launches} == {25}


def test_fact_10_pinned_posts_and_comments_are_no_launches(read):
    hot = read("reddit_json", "reddit/subreddit_hot_listing.json")
    mixed = read("reddit_json", "reddit/listing_page_large.json")

    assert (hot.outcome, hot.rows, len(hot.launches), hot.rejected) == (Outcome.OK, 102, 100, 0)
    assert (mixed.outcome, mixed.rows, len(mixed.launches)) == (Outcome.OK, 100, 23)
    assert all(launch.native_id.startswith("t3_") for launch in mixed.launches)


def test_fact_11_models_fold_and_their_prices_keep_every_digit(body, read):
    rows = json.loads(body("openrouter/models_2025_full.json"))["data"]
    reading = read("openrouter_models", "openrouter/models_2025_full.json")
    prices = {launch.native_id: launch.details.get("prices") for launch in reading.launches}

    assert (reading.rows, len(reading.launches), reading.rejected) == (321, 265, 0)
    assert prices["openrouter/auto"] is None
    for row in rows:
        if row["id"] in prices and row["id"] != "openrouter/auto":
            assert prices[row["id"]] == row["pricing"]
            assert all(f"{Decimal(text):f}" == text for text in prices[row["id"]].values())


def test_fact_11_of_six_newer_models_one_is_known_by_another_name_and_tiers_are_kept(read):
    reading = read("openrouter_models", "openrouter/models_2026-07_trim.json")
    by_id = {launch.native_id: launch for launch in reading.launches}
    target = by_id["google/gemini-3.1-pro-preview"]

    assert (reading.rows, len(by_id)) == (6, 6)
    assert [item.details["aliases"] for item in by_id.values() if "aliases" in item.details] == [
        ["~google/gemini-pro-latest"]
    ]
    assert target.details["overrides"][0]["min_prompt_tokens"] == 200_000
    assert target.details["overrides"][0]["completion"] == "0.000018"
    assert "prices" not in by_id["openrouter/auto-beta"].details


def test_fact_12_models_of_ollama_have_absolute_times_and_an_empty_search_is_right(read):
    reading = read("ollama_library", "ollama/library_newest_2025-08.html")
    times = [launch.launched_at for launch in reading.launches]
    empty = read("ollama_library", "ollama/library_search_empty_2025-08.html")

    assert (reading.outcome, len(times)) == (Outcome.OK, 176)
    assert max(times) == datetime(2025, 8, 1, 4, 40, tzinfo=UTC)
    assert empty.outcome is Outcome.OK_EMPTY


def test_fact_13_papers_of_arxiv_go_by_an_id_without_version(body, read):
    name = "arxiv/api_query_csAI_csLG_2026-07-13.atom.xml"
    reading = read("arxiv_api", name)

    assert b">386601</opensearch:totalResults>" in body(name)
    assert (reading.outcome, len(reading.launches)) == (Outcome.OK, 50)
    assert all(re.fullmatch(r"\d{4}\.\d{5}", item.native_id) for item in reading.launches)


@pytest.mark.parametrize("kind", ["arxiv_api", "feed"])
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("apipy_id_abc_s0_m100_b79c8dcf6bc3", Outcome.FAILED),
        ("apipy_id_0000.0000_s0_m100_8b51d9633a68", Outcome.OK_EMPTY),
    ],
)
def test_fact_13_an_error_that_comes_as_an_entry_is_told_from_nothing(
    body, read_as, kind, name, outcome
):
    """As the API sent it, and with the status that it came under."""
    answer = json.loads(body(f"arxiv/{name}.json"))

    assert read_as(kind, answer["body"].encode()).outcome is outcome
    assert read_as(kind, answer["body"].encode(), status=answer["status_code"]).outcome is outcome


@pytest.mark.parametrize("kind", ["arxiv_rss", "feed"])
def test_fact_13_a_weekend_without_papers_is_rightly_empty(read, kind):
    reading = read(kind, "arxiv/rss_weekend_empty_2026-08-01.xml")

    assert (reading.outcome, reading.reason) == (Outcome.OK_EMPTY, "the feed skips Saturdays")


DEVTO = "devto/articles_with_content_2024-11.json"


def test_fact_14_of_sixty_articles_one_is_from_elsewhere_and_nineteen_are_error_pages(read):
    reading = read("devto", DEVTO)
    elsewhere = [launch for launch in reading.launches if "//dev.to/" not in launch.url]
    refused = [launch for launch in reading.launches if "content_rejected" in launch.details]
    liked = read("devto", DEVTO, options={"min_reactions": 1})

    assert (reading.outcome, len(reading.launches)) == (Outcome.OK, 60)
    assert (len(elsewhere), len(refused)) == (1, 19)
    assert {launch.description for launch in refused} == {""}
    assert (liked.rows, [launch.native_id for launch in liked.launches]) == (60, ["2056010"])


def test_fact_15_a_directory_of_190_tools_tells_prices_from_ranks(read):
    launches = read("taaft_listing", "taaft/home_2026-07.html").launches
    unknown = [item for item in launches if item.details["price"] == {"kind": "unknown"}]
    ranked = [item for item in unknown if "trending_rank" in item.details]
    of_host = [item for item in launches if "//vidflux.ai" in str(item.site)]

    assert len(launches) == 190
    assert Counter(item.details.get("price_text") for item in unknown) == {
        "No pricing": 21,
        None: 10,
    }
    assert len(ranked) == 10
    assert {launch.details["sponsored"] for launch in launches} == {"yes", "unknown"}
    assert len({item.native_id for item in of_host}) == len({item.site for item in of_host}) == 4


def test_fact_16_a_changelog_of_fragments_is_not_one_entry(read):
    """Two versions stand in it three times more than once, at different dates: the latest holds."""
    reading = read("feed", "vendor_blogs/olshansk_feed_windsurf_changelog_2026-08.xml")
    repeated = {item.title: item for item in reading.launches if "1.12.2" in item.native_id}

    assert (reading.outcome, reading.rows, len(reading.launches)) == (Outcome.OK, 118, 115)
    assert len({launch.url for launch in reading.launches}) == 115
    assert repeated


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_fact_19_bombs_are_stopped(body, coding):
    with pytest.raises(FetchError, match="decompression bomb"):
        decode_body(body(f"http_bodies/scrapy_bomb-{coding}.bin"), coding, url="u", limits=Limits())


def test_fact_19_a_truncated_body_raises_and_three_layers_are_taken_off(body):
    stacked = body("http_bodies/scrapy_html-gzip-deflate-gzip.bin")
    page = decode_body(stacked, "gzip, deflate, gzip", url="u", limits=Limits())

    assert len(page) == 74_837
    assert b"<html" in page.lower()
    with pytest.raises(FetchError, match="truncated"):
        decode_body(body("http_bodies/scrapy_unexpected-eof.gz"), "gzip", url="u", limits=Limits())


@pytest.mark.parametrize("kind", KINDS)
def test_fact_19_a_bot_check_is_blocked_whatever_was_due(read, kind):
    assert read(kind, "http_bodies/cloudflare_challenge_min.html").outcome is Outcome.BLOCKED
    assert read(kind, "http_bodies/cloudflare_challenge_min.html", status=403).outcome is (
        Outcome.BLOCKED
    )


HEADERS = [
    "",
    "application/xml",
    "text/xml",  # US-ASCII by an old rule, which is not ours
    "application/rss+xml",
    "application/xml; charset=utf-8",
    "text/xml; charset=us-ascii",
    "application/rss+xml; charset=windows-1252",  # what servers add unasked
    "application/rss+xml; charset=iso-8859-1",
    "application/xml; charset=no-such-charset",
]
DECLARED = [
    ("mf_windows-1252-incorrect-prolog.xml", "Euro €"),
    ("mf_utf8-incorrect-prolog.xml", "Café"),
    ("hg_iso-8859-1.rss", "Mëkanïk Zaïn"),
    ("mf_koi8r.xml", "Первая новость"),
    ("mf_encoding_WINDOWS-1251.xml", "Цитата #17703"),
]
UNDECLARED = [
    ("fp_koi8r.xml", "Как пережить новогоднюю ночь"),
    ("fp_shiftjis.xml", "DrecomRSSに記事投稿が反映されない…"),
]


@pytest.mark.parametrize("content_type", HEADERS)
@pytest.mark.parametrize(("name", "title"), DECLARED)
def test_fact_20_titles_are_read_whatever_the_header_says(read, name, title, content_type):
    reading = read("feed", f"malformed_feeds/{name}", content_type=content_type)

    assert title in {reading.title, *(launch.title for launch in reading.launches)}


@pytest.mark.parametrize("content_type", HEADERS[:5])
@pytest.mark.parametrize(("name", "title"), UNDECLARED)
def test_fact_20_undeclared_bytes_are_detected(read, name, title, content_type):
    reading = read("feed", f"malformed_feeds/{name}", content_type=content_type)

    assert title in {launch.title for launch in reading.launches}
    assert reading.is_charset_guessed


def test_fact_21_twenty_google_alerts_are_unwrapped(body, read):
    name = "malformed_feeds/fj_google_alerts_atom.xml"
    launches = read("feed", name).launches

    assert body(name).count(b"https://www.google.com/url?") >= 20
    assert len(launches) == 20
    assert not [launch for launch in launches if "google.com" in launch.url]
    assert not [launch for launch in launches if "<b>" in launch.title]
    assert launches[1].url == "https://investorplace.com/2019/07/slack-stock-truly-compelling/"


def test_popularity_is_said_in_the_measure_of_its_source(read):
    """Ranks are no counts, so that nobody compares them with one."""
    measured = {
        kind: {launch.popularity_metric for launch in read(kind, name).launches}
        for kind, name in (
            ("hn_algolia", "hackernews/algolia_show_hn_2026-07.json"),
            ("reddit_rss", "reddit/LocalLLaMA_top_week_2026-07-13.rss.xml"),
            ("github_trending", "github_trending/trending_2023-05.html"),
        )
    }

    assert measured == {
        "hn_algolia": {Popularity.POINTS},
        "reddit_rss": {None},
        "github_trending": {Popularity.STARS},
    }
