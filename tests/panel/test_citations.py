"""Golden 6: which quotes of a snippet stand, and which numbers a text may name."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.panel.citations import find, missing_numbers, normal, trouble_with
from digest.panel.untrusted import WITHHELD

TEXT = (
    "Larch is not open source. It runs on 3.2 GB, costs $15 a month and “just works” — mostly. "
    "It doesn't phone home; the weights are free. No signup is needed. "
    "The API is no longer available, but the files are. It is not only fast, it is small. "
    "Open core: no."
)


@pytest.mark.parametrize(
    "quote",
    [
        "is not open source",
        "Larch is not open source.",
        "costs $15 a month",
        "It runs on 3.2 GB, costs $15 a month",
        "the weights are free",
        "It doesn't phone home",
        "No signup is needed",
        "The API is no longer available",
        "the files are",
        "It is not only fast",
        "it is small",
        "Open core: no",
    ],
)
def test_golden_6_words_that_stand_there_with_their_clause_may_be_quoted(quote: str):
    assert trouble_with(quote, TEXT) is None


@pytest.mark.parametrize(
    ("quote", "why"),
    [
        ("is an open source tool", "does not stand there"),  # invented
        ("costs $16 a month", "does not stand there"),  # changed number
        ("costs $1", "does not stand there"),  # half a number
        ("It runs on 3", "does not stand there"),  # half a number
        ("Larch is open source", "does not stand there"),  # negation left out
        ("open source", '"not" of its clause'),  # negation cut off before
        ("The API is", '"no longer" of its clause'),  # cut off after
        ("available", '"no longer" of its clause'),
        ("signup is needed", '"No" of its clause'),
        ("phone home", '"n\'t" of its clause'),
        ("Open core", '"no" of its clause'),
        ("ource. It runs", "does not stand there"),  # begins inside a word
        ("costs … a month", "does not stand there"),  # put together
        ("larch is not", "does not stand there"),  # other letters
        ("", "does not stand there"),
    ],
)
def test_golden_6_invented_changed_or_cut_words_are_refused(quote: str, why: str):
    assert why in (trouble_with(quote, TEXT) or "")


@pytest.mark.parametrize(
    "quote",
    ['"just works"', "“just works” — mostly", '"just works" - mostly', "«just works» – mostly"],
)
def test_golden_6_marks_and_dashes_may_be_of_another_kind(quote: str):
    assert trouble_with(quote, TEXT) is None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("runs on Windows", "It doesnt say it runs on Windows"),
        ("ready for production", "This is far from ready for production."),
        ("Windows", "✅ Linux ❌ Windows"),
    ],
)
def test_golden_6_a_negation_may_be_spelled_carelessly_or_drawn(quote: str, text: str):
    assert "of its clause is lost" in (trouble_with(quote, text) or "")


def test_golden_6_a_cross_says_no_to_what_stands_behind_it_alone():
    assert trouble_with("Linux", "✅ Linux ❌ Windows") is None


def test_golden_6_white_space_may_be_of_another_kind():
    assert trouble_with("It  runs\non 3.2\u00a0GB", TEXT) is None


def test_golden_6_a_quote_over_two_snippets_stands_in_neither():
    snippets = ("The first half", "and the second half")

    assert all(trouble_with("The first half and the second half", each) for each in snippets)


def test_what_we_withheld_is_no_evidence():
    text = f"It runs. {WITHHELD} It is free."

    assert trouble_with("withheld: not addressed to readers", text)
    assert trouble_with(f"It runs. {WITHHELD}", text)


@given(st.text(min_size=1, max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_a_quote_is_found_where_it_stands(quote: str, before: str, after: str):
    """Whatever is around it, the words between the two places are the quote's."""
    text = " ".join(normalize("NFC", f"{before} {quote} {after}").split())
    found = find(quote, text)

    if found is not None:
        assert normal(text[found[0] : found[1]]) == normal(quote)


EVIDENCE = (
    "Released 2026-07-12 with 1,200 users, 40% more, at $15 or three plans and 3B parameters."
)


@pytest.mark.parametrize(
    "text",
    [
        "It has 1200 users",
        "It has 1,200 users",
        "Up 40 %, or 40 percent",
        "It came on 12 July 2026",
        "It costs $15",
        "It costs $15.00",
        "Three plans, 3 of them",
        "It has 3B parameters, 3 billion",
        "It costs 15 dollars, 15 USD",
        "No number at all, just one thing",
    ],
)
def test_golden_6_numbers_of_the_evidence_may_be_named(text: str):
    assert missing_numbers(text, [EVIDENCE]) == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("It has 1300 users", "1300"),
        ("It costs $16", "$16"),
        ("It costs €15", "€15"),
        ("15% of users", "15%"),
        ("Seven plans", "Seven"),
        ("It is twice as fast", "twice"),
        ("It has 30B parameters", "30B"),
        ("Eighty users", "Eighty"),
        ("Since 2025", "2025"),
        ("A million users", "million"),
    ],
)
def test_golden_6_other_numbers_may_not(text: str, missing: str):
    assert missing_numbers(text, [EVIDENCE]) == (missing,)


@pytest.mark.parametrize("number", ["3M", "3 million", "3 GB", "40 s", "15 dollars"])
def test_golden_6_another_unit_makes_another_number(number: str):
    evidence = "A 3B model answers 15 users in 40 ms; 120 tokens."

    assert missing_numbers(f"It has {number}, and 120 s", [evidence]) == (number,)
