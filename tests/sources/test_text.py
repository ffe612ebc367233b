"""What strangers write leaves as plain text."""

import pytest

from digest.sources.text import (
    clean,
    first_sentence,
    line,
    line_of_either,
    line_of_html,
    prose,
    prose_of_html,
    prose_of_markdown,
    shorten,
)


def test_a_line_has_no_breaks_entities_or_controls():
    assert line("  A\n\tname &amp;\x00 more\u202e ") == "A name & more"


def test_plain_text_keeps_its_angle_brackets():
    assert line("Show <T> generics") == "Show <T> generics"


def test_markup_leaves_its_words_only():
    markup = "<p>One <b>bold</b></p><p>Two&nbsp;&lt;3</p><style>p{}</style><script>x()</script>"

    assert prose_of_html(markup) == "One bold\nTwo <3"
    assert line_of_html(markup) == "One bold Two <3"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A <b>bold</b> claim", "A bold claim"),
        ("A <em class='x'>claim", "A claim"),
        ("vec<u8> and a < b > c", "vec<u8> and a < b > c"),
    ],
)
def test_a_line_that_may_be_markup_is_told_by_its_tags(text, words):
    assert line_of_either(text) == words


def test_a_link_in_markdown_is_its_words():
    assert prose_of_markdown("Read [the notes](https://a.example/x) now.\n\n\nBye") == (
        "Read the notes now.\nBye"
    )


def test_lone_surrogates_are_dropped():
    """No database takes them, and nh3 cannot either."""
    assert clean("a\ud800b") == "ab"
    assert prose_of_html("<p>a\udc00b</p>") == "ab"


def test_long_text_is_cut_at_a_word():
    assert shorten("one two three four", limit=12) == "one two…"
    assert shorten("one", limit=3) == "one"


def test_text_without_spaces_is_cut_where_it_stands():
    assert shorten("模" * 20, limit=10) == "模" * 9 + "…"
    assert shorten("a " + "x" * 30, limit=20) == "a " + "x" * 17 + "…"


def test_prose_is_at_most_four_thousand_characters():
    assert len(prose("word " * 2000)) <= 4_000


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("It maps. It reads.", "It maps."),
        ("Lumen 2.1 reads maps! Yes", "Lumen 2.1 reads maps!"),
        ("A heading\nThen more.", "A heading"),
        ("", ""),
    ],
)
def test_the_first_sentence_ends_with_its_mark_or_its_line(text, sentence):
    assert first_sentence(text) == sentence
