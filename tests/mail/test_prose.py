"""Other people's text fits into a mail without harm to either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.prose import (
    MARK,
    clean_text,
    cleaned,
    excerpt,
    isolated,
    shortened,
)


@pytest.mark.parametrize(
    ("given_text", "printed"),
    [
        ("two\r\nlines\tand a tab ", "two lines and a tab"),
        ("bell\x07 and null\x00", "bell and null"),
        ("exe.\u202egpj", "exe.gpj"),
        ("{{ name }}", "{\u2060{ name }\u2060}"),
        ("{% raw %}", "{\u2060% raw %\u2060}"),
        ("@@VOTE@@", "@\u2060@VOTE@\u2060@"),
        ("https://a.example/?t=@@VOTE@@", "https://a.example/?t=%40%40VOTE%40%40"),
        ("https://a.example/@@@VOTE@@@", "https://a.example/%40%40@VOTE%40%40@"),
        ("https://a.example/{{x}}{%y%}", "https://a.example/%7B%7Bx%7D%7D%7B%y%%7D"),
        ("https://a.example/@maker", "https://a.example/@maker"),
        ("a@b.example, {x}, 5 %", "a@b.example, {x}, 5 %"),
        ("👩‍💻 R&D <b>", "👩‍💻 R&D <b>"),
    ],
)
def test_what_could_act_is_made_plain_and_all_else_is_kept(given_text, printed):
    assert clean_text(given_text) == printed


def test_an_issue_is_cleaned_throughout_and_keeps_its_values(example_issue):
    before = example_issue.comparisons[4].b

    after = cleaned(example_issue).comparisons[4].b

    assert "{{" in before.name
    assert "@@" in before.name
    assert after.name.replace("\u2060", "") == before.name
    assert "{{" not in after.name + after.description
    assert (
        after.model_copy(update={"name": before.name, "description": before.description}) == before
    )


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("Pen", "Pen"),
        ("اردو", "\u2068اردو\u2069"),
        ("Pick اردو نویس: 3 of 4", "Pick \u2068اردو نویس\u2069: 3 of 4"),
        ("עט 2 ועט and اردو", "\u2068עט 2 ועט\u2069 and \u2068اردو\u2069"),
    ],
)
def test_what_is_written_right_to_left_is_wrapped(text, wrapped):
    """Else a figure that follows is drawn before it."""
    assert isolated(text) == wrapped


def test_an_address_is_never_wrapped():
    assert clean_text("https://a.example/اردو") == "https://a.example/اردو"


@pytest.mark.parametrize(
    ("length", "short"),
    [(30, "\u2068اردو نویس سب\u2069 for all"), (14, "\u2068اردو نویس…\u2069"), (16, "\u2068اردو نویس سب\u2069…")],
)  # fmt: skip
def test_a_cut_text_keeps_its_direction_within_the_length(length, short):
    assert shortened(isolated("اردو نویس سب for all"), length) == short


def test_a_cut_excerpt_keeps_its_direction():
    assert excerpt(isolated("اردو نویس سب کے"), words=2) == "\u2068اردو نویس\u2069 …"


@pytest.mark.parametrize(
    ("text", "words", "kept"),
    [
        ("One two. Three four. Five.", 4, "One two. Three four. …"),
        ("One two. Three four.", 4, "One two. Three four."),
        ("One two three, four five.", 3, "One two three …"),
        ("Runs on Node.js 20 or e.g. later. Next.", 7, "Runs on Node.js 20 or e.g. later. …"),
        ("He said “stop.” Then went.", 3, "He said “stop.” …"),
        ("Cited once [1] and twice [2]. Next one.", 4, "Cited once [1] and twice [2]. …"),
        ("One [1] two [2] three four five", 4, "One [1] two [2] three four …"),
        ("", 5, ""),
    ],
)
def test_an_excerpt_is_whole_sentences_while_they_fit(text, words, kept):
    assert excerpt(text, words=words) == kept


def test_an_excerpt_of_so_many_sentences_is_not_marked_as_cut():
    assert excerpt("One. Two. Three.", words=60, sentences=2) == "One. Two."


@given(st.text(alphabet="ab .!?[]1 ", max_size=300), st.integers(1, 45))
def test_an_excerpt_never_has_more_words_than_asked(text, words):
    short = excerpt(" ".join(text.split()), words=words)

    assert len(MARK.sub("", short.removesuffix(" …")).split()) <= words


@pytest.mark.parametrize(
    ("text", "length", "short"),
    [
        ("Quarry", 6, "Quarry"),
        ("Quarry and more", 10, "Quarry…"),
        ("Quarry and more", 11, "Quarry and…"),
        ("Quarry & Sons", 9, "Quarry…"),
        ("Supercalifragilistic", 8, "Superca…"),
    ],
)
def test_a_line_is_cut_after_a_word(text, length, short):
    assert shortened(text, length) == short


@given(st.text(max_size=200), st.integers(2, 60))
def test_a_cut_line_never_exceeds_its_length(text, length):
    assert len(shortened(text, length)) <= length
