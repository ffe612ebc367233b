"""A build lays the tools of its pairs before the panel: once, and never the checklist against a model."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.catalogue.jobs import load_jobs
from digest.errors import CaptureError
from digest.issues.pairing import plan_pairs
from digest.issues.weeks import window
from digest.model import (
    Answer,
    Capture,
    Citation,
    Method,
    PageOutcome,
    PageRole,
    PanelRun,
    ProductPage,
    Review,
    Subject,
    Verdict,
)
from digest.panel.base import Memory, Pairing, RulePanel
from digest.panel.rules import load_rules
from digest.sources.captures import CaptureStore
from digest.steps.desk import WeeklyParts, load_desk
from digest.steps.paneling import excerpts, lay_before_panel, said_now
from digest.steps.reviewing import revisions
from digest.steps.weekly import BuildOptions, approve_issue, build_issue
from digest.store import captures as capture_store
from digest.store import pages as page_store
from digest.store.engine import Database
from tests.steps.test_weekly import BRAND, NOW, WEEK, fill, launches  # noqa: F401 # fixtures

TEMPLATES = Path(__file__).parents[2] / "email_templates"


CITED = Citation(number=1, label="github, elsewhere", quote="Words.", observed_at=NOW)


class Contrary:
    """A panel that would do the opposite of the checklist, and remembers what it was laid before it."""

    reads_pages = True

    def __init__(self, *, writes_notes: bool = False) -> None:
        self.writes_notes = writes_notes
        self.laid: list[Subject] = []

    def review(self, subjects: Sequence[Subject], *, memory: Memory, now: datetime) -> PanelRun:
        self.laid += subjects
        kept = memory.recall([each.tool.slug for each in subjects])
        for each in subjects:
            memory.keep(each.tool.slug, "seen", tool=each.tool.slug, now=now)
        reviews = {each.tool.slug: tuple(map(self._turned, each.reviews)) for each in subjects}
        return PanelRun(reviews=reviews, reused=len(kept), remarks=(f"{len(kept)} kept",))

    def annotate(
        self, pairs: Sequence[Pairing], *, memory: Memory, now: datetime
    ) -> Mapping[str, Answer]:
        del memory, now
        told = {"note": "As it is [1].", "note_by": "x:y", "note_citations": (CITED,)}
        return {pair.slug: pair.answer.model_copy(update=told) for pair in pairs[:1]}

    def _turned(self, review: Review) -> Review:
        verdict = Verdict.SKIP if review.verdict is Verdict.SHIP else Verdict.SHIP
        told = {"method": Method.MODEL, "verdict": verdict, "score": 0.3, "judge": "x:y"}
        return review.model_copy(update={**told, "panel_version": "model-1+test"})


@pytest.fixture(scope="module")
def week_url(request, sqlite_template, copy_database, tmp_path_factory) -> Iterator[str]:
    """The demo week, read and researched."""
    week = [request.getfixturevalue(each) for each in ("launches", "classifier")]
    with copy_database(sqlite_template, tmp_path_factory.mktemp("week")) as url:
        fill(url, *week)
        yield url


@pytest.fixture
def house(week_url: str, copy_database, tmp_path: Path) -> Iterator[Database]:
    with copy_database(week_url, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()


def parts_with(house: Database, panel: Any, **more: Any) -> WeeklyParts:
    return WeeklyParts(
        db=house,
        jobs=load_jobs(),
        rules=load_rules(),
        brand=BRAND,
        templates_dir=TEMPLATES,
        zone=ZoneInfo("UTC"),
        labels={"github": "GitHub"},
        panel=panel,
        **more,
    )


def build(house: Database, panel: Any, *, week: str = WEEK, now: datetime = NOW):
    return build_issue(week, options=BuildOptions(), parts=parts_with(house, panel), now=now)


def shown(report) -> dict[str, tuple[Review, ...]]:
    return {
        card.slug: card.reviews for item in report.issue.comparisons for card in (item.a, item.b)
    }


def test_the_tools_of_the_pairs_are_laid_before_the_panel_and_no_other(house: Database):
    panel = Contrary()

    report = build(house, panel)

    assert [each.tool.slug for each in panel.laid] == list(shown(report))
    assert {each.method for reviews in shown(report).values() for each in reviews} == {Method.MODEL}
    assert report.panel[0] == report.document()["panel"][0] == "0 kept"


def test_pairs_are_planned_on_the_checklist_and_answered_by_the_panel(house: Database):
    """The plan is the same whoever reviews; what readers are told is the panel's."""
    by_rules = build(house, RulePanel())
    by_panel = build(house, Contrary())

    assert by_rules.plan == by_panel.plan
    for ours, theirs in zip(by_rules.issue.comparisons, by_panel.issue.comparisons, strict=True):
        turned = ours.a.panel.reviewers - ours.a.panel.ships
        assert (ours.slug, theirs.a.panel.ships) == (theirs.slug, turned)


