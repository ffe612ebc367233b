"""Weeks one after the other, on both databases: what moved is listed once, what was said is kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.catalogue.jobs import load_jobs
from digest.mail.stationery import Brand
from digest.model import AnswerKind, Fact, FactKind, Issue, Tool, Verdict
from digest.panel.rules import Rules, load_rules
from digest.steps.build_report import BuildReport
from digest.steps.desk import WeeklyParts
from digest.steps.weekly import BuildOptions, approve_issue, build_issue
from digest.store import reviews as store
from digest.store import tools as tool_store
from digest.store.engine import Database

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
WEEKS = ("2026-W47", "2026-W48", "2026-W49")
NAMES = (("Larch", "Quarry"), ("Heron", "Marten"), ("Pebble", "Wren"))
"""Two new tools a week."""
OPEN = {
    "install": "ollama run it",
    "docs": True,
    "example": True,
    "waitlist": False,
    "licence": "MIT",
    "runs_locally": True,
    "open_interface": "GGUF",
    "entry_price": "free",
    "benchmark": "none",
    "terms": True,
    "vendor_since": "2019-01-01",
    "superlatives": 0.2,
}
CLOSED = {**OPEN, "licence": "LicenseRef-proprietary", "runs_locally": False, "install": False}
BRAND = Brand(
    name="Verdicts",
    base_url="https://verdicts.example.com",
    sender_name="Verdicts",
    sender_address="news@verdicts.example.com",
    postal_address="1 Example Street, Berlin",
)


def made_facts(tool: str, values: dict[str, object], *, at: datetime) -> list[Fact]:
    return [
        Fact(
            tool=tool,
            kind=FactKind(kind),
            value=value,
            observed_at=at,
            capture_key="c",
            source="pages",
            url=f"https://{tool}.example/{kind}",
            span=f"words about {kind}",
        )
        for kind, value in values.items()
    ]


def know(db: Database, tool: str, values: dict[str, object], *, at: datetime) -> None:
    """Let these be the facts of a tool from now on."""
    with db.write() as session:
        tool_store.replace_facts(session, [tool], made_facts(tool, values, at=at))


@pytest.fixture
def weeks(db: Database) -> list[datetime]:
    """Three weeks in which two tools of one job come each; gives when each is built."""
    times = [FRIDAY + timedelta(weeks=number) for number in range(3)]
    for now, names in zip(times, NAMES, strict=True):
        tools = [
            Tool(
                slug=name.lower(),
                name=name,
                tagline="A small open language model for laptops",
                description="A small open language model that answers questions on a laptop.",
                url=f"https://{name.lower()}.example",
                product_key=name.lower(),
                vendor_key=f"{name.lower()}-works",
                job="small-llm",
                job_confidence=0.95,
                launched_at=now - timedelta(days=2),
                tags=("llm",),
            )
            for name in names
        ]
        with db.write() as session:
            tool_store.put_tools(session, tools)
        for tool, values in zip(tools, (OPEN, CLOSED), strict=True):
            know(db, tool.slug, {**values, "maintained_at": f"{now:%Y-%m-%d}"}, at=now)
    return times


def build_with(
    db: Database,
    week: str,
    now: datetime,
    *,
    pinned: tuple[str, ...],
    rules: Rules | None = None,
) -> BuildReport:
    parts = WeeklyParts(
        db=db,
        jobs=load_jobs(),
        rules=rules or load_rules(),
        brand=BRAND,
        templates_dir=Path(__file__).parents[2] / "email_templates",
        zone=ZoneInfo("UTC"),
        labels={},
    )
    return build_issue(week, options=BuildOptions(pinned=pinned), parts=parts, now=now)


@pytest.fixture
def build(db: Database) -> Callable[..., Issue]:
    """Build a week, and release it."""

    def run(week: str, now: datetime, *, rules: Rules | None = None, releases: bool = True):
        pair = "+".join(name.lower() for name in NAMES[WEEKS.index(week)])
        report = build_with(db, week, now, pinned=(pair,), rules=rules)
        if releases:
            approve_issue(db, week, by="Ada", now=now)
        return report.issue

    return run


def test_what_moved_is_listed_in_the_next_issue_with_its_reason_and_only_there(db, weeks, build):
    first = build(WEEKS[0], weeks[0])
    assert first.moves == ()
    waits = {**OPEN, "install": False, "docs": False, "waitlist": True}
    know(db, "larch", {**waits, "maintained_at": "2026-11-20"}, at=weeks[1])

    second = build(WEEKS[1], weeks[1])
    third = build(WEEKS[2], weeks[2])

    (move,) = second.moves
    assert (move.tool, move.reviewer, move.before, move.after) == (
        *("larch", "builder"),
        *(Verdict.SHIP, Verdict.SKIP),
    )
    assert move.why == (
        "install line was published, now missing; documentation was published, now missing; "
        "waitlist was none, now in place"
    )
    assert (move.comparison, move.week) == (first.comparisons[0].slug, WEEKS[0])
    assert third.moves == ()
    with db.read() as session:
        assert store.verdict_history(session, "larch") == [move]
        assert store.verdict_history(session, "quarry") == []
        (revision,) = store.revisions_of(session, move.comparison, WEEKS[0])
    assert revision.before == first.comparisons[0].answer
    assert revision.before.kind is not AnswerKind.INSUFFICIENT
    assert move.panel_before != move.panel_after
    assert {move.panel_before, move.panel_after} == {
        next(c.panel for c in (x.a, x.b) if c.slug == "larch")
        for x in (first.comparisons[0], revision.comparison)
    }


def test_nothing_of_it_is_public_before_the_issue_that_tells_it_is_released(db, weeks, build):
    first = build(WEEKS[0], weeks[0])
    know(db, "larch", {**CLOSED, "docs": False, "waitlist": True}, at=weeks[1])

    issue = build(WEEKS[1], weeks[1], releases=False)

    assert issue.moves
    with db.read() as session:
        assert store.verdict_history(session, "larch") == []
        assert store.revisions_of(session, first.comparisons[0].slug, WEEKS[0]) == []


def test_a_build_again_tells_what_is_so_by_then(db, weeks, build):
    """The evidence came back: the former build's list is gone with it."""
    build(WEEKS[0], weeks[0])
    facts = {**OPEN, "maintained_at": "2026-11-20"}
    know(db, "larch", {**facts, "install": False, "docs": False, "waitlist": True}, at=weeks[1])
    assert build(WEEKS[1], weeks[1], releases=False).moves

    know(db, "larch", facts, at=weeks[1])
    assert build(WEEKS[1], weeks[1]).moves == ()

    with db.read() as session:
        assert store.verdict_history(session, "larch") == []


