"""Editors' decisions: they outrank the rules, hold for later launches, and can be undone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from digest.errors import DecisionError, NotFoundError
from digest.model import Flag, Launch
from digest.steps import decide
from digest.steps.research import research
from digest.steps.tools import review_queue, show_tool
from digest.store import decisions as decision_store
from digest.store import launches as launch_store
from digest.store import placements as placement_store
from digest.store import tools as tool_store

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EMBER = "https://ember.example"
REPOSITORY = "https://github.com/kilnworks/ember"


def launch(native_id, name="Ember", source="hn", **more):
    given = {
        "source": source,
        "native_id": native_id,
        "title": name,
        "name": name,
        "tagline": "Turns meetings into tickets.",
        "launched_at": NOW - timedelta(days=2),
        "launched_at_source": "api",
        "first_seen_at": NOW,
        "capture_key": f"key-{native_id}",
    }
    return Launch(**given | more)


@pytest.fixture
def house(db, classifier):
    """Ember with two launches, and the same thing under another address and name."""
    put(db, launch("1", site=EMBER), launch("2", source="ph", site=f"{EMBER}/?ref=ph"))
    put(db, launch("3", "Ember for Teams", site="https://ember-teams.example"))
    research(db, classifier=classifier)
    return db


def put(db, *launches):
    with db.write() as session:
        launch_store.put_launches(session, launches, now=NOW)


@pytest.fixture
def editor(house, classifier):
    return decide.Editor(house, classifier, "Ada", "the same thing", NOW)


def state(db):
    """All that a decision could change, but the decisions themselves."""
    with db.read() as session:
        slugs = tool_store.tool_slugs(session)
        return (
            tool_store.all_tools(session),
            tool_store.facts_of(session, slugs),
            {slug: show_tool(db, slug).launches for slug in slugs},
            tool_store.parts(session),
            placement_store.keys_of(session, slugs),
        )


def tools(db):
    """The launches of each tool that stands alone, by slug."""
    with db.read() as session:
        standing = [tool.slug for tool in tool_store.all_tools(session)]
        members = launch_store.launches_of_tools(session, standing)
    return {slug: [each.native_id for each in found] for slug, found in members.items()}


def forget(db):
    """Empty the catalogue but for decisions, as if it were rebuilt from captures."""
    with db.write() as session:
        for table in ("tool", "tool_key", "placement", "lookalike", "fact"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("UPDATE launch SET tool = NULL, researched_key = ''"))


def test_the_rules_put_it_as_two_tools_and_show_what_they_saw(house):
    assert tools(house) == {"ember": ["1", "2"], "ember-for-teams": ["3"]}
    evidence = show_tool(house, "ember").launches[0]
    assert (evidence.tier, evidence.rule_version, evidence.home) == ("merge", "2", "ember")
    assert "site:ember.example" in evidence.keys


def test_a_merge_makes_one_tool_and_undone_leaves_exactly_what_was(house, editor):
    before = state(house)

    decision = decide.merge_tools(editor, "ember", "ember-for-teams")
    merged = tools(house)
    told = show_tool(house, "ember-for-teams").part_of
    decide.undo_decision(editor, decision.id)

    assert merged == {"ember": ["1", "3", "2"]}
    assert told == "ember"
    assert state(house) == before


def test_a_merge_holds_when_research_runs_again_and_for_later_launches(house, editor, classifier):
    """The later launch has only a key of the part; undone, it is where its key says."""
    decision = decide.merge_tools(editor, "ember", "ember-for-teams")
    put(house, launch("4", "Ember for Teams", site="https://ember-teams.example"))
    research(house, classifier=classifier)
    merged = tools(house)
    decide.undo_decision(editor, decision.id)

    assert merged == {"ember": ["1", "3", "4", "2"]}
    assert tools(house) == {"ember": ["1", "2"], "ember-for-teams": ["3", "4"]}


def test_decisions_hold_in_a_catalogue_made_anew_from_captures(house, editor, classifier):
    decide.merge_tools(editor, "ember", "ember-for-teams")
    split = decide.split_tool(editor, "ember", {("ph", "2")})
    before = tools(house)
    forget(house)

    research(house, classifier=classifier)

    assert tools(house) == before == {"ember": ["1", "3"], split.other: ["2"]}


def test_slugs_that_a_decision_names_are_the_same_in_a_catalogue_made_anew(
    house, editor, classifier
):
    """Met all at once the other one would be called ember; and the two wait for no look again."""
    put(house, launch("0", "Ember", source="a", site="https://ember-zero.example"))
    research(house, classifier=classifier)
    (other,) = set(tools(house)) - {"ember", "ember-for-teams"}
    decide.keep_apart(editor, "ember", other)
    before = tools(house)
    forget(house)

    research(house, classifier=classifier)

    assert tools(house) == before
    (placed,) = show_tool(house, other).launches
    assert placed.vetoes == ()


def test_a_chain_of_merges_leads_to_one_tool(house, editor, classifier):
    put(house, launch("5", "Emberly", site="https://emberly.example"))
    research(house, classifier=classifier)
    first = decide.merge_tools(editor, "ember-for-teams", "emberly")
    decide.merge_tools(editor, "ember", "ember-for-teams")

    assert tools(house) == {"ember": ["1", "3", "5", "2"]}
    assert show_tool(house, "ember").parts == ("ember-for-teams", "emberly")
    decide.undo_decision(editor, first.id)
    assert tools(house) == {"ember": ["1", "3", "2"], "emberly": ["5"]}


def test_launches_split_off_are_a_tool_that_later_ones_join_by_its_own_keys(
    house, editor, classifier
):
    put(house, launch("6", "Ember", source="gh", url=REPOSITORY, site=EMBER))
    research(house, classifier=classifier)
    before = tools(house)

    decision = decide.split_tool(editor, "ember", {("gh", "6")})
    put(house, launch("7", "Ember", source="reddit", url=REPOSITORY))
    put(house, launch("8", "Ember", source="reddit", site=EMBER))
    research(house, classifier=classifier)

    assert before["ember"] == ["6", "1", "2"]
    assert tools(house)[decision.other] == ["6", "7"]
    assert tools(house)["ember"] == ["1", "2", "8"]


def test_a_split_undone_gives_all_back_and_its_slug_leads_on(house, editor):
    before = state(house)
    decision = decide.split_tool(editor, "ember", {("ph", "2")})

    decide.undo_decision(editor, decision.id)

    after = state(house)
    assert after[:2] == (before[0], before[1] | {decision.other: after[1][decision.other]})
    assert tools(house) == {"ember": ["1", "2"], "ember-for-teams": ["3"]}
    assert show_tool(house, decision.other).part_of == "ember"


def test_what_looks_alike_waits_until_somebody_decides(house, editor, classifier):
    put(house, launch("9", "Ember 2", site="https://ember-two.example"))
    research(house, classifier=classifier)
    (waiting,) = review_queue(house)

    decide.keep_apart(editor, "ember", "ember-2")

    assert (waiting.tool, waiting.other) == ("ember", "ember-2")
    assert waiting.reason.startswith("same product name ember")
    assert review_queue(house) == []


def test_merging_answers_a_waiting_pair_and_undoing_asks_again(house, editor, classifier):
    put(house, launch("9", "Ember 2", site="https://ember-two.example"))
    research(house, classifier=classifier)
    decision = decide.merge_tools(editor, "ember", "ember-2")

    merged = review_queue(house)
    decide.undo_decision(editor, decision.id)

    assert merged == []
    assert len(review_queue(house)) == 1


def test_a_flag_that_was_cleared_stays_cleared_and_a_set_one_stays_set(house, editor, classifier):
    put(house, launch("3", "Ember for Teams", flags=("suspect",), capture_key="newer"))
    research(house, classifier=classifier)
    before = show_tool(house, "ember-for-teams").tool.flags

    decide.flag_tool(editor, "ember-for-teams", Flag.SUSPECT, is_set=False)
    decide.flag_tool(editor, "ember", Flag.SPAM, is_set=True)
    put(house, launch("3", "Ember for Teams", flags=("suspect", "nsfw"), capture_key="newest"))
    research(house, classifier=classifier)

    assert before == (Flag.SUSPECT,)
    assert show_tool(house, "ember-for-teams").tool.flags == (Flag.NSFW,)
    assert show_tool(house, "ember").tool.flags == (Flag.SPAM,)


def test_a_flag_cleared_of_a_part_does_not_clear_the_whole(house, editor, classifier):
    put(house, launch("1", site=EMBER, flags=("suspect",), capture_key="newer"))
    put(house, launch("3", "Ember for Teams", flags=("suspect",), capture_key="newer"))
    research(house, classifier=classifier)

    decide.flag_tool(editor, "ember-for-teams", Flag.SUSPECT, is_set=False)
    decide.merge_tools(editor, "ember", "ember-for-teams")

    assert show_tool(house, "ember").tool.flags == (Flag.SUSPECT,)


def refused(match):
    return pytest.raises(DecisionError, match=match)


def test_an_unknown_slug_is_said_with_near_ones(editor):
    with pytest.raises(NotFoundError, match=r"no tool 'embr'; did you mean ember"):
        decide.merge_tools(editor, "embr", "ember")


def test_a_tool_is_not_merged_with_itself(editor):
    with refused("cannot be merged with itself"):
        decide.merge_tools(editor, "ember", "ember")


def test_a_split_takes_some_launches_and_only_those_that_are_there(editor):
    with refused("not all: ember has 2"):
        decide.split_tool(editor, "ember", {("hn", "1"), ("ph", "2")})
    with refused("not none"):
        decide.split_tool(editor, "ember", set())
    with refused("ember has no launch hn/77; digest tools show ember"):
        decide.split_tool(editor, "ember", {("hn", "77")})


def test_a_decision_that_contradicts_an_earlier_one_says_which(editor):
    apart = decide.keep_apart(editor, "ember", "ember-for-teams")
    with refused(rf"contradicts decision {apart.id}, .*kept apart \(Ada: the same thing\)"):
        decide.merge_tools(editor, "ember-for-teams", "ember")
    with refused(f"apart already, by decision {apart.id}"):
        decide.keep_apart(editor, "ember-for-teams", "ember")
    decide.undo_decision(editor, apart.id)
    merge = decide.merge_tools(editor, "ember", "ember-for-teams")

    with refused(f"is part of ember now, by decision {merge.id}"):
        decide.keep_apart(editor, "ember", "ember-for-teams")
    with refused(f"undo that instead: digest tools undo {merge.id}"):
        decide.split_tool(editor, "ember", {("hn", "3")})


def test_what_was_split_off_is_not_merged_back_but_undone(editor):
    split = decide.split_tool(editor, "ember", {("ph", "2")})

    with refused(f"contradicts decision {split.id}"):
        decide.merge_tools(editor, "ember", split.other)


def test_what_another_decision_stands_on_is_not_undone(editor):
    split = decide.split_tool(editor, "ember", {("ph", "2")})
    merge = decide.merge_tools(editor, "ember-for-teams", split.other)

    with refused(f"while decision {merge.id}, .* stands on it"):
        decide.undo_decision(editor, split.id)


def test_a_decision_is_undone_once_and_an_unknown_one_not_at_all(editor):
    with refused("no decision 7; none was made yet"):
        decide.undo_decision(editor, 7)
    apart = decide.keep_apart(editor, "ember", "ember-for-teams")
    decide.undo_decision(replace(editor, by="Bob"), apart.id)

    with refused("was undone already, by Bob"):
        decide.undo_decision(editor, apart.id)


def test_a_decision_needs_a_name(editor, house):
    with refused("needs a name"):
        decide.keep_apart(replace(editor, by="  "), "ember", "ember-for-teams")
    with house.read() as session:
        assert decision_store.decisions(session) == []


def test_a_flag_that_is_there_is_not_set_and_one_that_is_not_is_not_cleared(editor):
    with refused("has no flag suspect to clear"):
        decide.flag_tool(editor, "ember", Flag.SUSPECT, is_set=False)
