from datetime import UTC, date, datetime

import pytest

from digest.model import EntryPrice, Reviewer, Verdict
from digest.model.wording import (
    ENTRY,
    REVIEWERS,
    VERDICTS,
    counted,
    day,
    in_words,
    joined,
    without_opening,
)


def test_every_value_has_its_words_and_reviewers_their_order():
    assert set(ENTRY) == set(EntryPrice)
    assert set(VERDICTS) == set(Verdict)
    assert list(REVIEWERS) == list(Reviewer)


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


@pytest.mark.parametrize(
    ("number", "said"), [(0, "no"), (1, "one"), (4, "four"), (10, "10"), (1200, "1,200")]
)
def test_a_small_number_is_a_word(number, said):
    assert in_words(number) == said


@pytest.mark.parametrize(
    ("text", "opening", "left"),
    [
        ("A small model. It runs on phones.", "A small model", "It runs on phones."),
        ("a SMALL model!  It runs on phones.", "A small model.", "It runs on phones."),
        ("A small model.", "A small model", ""),
        ("A small model", "A small model", ""),
        ("A small model for phones. It is new.", "A small model", None),
        ("It is a small model.", "A small model", None),
        ("Version 2.5 is out.", "Version 2", None),
        ("A small model.", "", None),
        ("...", "…", None),
        ("Short", "Shorter than that", None),
        ("", "A small model", None),
    ],
)
def test_a_first_sentence_that_was_just_said_is_left_out(text, opening, left):
    """Only a whole sentence is one: "Version 2.5" does not begin with "Version 2"."""
    assert without_opening(text, opening) == (text if left is None else left)
