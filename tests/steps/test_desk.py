"""A desk loaded a job at a time holds what one loaded from the whole catalogue would."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from digest.catalogue.jobs import load_jobs
from digest.catalogue.popularity import Counted, aged_counts
from digest.issues.nearness import shortlist
from digest.issues.pairing import PairingConfig
from digest.issues.weeks import window
from digest.mail.stationery import Brand
from digest.model import Count, Launch, Tool
from digest.panel.market import market_of
from digest.panel.rules import load_rules
from digest.steps.desk import WeeklyParts, load_desk
from digest.store import launches as launch_store
from digest.store import placements as placement_store
from digest.store import popularity as popularity_store
from digest.store import tools as tool_store

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"
HOURS = (1, 7, 20, 30, 80)
WORDS = ("speech", "voices", "reads", "aloud", "scans", "pages", "local", "cloud", "studio", "api")


def made(number: int) -> tuple[Tool, Launch, list[Count]]:
    """A tool, its launch, and what that counted; one in eight is of this week, one comes later."""
    chance = Random(number)
    days = -1 if number == 0 else chance.uniform(4, 6) if number % 8 == 0 else chance.uniform(9, 90)
    launched = NOW - timedelta(days=days)
    tool = Tool(
        slug=f"t{number:03}",
        name=f"Name{number}",
        description=" ".join(chance.choices(WORDS, k=12)),
        job=chance.choice(("tts", "tts", "ocr", "unsorted")),
        job_confidence=chance.choice((0.5, 0.7, 0.9)),
        product_key=chance.choice(("", "", "ember")),
        launched_at=launched,
    )
    launch = Launch(
        source="hn",
        native_id=str(number),
        title=tool.name,
        launched_at=launched,
        launched_at_source="api",
        first_seen_at=launched,
        popularity=number,
        popularity_metric="points",
    )
    seen = [launched + timedelta(hours=hours) for hours in HOURS if days > 0]
    counts = [
        Count(
            source="hn",
            native_id=launch.native_id,
            metric="points",
            first_at=at,
            last_at=at,
            value=place * chance.randrange(9),
        )
        for place, at in enumerate(seen)
    ]
    return tool, launch, counts


@pytest.fixture
def catalogue(db):
    """Two hundred tools in two jobs and none."""
    found = [made(number) for number in range(200)]
    with db.write() as session:
        tool_store.put_tools(session, [tool for tool, _, _ in found])
        launch_store.put_launches(session, [launch for _, launch, _ in found], now=NOW)
        homes = {("hn", launch.native_id): tool.slug for tool, launch, _ in found}
        placement_store.put_tools_of(session, homes)
        popularity_store.put_counts(session, [each for _, _, counts in found for each in counts])
    return found


def test_a_desk_is_the_same_as_from_the_whole_catalogue_at_once(db, catalogue, tmp_path):
    span = window(WEEK, now=NOW, zone=ZoneInfo("UTC"))
    tools = [tool for tool, _, _ in catalogue if tool.launched_at <= span.cutoff]
    fresh = {tool.slug for tool in tools if span.contains(tool.launched_at)}
    near = shortlist(tools, fresh, config=PairingConfig())
    told = {
        tool.slug: aged_counts(
            [Counted("hn", launch.native_id, "points", launch.launched_at, "api")],
            {("hn", launch.native_id): counts},
        )
        for tool, launch, counts in catalogue
    }
    parts = WeeklyParts(
        db=db,
        jobs=load_jobs(),
        rules=load_rules(),
        brand=Brand(
            name="Verdicts",
            base_url="https://verdicts.example.com",
            sender_name="Verdicts",
            sender_address="news@verdicts.example.com",
            postal_address="1 Example Street, Berlin",
        ),
        templates_dir=tmp_path,
        zone=ZoneInfo("UTC"),
        labels={},
    )

    desk = load_desk(parts, week=WEEK, span=span, now=NOW)

    assert {tool.slug for tool in desk.fresh} == fresh
    assert {slug: dict(likely) for slug, likely in desk.near.items()} == near
    assert desk.reviewed.keys() == fresh.union(*near.values())
    markets = {slug: item.evidence.market for slug, item in desk.reviewed.items()}
    assert markets == {
        tool.slug: market_of(tool, tools, now=NOW, counts=told)
        for tool in tools
        if tool.slug in markets
    }
    assert len({market.attention for market in markets.values()}) > 5
