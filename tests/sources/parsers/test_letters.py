"""Of every kind it is said whether its letters are a guess, and lost ones are not believed."""

import json

import pytest

from digest.model import Outcome

RUSSIAN = "Новая модель читает карты и отвечает по-русски, быстро и без ошибок"


def hits(title, charset):
    hit = {"objectID": "1", "title": title, "url": "https://lumen.example/"}
    return json.dumps({"hits": [hit]}, ensure_ascii=False).encode(charset, errors="surrogateescape")


def card(title, charset):
    page = f'<!doctype html><p class="card"><a href="/x"><h2>{title}</h2></a></p>'
    return page.encode(charset, errors="surrogateescape")


@pytest.mark.parametrize(("kind", "made"), [("hn_algolia", hits), ("html_list", card)])
def test_an_undeclared_charset_is_detected_and_said_to_be_a_guess(read_as, kind, made):
    reading = read_as(kind, made(RUSSIAN, "koi8-r"))

    assert [launch.title for launch in reading.launches] == [RUSSIAN]
    assert (reading.outcome, reading.is_charset_guessed) == (Outcome.OK, True)


@pytest.mark.parametrize(("kind", "made"), [("hn_algolia", hits), ("html_list", card)])
@pytest.mark.parametrize("charset", ["utf-8", "koi8-r"])
def test_a_declared_charset_is_no_guess(read_as, kind, made, charset):
    reading = read_as(kind, made(RUSSIAN, charset), content_type=f"x; charset={charset}")

    assert [launch.title for launch in reading.launches] == [RUSSIAN]
    assert not reading.is_charset_guessed


def test_a_page_whose_letters_are_lost_is_suspect(read_as):
    """Octets of no charset, with NULs: no detector makes letters of them."""
    page = card("Lumen " + "\udc81\udcff\0x" * 40, "utf-8")

    reading = read_as("html_list", page, content_type="x; charset=utf-8")

    assert reading.outcome is Outcome.SUSPECT
    assert reading.reason == "too many characters could not be decoded"
    assert len(reading.launches) == 1


def test_stray_octets_do_not_make_a_page_one_of_a_mainframe(read_as):
    """Detectors take them for EBCDIC, in which the page's own markup would be lost."""
    page = hits("\udc81\udcff" * 100 + RUSSIAN, "utf-8")

    reading = read_as("hn_algolia", page, content_type="application/json; charset=utf-8")

    assert len(reading.launches) == 1


def test_a_feed_says_what_it_calls_itself(read_as):
    feed = b'<rss version="2.0"><channel><title>Lumen &amp; friends</title></channel></rss>'

    assert read_as("feed", feed).title == "Lumen & friends"
