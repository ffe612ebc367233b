"""What editors ask of a week's plan is stored, followed by the next build, and can be taken back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.catalogue.jobs import load_jobs
from digest.errors import IssueError, NotFoundError
from digest.mail.stationery import Brand
from digest.model import (
    Fact,
    FactKind,
    IssueState,
    PageOutcome,
    PageRole,
    ProductPage,
    Tool,
)
from digest.panel.rules import load_rules
from digest.steps import wishes
from digest.steps.desk import WeeklyParts
from digest.steps.planning import BuildOptions
from digest.steps.weekly import approve_issue, build_issue
from digest.steps.wishes import Wisher, asked_of, plan_sheet
from digest.store import decisions as decision_store
from digest.store import issues as issue_store
from digest.store import pages as page_store
from digest.store import plans as store
from digest.store import tools as tool_store
from digest.store.engine import Database

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"
KNOWN = {
    "licence": "Apache-2.0",
    "docs": True,
    "install": "pip install it",
    "entry_price": "free",
    "self_host": True,
    "runs_locally": True,
    "example": True,
    "waitlist": False,
    "maintained_at": "2026-11-18",
    "platforms": "macOS, Linux",
    "open_interface": "REST API",
    "terms": True,
    "vendor_since": "2020-01-01",
}
JOBS = ("vector-db", "tts", "slides")
"""Three tools each, of which the third is older."""


def facts(slug):
    return [
        Fact(
            tool=slug,
            kind=FactKind(kind),
            value=value,
            observed_at=NOW - timedelta(hours=3),
            capture_key="k",
            source="pages",
            url=f"https://{slug}.example/{kind}",
            span=f"words on {kind}",
        )
        for kind, value in KNOWN.items()
    ]


def tool(slug, job, *, days, **more):
    parts = {
        "name": slug.title(),
        "tagline": f"Words about {job} for developers",
        "job": job,
        "job_confidence": 0.9,
        "product_key": slug,
        "vendor_key": f"{slug}-inc",
        "site": f"https://{slug}.example",
        "launched_at": NOW - timedelta(days=days),
    }
    return Tool(slug=slug, **{**parts, **more})


TOOLS = [
    tool(f"{job}-{letter}", job, days=days)
    for job in JOBS
    for letter, days in (("a", 1), ("b", 2), ("old", 300))
]


@pytest.fixture
def house(sqlite_db: Database) -> Database:
    """A catalogue of nine tools of three jobs."""
    with sqlite_db.write() as session:
        tool_store.put_tools(session, TOOLS)
        known = [fact for each in TOOLS for fact in facts(each.slug)]
        tool_store.replace_facts(session, {each.slug for each in TOOLS}, known)
    return sqlite_db


@pytest.fixture
def build(house: Database):
    """Build the week."""
    parts = WeeklyParts(
        db=house,
        jobs=load_jobs(),
        rules=load_rules(),
        brand=Brand(
            name="Verdicts",
            base_url="https://verdicts.example.com",
            sender_name="Verdicts",
            sender_address="news@verdicts.example.com",
            postal_address="1 Example Street, Berlin",
        ),
        templates_dir=Path(__file__).parents[2] / "email_templates",
        zone=ZoneInfo("UTC"),
        labels={},
    )

    def run(*, now: datetime = NOW, **options: object):
        return build_issue(WEEK, options=BuildOptions(**options), parts=parts, now=now)

    return run


@pytest.fixture
def ada(house: Database):
    """Give what an editor called Ada asks with."""

    def wisher(note: str = "", *, by: str = "Ada", week: str = WEEK, now: datetime = NOW) -> Wisher:
        return Wisher(house, week, by, note, now)

    return wisher


def keys(report):
    return [pair.key for pair in report.plan.chosen]


def test_a_build_stores_its_plan_with_every_tool_accounted_for(house, build):
    report = build()

    sheet = plan_sheet(house, WEEK)

    assert sheet.plan == report.plan
    assert (sheet.state, sheet.made_at) == (IssueState.IN_REVIEW, NOW)
    assert (sheet.waits, sheet.is_frozen) == (False, False)
    assert len(report.plan.chosen) == 3
    assert {each.tool for each in sheet.plan.candidates} == {each.slug for each in TOOLS}
    assert sheet.names["tts-a"] == "Tts-A"


def test_a_plan_that_makes_no_issue_is_stored_too(house, build):
    report = build(banned=tuple(each.slug for each in TOOLS))

    assert report.issue is None
    assert plan_sheet(house, WEEK).plan == report.plan


def test_a_pin_and_a_ban_are_followed_until_they_are_undone(house, build, ada):
    before = keys(build())
    pinned = wishes.pin(ada("asked for by readers"), "tts-old+tts-b")
    banned = wishes.ban(ada(), "slides-a")

    assert plan_sheet(house, WEEK).waits
    after = build()
    assert keys(after)[0] == "tts-b+tts-old"
    assert not [key for key in keys(after) if "slides-a" in key]
    assert {each.tool: each.reason for each in after.plan.rejections} == {
        "slides-a": "banned by an editor"
    }
    assert not plan_sheet(house, WEEK).waits

    wishes.undo(ada(by="Bob"), pinned.id)
    wishes.undo(ada(by="Bob"), banned.id)
    assert plan_sheet(house, WEEK).waits
    assert keys(build()) == before
    assert [each.undone_by for each in plan_sheet(house, WEEK).wishes] == ["Bob", "Bob"]
    assert plan_sheet(house, WEEK).wishes[0].line == (
        f"wish {pinned.id}, pin tts-b+tts-old (Ada: asked for by readers); undone by Bob"
    )


def test_what_a_build_is_given_comes_on_top_and_is_not_kept(build, ada):
    wishes.pin(ada(), "tts-a+tts-old")

    assert "slides-b+slides-old" in keys(build(pinned=("slides-old+slides-b",)))
    assert keys(build())[0] == "tts-a+tts-old"
    assert "slides-b+slides-old" not in keys(build())


def test_replacing_a_pair_puts_the_next_best_in_its_place_alone(build, ada):
    first = build()
    lead = first.plan.chosen[0]

    wishes.replace(ada(), lead.key)
    second = build()

    assert keys(second) == [lead.next_best, *keys(first)[1:]]
    assert second.plan.chosen[0].replaces == lead.key
    reasons = {pair.key: pair.reason for pair in second.plan.considered}
    assert reasons[lead.key] == "an editor wanted the next best in its place"


def test_the_last_order_counts(build, ada):
    first = keys(build())

    wishes.reorder(ada(), first[::-1])
    wishes.reorder(ada(), [first[1]])

    assert keys(build()) == [first[1], first[0], first[2]]


def test_a_frozen_plan_is_never_made_anew(house, build, ada):
    """Neither a new tool nor time changes it; its texts follow what is known now."""
    first = build()
    wishes.freeze(ada())
    with house.write() as session:
        newer = tool("tts-new", "tts", days=0)
        tool_store.put_tools(session, [newer])
        tool_store.replace_facts(session, {newer.slug}, facts(newer.slug))

    second = build(now=NOW + timedelta(days=2))

    assert second.plan == first.plan
    assert [item.position for item in second.issue.comparisons] == [1, 2, 3]
    for act in (
        lambda: wishes.ban(ada(), "tts-a"),
        lambda: wishes.reorder(ada(), [first.plan.chosen[1].key]),
        lambda: build(banned=("tts-a",)),
    ):
        with pytest.raises(IssueError, match=f"digest pairs unfreeze {WEEK}"):
            act()

    wishes.unfreeze(ada())
    assert {"tts-new"} & {each.tool for each in build(now=NOW + timedelta(days=2)).plan.candidates}
    with pytest.raises(IssueError, match="its plan is not frozen"):
        wishes.unfreeze(ada())


def test_a_frozen_plan_whose_tool_is_part_of_another_says_so(house, build, ada):
    lead = build().plan.chosen[0]
    wishes.freeze(ada())
    with house.write() as session:
        rest = {each.slug for each in TOOLS} - {lead.a, lead.b}
        decision_store.put_parts(session, {lead.a: min(rest)})

    with pytest.raises(IssueError, match=f"{lead.a} is in the frozen plan, and no tool"):
        build()


def test_only_a_plan_that_follows_the_wishes_can_be_frozen(build, ada):
    with pytest.raises(NotFoundError, match="build it first"):
        wishes.freeze(ada())
    build()
    wishes.ban(ada(), "tts-a")
    with pytest.raises(IssueError, match="build it again, look, then freeze"):
        wishes.freeze(ada())


def test_a_wish_after_the_release_falls_back_to_review(house, build, ada):
    build()
    approve_issue(house, WEEK, by="Ada", now=NOW)

    made = wishes.ban(ada(), "tts-a")

    with house.read() as session:
        assert issue_store.issue_state(session, WEEK) is IssueState.IN_REVIEW
    wishes.undo(ada(), made.id)
    approve_issue(house, WEEK, by="Ada", now=NOW)
    wishes.freeze(ada())  # changes nothing of what was released
    with house.read() as session:
        assert issue_store.issue_state(session, WEEK) is IssueState.APPROVED


@pytest.mark.parametrize("state", [IssueState.SENDING, IssueState.PAUSED, IssueState.SENT])
def test_nothing_is_asked_of_an_issue_that_is_on_its_way(house, build, ada, state):
    made = wishes.ban(ada(), "tts-a")
    build()
    with house.write() as session:
        issue_store.set_state(session, WEEK, state, now=NOW)

    for ask in (lambda: wishes.ban(ada(), "tts-b"), lambda: wishes.undo(ada(), made.id)):
        with pytest.raises(IssueError, match=f"it is {state}, so nothing of it can be changed"):
            ask()


def test_a_forced_pin_needs_a_note_and_a_pair(house, ada):
    with pytest.raises(IssueError, match="needs a note that says why"):
        wishes.pin(ada(" "), "tts-a+tts-b", is_forced=True)
    with pytest.raises(IssueError, match="'tts-a' is one tool; name a pair"):
        wishes.pin(ada("why"), "tts-a", is_forced=True)
    made = wishes.pin(ada("two products,  one name"), "tts-b+tts-a", is_forced=True)

    with house.read() as session:
        (stored,) = store.wishes_of(session, WEEK)
    assert stored == made
    assert asked_of([stored])["forced"] == {"tts-a+tts-b": "two products, one name"}
    assert stored.told == "force tts-a+tts-b"


def test_wishes_that_make_no_sense_are_refused_with_what_to_do(build, ada):
    build()
    banned = wishes.ban(ada(), "tts-a")
    replaced = wishes.replace(ada(), keys(build())[0])
    cases = (
        (lambda: wishes.pin(ada(by=" "), "tts-b"), "--by NAME"),
        (lambda: wishes.ban(ada(), "tts-a"), f"that stands already: wish {banned.id}"),
        (lambda: wishes.pin(ada(), "tts-a+tts-b"), f"first: digest pairs undo {WEEK} {banned.id}"),
        (lambda: wishes.pin(ada(), replaced.pairs[0]), f"digest pairs undo {WEEK} {replaced.id}"),
        (lambda: wishes.replace(ada(), "tts-b+slides-a"), "is not chosen: chosen are "),
        (lambda: wishes.undo(ada(), 99), f"it has no wish 99; those that stand: {banned.id}"),
        (lambda: wishes.pin(ada(), "a+b+c"), "such as aider+codex"),
    )
    for ask, told in cases:
        with pytest.raises(IssueError) as caught:
            ask()
        assert told in str(caught.value)
    with pytest.raises(NotFoundError, match="did you mean tts-b"):
        wishes.pin(ada(), "tts-bb")
    wishes.undo(ada(), banned.id)
    with pytest.raises(IssueError, match="was undone by Ada already"):
        wishes.undo(ada(), banned.id)


def test_a_ban_of_a_pair_leaves_its_tools_to_other_pins(build, ada):
    wishes.ban(ada(), "tts-a+tts-b")
    wishes.pin(ada(), "tts-a")

    assert "tts-a+tts-old" in keys(build())


def test_wishes_of_a_week_are_its_own(house, build, ada):
    wishes.ban(ada(week="2026-W46"), "tts-a")

    assert [key for key in keys(build()) if "tts-a" in key]
    assert wishes.planned_weeks(house) == [WEEK, "2026-W46"]
    with pytest.raises(NotFoundError, match="digest build --week 2026-W45"):
        plan_sheet(house, "2026-W45")


def test_a_pin_of_an_older_tool_that_is_near_none_is_followed(house, build, ada):
    """An editor may name what the shortlist passed over: its job is unsure."""
    odd = tool("tts-odd", "tts", days=200, job_confidence=0.3)
    with house.write() as session:
        tool_store.put_tools(session, [odd])
        tool_store.replace_facts(session, {odd.slug}, facts(odd.slug))
    wishes.pin(ada(), "tts-a+tts-odd")

    assert keys(build())[0] == "tts-a+tts-odd"


def test_a_pinned_older_tool_that_is_near_none_gets_a_new_rival(house, build, ada):
    odd = tool("tts-odd", "tts", days=200, job_confidence=0.3)
    with house.write() as session:
        tool_store.put_tools(session, [odd])
        tool_store.replace_facts(session, {odd.slug}, facts(odd.slug))
    wishes.pin(ada(), "tts-odd")

    assert keys(build())[0] in {"tts-a+tts-odd", "tts-b+tts-odd"}


def test_a_tool_whose_own_page_is_gone_is_not_paired(house, build):
    page = ProductPage(
        tool="tts-a",
        role=PageRole.HOME,
        site="https://tts-a.example",
        url="https://tts-a.example",
        outcome=PageOutcome.GONE,
        checked_at=NOW,
        due_at=NOW,
    )
    with house.write() as session:
        page_store.put_page(session, page)
        page_store.put_page(
            session,
            page.model_copy(update={"tool": "tts-b", "site": "https://elsewhere.example"}),
        )

    report = build()

    assert {each.tool: each.reason for each in report.plan.rejections} == {
        "tts-a": "its own page was gone at the last look"
    }


def test_only_the_last_of_several_orders_is_asked_and_undone_wishes_are_not(ada):
    wishes.ban(ada(), "tts-a")
    made = wishes.ban(ada(), "slides-a+slides-b")
    wishes.undo(ada(), made.id)
    with ada().db.read() as session:
        asked = asked_of(store.wishes_of(session, WEEK))

    assert asked == {
        "pinned": (),
        "banned": ("tts-a",),
        "forced": {},
        "replaced": (),
        "ordered": (),
    }
