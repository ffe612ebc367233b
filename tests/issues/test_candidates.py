import pytest

from digest.issues.candidates import candidate as show
from digest.model import Tally


@pytest.mark.parametrize(("days", "is_fresh"), [(0, True), (7, True), (7.1, False), (-1, False)])
def test_a_tool_is_shown_to_the_planner_with_all_it_needs(days, is_fresh, tool, facts, window):
    made = show(
        tool("aider", days=days, description="Aider edits code"),
        facts("aider", licence="MIT"),
        window=window,
        coverage=0.7,
        panel=Tally(ships=2, calls=3, reviewers=4),
        attention=88.0,
    )

    assert made.is_fresh is is_fresh
    assert (made.calls, made.ships, made.coverage, made.attention) == (3, 2, 0.7, 88.0)
    assert made.text == "pair programming in the terminal edits code"
    assert len(made.facts) == 1
