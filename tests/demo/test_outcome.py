"""The demo week through the real steps, over real HTTP, into a real database: the issue it makes."""

import asyncio
from datetime import UTC, datetime

import pytest

from digest.demo.site import DemoSite, demo_sources
from digest.model import AnswerKind
from digest.settings import Settings
from digest.steps.ingest import ingest
from digest.steps.research import research
from digest.steps.weekly import BuildOptions, build_issue
from digest.store import tools as tool_store
from digest.store.engine import Database
from digest.store.migrate import migrate
from digest.wiring import open_resources

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """What the week's build reports, and the catalogue's tools by slug."""
    folder = tmp_path_factory.mktemp("week")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'digest.db'}",
        captures_dir=folder / "captures",
        sources=folder / "sources.toml",
        allowed_private_hosts=("127.0.0.0/8",),
        now=NOW,
    )
    database = Database(settings.database_url)
    migrate(database)
    database.close()
    with DemoSite() as site, open_resources(settings) as resources:
        settings.sources.write_text(demo_sources(site.base))
        asyncio.run(_read(resources))
        research(resources.db, classifier=resources.classifier)
        report = build_issue(
            "2026-W47", options=BuildOptions(), parts=resources.weekly_parts(), now=NOW
        )
        with resources.db.read() as session:
            tools = {tool.slug: tool for tool in tool_store.all_tools(session)}
    return report, tools


async def _read(resources):
    async with resources.fetcher() as fetcher:
        await ingest(resources.sources, parts=resources.ingest_parts(fetcher))


@pytest.fixture(scope="module")
def comparisons(outcome):
    return outcome[0].issue.comparisons


def cards(comparisons):
    return {card.slug: card for item in comparisons for card in (item.a, item.b)}


def test_the_week_makes_five_pairs_over_four_jobs_and_three_categories(comparisons):
    assert len(comparisons) >= 5
    assert len({item.job for item in comparisons}) >= 4
    assert len({item.category for item in comparisons}) >= 3


def test_the_answers_differ(comparisons):
    """Somebody wins, somebody cannot be told apart, and not only the open and free win."""
    kinds = [item.answer.kind for item in comparisons]
    winners = [item.a if item.answer.kind is AnswerKind.A else item.b for item in comparisons]

    assert AnswerKind.TOO_CLOSE in kinds
    assert AnswerKind.INSUFFICIENT not in kinds
    assert {winner.licence == "proprietary" for winner in winners} == {True, False}
    assert all(item.answer.pick_a_if and item.answer.pick_b_if for item in comparisons)


def test_the_panel_is_of_many_minds(comparisons):
    """From all four to nobody; and where a reviewer knows too little, there is no call."""
    labels = {card.panel.label for card in cards(comparisons).values()}

    assert {"4 of 4", "3 of 4", "2 of 4", "2 of 3"} <= labels


def test_the_wrapper_of_big_words_and_a_waitlist_is_skipped(comparisons):
    (wrapper,) = [card for slug, card in cards(comparisons).items() if "meetsage" in slug]

    assert (wrapper.panel.ships, wrapper.panel.calls) == (0, 3)
    assert "superlatives per 100 words" in " ".join(
        check.sentence for review in wrapper.reviews for check in review.checks
    )


def test_new_tools_meet_new_ones_and_older_ones(outcome, comparisons):
    window_start = outcome[0].issue.window_start
    ages = [{card.launched_at >= window_start for card in (it.a, it.b)} for it in comparisons]

    assert {True} in ages
    assert {True, False} in ages
    assert {False} not in ages


def test_what_two_places_announce_is_one_tool(outcome):
    _, tools = outcome

    assert tools["emberline"].sources == ("github", "hacker_news")
    assert tools["secondglance"].sources == ("github", "toolroom_letter")
    assert len([slug for slug in tools if "tableside" in slug]) == 1


def test_versions_of_one_product_stay_two_tools_of_one_family(outcome):
    """So that they are never compared with each other."""
    _, tools = outcome

    families = {tools[slug].product_key for slug in ("halyard-code-4-1", "halyard-code-4-2")}
    assert families == {"halyard-code"}


def test_junk_and_what_is_no_ai_tool_gets_no_verdict(outcome, comparisons):
    """Held back by a flag, or for no job that could be told."""
    report, tools = outcome
    rejected = {item.tool for item in report.plan.rejections}
    noise = ("activator", "nsfw", "sundial", "tidewatch", "schemadiff")

    for word in noise:
        (slug,) = [slug for slug in tools if word in slug]
        assert slug in rejected, slug
        assert slug not in cards(comparisons)
