"""The editors' desk: what it shows of a plan, and that only a form of its own asks for anything."""

import base64
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from digest.errors import IssueError
from digest.model import Contender, PairPlan, PairScore, Plan, Rejection, Tool, WishKind
from digest.store import plans as store
from digest.store import tools as tool_store
from tests.conftest import NOW
from tests.web.test_operate import drawn

WEEK = "2026-W47"
PAGE = f"/desk/{WEEK}/plan"
PASSWORD = "a long pass: phrase"


def score(total, **more):
    parts = {
        "substitutability": 0.7,
        "rivalry": 0.0,
        "freshness": 0.9,
        "balance": 0.5,
        "contrast": 0.4,
        "joint": 0.81,
        "overlap": 0.6,
        "defaulted": ("similarity", "balance"),
    }
    return PairScore(**{**parts, **more}, total=total)


def pair(a, b, total, **more):
    return PairPlan(a=a, b=b, job="vector-db", score=score(total), **more)


def contender(slug, **more):
    parts = {
        "name": slug.title(),
        "job": "vector-db",
        "job_confidence": 0.9,
        "is_fresh": True,
        "coverage": 0.8,
        "attention": None,
        "calls": 4,
        "ships": 2,
        "pairs": 1,
        "best": None,
        "reason": "no other tool of its job may be paired this week",
    }
    return Contender(tool=slug, **{**parts, **more})


SLUGS = ("ash", "birch", "cedar", "elm", "fir", "oak")
PLAN = Plan(
    week=WEEK,
    window_start=NOW - timedelta(days=7),
    cutoff=NOW,
    config_sha256="c",
    considered_tools=7,
    passed=6,
    fresh=5,
    scored=4,
    chosen=(
        pair("ash", "birch", 0.71, why="Both do the same job.", next_best="cedar+elm"),
        pair("fir", "oak", 0.61, why="So do these.", is_pinned=True),
    ),
    considered=(
        pair("cedar", "elm", 0.66, reason="its job has a pair this week"),
        *(pair("ash", slug, 0.5, reason="one of the two is in another pair") for slug in SLUGS[2:]),
    ),
    candidates=tuple(
        contender(slug, name="Ash <b> & Co" if slug == "ash" else slug.title()) for slug in SLUGS
    ),
    rejections=(Rejection(tool="yew", name="Yew", reason="flagged spam"),),
)


@pytest.fixture
def built():
    """The weeks that were built, by the button."""
    return []


@pytest.fixture
def planned(world):
    """A week with a plan of six tools."""
    tools = [Tool(slug=slug, name=slug.title(), launched_at=NOW) for slug in (*SLUGS, "yew")]
    with world.write() as session:
        tool_store.put_tools(session, tools)
        store.put_plan(session, PLAN, wishes=(), now=NOW)
    return world


@pytest.fixture
def desk(parts, planned, visit, built):
    """The desk with a password, and a visitor at its door."""
    del planned
    labels = {"vector-db": "Vector databases"}
    return visit(
        replace(
            parts,
            operator_password=SecretStr(PASSWORD),
            job_labels=labels,
            build=built.append,
        )
    )


def card(name="Ada", password=PASSWORD):
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def shown_in(page):
    return re.search(r'name="shown" value="([^"]+)"', page)[1]


def ask(visitor, act, *, week=WEEK, **fields):
    """Press a button of the page as it is now."""
    page = visitor.get(f"/desk/{week}/plan", headers=card()).text
    fields = {"shown": shown_in(page), **fields}
    return visitor.post(f"/desk/{week}/{act}", headers=card(), data=fields)


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def wishes(db):
    with db.read() as session:
        return store.wishes_of(session, WEEK)


@pytest.mark.parametrize("path", ["/desk", PAGE])
def test_nobody_enters_without_the_password(desk, path):
    assert desk.get(path).status_code == 401
    assert desk.get(path, headers=card(password="wrong")).status_code == 401
    answer = desk.get(path, headers=card())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"


def test_the_desk_lists_the_weeks_that_were_planned(desk):
    assert f'href="{PAGE}"' in desk.get("/desk", headers=card()).text


def test_an_empty_desk_says_what_makes_a_plan(parts, visit):
    visitor = visit(replace(parts, operator_password=SecretStr(PASSWORD)))

    assert "digest build" in visitor.get("/desk", headers=card()).text


def test_every_pair_is_shown_with_its_parts_and_its_reason(desk):
    shown = words_of(desk.get(PAGE, headers=card()).text)

    assert "7 tools looked at, 5 of them new; 6 may be paired. 4 pairs scored, 2 chosen." in shown
    assert "1. Ash &lt;b&gt; &amp; Co vs Birch" in shown
    assert "Vector databases · score 0.710" in shown
    assert "Does the same 0.70 sure of the job 0.81, texts alike —, in common 0.60" in shown
    assert "Equal attention 0.50 unknown, so it stands in the middle" in shown
    assert "In its place would stand Cedar vs Elm." in shown
    assert "Cedar vs Elm Vector databases · score 0.660 its job has a pair this week" in shown


def test_every_tool_is_shown_with_what_became_of_it(desk):
    shown = words_of(desk.get(PAGE, headers=card()).text)

    assert "Cedar cedar new, Vector databases (0.90); no other tool of its job" in shown
    assert "1 tool: flagged spam yew" in shown


