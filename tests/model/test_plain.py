"""Somebody's text as a line of plain words: no markup, no emoji, no placeholder, cut where clauses end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.plain import LONGEST_TAGLINE, capitalised, fitted, plain


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("**Kiln** reads *pages* and `tables`", "Kiln reads pages and `tables`"),
        ("![build](https://b.example/x.svg) A parser <br> for PDF", "A parser for PDF"),
        ("A [parser](https://kiln.example) for PDF", "A parser for PDF"),
        ("🚀 Ship faster 🐬 with Kiln ✨", "Ship faster with Kiln"),
        (":rocket: A parser :tada:", "A parser"),
        ("# Kiln", "Kiln"),
        ("A parser for for the the page", "A parser for the page"),
        ("The one that that man had had", "The one that that man had had"),
        ("Needs ~6GB, costs $15 — a `Vec<String>` at most", None),
        ("ratio 3:2:1 and std::vec::Vec", None),
        ("2 * 3 * 4 is 24", None),
        ("Swaps A ↔ B, Kiln™", None),
        ("پہلا ٹیسٹ", None),
        ("می‌خواهم", None),
    ],
)
def test_markup_and_noise_go_and_every_word_stays(given, shown):
    assert plain(given) == (given if shown is None else shown)


@pytest.mark.parametrize(
    "given", ["N/A", "n/a.", "None", "-", "—", "null", "TBD", "No description provided.", "🚀"]
)
def test_a_placeholder_is_no_text(given):
    assert plain(given) == ""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a parser", "A parser"),
        ("ai for tables", "AI for tables"),
        ("llms on a phone", "LLMs on a phone"),
        ("npm packages, audited", "npm packages, audited"),
        ("macOS app", "macOS app"),
        ("gRPC bridge", "gRPC bridge"),
        ("", ""),
    ],
)
def test_a_line_begins_with_a_capital_unless_it_is_written_small_on_purpose(given, shown):
    assert capitalised(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            (
                "A dense model distilled from a larger one, featuring half as many layers again and "
                "further tuning to use them"
            ),
            "A dense model distilled from a larger one",
        ),
        (
            (
                "An open-weights model (English and Korean) for everyday work on small machines, from "
                "small phones up to large desktops"
            ),
            "An open-weights model for everyday work on small machines",
        ),
        (
            (
                "A general model with improved results across skill sets such as reasoning, coding, "
                "and the use of tools"
            ),
            "A general model with improved results across skill sets such as reasoning and coding",
        ),
        (
            (
                "A family of compact language models that is offered in three sizes: 135M, 360M, and "
                "1.7B parameters each"
            ),
            "A family of compact language models that is offered in three sizes",
        ),
        (
            (
                "When the first of these came out there was a lot of talk, and nobody knew what it "
                "would ever be good for"
            ),
            "When the first of these came out there was a lot of talk, and nobody knew what it would…",
        ),
    ],
)
def test_a_long_line_is_cut_where_a_clause_ends(given, shown):
    assert fitted(given) == shown


@given(st.text(max_size=300))
def test_what_is_fitted_always_fits(text):
    assert len(fitted(plain(text))) <= LONGEST_TAGLINE or "(" in text


@given(st.text(max_size=120))
def test_what_is_plain_stays_as_it_is(text):
    once = plain(text)

    assert plain(plain(once)) == plain(once)
