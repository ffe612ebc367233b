"""Whatever a server sends, a parser gives a reading: it never raises."""

import importlib.util
import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import Outcome
from digest.sources.parsers import KINDS

DATA = Path(__file__).parents[2] / "data"
_SPEC = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("fuzz.py"))
fuzz = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fuzz)
is_sound = fuzz.is_sound
SPOILT = 40
"""Spoilt pages of each kind that every run reads; fuzz.py reads as many as there is time for."""
CONTENT_TYPES = st.sampled_from(
    ["", "application/json", "text/xml", "text/html; charset=utf-16", "x; charset=rot13"]
)
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def pages(kind):
    return sorted(
        path for path in (DATA / kind).glob("*") if not path.name.endswith(".expected.json")
    )


@st.composite
def mutilated(draw, kind):
    """A saved page with a part cut out, a part of another put in, and its end cut off."""
    body = draw(st.sampled_from(pages(kind))).read_bytes()
    other = draw(st.sampled_from(pages(kind))).read_bytes()
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    graft = draw(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [b"\x00", b"<", b"]]>", b"<!DOCTYPE x [", b"&#55357;", b'"', b"\\ud800"]
            ),
            st.just(other[: draw(st.integers(0, len(other)))]),
        )
    )
    changed = body[:start] + graft + body[end:]
    return changed[: draw(st.integers(0, len(changed)))]


@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(body=st.binary(max_size=400), content_type=CONTENT_TYPES)
def test_random_bytes_give_a_reading(read_as, kind, body, content_type):
    is_sound(read_as(kind, body, content_type=content_type))


@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(data=st.data(), content_type=CONTENT_TYPES)
def test_a_mutilated_page_gives_a_reading(read_as, kind, data, content_type):
    is_sound(read_as(kind, data.draw(mutilated(kind)), content_type=content_type))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_spoilt_in_its_structure_gives_a_reading(kind):
    inputs = fuzz.Inputs(7, (kind,))

    for number in range(SPOILT):
        is_sound(fuzz.read(kind, *inputs.page(number)))


def test_an_input_of_the_fuzzer_is_found_again_by_its_number():
    """What killed a process is named by nothing else."""
    once, again = ([fuzz.Inputs(seed).page(n) for n in range(30)] for seed in (7, 7))
    other = [fuzz.Inputs(8).page(n) for n in range(30)]

    assert once == again
    assert len({page for page, _ in (*once, *other)}) > 50


def json_values():
    odd = [math.nan, math.inf, -1, 10**400, 1e308, 2**31, "\ud800", "\x00a", "<b>", "[x](y)", ""]
    leaves = st.one_of(st.none(), st.booleans(), st.sampled_from(odd), st.text(max_size=8))
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=6,
    )


def healthy_json(kind):
    """The kind's pages that are JSON and read well."""
    for page in pages(kind):
        expected = DATA / kind / f"{page.name.partition('.')[0]}.expected.json"
        outcome = json.loads(expected.read_text(encoding="utf-8"))["reading"]["outcome"]
        if page.suffix == ".json" and outcome == Outcome.OK:
            yield page


def objects_in(value):
    """All JSON objects with a field, the value itself and those inside it."""
    if isinstance(value, dict) and value:
        yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from objects_in(inner)


JSON_KINDS = [kind for kind in KINDS if any(healthy_json(kind))]


@pytest.mark.parametrize("kind", JSON_KINDS)
@FEW
@given(data=st.data())
def test_fields_of_the_wrong_type_give_a_reading(read_as, kind, data):
    chosen = data.draw(st.sampled_from(list(healthy_json(kind))))
    page = json.loads(chosen.read_text(encoding="utf-8"))
    row = data.draw(st.sampled_from(list(objects_in(page))))
    row[data.draw(st.sampled_from(sorted(row)))] = data.draw(json_values())

    is_sound(read_as(kind, json.dumps(page).encode()))


@pytest.mark.parametrize("kind", KINDS)
def test_nesting_without_end_gives_a_reading(read_as, kind):
    reading = read_as(kind, b'{"data": ' + b"[" * 100_000)

    assert reading.outcome is Outcome.FAILED


HTML_KINDS = [name for name, kind in KINDS.items() if kind.is_html]
ROWS = "<ol class='repo-list'><li class='li Box-row card' data-id='1' x-test-repos x-test-model>"


