"""Taking plain tags out by hand gives the words that a parser of HTML gives."""

import html

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources import text as subject

_MARKUP = st.lists(
    st.sampled_from(
        (
            *("word", " ", "\n", "\t", "é", "\u00a0", "\u2028", "\u202e", "\x85", "\x01", ">", "<"),
            *("&amp;", "&lt;", "&gt;", "&am", "&amp", "p;", "&#", "38;", "&#38;", "&#x80;", "&#0;"),
            *("&#x202e;", "&nbsp;", "&notit;", "&not", "it;", "&quot;", "'", '"', "=", "/>", "&"),
            *(
                "<p>",
                "</p>",
                "<br>",
                "<br/>",
                "<b>",
                "</b>",
                "<a href='x'>",
                '<a href="a>b">',
                "</a>",
            ),
            *(
                "<a b=c\" d='e>",
                "<img src=x alt='y'/>",
                "<P>",
                "<li >",
                "</li >",
                "<pre>\n",
                "<i\n>",
            ),
            *(
                "<script>x</script>",
                "<style>y</style>",
                "<table><tr><td>z</td></tr></table>",
                "<!-- c -->",
            ),
            *(
                "<select><option>o</select>",
                "<textarea><b>t</textarea>",
                "<title>u</title>",
                "</br>",
            ),
            *(
                "<svg><p>v</svg>",
                "<p",
                "<?pi?>",
                "<![CDATA[w]]>",
                "<b/><",
                "<a\x0cb=c>",
                "<a b='c' 'd>",
            ),
        )
    ),
    max_size=14,
).map("".join)


def _by_the_parser(markup: str) -> str:
    spaced = subject._BLOCK.sub("\n<", subject.clean(markup))
    text = subject.clean(html.unescape(nh3.clean(spaced, tags=set())))
    lines = (" ".join(part.split()) for part in text.splitlines())
    return "\n".join(part for part in lines if part)


@settings(deadline=None, max_examples=1_500)
@given(_MARKUP)
def test_any_markup_comes_out_as_the_parser_gives_it(markup):
    assert subject.prose_of_html(markup) == _by_the_parser(markup)


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=30))
def test_text_that_is_one_line_already_is_told_from_the_rest(text):
    whole = " ".join(subject._UNWANTED.sub("", html.unescape(text)).split())

    assert subject.line(text) == whole


@pytest.mark.parametrize("text", ["\u202eabc", "a\ufeffb", "a\x7fb", "a\x9fb", "\ufffe", "\ud800"])
def test_nothing_unwanted_counts_as_printable(text):
    assert subject.clean(text) == subject._UNWANTED.sub("", text) != text


@pytest.mark.parametrize("beside", ["", "a\n", "\u2019\n"], ids=["alone", "latin", "wide"])
def test_printable_is_what_python_calls_so_and_newlines(beside):
    for letter in map(chr, range(0x3100)):
        is_so = letter == "\n" or letter.isprintable()
        assert subject._is_printable(f"{beside}{letter}") is is_so, hex(ord(letter))


def test_a_tag_in_the_middle_of_a_reference_does_not_make_it_whole():
    assert subject.prose_of_html("&am<b>p;lt;</b>") == "&amp;lt;"


@settings(deadline=None, max_examples=500)
@given(st.text(st.sampled_from("ab .!?。\n\r\x0b\u2028"), max_size=12), st.integers(0, 205))
def test_the_first_sentence_is_what_it_was_when_all_lines_were_looked_at(text, before):
    whole = ("x" * before if before > 190 else "") + text
    first = next(iter(whole.splitlines()), "")
    end = subject._SENTENCE.search(first)
    sentence = (first[: end.start() + 1] if end else first).strip()

    assert subject.first_sentence(whole) == subject.shorten(sentence, limit=200)
