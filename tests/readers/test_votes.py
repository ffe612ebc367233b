"""Votes: no share from few votes, and no winner the numbers do not carry."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Choice, Community
from digest.model.readers import wilson
from digest.readers import votes as subject
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("hits", "votes", "interval"),
    [
        (1, 1, (21, 100)),
        (5, 5, (57, 100)),
        (7, 10, (40, 89)),
        (8, 10, (49, 94)),
        (9, 10, (60, 98)),
        (10, 10, (72, 100)),
        (21, 30, (52, 83)),
        (70, 100, (60, 78)),
        (0, 5, (0, 43)),
    ],
)
def test_the_interval_is_wilsons(hits: int, votes: int, interval: tuple[int, int]):
    assert wilson(hits, votes) == interval


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_0_and_100(case: tuple[int, int]):
    hits, votes = case
    low, high = wilson(hits, votes)

    assert 0 <= low <= round(100 * hits / votes) <= high <= 100


@pytest.mark.parametrize(
    ("community", "value", "text"),
    [
        (Community(), "—", "no votes yet"),
        (Community(a=1), "—", "1 vote so far"),
        (Community(a=3, neither=1), "—", "4 votes so far"),
        (Community(neither=5), "0%", "0% · 5 votes"),
        (Community(a=5, both=2, b=2, neither=1), "70%", "70% · 10 votes"),
    ],
)
def test_a_share_is_shown_from_five_votes_on(community: Community, value: str, text: str):
    tile = subject.tile(community, Choice.A)

    assert (tile.value, tile.text) == (value, text)


def test_both_counts_for_each_tool():
    community = Community(a=5, both=2, b=2, neither=1)

    assert subject.tile(community, Choice.A) == subject.Tile("70%", "10 votes", (40, 89))
    assert subject.tile(community, Choice.B).value == "40%"


def test_the_least_number_of_votes_can_be_one():
    assert subject.tile(Community(b=1), Choice.B, min_votes=1).text == "100% · 1 vote"


@pytest.mark.parametrize(
    ("community", "winner"),
    [
        (Community(a=8, b=2), None),
        (Community(a=9, b=1), Choice.A),
        (Community(a=1, b=9), Choice.B),
        (Community(a=4), None),
        (Community(a=5), Choice.A),
        (Community(both=50, neither=50), None),
    ],
)
def test_readers_prefer_a_tool_only_where_chance_is_ruled_out(community, winner):
    assert subject.preferred(community) is winner


def test_votes_are_taken_for_sixty_days():
    end = NOW + timedelta(days=60)

    assert subject.is_open(cutoff=NOW, now=end)
    assert not subject.is_open(cutoff=NOW, now=end + timedelta(seconds=1))


def test_an_answer_within_two_seconds_is_no_persons():
    assert subject.is_too_quick(shown_at=NOW, now=NOW + timedelta(seconds=1.9))
    assert not subject.is_too_quick(shown_at=NOW, now=NOW + timedelta(seconds=2.0))
