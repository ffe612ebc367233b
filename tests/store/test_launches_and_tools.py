"""Resting places ① and ② on both databases: what is put comes back, once, and in order."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from digest.errors import StoreError
from digest.model import (
    Capture,
    Fact,
    FactKind,
    Launch,
    Outcome,
    Placement,
    RobotsText,
    SourceState,
    Tool,
)
from digest.store import captures, placements, sources, tools
from digest.store import launches as subject
from digest.store.engine import Database
from digest.store.rows import CHUNK, as_values
from digest.store.tables import LaunchRow, ToolRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)


def launch(native_id: str = "1", **more: object) -> Launch:
    """One announcement, changed as a test needs it."""
    values = {
        "source": "hn",
        "native_id": native_id,
        "title": f"Tool {native_id}",
        "first_seen_at": NOW,
        "capture_key": "first",
    }
    return Launch(**values | more)


def tool(slug: str, **more: object) -> Tool:
    """One tool, changed as a test needs it."""
    return Tool(**{"slug": slug, "name": slug.title(), "launched_at": NOW} | more)


def placement(slug: str, **more: object) -> Placement:
    """Where one launch was put."""
    values = {
        "source": "hn",
        "native_id": slug,
        "tool": slug,
        "tier": "distinct",
        "rule_version": "1",
        "decided_at": NOW,
    }
    return Placement(**values | more)


def fact(value: object, **more: object) -> Fact:
    """One fact, changed as a test needs it."""
    values = {
        "tool": "aider",
        "kind": FactKind.CONTEXT_LENGTH,
        "value": value,
        "observed_at": NOW,
        "capture_key": "first",
        "source": "hn",
        "url": "https://x.example",
        "span": "words",
    }
    return Fact(**values | more)


def test_a_launch_comes_back_as_it_went_in(db: Database):
    whole = launch(
        url="https://x.example",
        launched_at=NOW - timedelta(days=1),
        tags=("a", "b"),
        details={"price": {"input": 0.1}},
        flags=("nsfw",),
    )
    with db.write() as session:
        assert subject.put_launches(session, [whole], now=NOW) == 1

    with db.read() as session:
        assert subject.launches_due(session) == [(whole, None)]
        assert subject.count_launches(session) == {"hn": 1}
        assert subject.known_among(session, "hn", ["1", "2"]) == {"1"}


def test_a_launch_seen_again_keeps_its_first_sight_and_its_date(db: Database):
    first = launch(launched_at=NOW - timedelta(days=2), popularity=1)
    again = first.model_copy(
        update={"first_seen_at": LATER, "launched_at": LATER, "popularity": 9, "capture_key": "b"}
    )
    with db.write() as session:
        subject.put_launches(session, [first], now=NOW)
        assert subject.put_launches(session, [again, launch("2")], now=LATER) == 1

    with db.read() as session:
        (stored, _), _ = subject.launches_due(session)
    assert (stored.first_seen_at, stored.launched_at) == (NOW, NOW - timedelta(days=2))
    assert (stored.popularity, stored.capture_key) == (9, "b")


def test_of_more_ids_than_one_question_holds_the_known_ones_are_found(db: Database):
    ids = [str(number) for number in range(CHUNK + 3)]
    with db.write() as session:
        subject.put_launches(session, [launch(each) for each in ids[::2]], now=NOW)

        assert subject.known_among(session, "hn", ids) == set(ids[::2])
        assert subject.known_among(session, "other", ids) == set()
        assert subject.known_among(session, "hn", []) == set()


def test_what_the_caller_knows_is_not_asked_for_again(db: Database):
    with db.write() as session:
        new = subject.put_launches(session, [launch("1"), launch("2")], now=NOW, known={"1"})

    assert new == 1


def test_an_unchanged_listing_is_seen_again_and_what_had_left_it_is_not(db: Database):
    with db.write() as session:
        subject.put_launches(session, [launch("gone")], now=NOW)
        subject.put_launches(session, [launch("listed"), launch("1", source="x")], now=LATER)
        later_still = LATER + timedelta(hours=6)
        subject.touch_launches(session, [subject.Unchanged("hn", LATER, later_still)])

    with db.read() as session:
        seen = session.exec(select(LaunchRow.native_id, LaunchRow.seen_at)).all()
    assert dict(seen) == {"gone": NOW, "listed": later_still, "1": LATER}


def test_every_column_of_an_upsert_is_stored_as_the_orm_stores_it(db: Database):
    stored = launch(tags=("a",), details={"b": 1}, launched_at=NOW, popularity_metric="stars")
    with db.write() as session:
        subject.put_launches(session, [stored], now=NOW)
        session.add(LaunchRow(**as_values(stored) | {"native_id": "orm"}, seen_at=NOW))

    with db.read() as session:
        ours, orm = session.connection().execute(text("SELECT * FROM launch ORDER BY id")).all()
    different = {name for name, a, b in zip(ours._fields, ours, orm, strict=True) if a != b}
    assert different == {"id", "native_id"}


def test_no_launches_are_no_trouble(db: Database):
    with db.write() as session:
        assert subject.put_launches(session, [], now=NOW) == 0
        subject.mark_researched(session, [])
        assert subject.launches_of_tools(session, []) == {}


def test_a_launch_is_due_until_it_is_researched_and_again_with_a_new_capture(db: Database):
    with db.write() as session:
        subject.put_launches(session, [launch("2"), launch("1")], now=NOW)
        assert [each.native_id for each, _ in subject.launches_due(session)] == ["1", "2"]
        placements.put_tools_of(session, {("hn", "1"): "aider"})
        subject.mark_researched(session, [launch("1"), launch("2")])
    with db.write() as session:
        assert subject.launches_due(session) == []
        subject.put_launches(session, [launch("1", capture_key="second")], now=LATER)

    with db.read() as session:
        assert [(each.native_id, slug) for each, slug in subject.launches_due(session)] == [
            ("1", "aider")
        ]


def test_launches_are_found_by_tool_however_many_are_asked_for(db: Database):
    wanted = [f"tool-{number:04}" for number in range(CHUNK * 2 + 1)]
    with db.write() as session:
        subject.put_launches(session, [launch("2"), launch("1"), launch("3")], now=NOW)
        first, last = wanted[0], wanted[-1]
        placements.put_tools_of(
            session, {("hn", "1"): first, ("hn", "2"): first, ("hn", "3"): last}
        )

    with db.read() as session:
        found = subject.launches_of_tools(session, wanted)
        assert subject.count_of_tools(session, wanted[:1]) == 2
    assert list(found) == wanted
    assert [each.native_id for each in found[wanted[0]]] == ["1", "2"]
    assert [each.native_id for each in found[wanted[-1]]] == ["3"]
    assert not any(found[slug] for slug in wanted[1:-1])


def test_the_state_of_a_source_and_its_robots_are_replaced(db: Database):
    state = SourceState(source="hn", kind="feed", url="https://x", outcome=Outcome.OK, good_at=NOW)
    robots = RobotsText(origin="https://x", text="old", read_at=NOW)
    with db.write() as session:
        for text in ("old", "new"):
            sources.put_source_state(session, state.model_copy(update={"reason": text}))
            sources.put_robots_texts(session, [robots.model_copy(update={"text": text})])

    with db.read() as session:
        assert sources.source_states(session)["hn"].reason == "new"
        assert [each.text for each in sources.robots_texts(session)] == ["new"]


def test_a_capture_is_described_once(db: Database):
    capture = Capture(
        key="k", source="hn", url="https://x", final_url="https://x", status=200,
        headers={"etag": "1"}, body_sha256="0", body_bytes=1, fetched_at=NOW,
    )  # fmt: skip
    with db.write() as session:
        captures.put_capture(session, capture)
        captures.put_capture(session, capture)

    with db.read() as session:
        assert captures.capture_of(session, "k") == capture
        assert captures.capture_of(session, "other") is None
        assert captures.count_captures(session) == 1


def test_a_tool_is_brought_up_to_date_and_found(db: Database):
    with db.write() as session:
        tools.put_tools(session, [tool("codex"), tool("aider", tags=("cli",))])
        tools.put_tools(session, [tool("aider", tagline="new", sources=("hn",))])

    with db.read() as session:
        assert [each.slug for each in tools.all_tools(session)] == ["aider", "codex"]
        assert tools.tool_by_slug(session, "aider").tagline == "new"
        assert tools.tool_by_slug(session, "nobody") is None
        assert tools.tool_slugs(session) == {"aider", "codex"}
        assert tools.count_tools(session) == {"tools": 2, "facts": 0, "reviews": 0}


def test_rivals_surely_do_the_same_job_and_nobody_is_a_rival_of_the_unsorted(db: Database):
    with db.write() as session:
        tools.put_tools(
            session,
            [
                tool("aider", job="cli-agent", job_confidence=0.9),
                tool("codex", job="cli-agent", job_confidence=0.6, launched_at=LATER),
                tool("claw", job="cli-agent", job_confidence=0.9),
                tool("crab", job="cli-agent", job_confidence=0.59),
                tool("lamp", job="small-llm", job_confidence=0.9),
                tool("stray"),
                tool("other-stray"),
            ],
        )

    with db.read() as session:
        rivals = tools.rivals_of(session, tool("aider", job="cli-agent", job_confidence=0.9))
        assert [each.slug for each in rivals] == ["codex", "claw"]
        assert tools.rivals_of(session, tool("stray")) == []


def test_keys_stand_for_the_tool_that_had_them_first(db: Database):
    with db.write() as session:
        for slug, keys in (("aider", ("site:x", "y")), ("thief", ("site:x",))):
            placements.put_placements(session, [placement(slug, keys=keys)], claimed={})

    with db.read() as session:
        asked = {"site:x", "none", *(str(number) for number in range(CHUNK))}
        assert tools.known_keys(session, asked) == {"site:x": "aider"}


@pytest.mark.parametrize("value", [True, 128_000, 0.5, "text", "1"])
def test_a_fact_keeps_its_type(db: Database, value):
    with db.write() as session:
        tools.replace_facts(session, ["aider"], [fact(value)])

    with db.read() as session:
        (stored,) = tools.facts_of(session, ["aider", "codex"])["aider"]
    assert (type(stored.value), stored.value) == (type(value), value)
    assert stored == fact(value)


def test_facts_of_a_tool_are_replaced_and_those_of_others_stay(db: Database):
    with db.write() as session:
        tools.replace_facts(session, ["aider", "codex"], [fact(1), fact(3, tool="codex")])
        tools.replace_facts(session, ["aider"], [fact(2, observed_at=LATER)])

    with db.read() as session:
        found = tools.facts_of(session, ["aider", "codex"])
    assert [each.value for each in found["aider"]] == [2]
    assert [each.value for each in found["codex"]] == [3]


def test_a_damaged_row_is_said_with_what_to_do(db: Database):
    with db.write() as session:
        session.add(ToolRow(slug="aider", name="Aider", launched_at=NOW, job_confidence=7.0))

    with (
        db.read() as session,
        pytest.raises(StoreError, match=r"a damaged tool .*restore a backup"),
    ):
        tools.all_tools(session)


def test_launches_are_given_in_one_order_on_every_database(db: Database):
    """By code point: a database's own language would put small letters beside large ones."""
    ids = ["b", "B", "a", "é", "Z", "10", "9", "_", "\U0001f680"]
    with db.write() as session:
        subject.put_launches(session, [launch(each) for each in ids], now=NOW)
        subject.put_launches(session, [launch("x", source="Ab"), launch("x", source="a")], now=NOW)

    with db.read() as session:
        found = [(each.source, each.native_id) for each in subject.each_launch(session)]

    assert found == sorted([("Ab", "x"), ("a", "x"), *(("hn", each) for each in ids)])


def test_launches_are_given_of_some_sources_and_from_a_moment_on(db: Database):
    with db.write() as session:
        late = launch("late", first_seen_at=LATER)
        subject.put_launches(session, [launch("soon"), late, launch("x", source="gh")], now=NOW)

    with db.read() as session:
        since = [each.native_id for each in subject.each_launch(session, since=LATER)]
        of_one = [each.native_id for each in subject.each_launch(session, sources=["gh"])]

    assert (since, of_one) == (["late"], ["x"])
