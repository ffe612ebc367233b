from datetime import UTC, date, datetime

import pytest

from digest.model.wording import counted, day, joined


def test_a_day_is_said_in_words():
    assert day(date(2026, 7, 2)) == "2 July 2026"
    assert day(datetime(2026, 12, 31, 23, tzinfo=UTC)) == "31 December 2026"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 pairs"), (1, "1 pair"), (2, "2 pairs"), (1200, "1,200 pairs")]
)
def test_a_count_is_said_in_good_grammar(number, said):
    assert counted(number, "pair") == said


def test_an_odd_plural_can_be_given():
    assert counted(2, "reply", "replies") == "2 replies"


@pytest.mark.parametrize(
    ("parts", "said"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_a_list_is_joined_with_a_word_before_the_last(parts, said):
    assert joined(parts) == said


def test_the_word_before_the_last_can_be_another():
    assert joined(("a", "b"), "or") == "a or b"