def test_what_was_paid_for_is_kept_though_the_build_comes_to_nothing(house: Database):
    class Failing(Contrary):
        def review(self, *args: Any, **parts: Any) -> PanelRun:
            super().review(*args, **parts)
            raise CaptureError("c", "is gone; that ends the build")

    with pytest.raises(CaptureError):
        build(house, Failing())
    report = build(house, Contrary())

    assert report.panel[0] == f"{len(shown(report))} kept"


def test_a_note_stands_on_the_answer_where_the_panel_writes_one(house: Database):
    report = build(house, Contrary(writes_notes=True))

    notes = [item.answer.note for item in report.issue.comparisons]
    assert notes == ["As it is [1].", *[None] * (len(notes) - 1)]
    (cited,) = report.issue.comparisons[0].answer.note_citations
    assert cited.label == "GitHub, elsewhere"


def test_a_later_checklist_moves_no_verdict_that_a_model_gave(house: Database):
    """Readers know a model's word: that the checklist says otherwise is no news about the tool."""
    told = shown(build(house, Contrary()))
    approve_issue(house, WEEK, by="Ada", now=NOW)
    parts, now = parts_with(house, RulePanel()), NOW + timedelta(days=7)
    span = window("2026-W48", now=now, zone=parts.zone)
    desk = load_desk(parts, week="2026-W48", span=span, now=now)
    plan = plan_pairs([], week="2026-W48", window=span, jobs=parts.jobs, published=desk.published)

    laid = lay_before_panel(desk, plan, parts=parts, now=now).desk

    assert {slug: item.side.reviews for slug, item in laid.told_tools.items()} == told
    assert revisions(laid, jobs=parts.jobs, labels=parts.labels, now=now) == ()


def test_tools_told_by_a_model_are_laid_before_it_again(house: Database):
    told = set(shown(build(house, Contrary())))
    approve_issue(house, WEEK, by="Ada", now=NOW)
    panel = Contrary()

    build(house, panel, week="2026-W48", now=NOW + timedelta(days=7))

    assert told <= {each.tool.slug for each in panel.laid}


def test_a_tool_that_readers_know_and_that_is_chosen_again_has_the_reviews_of_its_issue(
    house: Database,
):
    """What the checklist said to readers once is no reason to keep that in place of what is shown."""
    report = build(house, RulePanel())
    told = set(shown(report))
    approve_issue(house, WEEK, by="Ada", now=NOW)
    parts, now = parts_with(house, Contrary()), NOW + timedelta(days=7)
    span = window("2026-W48", now=now, zone=parts.zone)
    desk = load_desk(parts, week="2026-W48", span=span, now=now, also=told)
    pair = report.plan.chosen[0]
    plan = report.plan.model_copy(update={"chosen": (pair,)})

    kept = said_now(lay_before_panel(desk, plan, parts=parts, now=now).desk, plan)

    methods = {each.tool: each.method for each in kept}
    assert {slug for slug in told if methods[slug] is Method.MODEL} == {pair.a, pair.b}
    assert len({(each.tool, each.reviewer) for each in kept}) == len(kept)


def test_pages_that_are_kept_are_read_and_a_lost_one_is_passed_over(
    house: Database, tmp_path: Path
):
    kept = CaptureStore(tmp_path / "captures")
    body = b"<html><body><h1>Larch</h1><p>Larch reads documents.</p>" + b"<p>More.</p>" * 80
    pages = [
        _page("home", kept.put(body), house),
        _page("pricing", "0" * 64, house),
    ]
    with house.write() as session:
        for page in pages:
            page_store.put_page(session, page)

    found = excerpts(["larch", "maple"], parts=parts_with(house, RulePanel(), captures=kept))

    (excerpt,) = found["larch"]
    assert found["maple"] == ()
    assert (excerpt.role, excerpt.url) == (PageRole.HOME, "https://larch.example/home")
    assert "Larch reads documents." in excerpt.text


def _page(role: str, sha256: str, house: Database) -> ProductPage:
    url = f"https://larch.example/{role}"
    capture = Capture(
        key=f"own-{role}",
        source="own_pages",
        url=url,
        final_url=url,
        status=200,
        content_type="text/html",
        body_sha256=sha256,
        body_bytes=1,
        fetched_at=NOW,
    )
    with house.write() as session:
        capture_store.put_capture(session, capture)
    return ProductPage(
        tool="larch",
        role=PageRole(role),
        site="larch.example",
        url=url,
        outcome=PageOutcome.OK,
        capture_key=capture.key,
        checked_at=NOW,
        due_at=NOW,
    )
