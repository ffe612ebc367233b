"""An editor's word on what a tool is for: it holds, it teaches, it can be undone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.errors import DecisionError, GivenError, NotFoundError
from digest.model import Launch
from digest.steps import decide
from digest.steps.jobs import classify, job_queue, sort_anew
from digest.steps.research import research
from digest.store import launches as launch_store
from digest.store import tools as tool_store

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ODD = "Ghost writes your {} from the wiretaps of the lagoon"
"""Words that say nothing about any job."""


@pytest.fixture(scope="module")
def classifier():
    """Knows the words of jobs.toml alone: it learns in a fifth of the time."""
    return JobClassifier(load_jobs(), {})


def launch(name, tagline, **more):
    given = {
        "source": "hn",
        "native_id": name,
        "title": name,
        "name": name,
        "tagline": tagline,
        "url": f"https://{name.lower()}.example",
        "launched_at": NOW - timedelta(days=2),
        "launched_at_source": "api",
        "first_seen_at": NOW,
        "capture_key": f"key-{name}",
    }
    return Launch(**given | more)


@pytest.fixture
def house(db, classifier):
    """Three tools of one odd kind and a plain one."""
    put(
        db,
        launch("Cinder", ODD.format("sonnets"), popularity=9, popularity_metric="points"),
        launch("Kiln", ODD.format("ballads"), popularity=90, popularity_metric="points"),
        launch("Lamp", "AI code review of every pull request: finds bugs in the diff."),
    )
    research(db, classifier=classifier)
    return db


def put(db, *launches):
    with db.write() as session:
        launch_store.put_launches(session, launches, now=NOW)


@pytest.fixture
def editor(house, classifier):
    return decide.Editor(house, classifier, "Ada", "heard it sing", NOW)


def tool(db, slug):
    with db.read() as session:
        return tool_store.tool_by_slug(session, slug)


def test_a_chosen_job_outranks_the_words_and_undone_leaves_what_was(house, editor):
    before = tool(house, "lamp")

    decision = decide.set_job(editor, "lamp", "cli-agent")
    chosen = tool(house, "lamp")
    decide.undo_decision(editor, decision.id)

    assert (chosen.job, chosen.job_by, chosen.job_confidence) == ("cli-agent", "editor", 1.0)
    assert chosen.job_runner_up == "code-review"
    assert decision.line == "decision 1, lamp does the job cli-agent (Ada: heard it sing)"
    assert before.job == "code-review"
    assert tool(house, "lamp") == before


def test_a_chosen_job_holds_when_the_launch_is_read_again_and_in_a_catalogue_made_anew(
    house, editor, classifier
):
    decide.set_job(editor, "lamp", "cli-agent")
    put(house, launch("Lamp", "AI code review, now in beta.", capture_key="later"))
    research(house, classifier=classifier)
    read_again = tool(house, "lamp")
    with house.write() as session:
        for table in ("tool", "tool_key", "placement", "lookalike", "fact"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("UPDATE launch SET tool = NULL, researched_key = ''"))
    research(house, classifier=classifier)

    assert "now in beta" in read_again.tagline
    assert (read_again.job, read_again.job_by) == ("cli-agent", "editor")
    assert tool(house, "lamp").job == "cli-agent"


def test_the_job_of_a_part_stands_for_the_whole_until_the_whole_gets_its_own(house, editor):
    decide.set_job(editor, "kiln", "music-gen")
    merge = decide.merge_tools(editor, "lamp", "kiln")
    by_part = tool(house, "lamp").job
    decide.set_job(editor, "lamp", "cli-agent")
    by_itself = tool(house, "lamp").job
    decide.undo_decision(editor, merge.id)

    assert (by_part, by_itself) == ("music-gen", "cli-agent")
    assert (tool(house, "lamp").job, tool(house, "kiln").job) == ("cli-agent", "music-gen")


def test_later_tools_are_judged_by_what_editors_said(house, editor, classifier):
    """Two corrections; the third tool of that kind, launched later, needs none."""
    decide.set_job(editor, "cinder", "music-gen")
    decide.set_job(editor, "kiln", "music-gen")
    put(house, launch("Ember", ODD.format("arias")))
    research(house, classifier=classifier)

    later = tool(house, "ember")
    assert (later.job, later.job_by) == ("music-gen", "text")
    assert later.job_confidence >= 0.6


def test_sorting_anew_moves_the_tools_that_were_there_before(house, editor, classifier):
    put(house, launch("Ember", ODD.format("arias")))
    research(house, classifier=classifier)
    before = tool(house, "ember").job
    decide.set_job(editor, "cinder", "music-gen")
    decide.set_job(editor, "kiln", "music-gen")

    moved = sort_anew(house, classifier=classifier)
    again = sort_anew(house, classifier=classifier)

    assert [(each.tool, each.before, each.job) for each in moved] == [
        ("ember", before, "music-gen")
    ]
    assert again == []


def test_a_tool_left_unsorted_by_an_editor_is_so_and_teaches_nothing(house, editor, classifier):
    decide.set_job(editor, "lamp", "unsorted")
    put(house, launch("Wick", "AI code review of every pull request: finds bugs in a diff."))
    research(house, classifier=classifier)

    assert tool(house, "lamp").job == "unsorted"
    assert tool(house, "wick").job == "code-review"


def test_a_job_that_is_chosen_must_exist_and_be_news(editor):
    with pytest.raises(NotFoundError, match="no job 'code-revew'; did you mean code-review"):
        decide.set_job(editor, "lamp", "code-revew")
    with pytest.raises(NotFoundError, match="no tool 'lmp'"):
        decide.set_job(editor, "lmp", "code-review")
    decide.set_job(editor, "lamp", "code-review")
    with pytest.raises(DecisionError, match="an editor gave lamp the job code-review already"):
        decide.set_job(editor, "lamp", "code-review")


def test_a_job_that_is_gone_from_the_list_is_passed_over(house, editor):
    """Research must not stop at a word said years ago."""
    decide.set_job(editor, "lamp", "cli-agent")
    fewer = JobClassifier([job for job in load_jobs() if job.key != "cli-agent"], {})
    put(house, launch("Lamp", "AI code review, now in beta.", capture_key="later"))

    research(house, classifier=fewer)

    assert tool(house, "lamp").job == "code-review"


def test_the_queue_has_the_unsure_the_most_looked_at_first_and_what_is_answered_leaves_it(
    house, editor, classifier
):
    old = NOW - timedelta(days=60)
    put(house, launch("Ash", ODD.format("epics"), launched_at=old, popularity=900))
    research(house, classifier=classifier)

    waiting = [each.slug for each in job_queue(house, below=0.6)]
    decide.set_job(editor, "kiln", "music-gen")
    decide.flag_tool(editor, "cinder", "spam", is_set=True)

    assert waiting == ["kiln", "cinder", "ash"]
    assert "kiln" not in {each.slug for each in job_queue(house, below=0.6)}
    assert "cinder" not in {each.slug for each in job_queue(house, below=0.6)}
    assert all(each.job_runner_up for each in job_queue(house, below=0.6))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('{"name": "a"}\n\n{"tagline": "b"}', "tools.jsonl line 3: name: Field required"),
        ('{"name": "a"}\n{"name": 7}', "tools.jsonl line 2: name: it should be a valid string"),
        ('{"name": "a", "tags": "ocr"}', "tools.jsonl line 1: tags: it should be a valid list"),
        ('{"name": ""}', "tools.jsonl line 1: name: String should have at least 1 character"),
        ("[]", "tools.jsonl line 1: no JSON object"),
        ('{"name": "a"}\n{', "tools.jsonl line 2: no JSON"),
        ("", "tools.jsonl: it is empty"),
    ],
)
def test_a_line_that_cannot_be_classified_is_named(classifier, lines, told):
    with pytest.raises(GivenError) as caught:
        classify(lines, name="tools.jsonl", classifier=classifier)

    assert str(caught.value).startswith(told)


def test_lines_are_classified_in_their_order_whatever_else_they_hold(classifier):
    lines = (
        '{"name": "Lamp", "tagline": "AI code review of pull requests", "stars": 3}\n'
        '{"name": "Zzyx", "tagline": null, "description": null, "tags": null}\n'
        '{"name": "Lamp", "tags": ["whisper"]}\n'
    )

    found = classify(lines, name="-", classifier=classifier)

    assert [(each.name, each.job) for each in found] == [
        ("Lamp", "code-review"),
        ("Zzyx", "unsorted"),
        ("Lamp", "speech-to-text"),
    ]
    assert found[1].confidence == 0.0
