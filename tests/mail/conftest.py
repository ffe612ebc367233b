"""An issue written by hand, with names that break careless templates, and what it is rendered with."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.mail.render import render_issue
from digest.mail.stationery import Brand
from digest.model import (
    Answer,
    AnswerKind,
    Card,
    Citation,
    Community,
    Comparison,
    Edition,
    EntryPrice,
    FactCell,
    FactKind,
    FactRow,
    Issue,
    Newcomer,
    PairScore,
    Review,
    Reviewer,
    StaleSource,
    Tally,
    Verdict,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[2] / "email_templates"
LONG_NAME = "Extraordinarily Long-Named Retrieval and Evaluation Workbench for Everybody"
"""75 characters."""
URDU_NAME = "اردو نویس"

SHIP, SKIP, NO_CALL = Verdict.SHIP, Verdict.SKIP, Verdict.NO_CALL

TAKES = {
    (Reviewer.BUILDER, SHIP): (
        "It starts from a published install line, `pip install {slug}` [1]. There is documentation "
        "to follow [2]. Under Apache-2.0 the code is open to read and change [2]."
    ),
    (Reviewer.BUILDER, SKIP): (
        "Access is behind a waitlist [1]. No install or quickstart line was found [2]. "
        "Even so, there is documentation to follow [2]."
    ),
    (Reviewer.SKEPTIC, SHIP): (
        "Its benchmark claims come with method or code [2]. The price can be read without "
        "asking [1]. Against that, the field is crowded: 12 other tools do this job [3]."
    ),
    (Reviewer.SKEPTIC, SKIP): (
        "Its benchmark claims come without method or code [1]. The field is crowded: 12 other "
        "tools do this job [3]. To its credit, the last commit or release is from "
        "17 November 2026 [2]."
    ),
    (Reviewer.FUTURIST, SHIP): (
        "It can run on hardware of your own [2]. An open interface keeps it exchangeable: it "
        "speaks the “OpenAI-compatible” dialect [2]. Launches in this job are up 40 % on the "
        "quarter before [3]."
    ),
    (Reviewer.FUTURIST, SKIP): (
        "It runs only where its maker hosts it [1]. Nobody but its maker may carry it on [2]. "
        "What speaks for it: launches in this job are up 40 % on the quarter before [3]."
    ),
    (Reviewer.FOUNDER, SHIP): (
        "The price is published: $15 a month for the first paid plan [1]. A free plan covers the "
        "start [1]. The catch: its maker has been around only since 2 March 2026 [2]."
    ),
    (Reviewer.FOUNDER, NO_CALL): (
        "Too little is known for a call: sources answer 2 of 7 questions. Open: the price, the "
        "maker's age, terms."
    ),
}


def make_review(slug: str, reviewer: Reviewer, verdict: Verdict, *, take: str = "") -> Review:
    """One review with three sources, the third our own records."""
    words = {
        1: ("Product Hunt", f"https://www.producthunt.com/posts/{slug}"),
        2: ("GitHub", f"https://github.com/example/{slug}"),
        3: ("our records", None),
    }
    return Review(
        tool=slug,
        reviewer=reviewer,
        verdict=verdict,
        score=None if verdict is NO_CALL else 0.4,
        take=take or TAKES[reviewer, verdict].format(slug=slug),
        citations=tuple(
            Citation(number=number, label=label, url=url, quote="words", observed_at=NOW)
            for number, (label, url) in words.items()
        ),
        evidence_sha256="0" * 64,
        panel_version="1",
        reviewed_at=NOW,
    )


def make_card(slug: str, name: str, verdicts: tuple[Verdict, ...], **changes: object) -> Card:
    """One tool with a review per verdict, in panel order."""
    calls = [verdict for verdict in verdicts if verdict is not NO_CALL]
    fields: dict[str, object] = {
        "slug": slug,
        "name": name,
        "tagline": "Search that understands what your documents mean",
        "description": (
            f"{name} keeps vectors beside the text they were made from. It answers by meaning, by "
            "word, or by both. Its makers sell hosting."
        ),
        "url": f"https://{slug}.example",
        "category": "Developer Tools",
        "entry_price": EntryPrice.FREE,
        "licence": "Apache-2.0",
        "launched_at": NOW,
        "launch_dated": True,
        "sources": ("producthunt",),
        "panel": Tally(ships=calls.count(SHIP), calls=len(calls), reviewers=len(verdicts)),
        "reviews": tuple(
            make_review(slug, reviewer, verdict)
            for reviewer, verdict in zip(Reviewer, verdicts, strict=True)
        ),
    }
    return Card(**(fields | changes))


def make_comparison(position: int, a: Card, b: Card, **changes: object) -> Comparison:
    """Two cards side by side, with the answer for A unless told otherwise."""
    fields: dict[str, object] = {
        "week": "2026-W47",
        "position": position,
        "slug": f"{a.slug}-vs-{b.slug}",
        "job": "vector-db",
        "job_label": "Databases for meaning",
        "category": "Developer Tools",
        "a": a,
        "b": b,
        "answer": Answer(
            kind=AnswerKind.A,
            line=f"Pick {a.name}: {a.panel.label} would ship it, against {b.panel.label}.",
            pick_a_if=("you want to run it on hardware of your own", "the licence has to be open"),
            pick_b_if=("you need a published price for support",),
        ),
        "why": f"Both keep vectors for search; {a.name} names {b.name} as the one it replaces.",
        "score": PairScore(
            substitutability=0.8, rivalry=1, freshness=0.9, balance=0.5, contrast=0.6, total=0.8
        ),
        "facts": (
            make_fact(FactKind.LICENCE, "Licence", "Apache-2.0", "MIT"),
            make_fact(FactKind.ENTRY_PRICE, "Price to start", "Free", "Contact sales"),
            make_fact(FactKind.OPEN_INTERFACE, "Open interface", "OpenAI-compatible API", None),
            make_fact(FactKind.RUNS_LOCALLY, "Runs locally", "Yes", "Yes"),
            make_fact(FactKind.BENCHMARK, "Benchmarks", None, None),
            make_fact(
                FactKind.MAINTAINED_AT,
                "Last commit or release",
                "17 November 2026",
                "2 August 2026",
            ),
        ),
        "evidence_at": NOW,
    }
    return Comparison(**(fields | changes))


def make_fact(kind: FactKind, label: str, a: str | None, b: str | None) -> FactRow:
    """One row; None is what could not be confirmed."""
    return FactRow(kind=kind, label=label, a=FactCell(text=a), b=FactCell(text=b))


def make_issue(*comparisons: Comparison, **changes: object) -> Issue:
    """Number 12, of week 47."""
    fields: dict[str, object] = {
        "week": "2026-W47",
        "number": 12,
        "title": "Week 47",
        "cutoff": NOW,
        "window_start": datetime(2026, 11, 13, 9, 0, tzinfo=UTC),
        "built_at": NOW,
        "comparisons": comparisons,
        "launches_read": 312,
        "sources_read": 6,
    }
    return Issue(**(fields | changes))


def plain_pair(position: int = 1, **changes: object) -> Comparison:
    """Two tools with ordinary names; A has 3 of 4, B 1 of 3."""
    a = make_card("quarry", "Quarry", (SHIP, SKIP, SHIP, SHIP))
    b = make_card(
        "ledgerline",
        "Ledgerline",
        (SKIP, SKIP, SHIP, NO_CALL),
        entry_price=EntryPrice.CONTACT,
        tagline="The vector store for teams that answer to auditors",
    )
    sides = {"a": a, "b": b} | changes
    return make_comparison(position, sides.pop("a"), sides.pop("b"), **sides)


@pytest.fixture(name="make_card")
def _make_card() -> Callable[..., Card]:
    return make_card


@pytest.fixture(name="make_issue")
def _make_issue() -> Callable[..., Issue]:
    return make_issue


@pytest.fixture(name="plain_pair")
def _plain_pair() -> Callable[..., Comparison]:
    return plain_pair


@pytest.fixture
def templates_dir() -> Path:
    """The shipped templates."""
    return TEMPLATES


@pytest.fixture(scope="session")
def make_brand() -> Callable[[], Brand]:
    return verdicts_brand


@pytest.fixture
def brand() -> Brand:
    return verdicts_brand()


def verdicts_brand() -> Brand:
    """The newsletter as its settings name it when nothing is set."""
    return Brand(
        name="Weekly AI Tool Verdicts",
        base_url="https://verdicts.example.com",
        sender_name="Weekly AI Tool Verdicts",
        sender_address="news@verdicts.example.com",
        postal_address="Weekly AI Tool Verdicts, 1 Example Street, 10115 Berlin, Germany",
    )


@pytest.fixture
def example_issue() -> Issue:
    """Five comparisons: &, <, quotes, backticks, right-to-left, emoji, 75 characters, every answer."""
    return make_issue(plain_pair(), *_awkward_pairs(), **_around())


def _awkward_pairs() -> list[Comparison]:
    four_ships, no_calls = (SHIP,) * 4, (NO_CALL, NO_CALL, NO_CALL, NO_CALL)
    tricky = [
        ("R&D <Notes>", 'The "Quoted" Desk', AnswerKind.TOO_CLOSE, "Meeting notes"),
        (LONG_NAME, "`tick`", AnswerKind.B, "Traces and evaluations"),
        (URDU_NAME, "Pen 🖋️ & Paper", AnswerKind.A, "Writing"),
        (".envy", "50% Off_Brand {{name}} @@VOTE@@", AnswerKind.INSUFFICIENT, "Automation"),
    ]
    lines = {
        AnswerKind.A: "Pick the first: it is the only one with a published price.",
        AnswerKind.B: "Pick the second: 4 of 4 would ship it.",
        AnswerKind.TOO_CLOSE: "Too close to call.",
        AnswerKind.INSUFFICIENT: "No answer yet: too little is published about the second.",
    }
    return [
        make_comparison(
            position,
            make_card(f"left-{position}", left, four_ships),
            _quiet_card(f"right-{position}", right, no_calls)
            if kind is AnswerKind.INSUFFICIENT
            else make_card(f"right-{position}", right, four_ships),
            job_label=job,
            answer=Answer(kind=kind, line=lines[kind]),
        )
        for position, (left, right, kind, job) in enumerate(tricky, start=2)
    ]


def _quiet_card(slug: str, name: str, verdicts: tuple[Verdict, ...]) -> Card:
    reviews = tuple(
        make_review(slug, reviewer, verdict, take="Too little is known for a call.")
        for reviewer, verdict in zip(Reviewer, verdicts, strict=True)
    )
    return Card(
        **make_card("x", name, (SHIP,) * 4).model_dump(exclude={"slug", "panel", "reviews"}),
        slug=slug,
        panel=Tally(ships=0, calls=0, reviewers=4),
        reviews=reviews,
    )


def _around() -> dict[str, object]:
    return {
        "newcomers": (
            Newcomer(
                slug="pocket-ear",
                name="Pocket Ear",
                tagline="Speech to text that fits on a watch",
                job_label="Speech to text",
                url="https://pocket-ear.example",
            ),
            Newcomer(slug="r-and-b", name="R&B <beta>", tagline="", job_label="Music", url=None),
        ),
        "stale_sources": (
            StaleSource(source="Ollama library", outcome="blocked", good_at=NOW),
            StaleSource(source="arXiv", outcome="failed", good_at=None),
        ),
    }


@pytest.fixture
def render(brand: Brand) -> Callable[..., Edition]:
    """Renders an issue with the shipped templates; keyword arguments replace the usual ones."""

    def _render(issue: Issue, **changes: object) -> Edition:
        usual: dict[str, object] = {
            "community": {},
            "brand": brand,
            "templates_dir": TEMPLATES,
            "now": NOW,
        }
        return render_issue(issue, **(usual | changes))

    return _render


@pytest.fixture
def example_edition(example_issue: Issue, render: Callable[..., Edition]) -> Edition:
    votes = {"quarry-vs-ledgerline": Community(a=5, b=2, both=2, neither=1)}
    return render(example_issue, community=votes)
