"""Bytes become the text they were meant to be, whatever header and prolog say."""

import codecs

import pytest

from digest.sources.charset import MAX_DAMAGE, decode

RUSSIAN = "Первая новость: модель читает карты и отвечает по-русски"
FRENCH = "Où l’été s’achève, les modèles reçoivent des prénoms"
WESTERN = "application/rss+xml; charset=windows-1252"


def xml(text, prolog):
    return f'<?xml version="1.0" encoding="{prolog}"?><t>{text}</t>'


@pytest.mark.parametrize(
    "content_type", ["", "text/xml", "application/xml; charset=utf-8", WESTERN]
)
@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "windows-1251"),
        (FRENCH, "windows-1252"),
        ("データセットの公開", "shift_jis"),
        ("模型讀地圖", "big5"),
    ],
)
def test_a_right_prolog_survives_any_header(text, charset, content_type):
    decoded = decode(xml(text, charset).encode(charset), content_type)

    assert text in decoded.text
    assert not decoded.is_guessed


@pytest.mark.parametrize(
    "content_type", ["", WESTERN, "text/xml; charset=utf-8", "x; charset=koi8-r"]
)
@pytest.mark.parametrize("prolog", ["utf-8", "iso-8859-1", "windows-1252", "koi8-r", "no-such"])
def test_utf_8_proves_itself_against_header_and_prolog(prolog, content_type):
    decoded = decode(xml("Euro €, Café", prolog).encode(), content_type)

    assert "Euro €, Café" in decoded.text
    assert decoded.charset == "utf-8"


@pytest.mark.parametrize(
    ("charset", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b""),
        ("utf-32-be", b""),
    ],
)
def test_a_byte_order_mark_or_a_wide_first_character_beats_all_claims(charset, mark):
    text = f"<a>{RUSSIAN}</a>"

    assert decode(mark + text.encode(charset), WESTERN).text == text


@pytest.mark.parametrize(("text", "charset"), [(RUSSIAN * 3, "koi8-r"), (RUSSIAN * 3, "cp1251")])
def test_what_nobody_declares_is_detected_and_said_to_be_a_guess(text, charset):
    decoded = decode(f"<rss>{text}</rss>".encode(charset))

    assert text in decoded.text
    assert decoded.is_guessed


def test_a_western_header_holds_where_no_prolog_speaks():
    assert decode(FRENCH.encode("cp1252"), WESTERN).text == FRENCH


def test_punctuation_of_windows_is_read_under_the_name_of_latin_1():
    """Browsers do the same: bytes 128 to 159 are no characters of Latin-1."""
    assert decode(b"don\x92t", "text/html; charset=iso-8859-1").text == "don’t"


def test_a_web_page_may_name_its_charset_in_a_meta_element():
    page = f'<html><meta charset="koi8-r">{RUSSIAN}'.encode("koi8-r")

    assert RUSSIAN in decode(page, "text/html").text


def test_one_broken_character_in_utf_8_costs_only_itself():
    body = (RUSSIAN * 20).encode()[:-1]

    decoded = decode(body, "text/xml; charset=utf-8")

    assert decoded.text.startswith(RUSSIAN)
    assert decoded.is_guessed
    assert 0 < decoded.damage < MAX_DAMAGE


def test_bytes_of_no_charset_are_said_to_be_damaged():
    decoded = decode(bytes(range(128, 256)) * 4 + b"\x00\x81\xff", "x; charset=utf-8")

    assert decoded.is_guessed


@pytest.mark.parametrize("charset", ["rot13", "base64", "utf-7", "idna", "unicode_escape", "zlib"])
def test_a_header_cannot_choose_a_codec_that_is_no_charset(charset):
    assert decode(b"+ADw-b \\u003cb", f"text/html; charset={charset}").text == "+ADw-b \\u003cb"


def test_an_escaped_charset_of_plain_bytes_needs_its_header():
    """ISO-2022-JP is written in ASCII bytes alone, so nothing but its name gives it away."""
    text = "地図を読むモデル"

    assert decode(text.encode("iso-2022-jp"), "text/html; charset=iso-2022-jp").text == text


def test_an_empty_body_is_an_empty_text():
    assert decode(b"").text == ""
