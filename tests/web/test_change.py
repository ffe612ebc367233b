"""What readers see when evidence changed, a comparison was taken back, or a model wrote the reviews."""

from datetime import timedelta

import pytest

from digest.errors import IssueError, NotFoundError
from digest.model import (
    Answer,
    Community,
    FactCell,
    Method,
    Move,
    PastVote,
    Reviewer,
    Revision,
    Rival,
    Tally,
    Verdict,
)
from digest.steps.withdraw import restore, withdraw
from digest.store import issues as issue_store
from digest.store import reviews as review_store
from tests.conftest import NOW
from tests.web.test_public import words_of

WEEK, SLUG = "2026-W46", "tiny-vs-mighty-vs-smol"
COMPARE = f"/compare/{SLUG}"


@pytest.fixture
def stored(world):
    """Give a comparison as it stands in the database; put one back changed."""

    class Stored:
        def get(self, slug: str = "smol-vs-tiny-vs-mighty"):
            with world.read() as session:
                return issue_store.comparison_by_slug(session, slug)

        def put(self, week: str, **changes):
            with world.write() as session:
                issue = issue_store.published_issue(session, week)
                plan = issue_store.plan_of(session, week)
                changed = issue.model_copy(update=changes)
                approval = issue_store.approval_of(session, week)
                issue_store.put_issue(session, changed, plan, now=NOW)
                issue_store.put_approval(session, approval)

    return Stored()


@pytest.fixture
def revised(world, stored):
    """The comparison of week 46 was judged anew in week 47's issue: the answer turned."""
    old = stored.get(SLUG)
    now = old.model_copy(
        update={"answer": Answer(kind="a", line="Pick the other one.", pick_a_if=("`pip` it",))}
    )
    move = Move(
        tool="smol",
        name="Smol",
        reviewer=Reviewer.SKEPTIC,
        before=Verdict.SHIP,
        after=Verdict.SKIP,
        why="licence was Apache-2.0, now unknown",
        panel_before=Tally(ships=3, calls=4, reviewers=4),
        panel_after=Tally(ships=2, calls=4, reviewers=4),
        comparison=SLUG,
        week=WEEK,
        moved_at=NOW - timedelta(days=2),
    )
    revision = Revision(
        comparison=now,
        before=old.answer,
        moves=(move,),
        why="licence was Apache-2.0, now unknown",
        revised_at=NOW - timedelta(days=2),
    )
    with world.write() as session:
        review_store.put_revisions(session, "2026-W47", [revision])
    return revision


def test_a_comparison_says_what_holds_now_and_what_it_said_before(client, revised):
    page = words_of(client.get(COMPARE).text)
    data = client.get(f"{COMPARE}.json").json()

    assert "Updated 18 November 2026 : licence was Apache-2.0, now unknown." in page
    assert "The answer Pick the other one." in page
    assert "Until 18 November 2026 Pick Smol LM: it is free to start." in page
    assert "The Skeptic would now skip Smol (before: ship)" in page
    assert data["answer"]["line"] == "Pick the other one."
    assert f'"dateModified": "{revised.revised_at.isoformat()}"' in client.get(COMPARE).text
    assert data["updated_at"] == revised.revised_at.isoformat()
    assert data["history"][0]["before"]["line"] == "Pick Smol LM: it is free to start."
    assert data["history"][0]["moves"][0]["after"] == "skip"


def test_a_comparison_that_stands_as_published_has_no_history(client):
    data = client.get("/compare/smol-vs-tiny-vs-mighty.json").json()

    assert (data["updated_at"], data["history"]) == (None, [])
    assert "What it said before" not in client.get("/compare/smol-vs-tiny-vs-mighty").text


@pytest.mark.usefixtures("revised")
def test_a_tools_page_lists_its_verdicts_that_moved(client):
    page = words_of(client.get("/tools/smol").text)

    assert "Verdicts that moved 18 November 2026 The Skeptic would now skip Smol" in page
    assert client.get("/tools/smol.json").json()["moves"][0]["before"] == "ship"


def test_an_issue_tells_of_moves_and_of_the_last_vote(client, stored, revised):
    vote = PastVote(
        week=WEEK,
        slug=SLUG,
        a="Tiny & Mighty",
        b="Smol",
        community=Community(a=9, b=1),
        preferred="a",
        counted_at=NOW,
    )
    stored.put("2026-W47", moves=revised.moves, last_vote=vote)

    page = words_of(client.get("/issues/2026-W47").text)

    assert "What changed The Skeptic would now skip Smol" in page
    assert "10 votes by 20 November 2026 , 9 for Tiny &amp; Mighty , 1 for Smol" in page
    assert "readers prefer Tiny &amp; Mighty" in page


def test_what_an_editor_took_back_is_gone_and_stands_nowhere(client, world):
    done = withdraw(world, SLUG, by=" Ada  Editor", reason="it mixed up two products.", now=NOW)
    gone, data = client.get(COMPARE), client.get(f"{COMPARE}.json")

    assert (done.week, done.by, done.reason) == (WEEK, "Ada Editor", "it mixed up two products")
    assert (gone.status_code, data.status_code) == (410, 410)
    assert "An editor took this comparison back: it mixed up two products (20 November" in gone.text
    assert "mixed up two products" in data.json()["error"]
    for path in ("/issues/2026-W46", "/issues", "/issues/feed.xml", "/tools/smol", "/compare"):
        assert f'{COMPARE}"' not in client.get(path).text, path
    assert client.get("/issues/2026-W46.json").json()["comparisons"] == []
    # The other order of the names still leads to what stands of the pair.
    assert client.get("/compare/smol-vs-tiny-vs-mighty").status_code == 200

    assert restore(world, SLUG).week == WEEK
    assert client.get(COMPARE).status_code == 200
    assert COMPARE in client.get("/issues/2026-W46").text


