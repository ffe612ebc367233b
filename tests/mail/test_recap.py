"""What a mail tells of earlier issues: verdicts that moved, and the vote on the last lead."""

from datetime import UTC, datetime

import pytest

from digest.mail.recap import move_lines, vote_lines
from digest.model import Choice, Community, Move, PastVote, Reviewer, Tally, Verdict

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def a_move(reviewer=Reviewer.SKEPTIC, **changes):
    """Ember's verdict by one reviewer, that went from ship to skip."""
    fields = {
        "tool": "ember",
        "name": "Ember & Co",
        "reviewer": reviewer,
        "before": Verdict.SHIP,
        "after": Verdict.SKIP,
        "why": "licence was MIT, now BUSL-1.1",
        "panel_before": Tally(ships=4, calls=4, reviewers=4),
        "panel_after": Tally(ships=2, calls=4, reviewers=4),
        "comparison": "ember-vs-kiln",
        "week": "2026-W40",
        "moved_at": NOW,
    }
    return Move(**(fields | changes))


def a_vote(preferred=None, **counts):
    return PastVote(
        week="2026-W46",
        slug="ember-vs-kiln",
        a="Ember",
        b="Kiln",
        community=Community(**counts),
        preferred=preferred,
        counted_at=NOW,
    )


@pytest.fixture
def changed_issue(plain_pair, make_issue):
    """An issue that tells of two moves and of a vote."""
    return make_issue(
        plain_pair(),
        moves=(a_move(), a_move(Reviewer.FOUNDER, after=Verdict.NO_CALL, why="")),
        last_vote=a_vote(Choice.A, a=9, b=1),
    )


def test_a_move_says_who_would_do_what_now_why_and_how_the_panel_stands():
    assert move_lines([a_move(), a_move(Reviewer.FOUNDER, after=Verdict.NO_CALL, why="")]) == (
        (
            "The Skeptic would now skip Ember & Co (before: ship): licence was MIT, now BUSL-1.1. "
            "The panel now: 2 of 4, before 4 of 4."
        ),
        "The Founder now makes no call on Ember & Co (before: ship).",
    )


@pytest.mark.parametrize(
    ("vote", "said"),
    [
        (None, ()),
        (a_vote(), ()),
        (
            a_vote(a=1),
            (
                (
                    "Ember vs Kiln: 1 vote by 20 November 2026. 1 for Ember, 0 for Kiln, 0 for both, "
                    "0 for neither."
                ),
                "That is too few, or too even, to name a favourite.",
            ),
        ),
        (
            a_vote(Choice.B, a=1, b=9, both=2, neither=1),
            (
                (
                    "Ember vs Kiln: 13 votes by 20 November 2026. 1 for Ember, 9 for Kiln, 2 for both, "
                    "1 for neither."
                ),
                "Of those who chose one, readers prefer Kiln.",
            ),
        ),
    ],
)
def test_a_vote_is_told_with_its_counts_or_not_at_all(vote, said):
    assert vote_lines(vote) == said


def test_the_mail_tells_what_changed_in_both_parts(changed_issue, render):
    edition = render(changed_issue)

    for part in (edition.html, edition.text):
        flat = " ".join(part.replace("&amp;", "&").split())
        assert "What changed" in flat
        assert "The Skeptic would now skip Ember & Co (before: ship)" in flat
        assert "readers prefer Ember." in flat
        assert "https://verdicts.example.com/compare/ember-vs-kiln" in flat


def test_where_nothing_changed_nothing_is_said_of_it(plain_pair, make_issue, render):
    edition = render(make_issue(plain_pair()))

    assert "What changed" not in edition.html + edition.text


def test_many_moves_are_cut_and_counted(plain_pair, make_issue, render):
    """A change of the rules can move hundreds of verdicts: a mail has room for eight."""
    moves = tuple(a_move(tool=f"tool-{number}", name=f"Tool {number}") for number in range(30))

    edition = render(make_issue(plain_pair(), moves=moves))

    for part in (edition.html, edition.text):
        assert part.count("would now skip Tool") == 8
        assert "And 22 more on the web" in part