@pytest.mark.parametrize(
    ("act", "fields", "kind", "pairs"),
    [
        ("pin", {"wish": "elm+cedar"}, WishKind.PIN, ("cedar+elm",)),
        ("force", {"wish": "elm+cedar", "note": "why"}, WishKind.PIN, ("cedar+elm",)),
        ("ban", {"wish": " ash "}, WishKind.BAN, ("ash",)),
        ("replace", {"wish": "ash+birch"}, WishKind.REPLACE, ("ash+birch",)),
        ("up", {"wish": "fir+oak"}, WishKind.ORDER, ("fir+oak", "ash+birch")),
        ("freeze", {}, WishKind.FREEZE, ()),
    ],
)
def test_a_button_stores_a_wish_with_who_asked(act, fields, kind, pairs, desk, planned):
    answer = ask(desk, act, **fields)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    (made,) = wishes(planned)
    assert (made.kind, made.pairs, made.by, made.made_at) == (kind, pairs, "Ada", NOW)
    assert made.is_forced is (act == "force")


def test_a_pair_moved_up_stands_there_at_once(desk):
    ask(desk, "up", wish="fir+oak")

    shown = words_of(desk.get(PAGE, headers=card()).text)
    assert "1. Fir vs Oak" in shown
    assert "Wishes wait for the next build" in shown


def test_a_frozen_plan_offers_nothing_but_to_unfreeze_it(desk, planned):
    ask(desk, "freeze")
    page = desk.get(PAGE, headers=card()).text

    assert "Frozen." in page
    assert "Replace with next best" not in page
    refused = ask(desk, "ban", wish="ash")
    assert refused.status_code == 400
    assert "its plan was frozen by Ada" in refused.text
    assert ask(desk, "unfreeze").status_code == 303
    assert not wishes(planned)[0].stands


def test_a_wish_can_be_undone(desk, planned):
    ask(desk, "ban", wish="ash")
    (made,) = wishes(planned)

    assert ask(desk, "undo", wish=str(made.id)).status_code == 303
    assert wishes(planned)[0].undone_by == "Ada"
    assert "undone by Ada" in desk.get(PAGE, headers=card()).text
    assert "is no number of a wish" in words_of(ask(desk, "undo", wish="²").text)


def test_what_cannot_be_done_is_said_and_nothing_is_stored(desk, planned):
    answer = ask(desk, "pin", wish="ash+ghost")

    assert answer.status_code == 400
    assert "no tool &#39;ghost&#39;" in answer.text
    assert wishes(planned) == []


def test_the_build_button_builds_the_week(desk, built):
    assert ask(desk, "build").status_code == 303
    assert built == [WEEK]


def test_a_build_that_fails_says_why(parts, planned, visit):
    del planned

    def fails(week):
        raise IssueError(week, "pin a+b cannot be followed")

    visitor = visit(replace(parts, operator_password=SecretStr(PASSWORD), build=fails))

    answer = ask(visitor, "build")
    assert (answer.status_code, "cannot be followed" in answer.text) == (400, True)


def test_a_house_that_cannot_build_offers_no_button(parts, planned, visit):
    del planned
    visitor = visit(replace(parts, operator_password=SecretStr(PASSWORD)))

    assert "Build again" not in visitor.get(PAGE, headers=card()).text
    assert "by command alone" in ask(visitor, "build").text


def test_a_week_without_a_plan_is_empty_and_can_be_built(desk, built):
    page = desk.get("/desk/2026-W50/plan", headers=card())

    assert page.status_code == 200
    assert "Nothing was planned yet." in page.text
    assert ask(desk, "build", week="2026-W50").status_code == 303
    assert built == ["2026-W50"]


@pytest.mark.parametrize("path", ["/desk/last/plan", "/desk/2026-W1/plan", "/desk/2026-W60/plan"])
def test_what_is_no_week_is_not_found(desk, path):
    assert desk.get(path, headers=card()).status_code == 404


def test_an_act_that_does_not_exist_is_not_found(desk):
    assert ask(desk, "burn").status_code == 404


@pytest.mark.parametrize("act", ["pin", "ban", "replace", "up", "freeze", "build"])
def test_a_form_of_another_site_asks_for_nothing(desk, planned, built, act):
    """The browser adds the password to it by itself: only a page of ours can know the token."""
    shown = shown_in(desk.get(PAGE, headers=card()).text)
    cross = card() | {"sec-fetch-site": "cross-site"}
    fields = {"wish": "ash+birch"}

    refused = [
        desk.post(f"/desk/{WEEK}/{act}", headers=card(), data=fields),
        desk.post(f"/desk/{WEEK}/{act}", headers=card("Eve"), data=fields | {"shown": shown}),
        desk.post(f"/desk/{WEEK}/{act}", headers=cross, data=fields | {"shown": shown}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 3
    assert desk.get(f"/desk/{WEEK}/{act}", headers=card()).status_code == 405
    assert (wishes(planned), built) == ([], [])


@pytest.mark.browser
def test_drawn_it_fits_a_phone_its_fields_have_names_and_its_words_stand_out(desk, parts):
    if shutil.which("chromium") is None:
        pytest.skip("Debian package chromium is not installed: the page is not drawn")
    ask(desk, "ban", wish="ash")
    html = re.sub(r"<link[^>]*>", "", desk.get(PAGE, headers=card()).text)
    style = (parts.static / "digest.css").read_text(encoding="utf-8")
    looks = [(width, scheme) for width in (375, 1200) for scheme in ("light", "dark")]

    with ThreadPoolExecutor(1) as apart:  # playwright leaves a running loop in its thread
        page = html.replace("</head>", f"<style>{style}</style></head>")
        found = apart.submit(drawn, page, looks).result()

    assert found == [{"wide": False, "pale": [], "unnamed": [], "twice": [], "small": 0}] * 4