@pytest.mark.parametrize("kind", HTML_KINDS)
def test_elements_without_end_give_a_reading(read_as, kind):
    """A search inside each of them would take the square of their number."""
    reading = read_as(kind, b"<html>" + ROWS.encode() * 20_000)

    assert reading.outcome in {Outcome.FAILED, Outcome.SUSPECT}


@pytest.mark.parametrize("kind", HTML_KINDS)
def test_a_row_inside_a_row_is_part_of_it(read_as, kind):
    is_sound(read_as(kind, b"<html>" + (ROWS * 20 + "</li></ol>" * 20).encode() * 200))


def test_a_number_without_end_gives_a_reading(read_as):
    reading = read_as("hn_algolia", b'{"hits": ' + b"9" * 10_000 + b"}")

    assert reading.outcome is Outcome.FAILED


def test_entities_that_multiply_do_not_fill_the_memory(read_as):
    """The laughs: nine levels of ten would be a billion characters."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    body = f'<?xml version="1.0"?><!DOCTYPE rss [{levels}]><rss><channel><item><title>&l9;</title><guid>1</guid></item></channel></rss>'

    reading = read_as("feed", body.encode())

    assert sum(len(launch.title) for launch in reading.launches) <= 300


def test_an_entity_does_not_read_a_file(read_as, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not tell", encoding="utf-8")
    body = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rss><channel><item><title>a &x;</title><guid>1</guid></item></channel></rss>'

    reading = read_as("feed", body.encode())

    assert "do not tell" not in reading.model_dump_json()


def test_a_body_that_is_a_file_name_is_no_file(read_as):
    """Some feed readers open a short body as a path."""
    feed = DATA / "feed" / "vendor.rss.xml"

    assert read_as("feed", str(feed).encode()).outcome is Outcome.FAILED


def feed_of(item):
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:gml="http://www.opengis.net/gml" '
        'xmlns:psc="http://podlove.org/simple-chapters"><channel><title>t</title>'
        f"<item><guid>1</guid>{item}</item></channel></rss>"
    ).encode()


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A &#55357;&#56832; b", "A 😀 b"),
        ("A &#xD83D;&#xDE00; b", "A 😀 b"),
        ("A &#55357; b", "A b"),
        ("A &#9999999999; b &#8; c", "A b c"),
        ("A \x0b&#x26; b", "A & b"),
        ("A &#60;b&#62; c", "A c"),
    ],
)
def test_references_that_xml_forbids_cost_no_feed(read_as, written, title):
    """Each of them makes feedparser raise, or read the feed by guesswork."""
    (launch,) = read_as("feed", feed_of(f"<title>{written}</title>")).launches

    assert launch.title == title


@pytest.mark.parametrize(
    "part",
    ["<gml:pos>1 2</gml:pos>", '<psc:chapters version="1.1"><psc:chapter/></psc:chapters>'],
)
def test_a_part_that_feedparser_dies_of_is_said(read_as, part):
    reading = read_as("feed", feed_of(f"<title>A</title>{part}"))

    assert (reading.outcome, reading.reason) == (
        Outcome.FAILED,
        "a feed with parts that make no sense",
    )


@pytest.mark.parametrize("name", ["authors", "links", "tags", "content", "published_parsed"])
def test_an_element_that_bears_the_name_of_a_list_of_the_reader_is_none(read_as, name):
    (launch,) = read_as("feed", feed_of(f"<title>A</title><{name}>b</{name}>")).launches

    assert launch.title == "A"


def test_a_feed_whose_characters_are_lost_is_suspect(read_as):
    body = feed_of("<title>A</title><description>" + "x" * 200 + "</description>")

    reading = read_as(
        "feed", body.replace(b"xx", b"\x81\xff\x00x"), content_type="text/xml; charset=utf-8"
    )

    assert reading.outcome is Outcome.SUSPECT
    assert reading.reason == "too many characters of the feed could not be decoded"


@pytest.mark.parametrize(
    "date",
    ["9999-12-31T23:59:59-12:00", "Mon, 01 Jan 99999 00:00:00 GMT", "0001-01-01T00:00:00+12:00", "-5"],
)  # fmt: skip
def test_a_date_beyond_the_calendar_is_no_date(read_as, date):
    (launch,) = read_as("feed", feed_of(f"<title>A</title><pubDate>{date}</pubDate>")).launches

    assert (launch.launched_at, launch.published_raw) == (None, date)
