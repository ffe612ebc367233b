"""A small published world with names that are hard on a page, and the app that shows it."""

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from digest.model import (
    Answer,
    Approval,
    Card,
    Citation,
    Comparison,
    EntryPrice,
    Fact,
    FactCell,
    FactKind,
    FactRow,
    Flag,
    Issue,
    Newcomer,
    PairScore,
    Plan,
    Review,
    Reviewer,
    StaleSource,
    Tally,
    Tool,
    Verdict,
)
from digest.panel.rulebook import load_rules
from digest.store import issues as issue_store
from digest.store import tools as tool_store
from digest.store.engine import Database
from digest.web.app import create_app
from digest.web.parts import Parts
from tests.conftest import NOW

LONG = "Tiny & Mighty 3.5 “Long Context” Reasoning-Model with Tool-Calling, v2.1-rc"
HOSTILE = "Smol<script>alert(1)</script> LM"
URDU = "اردو زبان ماڈل"
SECRET = b"a secret of thirty-two octets ...."
SCORE = PairScore(substitutability=1, rivalry=1, freshness=1, balance=1, contrast=1, total=1)


def citation(number: int, tool: str, quote: str) -> Citation:
    return Citation(
        number=number,
        label="launch page",
        url=f"https://example.com/{tool}",
        quote=quote,
        observed_at=NOW - timedelta(days=1),
    )


def review(tool: str, reviewer: Reviewer, verdict: Verdict) -> Review:
    return Review(
        tool=tool,
        reviewer=reviewer,
        verdict=verdict,
        take=f"It starts from a published install line, `pip install {tool}` [1]. Under "
        "Apache-2.0 the code is open to read & change [2]. Against that, its earliest known "
        "date, 16 November 2026, is less than 30 days back — <b>young</b> [1].",
        citations=(
            citation(1, tool, f"Install with `pip install {tool}` (~6GB), then run it."),
            citation(2, tool, "Licensed under Apache-2.0 <https://example.com>"),
        ),
        evidence_sha256="0" * 64,
        panel_version="1+00000000",
        reviewed_at=NOW,
    )


def card(slug: str, name: str, ships: int, *, calls: int = 4, **fields) -> Card:
    verdicts = [Verdict.SHIP] * ships + [Verdict.SKIP] * (calls - ships)
    verdicts += [Verdict.NO_CALL] * (4 - calls)
    given = {
        "tagline": "Runs a 3B model on your own laptop & phone, in ~6GB, for $15",
        "description": "An open language model of 3 billion parameters by Example Labs, released "
        "under Apache-2.0. It is made for reasoning on devices with little memory, and comes as "
        "`GGUF` weights with an OpenAI-compatible server.",
        "url": f"https://{slug}.example.com/start",
        "category": "Models",
        "entry_price": EntryPrice.FREE,
        "launched_at": NOW - timedelta(days=4),
        "launch_dated": True,
        "sources": ("launch page",),
    }
    return Card(
        slug=slug,
        name=name,
        panel=Tally(ships=ships, calls=calls, reviewers=4),
        reviews=tuple(
            review(slug, reviewer, verdict)
            for reviewer, verdict in zip(Reviewer, verdicts, strict=True)
        ),
        **{**given, **fields},
    )


def cell(text: str | None, slug: str) -> FactCell:
    if text is None:
        return FactCell()
    return FactCell(
        text=text,
        url=f"https://{slug}.example.com/pricing",
        source="own page",
        observed_at=NOW - timedelta(days=2),
        quote=f"{text} as their page says",
    )


def row(kind: FactKind, label: str, a: str | None, b: str | None) -> FactRow:
    return FactRow(kind=kind, label=label, a=cell(a, "one"), b=cell(b, "two"))


FACTS = (
    row(FactKind.LICENCE, "Licence", "Apache-2.0", "Apache-2.0"),
    row(FactKind.PRICE, "Price", "free", "$15 per million output tokens"),
    row(FactKind.INSTALL, "Install line", "`ollama run smol`", None),
    row(FactKind.RUNS_LOCALLY, "Runs locally", "Yes", "No"),
    row(FactKind.MAINTAINED_AT, "Last commit or release", None, None),
)