def test_former_reviews_stay_with_their_date_and_what_changed_after_them(db, weeks, build):
    build(WEEKS[0], weeks[0])
    know(db, "larch", {**OPEN, "licence": "AGPL-3.0", "maintained_at": "2026-11-20"}, at=weeks[1])
    build(WEEKS[1], weeks[1])

    with db.read() as session:
        history = [
            (review.reviewed_at, reason)
            for review, reason in store.review_history(session, "larch")
            if review.reviewer == "builder"
        ]
        assert history == [(weeks[0], "")]  # both are OSI licences: it came to the same

    know(db, "larch", {**OPEN, "licence": "CC-BY-NC-4.0"}, at=weeks[2])
    build(WEEKS[2], weeks[2])

    with db.read() as session:
        history = [
            (review.reviewed_at, reason)
            for review, reason in store.review_history(session, "larch")
            if review.reviewer == "builder"
        ]
    assert history == [(weeks[2], "licence was MIT, now CC-BY-NC-4.0"), (weeks[0], "")]


def test_other_rules_are_a_reason(weeks, build):
    build(WEEKS[0], weeks[0])
    rules = load_rules()
    limits = rules.thresholds.model_copy(update={"ship_at": 0.99})
    stricter = rules.model_copy(update={"version": "9", "thresholds": limits})

    issue = build(WEEKS[1], weeks[1], rules=stricter)

    assert issue.moves
    assert all(move.why.startswith("rules 2 → 9") for move in issue.moves)
    assert {move.after for move in issue.moves} == {Verdict.SKIP}


def test_the_operator_is_told_of_a_reviewer_that_ships_everything(sqlite_db: Database):
    """Thirty tools of which each is known the same: nothing is told apart, and that is said."""
    slugs = [f"larch-{number:02}" for number in range(30)]
    tools = [
        Tool(
            slug=slug,
            name=slug.title(),
            product_key=slug,
            vendor_key=slug,
            job="small-llm",
            job_confidence=0.95,
            launched_at=FRIDAY - timedelta(days=2),
        )
        for slug in slugs
    ]
    with sqlite_db.write() as session:
        tool_store.put_tools(session, tools)
        facts = [fact for slug in slugs for fact in made_facts(slug, OPEN, at=FRIDAY)]
        tool_store.replace_facts(session, slugs, facts)

    report = build_with(sqlite_db, WEEKS[0], FRIDAY, pinned=("larch-00+larch-01",))

    assert any(line.startswith("the Builder ships nearly everything") for line in report.watch)
    assert report.document()["watch"] == list(report.watch)
