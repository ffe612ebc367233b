"""Facts of real pages and listings: trending, Reddit, Lobsters, dev.to, directories, news pages."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from digest.model import Flag, Outcome, Popularity

pytestmark = pytest.mark.captures

TAKEN = datetime(2026, 4, 17, 6, 17, tzinfo=UTC)
LOCAL_LLAMA = ("reddit_rss", "reddit/LocalLLaMA_top_week_2026-07-13.rss.xml")
DEVTO = ("devto", "devto/articles_with_content_2024-11.json")
TAAFT = ("taaft_listing", "taaft/home_2026-07.html")
MISTRAL = {"item": 'a[href^="/news/"]:has(h1, h2)', "title": "h1, h2", "date": "div"}


@pytest.fixture
def read(captures_dir, read_as):
    """Read a capture as a kind of source."""

    def read(kind, name, **said):
        return read_as(kind, (captures_dir / name).read_bytes(), fetched_at=TAKEN, **said)

    return read


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("2019-05", 25),
        ("2020-02", 25),
        ("2022-04", 25),
        ("2023-05", 25),
        ("2026-04_min", 3),
        ("2026-05_daily-topic-radar", 20),
    ],
)
def test_every_generation_of_the_trending_page_is_read(read, name, rows):
    reading = read("github_trending", f"github_trending/trending_{name}.html")

    assert (reading.outcome, len(reading.launches), reading.rejected) == (Outcome.OK, rows, 0)
    assert [launch.details["rank"] for launch in reading.launches] == [*range(1, rows + 1)]
    assert not [item for item in reading.launches if item.author in {"login", "sponsors"}]
    assert all(launch.popularity and launch.details["stars_gained"] for launch in reading.launches)
    assert all(launch.launched_at is None for launch in reading.launches)


def test_of_a_week_of_a_subreddit_six_posts_lead_elsewhere(read):
    reading = read(*LOCAL_LLAMA)
    outside = [launch.url for launch in reading.launches if launch.url]

    assert (reading.outcome, len(reading.launches), len(outside)) == (Outcome.OK, 25, 6)
    assert "https://github.com/JustVugg/colibri" in outside
    assert not [url for url in outside if "redd" in url]
    assert {launch.popularity for launch in reading.launches} == {None}
    assert [launch.details["rank"] for launch in reading.launches] == [*range(1, 26)]


@pytest.mark.parametrize(
    "name", ["LocalLLaMA_top_week_2026-07-13.rss", "rssparser_reddit-atom", "rssparser_reddit-home"]
)
def test_ids_of_posts_have_one_form_in_feeds_of_all_years(read, name):
    launches = read("reddit_rss", f"reddit/{name}.xml").launches

    assert launches
    assert all(launch.native_id.startswith("t3_") for launch in launches)
    assert all(launch.native_id[3:] in launch.discussion_url for launch in launches)


@pytest.mark.parametrize(
    ("name", "rows", "launches"),
    [("subreddit_hot_listing", 102, 100), ("listing_page_large", 100, 23)],
)
def test_pinned_posts_and_comments_are_no_launches(read, name, rows, launches):
    reading = read("reddit_json", f"reddit/{name}.json")

    assert (reading.outcome, reading.rows) == (Outcome.OK, rows)
    assert (len(reading.launches), reading.rejected) == (launches, 0)
    assert {item.popularity_metric for item in reading.launches} == {Popularity.REDDIT_SCORE}


def test_reddits_own_word_makes_a_post_unsafe_and_its_utc_is_taken(read):
    launches = {
        item.native_id: item
        for item in read("reddit_json", "reddit/subreddit_hot_listing.json").launches
    }

    assert launches["t3_48b1x8"].launched_at == datetime(2016, 2, 29, 16, 37, 22, tzinfo=UTC)
    assert len([item for item in launches.values() if Flag.NSFW in item.flags]) >= 3


def test_lobsters_items_go_by_their_story(read):
    reading = read("lobsters", "lobsters/rss_2024-05.xml")

    assert (len(reading.launches), reading.rejected) == (25, 0)
    assert reading.launches[0].native_id == "fy551x"
    assert reading.launches[0].author == "bahlo"
    assert all("Comments" not in launch.description for launch in reading.launches)


def test_advertising_is_flagged_and_articles_for_developers_are_not(read):
    launches = read(*DEVTO).launches
    spam = {launch.title for launch in launches if Flag.SPAM in launch.flags}
    tagged = {launch.title for launch in launches if launch.tags}

    assert len(spam) > 30
    assert not spam & tagged
    assert "TIFF vs PNG" in spam


def test_a_directory_of_190_tools_keeps_prices_apart_from_ranks(read):
    reading = read(*TAAFT)
    launches = reading.launches
    kinds = Counter(launch.details["price"]["kind"] for launch in launches)
    unknown = Counter(
        launch.details.get("price_text", "a rank")
        for launch in launches
        if launch.details["price"]["kind"] == "unknown"
    )

    assert (reading.outcome, len(launches), reading.rejected) == (Outcome.OK, 190, 0)
    assert kinds == {"freemium": 95 + 22 + 1, "paid": 20 + 7, "free": 14, "unknown": 21 + 10}
    assert unknown == {"No pricing": 21, "a rank": 10}
    assert {launch.details["sponsored"] for launch in launches} == {"yes", "unknown"}
    assert len([launch for launch in launches if Flag.SPONSORED in launch.flags]) == 2


def test_the_ages_of_a_directory_are_counted_from_its_capture(read):
    launches = {launch.title: launch for launch in read(*TAAFT).launches}

    assert launches["VoooAI"].launched_at == datetime(2026, 4, 17, 5, 25, tzinfo=UTC)
    assert launches["VoooAI"].details["released_within"] == "minute"
    assert launches["remove.bg"].launched_at.year == 2019
    assert launches["remove.bg"].details["released_within"] == "year"


def test_a_news_page_is_read_by_selectors_with_its_dates(read):
    reading = read("html_list", "vendor_blogs/mistral_news_2026-04.html", options=MISTRAL)
    days = {launch.title: launch.launched_at.date().isoformat() for launch in reading.launches}

    assert (reading.outcome, reading.rows, len(reading.launches)) == (Outcome.OK, 10, 9)
    assert days["Introducing Forge"] == "2026-03-17"
    assert all(launch.launched_at for launch in reading.launches)