def test_taking_back_needs_a_public_comparison_a_name_and_a_reason(world):
    for slug in ("nothing-vs-here", "smol-vs-secret"):
        with pytest.raises(NotFoundError):
            withdraw(world, slug, by="Ada", reason="so", now=NOW)
    for by, reason in ((" ", "so"), ("Ada", " . ")):
        with pytest.raises(IssueError, match="--by and --reason"):
            withdraw(world, SLUG, by=by, reason=reason, now=NOW)
    with pytest.raises(IssueError, match="nothing to undo"):
        restore(world, SLUG)


def test_a_models_review_says_so_with_its_judge_and_any_conflict(client, stored):
    lead = stored.get()
    model = {
        "method": Method.MODEL,
        "judge": "openai:gpt-5-mini",
        "conflict": "The judge and the tool are of one maker, OpenAI.",
        "breaks_when": "the context is longer than `8k` tokens",
        "named_rivals": (Rival(name="Kiln", is_verified=False), Rival(name="B", is_verified=True)),
    }
    first, second, *others = lead.a.reviews
    reviews = (first.model_copy(update=model), second.model_copy(update={"fell_back": "429"}))
    card = lead.a.model_copy(update={"reviews": (*reviews, *others)})
    answer = lead.answer.model_copy(
        update={
            "note": "The first reads `PDF` [1].",
            "note_by": "openai:gpt-5-mini",
            "note_citations": first.citations[:1],
        }
    )
    lead = lead.model_copy(update={"answer": answer})
    issue_of = stored.get("urdu-vs-latin-vs-quill")
    stored.put("2026-W47", comparisons=(lead.model_copy(update={"a": card}), issue_of))

    page = words_of(client.get("/compare/smol-vs-tiny-vs-mighty").text)
    data = client.get("/compare/smol-vs-tiny-vs-mighty.json").json()

    assert "Written by a model: openai:gpt-5-mini." in page
    assert "Written by a checklist, standing in for a model whose review did not pass" in page
    assert page.count("Written by a checklist.") == 6
    assert page.count("The judge and the tool are of one maker, OpenAI.") == 2
    assert "A model (openai:gpt-5-mini) on the pair, asked in both orders" in page
    assert "The first reads PDF 1 ." in page
    assert "Breaks when the context is longer than 8k tokens" in page
    assert "Names Kiln, which no source of ours does." in page
    assert "Reviews marked “model” are a language model" in page
    assert "marked “model”" in data["disclosure"]
    assert data["a"]["reviews"][0]["judge"] == "openai:gpt-5-mini"


def test_sources_that_contradict_each_other_are_both_shown_with_their_marks(client, stored):
    lead, other = stored.get(), stored.get("urdu-vs-latin-vs-quill")
    cell = FactCell(
        text="GPL-3.0",
        url="https://listing.example/smol",
        source="a listing",
        quote="licensed as GPL-3.0",
        observed_at=NOW,
    )
    first, *rows = lead.facts
    first = first.model_copy(update={"a": first.a.model_copy(update={"others": (cell,)})})
    stored.put("2026-W47", comparisons=(lead.model_copy(update={"facts": (first, *rows)}), other))

    html = client.get("/compare/smol-vs-tiny-vs-mighty").text
    page = words_of(html)

    assert "another source says GPL-3.0" in page
    assert "licensed as GPL-3.0" in page
    assert 'href="https://listing.example/smol"' in html


def test_a_reviewer_has_a_page_with_its_questions_and_verdicts(client):
    page = words_of(client.get("/reviewers/skeptic").text)
    one = words_of(client.get("/reviewers/skeptic?category=Models").text)

    assert "What is claimed, and what is shown?" in page
    assert "Whether its claims come with method or code 3 +1 −1" in page
    assert "aitlist" not in page
    assert "Category Ship Skip No call Models" in page
    assert "Its verdicts in Models" in one
    assert "Quill" in one
    assert "Its verdicts in" not in words_of(client.get("/reviewers/skeptic?category=<b>").text)
    assert "<b>" not in client.get("/reviewers/skeptic?category=<b>").text
    assert client.get("/reviewers/nobody").status_code == 404


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/reviewer/builder", "/reviewers/builder"), ("/tool/smol", "/tools/smol")],
)
def test_the_singular_leads_to_the_page(client, path, leads_to):
    answer = client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (308, leads_to)


def test_a_tool_as_json_has_facts_with_sources_and_public_reviews_only(client):
    known, fresh = client.get("/tools/smol.json").json(), client.get("/tools/fresh.json").json()

    assert {fact["kind"] for fact in known["facts"]} >= {"licence", "context_length"}
    assert known["facts"][0]["url"].startswith("https://")
    assert len(known["reviews"]) == 4
    assert known["comparisons"][0].startswith("/compare/")
    assert (fresh["reviews"], fresh["panel"], fresh["comparisons"]) == ([], None, [])
    assert "nobody here ran the tools" in fresh["disclosure"]
    assert client.get("/tools/shady.json").status_code == 404