def comparison(week: str, position: int, a: Card, b: Card, answer: Answer) -> Comparison:
    return Comparison(
        week=week,
        position=position,
        slug=f"{a.slug}-vs-{b.slug}",
        job="small-models",
        job_label="Small language models to run yourself",
        category="Models",
        a=a,
        b=b,
        answer=answer,
        why="Both are new this week, do the same job, and differ in price and in where they run.",
        score=SCORE,
        facts=FACTS,
        evidence_at=NOW - timedelta(hours=20),
    )


def answer(kind: str, line: str) -> Answer:
    return Answer(
        kind=kind,
        line=line,
        pick_a_if=("it has to run offline, on hardware of your own", "it has to start free"),
        pick_b_if=("you would rather pay than host",),
    )


def issue(week: str, number: int, comparisons: tuple[Comparison, ...], **fields) -> Issue:
    title = comparisons[0].answer.line if comparisons else "A thin week"
    return Issue(
        week=week,
        number=number,
        title=title,
        cutoff=NOW - timedelta(hours=2),
        window_start=NOW - timedelta(days=7, hours=2),
        built_at=NOW - timedelta(hours=1),
        comparisons=comparisons,
        launches_read=1204,
        sources_read=6,
        **fields,
    )


SMOL = card("smol", HOSTILE, 3)
TINY = card("tiny-vs-mighty", LONG, 1, entry_price=EntryPrice.PAID)
LEAD = comparison("2026-W47", 1, SMOL, TINY, answer("a", "Pick Smol LM for work on a laptop."))
CLOSE = comparison(
    "2026-W47",
    2,
    card(
        "urdu-vs-latin", URDU, 1, calls=2, entry_price=EntryPrice.UNKNOWN, url="javascript:alert(1)"
    ),
    card("quill", "Quill", 0, calls=1, entry_price=EntryPrice.FREEMIUM, launch_dated=False),
    answer("too_close", f"{URDU} and Quill: too close to call."),
)
OLD = comparison("2026-W46", 1, TINY, SMOL, answer("b", "Pick Smol LM: it is free to start."))
NEWS = issue(
    "2026-W47",
    2,
    (LEAD, CLOSE),
    newcomers=(
        Newcomer(
            slug="fresh", name="Fresh & New", tagline="A tagline", job_label="Editors", url=None
        ),
    ),
    stale_sources=(StaleSource(source="hn", outcome="failed", good_at=NOW - timedelta(days=3)),),
)
DRAFT = issue(
    "2026-W48",
    3,
    (comparison("2026-W48", 1, SMOL, card("secret", "Secret", 4), answer("b", "Pick Secret.")),),
)


def plan(week: str) -> Plan:
    return Plan(week=week, window_start=NOW, cutoff=NOW, config_sha256="", candidates=0, fresh=0)


def tool(slug: str, name: str, **fields) -> Tool:
    return Tool(
        slug=slug, name=name, launched_at=NOW, job="small-models", job_confidence=0.9, **fields
    )


TOOLS = (
    tool("smol", HOSTILE, tagline="A tagline", vendor="Labs & Co", url="https://smol.example.com"),
    tool("tiny-vs-mighty", LONG, licence="Apache-2.0"),
    tool("fresh", "Fresh & New", url="javascript:alert(1)", launch_dated=False),
    tool("shady", "Shady", flags=(Flag.SPAM,)),
)


def fact(kind: FactKind, value, *, days: int = 1) -> Fact:
    return Fact(
        tool="smol",
        kind=kind,
        value=value,
        observed_at=NOW - timedelta(days=days),
        capture_key="key",
        source="own page",
        url="https://smol.example.com/docs",
        span=f"words about {kind}",
    )


