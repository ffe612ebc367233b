"""Words and text: every value of the model has words, and foreign text stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Answer, AnswerKind, Outcome, Tally
from digest.web import words
from digest.web.limits import MOST_KEYS, Limit, network
from digest.web.prose import cited, host, printable, prose, unbroken, web_url


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (words.ANSWERS, AnswerKind),
        (words.OUTCOMES, Outcome),
    ],
)
def test_every_value_has_its_words(said, kind):
    assert set(said) == set(kind)


@pytest.mark.parametrize(
    ("tally", "note"),
    [
        (Tally(ships=3, calls=4, reviewers=4), "would ship · 75%"),
        (Tally(ships=1, calls=3, reviewers=4), "would ship · 33% · 1 made no call"),
        (Tally(ships=1, calls=1, reviewers=4), "too few calls"),
    ],
)
def test_a_panel_is_noted_with_what_it_did_not_say(tally, note):
    assert words.panel_note(tally) == note


KNOWN, OPEN = Tally(ships=3, calls=4, reviewers=4), Tally(ships=0, calls=1, reviewers=4)


@pytest.mark.parametrize(
    ("a", "b", "line"),
    [
        (KNOWN, KNOWN, "3 of 4 against 3 of 4 would ship"),
        (KNOWN, OPEN, "3 of 4 would ship, too few calls on the other"),
        (OPEN, KNOWN, "3 of 4 would ship, too few calls on the other"),
        (OPEN, OPEN, "too few calls on both"),
    ],
)
def test_a_split_never_shows_a_share_of_too_few(a, b, line):
    assert words.split(a, b) == line


@pytest.mark.parametrize(
    ("kind", "line", "label"),
    [
        ("a", "Pick Smol.", "The answer"),
        ("too_close", "Too close to call: 3 of 4 would ship either.", "The answer"),
        ("too_close", "Take either.", "Too close to call"),
        ("insufficient", "No answer yet: too little is known.", "The answer"),
    ],
)
def test_what_stands_over_an_answer_is_not_what_it_says(kind, line, label):
    assert words.answer_label(Answer(kind=kind, line=line)) == label


def test_a_tally_is_not_broken_and_everything_else_text():
    assert unbroken("3 of 4 <b> & none of 3; two of a kind") == (
        "3&nbsp;of&nbsp;4 &lt;b&gt; &amp; none&nbsp;of&nbsp;3; two of a kind"
    )


def test_code_is_code_and_everything_else_text():
    text = "Run `a < b` & <i>go</i>, ~6GB, $15 — ``"

    assert prose(text) == ("Run <code>a &lt; b</code> &amp; &lt;i&gt;go&lt;/i&gt;, ~6GB, $15 — ``")


def test_marks_lead_to_the_pages_own_numbers():
    text = cited("It starts free [1]. It is old [2][9].", {1: 7, 2: 8})

    assert text == (
        'It starts free<a class="mark" href="#source-7" aria-label="source 7">7</a>. It is old'
        '<a class="mark" href="#source-8" aria-label="source 8">8</a>[9].'
    )


@given(st.text())
def test_no_text_becomes_markup(text: str):
    made = str(cited(text, {1: 1})).replace("<code>", "").replace("</code>", "")
    made = made.replace('<a class="mark" href="#source-1" aria-label="source 1">1</a>', "")

    assert "<" not in made
    assert '"' not in made


@pytest.mark.parametrize(
    ("url", "is_web", "name"),
    [
        ("https://www.example.com/a?b", True, "example.com"),
        ("http://example.com", True, "example.com"),
        ("javascript:alert(1)", False, ""),
        ("data:text/html,x", False, ""),
        ("//example.com/x", False, ""),
        ("https://[bad", False, ""),
        ("", False, ""),
        (None, False, ""),
    ],
)
def test_only_links_to_the_web_are_links(url, is_web, name):
    assert (web_url(url) == url and url is not None and url != "") is is_web
    assert host(url) == name


def test_what_xml_forbids_is_left_out():
    assert printable("a\x00b\x0bc\ttab\nline\ud800é") == "abc\ttab\nlineé"


@pytest.mark.parametrize(
    ("client", "key"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_counted_by_its_network(client, key):
    assert network(client) == key


def test_a_limit_counts_within_its_time_only():
    now = [0.0]
    limit = Limit(2, 10, lambda: now[0])

    assert [limit.allows("x") for _ in range(3)] == [True, True, False]
    assert limit.allows("y")
    now[0] = 10.0
    assert limit.allows("x")


def test_a_limit_forgets_the_longest_quiet_key_and_stays_small():
    limit = Limit(1, 1e9, lambda: 0.0)

    for number in range(MOST_KEYS + 1):
        limit.allows(str(number))

    assert limit.allows("0")
    assert not limit.allows(str(MOST_KEYS))
