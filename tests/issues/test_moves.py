"""Published comparisons judged anew: which verdicts moved, what is listed, and what is not."""

import pytest

from digest.issues.drafting import draft_comparison
from digest.issues.moves import moves_told, revise
from digest.model import AnswerKind, Comparison, Review, Verdict

SHIP, SKIP = 0.5, -0.5


def why(before: Review, after: Review) -> str:
    """Stands for the panel's reason: says which scores were which."""
    return "" if before.score == after.score else f"{before.score} before, {after.score} now"


@pytest.fixture
def told(pair, side, job, now):
    """Write a comparison as it was published: Aider four ships, Codex two of four."""

    def write(week="2026-W29", *, a="aider", b="codex", scores=(SHIP, SHIP, SKIP, SKIP)):
        return draft_comparison(
            pair(a, b), side(a), side(b, scores), week=week, position=2, job=job(), now=now
        )

    return write


@pytest.fixture
def again(side, job, now):
    """Judge a comparison anew, with these scores of its two tools."""

    def judge(original: Comparison, a=(SHIP,) * 4, b=(SHIP, SHIP, SKIP, SKIP), *, last=None):
        return revise(
            last or original,
            original=original,
            sides={original.a.slug: side("aider", a), original.b.slug: side("codex", b)},
            job=job(),
            reason=why,
            now=now,
        )

    return judge


def test_nothing_moved_is_no_revision(told, again):
    assert again(told()) is None


def test_a_score_that_moves_within_its_verdict_is_none_either(told, again):
    assert again(told(), (0.9, 0.4, 0.3, 0.2)) is None


def test_a_verdict_that_moved_is_told_with_its_reason_and_both_shares(told, again, now):
    found = again(told(), (SHIP, SKIP, SHIP, SHIP))

    (move,) = found.moves
    assert (move.tool, move.name, move.reviewer) == ("aider", "Aider", "skeptic")
    assert (move.before, move.after) == (Verdict.SHIP, Verdict.SKIP)
    assert move.why == found.why == "0.5 before, -0.5 now"
    assert (move.panel_before.label, move.panel_after.label) == ("4 of 4", "3 of 4")
    assert (move.comparison, move.week, move.moved_at) == ("aider-vs-codex", "2026-W29", now)
    assert found.comparison.a.panel.label == "3 of 4"
    assert (found.comparison.slug, found.comparison.position) == ("aider-vs-codex", 2)


def test_a_call_that_can_no_longer_be_made_is_a_move(told, again):
    (move,) = again(told(), (SHIP, SHIP, SHIP, None)).moves

    assert (move.before, move.after) == (Verdict.SHIP, Verdict.NO_CALL)
    assert move.panel_after.label == "3 of 3"


def test_the_answer_before_stays_beside_the_one_now(told, again):
    found = again(told(), (SKIP, SKIP, SHIP, SHIP))

    assert found.before.kind is AnswerKind.A
    assert found.comparison.answer.kind is AnswerKind.TOO_CLOSE


def test_scores_alone_can_tip_an_answer(told, again):
    """Both ship twice; what tips it is how clearly."""
    close = told(scores=(SHIP,) * 4)

    found = again(close, (0.9,) * 4, (0.2,) * 4)

    assert found.moves == ()
    assert (found.before.kind, found.comparison.answer.kind) == (AnswerKind.TOO_CLOSE, AnswerKind.A)
    assert found.why == "0.5 before, 0.9 now; 0.5 before, 0.2 now"


def test_what_was_told_already_is_not_told_again(told, again):
    original = told()
    first = again(original, (SHIP, SKIP, SHIP, SHIP))

    assert again(original, (SHIP, SKIP, SHIP, SHIP), last=first.comparison) is None
    back = again(original, last=first.comparison)
    assert [(move.before, move.after) for move in back.moves] == [(Verdict.SKIP, Verdict.SHIP)]


def test_what_a_model_said_is_not_moved_by_a_checklist(told, again):
    original = told()
    by_model = [
        review.model_copy(update={"method": "model", "verdict": Verdict.SKIP})
        for review in original.a.reviews
    ]
    card = original.a.model_copy(update={"reviews": tuple(by_model)})

    assert again(original.model_copy(update={"a": card})) is None


def test_an_issue_lists_a_move_once_from_the_tool_s_newest_comparison(told, again):
    old, new = told(), told("2026-W40")
    revisions = [again(each, (SHIP, SKIP, SKIP, SHIP)) for each in (old, new)]

    listed = moves_told(revisions)

    assert [(move.reviewer, move.week) for move in listed] == [
        ("skeptic", "2026-W40"),
        ("futurist", "2026-W40"),
    ]
    assert moves_told(()) == ()
