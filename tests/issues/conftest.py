"""Hand-made tools, candidates and sides for the tests of issues."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from digest.issues.sides import Side
from digest.issues.weeks import Window
from digest.model import (
    Candidate,
    Edition,
    Fact,
    FactKind,
    Job,
    PairPlan,
    PairScore,
    Review,
    Reviewer,
    Tally,
    Tool,
    Verdict,
)

NOW = datetime(2026, 7, 14, 9, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(days=7), cutoff=NOW, is_running=True)
ROWS = (FactKind.ENTRY_PRICE, FactKind.LICENCE, FactKind.RUNS_LOCALLY, FactKind.INSTALL)


def make_job(key: str = "cli-agent", *, category: str = "Developer Tools", **more: object) -> Job:
    parts = {"label": f"{key} tools", "description": "", "fact_rows": ROWS}
    return Job(key=key, category=category, **{**parts, **more})


def make_fact(kind: str, value: object, *, tool: str = "aider", **more: object) -> Fact:
    parts = {
        "observed_at": NOW - timedelta(hours=5),
        "capture_key": "c-1",
        "source": "pages",
        "url": f"https://{tool}.example/{kind}",
        "span": f"words about {kind}",
    }
    return Fact(tool=tool, kind=FactKind(kind), value=value, **{**parts, **more})


def make_facts(tool: str, **values: object) -> tuple[Fact, ...]:
    return tuple(make_fact(kind, value, tool=tool) for kind, value in values.items())


def make_tool(slug: str = "aider", *, days: float = 2, **more: object) -> Tool:
    parts = {
        "name": slug.title(),
        "tagline": "Pair programming in the terminal",
        "job": "cli-agent",
        "job_confidence": 0.9,
        "product_key": slug,
        "vendor_key": f"{slug}-inc",
        "launched_at": NOW - timedelta(days=days),
    }
    return Tool(slug=slug, **{**parts, **more})


def make_candidate(
    slug: str = "aider",
    *,
    calls: int = 4,
    ships: int = 3,
    coverage: float = 0.8,
    attention: float | None = None,
    facts: tuple[Fact, ...] = (),
    **tool: object,
) -> Candidate:
    made = make_tool(slug, **tool)
    return Candidate(
        tool=made,
        facts=facts,
        is_fresh=WINDOW.contains(made.launched_at),
        attention=attention,
        coverage=coverage,
        calls=calls,
        ships=ships,
        text=f"{made.tagline} {made.description}".casefold(),
    )


def make_reviews(tool: str, scores: tuple[float | None, ...]) -> tuple[Review, ...]:
    def verdict(score: float | None) -> Verdict:
        if score is None:
            return Verdict.NO_CALL
        return Verdict.SHIP if score >= 0.15 else Verdict.SKIP

    return tuple(
        Review(
            tool=tool,
            reviewer=reviewer,
            verdict=verdict(score),
            score=score,
            take="It is so [1].",
            evidence_sha256="e",
            panel_version="1+0",
            reviewed_at=NOW,
        )
        for reviewer, score in zip(Reviewer, scores, strict=True)
    )


def make_side(
    slug: str = "aider",
    scores: tuple[float | None, ...] = (0.5, 0.5, 0.5, 0.5),
    *,
    tool: dict[str, object] | None = None,
    **facts: object,
) -> Side:
    reviews = make_reviews(slug, scores)
    calls = [review for review in reviews if review.score is not None]
    ships = sum(review.verdict is Verdict.SHIP for review in calls)
    return Side(
        tool=make_tool(slug, **(tool or {})),
        facts=make_facts(slug, **facts),
        reviews=reviews,
        panel=Tally(ships=ships, calls=len(calls), reviewers=4),
    )


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def window() -> Window:
    return WINDOW


@pytest.fixture
def job() -> Callable[..., Job]:
    return make_job


@pytest.fixture
def fact() -> Callable[..., Fact]:
    return make_fact


@pytest.fixture
def facts() -> Callable[..., tuple[Fact, ...]]:
    return make_facts


@pytest.fixture
def tool() -> Callable[..., Tool]:
    return make_tool


@pytest.fixture
def candidate() -> Callable[..., Candidate]:
    return make_candidate


@pytest.fixture
def side() -> Callable[..., Side]:
    return make_side


@pytest.fixture
def pair() -> Callable[..., PairPlan]:
    """Make a chosen pair of a plan."""

    def make(a: str = "aider", b: str = "codex", **more: object) -> PairPlan:
        parts = {
            "substitutability": 0.6,
            "rivalry": 0.0,
            "freshness": 0.8,
            "balance": 0.5,
            "contrast": 0.5,
            "total": 0.55,
        }
        return PairPlan(a=a, b=b, job="cli-agent", score=PairScore(**parts), why="So.", **more)

    return make


@pytest.fixture
def edition() -> Edition:
    return Edition(
        sha256="9f8e7d6c5b4a" + "0" * 52,
        week="2026-W29",
        subject="Aider vs Codex",
        preheader="",
        html="<p>",
        text="",
        rendered_at=NOW,
    )
