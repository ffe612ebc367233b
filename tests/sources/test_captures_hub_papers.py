"""
Facts about real responses of Hugging Face, arXiv, GitHub's releases and Hacker News' own API.

They lie outside the repository, for they belong to their sites; without the folder these skip.
"""

import json
from datetime import UTC, date, datetime

import pytest

from digest.model import Flag, LaunchDateSource, Outcome, Popularity
from digest.sources.health import Trail, judge
from digest.sources.parsers import KINDS

pytestmark = pytest.mark.captures

FETCHED_AT = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)

SPACES = ("hf_spaces", "huggingface/spaces_trending_2026-07.json")
PAPERS = ("hf_papers", "huggingface/daily_papers_2026-07.json")
ARXIV = ("arxiv_api", "arxiv/api_query_csAI_csLG_2026-07-13.atom.xml")
RELEASES = ("github_releases", "github/releases_astral-ty_2025-12.atom.xml")
ITEMS = ("hn_firebase", "hackernews/firebase_items_official_docs.json")


@pytest.fixture
def read(captures_dir, read_as):
    """Read a capture as a kind of source, at the minute it was taken."""

    def read(kind, name):
        return read_as(kind, (captures_dir / name).read_bytes(), fetched_at=FETCHED_AT)

    return read


@pytest.mark.parametrize(
    ("kind", "name", "count"), [(*SPACES, 25), (*PAPERS, 25), (*ARXIV, 50), (*RELEASES, 10)]
)
def test_a_listing_is_read_whole_and_passes_for_healthy(read, make_source, kind, name, count):
    reading = read(kind, name)
    source = make_source(kind, floor=KINDS[kind].floor, dated=KINDS[kind].is_dated)

    judged = judge(reading, source=source, past=Trail(), at=FETCHED_AT)

    assert (judged.outcome, judged.reason) == (Outcome.OK, None)
    assert (reading.rows, len(reading.launches), reading.rejected) == (count, count, 0)


def test_spaces_that_trend_are_dated_by_when_they_were_created(read):
    launches = read(*SPACES).launches
    days = {launch.launched_at.date() for launch in launches}
    board = next(launch for launch in launches if launch.native_id == "mteb/leaderboard")

    assert (min(days), max(days)) == (date(2022, 9, 29), date(2026, 7, 3))
    assert (board.launched_at.year, board.popularity) == (2022, 7557)
    assert {launch.launched_at_source for launch in launches} == {LaunchDateSource.API}
    assert {launch.popularity_metric for launch in launches} == {Popularity.LIKES}


def test_the_one_unsafe_space_is_flagged(read):
    flagged = [item.native_id for item in read(*SPACES).launches if Flag.NSFW in item.flags]

    assert flagged == ["EldMans/wan2.2_14b_i2v_480p_lightning_nsfw_diffusers"]


def test_daily_papers_are_of_two_days_and_seven_have_no_repository(read):
    launches = read(*PAPERS).launches
    without = [launch for launch in launches if "repository" not in launch.details]

    assert {launch.launched_at.date() for launch in launches} == {
        date(2026, 7, 10),
        date(2026, 7, 13),
    }
    assert len(without) == 7
    assert len([launch for launch in launches if launch.popularity == 0]) == 3


def test_a_paper_without_repository_and_project_page_has_no_site(read):
    launches = read(*PAPERS).launches

    assert all(launch.details["is_paper"] for launch in launches)
    assert {launch.native_id for launch in launches if launch.site is None} == {
        *("2607.08393", "2607.04751", "2607.09415", "2607.09424", "2607.09657")
    }


def test_two_papers_are_in_both_lists_under_one_id(read):
    daily = {launch.native_id for launch in read(*PAPERS).launches}
    found = {launch.native_id for launch in read(*ARXIV).launches}

    assert daily & found == {"2607.09424", "2607.09657"}


def test_papers_of_arxiv_go_by_their_id_and_page_without_version(read):
    launches = read(*ARXIV).launches

    assert all("v" not in launch.native_id for launch in launches)
    assert all(launch.url == f"https://arxiv.org/abs/{launch.native_id}" for launch in launches)
    assert max(launch.launched_at for launch in launches) == datetime(
        2026, 7, 10, 17, 59, 45, tzinfo=UTC
    )
    assert launches[0].author == "Ren Takahashi"


@pytest.mark.parametrize(
    ("name", "outcome", "word"),
    [
        ("arxiv/apipy_id_0000.0000_s0_m100_8b51d9633a68.json", Outcome.OK_EMPTY, "totalResults 0"),
        ("arxiv/apipy_id_abc_s0_m100_b79c8dcf6bc3.json", Outcome.FAILED, "incorrect id format"),
    ],
)
def test_an_empty_answer_of_arxiv_is_told_from_an_error(captures_dir, read_as, name, outcome, word):
    answer = json.loads((captures_dir / name).read_bytes())

    reading = read_as("arxiv_api", answer["body"].encode())

    assert reading.outcome is outcome
    assert word in reading.reason


def test_releases_go_by_repository_number_and_tag(read):
    launches = read(*RELEASES).launches

    assert launches[0].native_id == "tag:github.com,2008:Repository/976731654/0.0.1-alpha.34"
    assert {launch.site for launch in launches} == {"https://github.com/astral-sh/ty"}
    assert {launch.name for launch in launches} == {"ty"}
    assert all(launch.details["is_prerelease"] for launch in launches)
    assert {launch.launched_at_source for launch in launches} == {LaunchDateSource.UPDATED}


def test_only_stories_among_hacker_news_items_are_launches(read):
    """Nine values: a bare number, a user, a list of updates, a job, a poll, a comment."""
    reading = read(*ITEMS)

    assert [launch.native_id for launch in reading.launches] == ["8863", "121003"]
    assert (reading.outcome, reading.rows, reading.rejected) == (Outcome.OK, 9, 0)
    assert reading.launches[0].url == "http://www.getdropbox.com/u/2/screencast.html"
    assert reading.launches[1].url is None