@pytest.fixture
def world(sqlite_db: Database) -> Database:
    """Two released issues and a draft."""
    past = issue("2026-W46", 1, (OLD,))
    with sqlite_db.write() as session:
        for each in (past, NEWS, DRAFT):
            issue_store.put_issue(session, each, plan(each.week), now=NOW)
        for each, days in ((past, 7), (NEWS, 0)):
            approval = Approval(
                week=each.week,
                edition_sha256="0" * 64,
                by="Ada Editor",
                approved_at=NOW - timedelta(days=days),
            )
            issue_store.put_approval(session, approval)
        tool_store.put_tools(session, TOOLS)
        facts = [
            fact(FactKind.LICENCE, "Apache-2.0", days=3),
            fact(FactKind.RUNS_LOCALLY, value=True),
            fact(FactKind.CONTEXT_LENGTH, 131072),
            fact(FactKind.MAINTAINED_AT, "2026-11-02", days=9),
            fact(FactKind.MAINTAINED_AT, "2026-11-18"),
            fact(FactKind.VENDOR_SINCE, "2023-12-31"),
        ]
        tool_store.replace_facts(session, {fact.tool for fact in facts}, facts)
    return sqlite_db


@pytest.fixture
def thin_week(world: Database):
    """Release an issue without a comparison."""

    def release(week: str, *, note: str) -> None:
        thin = issue(week, 45, (), note=note)
        approval = Approval(week=week, edition_sha256="0" * 64, by="Ada", approved_at=NOW)
        with world.write() as session:
            issue_store.put_issue(session, thin, plan(week), now=NOW)
            issue_store.put_approval(session, approval)

    return release


class Clock(SimpleNamespace):
    """A clock that a test moves; it ticks along with itself."""

    now: datetime

    def __call__(self) -> datetime:  # the class says it
        return self.now

    def ticks(self) -> float:
        """Seconds."""
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock(now=NOW)


@pytest.fixture
def mailbox() -> list[tuple[str, str]]:
    """The confirmations that left the house: (address, link)."""
    return []


def parts_of(db: Database, clock: Clock, mailbox: list[tuple[str, str]]) -> Parts:
    return Parts(
        db=db,
        secret=SECRET,
        base_url="https://verdicts.example.com",
        brand="Weekly AI Tool Verdicts",
        contact="editors@verdicts.example.com",
        postal_address="1 Example Street, 10115 Berlin",
        rules=load_rules(),
        clock=clock,
        mail_confirmation=lambda address, link: mailbox.append((address, link)),
        ticks=clock.ticks,
    )


class Visitor:
    """Somebody with a browser that follows no redirect by itself."""

    def __init__(self, app: FastAPI, *, address: str = "203.0.113.7") -> None:
        self.app = app
        self._address = address

    def get(self, path: str, **options) -> httpx.Response:
        """Look."""
        return self.ask("GET", path, **options)

    def post(self, path: str, **options) -> httpx.Response:
        """Press a button."""
        return self.ask("POST", path, **options)

    def ask(self, method: str, path: str, **options) -> httpx.Response:
        """Ask in any way."""
        return asyncio.run(self._ask(method, path, **options))

    def elsewhere(self, address: str) -> "Visitor":
        """Somebody at another address."""
        return Visitor(self.app, address=address)

    async def _ask(self, method: str, path: str, **options) -> httpx.Response:
        transport = httpx.ASGITransport(
            self.app, raise_app_exceptions=False, client=(self._address, 1)
        )
        base = "https://verdicts.example.com"
        async with httpx.AsyncClient(transport=transport, base_url=base) as browser:
            return await browser.request(method, path, **options)


@pytest.fixture
def parts(world: Database, clock: Clock, mailbox) -> Parts:
    """The parts of the published world."""
    return parts_of(world, clock, mailbox)


@pytest.fixture
def client(parts: Parts) -> Visitor:
    """A visitor of the published world."""
    return Visitor(create_app(parts))


@pytest.fixture
def visit():
    """Open a house of these parts to a visitor."""
    return lambda parts: Visitor(create_app(parts))


@pytest.fixture
def newcomer(sqlite_db: Database, clock: Clock, mailbox) -> Visitor:
    """A visitor of a house in which nothing was published yet."""
    return Visitor(create_app(parts_of(sqlite_db, clock, mailbox)))
