"""Quoted-printable with holes decodes to the text with its holes filled, whatever fills them."""

import quopri
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.quoted import encode, require_wire_form

TOKENS = st.text(
    alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-",
    min_size=1,
    max_size=75,
)
TEXTS = st.lists(
    st.one_of(
        st.text(alphabet="ab .=\n\tFrom é—🖋️@-", max_size=90),
        st.text(max_size=40),
        st.sampled_from(["@@VOTE@@", "@@UNSUBSCRIBE@@", "\nFrom ", "\n.", " \n", "x" * 200]),
    ),
    max_size=8,
).map("".join)


def filled(pieces, token):
    return "".join(token if at % 2 else piece for at, piece in enumerate(pieces))


@given(TEXTS, TOKENS)
def test_what_is_encoded_decodes_to_the_same_text(text, token):
    """The standard library is the judge."""
    wire = filled(encode(text), token)

    expected = re.sub(r"@@[A-Z]+@@", token, re.sub(r"\r\n|\r|\n", "\r\n", text))
    assert quopri.decodestring(wire.encode("ascii")).decode() == expected


@given(TEXTS, TOKENS)
def test_no_line_is_too_long_or_could_be_mangled(text, token):
    """It is its own relaxed DKIM form, and neither dot-stuffing nor ">From" has anything to do."""
    for line in filled(encode(text), token).split("\r\n"):
        assert len(line) <= 76
        assert line.isascii()
        assert not line.startswith((".", "From "))
        assert "\t" not in line
        assert "  " not in line
        assert not line.endswith(" ")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", ["plain"]),
        ("", [""]),
        ("a=b", ["a=3Db"]),
        (".dot\n..two", ["=2Edot\r\n=2E.two"]),
        ("From here\nFromage", ["=46rom here\r\nFromage"]),
        ("two  blanks\nlast ", ["two =20blanks\r\nlast=20"]),
        ("see @@VOTE@@.", ["see =\r\n", "VOTE", "=\r\n=2E"]),
        ("\n@@VOTE@@\n", ["\r\n=\r\n", "VOTE", "=\r\n\r\n"]),
        ("@@A@@@@B@@", ["=\r\n", "A", "=\r\n=\r\n", "B", "=\r\n"]),
        ("@@lower@@", ["@@lower@@"]),
        ("é" * 13, ["=C3=A9" * 12 + "=\r\n=C3=A9"]),
    ],
)
def test_the_encoding_is_known(text, pieces):
    assert encode(text) == pieces


@given(TEXTS)
def test_what_is_encoded_passes_what_is_asked_of_a_body(text):
    pieces = encode(text)
    pieces[-1] += "x\r\n"

    require_wire_form(pieces)


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["x" * 77 + "\r\n"], "has more than 76 columns"),
        (["see ", "VOTE", "\r\n"], "has more than 76 columns"),
        (["two  blanks\r\n"], "has a blank at its end, or two together, or a tab"),
        (["last \r\n"], "has a blank at its end"),
        (["a\tb\r\n"], "or a tab"),
        (["a\nb\r\n"], "has a line break of half a kind"),
        (["a\rb\r\n"], "has a line break of half a kind"),
        (["a\r\n.b\r\n"], "begins as servers rewrite it"),
        (["From here\r\n"], "begins as servers rewrite it"),
        (["é\r\n"], "is no ASCII"),
        (["a @@VOTE@@ b\r\n"], "has an open slot"),
        (["no end"], "ends with one line break"),
        (["two ends\r\n\r\n"], "ends with one line break"),
        ([""], "ends with one line break"),
    ],
)
def test_a_body_that_servers_could_change_is_refused(pieces, said):
    with pytest.raises(ValueError, match=said):
        require_wire_form(pieces)
