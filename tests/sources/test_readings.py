"""A reading ends well whatever came: with launches, or with a reason."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from digest.model import Capture, Flag, Launch, LaunchDateSource, Outcome, Popularity
from digest.sources.readings import checked, gather, is_html, launch_of

CHALLENGE = b"<html><head><title>Just a moment...</title></head><body></body></html>"
FETCHED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CAPTURE = Capture(
    key="a-capture",
    source="a-source",
    url="https://source.example/",
    final_url="https://source.example/",
    status=200,
    body_sha256="0" * 64,
    body_bytes=0,
    fetched_at=FETCHED_AT,
)


@pytest.fixture
def make_launch(make_source):
    def make(native_id="1", title="A tool", **fields):
        return launch_of(CAPTURE, make_source("feed"), native_id=native_id, title=title, **fields)

    return make


def test_a_launch_carries_its_source_its_capture_and_first_sight(make_launch):
    launch = make_launch()

    assert (launch.source, launch.capture_key) == ("a-source", "a-capture")
    assert launch.first_seen_at == FETCHED_AT
    assert launch.launched_at is None
    assert launch.name == "A tool"


@pytest.mark.parametrize(
    "fields", [{"native_id": None}, {"title": ""}, {"native_id": "x" * 301}, {"popularity": -1}]
)
def test_a_launch_with_a_part_that_does_not_fit_is_none(make_launch, fields):
    assert make_launch(**fields) is None


ODD = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)
MOMENTS = st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC)) | st.just("2026-11-20")
FIELDS = {
    "source": st.text(max_size=70),
    "native_id": st.text(max_size=3) | st.just("x" * 301),
    "title": st.text(max_size=3),
    "first_seen_at": MOMENTS,
}
MORE = {
    "name": st.text(max_size=3),
    "url": st.none() | st.text(max_size=3),
    "launched_at": MOMENTS,
    "launched_at_source": st.none() | st.sampled_from([*LaunchDateSource, "feed", "nobody"]),
    "popularity": st.none() | st.integers() | st.floats() | st.just("12"),
    "popularity_metric": st.none() | st.sampled_from([*Popularity, "likes"]),
    "tags": st.lists(st.text(max_size=2), max_size=2) | st.tuples(st.text(max_size=2)),
    "flags": st.lists(st.sampled_from([*Flag, "spam", "none"]), max_size=2),
    "details": st.dictionaries(st.text(max_size=2), ODD, max_size=2),
    "nothing_we_know": ODD,
}
ANY_FIELDS = st.fixed_dictionaries(FIELDS, optional=MORE) | st.fixed_dictionaries(
    {}, optional={name: values | ODD for name, values in (FIELDS | MORE).items()}
)

AWARE = st.datetimes(timezones=st.just(UTC))
FITTING = {
    "source": st.just("s"),
    "native_id": st.just("1"),
    "title": st.just("A tool"),
    "first_seen_at": AWARE,
}
FITTING_MORE = {
    **{name: MORE[name] for name in ("name", "url", "tags", "details", "popularity_metric")},
    "launched_at": st.none() | AWARE | st.just("2026-11-20T09:00:00+02:00"),
    "popularity": st.none() | st.integers(min_value=0, max_value=99) | st.just("12"),
    "flags": st.lists(st.sampled_from([*Flag, "spam"]), max_size=2),
}
FITTING_FIELDS = st.fixed_dictionaries(FITTING, optional=FITTING_MORE)


@given(FITTING_FIELDS | ANY_FIELDS)
def test_a_launch_is_checked_and_made_as_its_constructor_does(fields):
    try:
        expected = Launch(**fields)
    except ValidationError as error:
        said = error.errors(include_url=False)
        with pytest.raises(ValidationError) as refused:
            checked(dict(fields))
    else:
        assert_made_alike(checked(dict(fields)), expected)
        return
    assert refused.value.errors(include_url=False) == said


def assert_made_alike(made, expected):
    """Two launches are the same, down to what was given."""
    assert made == expected
    assert made.__dict__ == expected.__dict__
    assert made.model_fields_set == expected.model_fields_set
    assert made.model_dump_json() == expected.model_dump_json()


def test_a_launch_made_the_short_way_is_a_value_like_any_other():
    launch = checked(
        {"source": "s", "native_id": "1", "title": "A tool", "first_seen_at": FETCHED_AT}
    )

    assert pickle.loads(pickle.dumps(launch)) == launch  # noqa: S301 # our own bytes
    assert launch.model_copy(update={"title": "B"}).title == "B"
    with pytest.raises(ValidationError):
        launch.title = "C"


def test_a_tagline_that_only_repeats_the_title_is_left_out(make_launch):
    assert make_launch(tagline="A tool").tagline == ""


def test_a_row_that_cannot_be_read_is_counted_and_the_others_kept(make_launch):
    reading = gather(["1", "2", None], lambda row: make_launch(native_id=row))

    assert reading.outcome is Outcome.OK
    assert [launch.native_id for launch in reading.launches] == ["1", "2"]
    assert (reading.rows, reading.rejected) == (3, 1)


def test_more_rows_rejected_than_read_is_suspect(make_launch):
    reading = gather(["1", None, None], lambda row: make_launch(native_id=row))

    assert reading.outcome is Outcome.SUSPECT
    assert reading.reason == "2 of 3 rows could not be read: layout unknown"


@pytest.mark.parametrize(
    ("dates", "kept"),
    [((0, 1), "second"), ((1, 0), "first"), ((0, 0), "first"), ((None, 0), "second"),
     ((0, None), "first"), ((None, None), "first")],
)  # fmt: skip
def test_of_rows_with_one_id_the_latest_stands(make_launch, dates, kept):
    rows = [
        (name, None if days is None else FETCHED_AT + timedelta(days=days))
        for name, days in zip(("first", "second"), dates, strict=True)
    ]

    reading = gather(rows, lambda row: make_launch(title=row[0], launched_at=row[1]))

    assert [launch.title for launch in reading.launches] == [kept]
    assert reading.rows == 2


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<!DOCTYPE HTML><p>", True),
        ("\n<!-- a --><!-- b -->\n<html>", True),
        ('<?xml version="1.0"?><html>', True),
        ("<rss>", False),
        ("<!-- never closed <html>", False),
        ('{"html": 1}', False),
    ],
)
def test_a_web_page_is_told_by_its_beginning(text, answer):
    assert is_html(text) is answer


@pytest.mark.parametrize("status", [400, 404, 503])
def test_an_error_status_is_a_failure_whatever_the_body_says(read_as, status):
    reading = read_as("hn_algolia", b'{"hits": [], "nbHits": 0}', status=status)

    assert (reading.outcome, reading.reason) == (
        Outcome.FAILED,
        f"the server answered {status}",
    )


@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("kind", ["feed", "hn_algolia", "ollama_library", "producthunt_feed"])
def test_a_bot_check_is_blocked_under_any_status(read_as, kind, status):
    assert read_as(kind, CHALLENGE, status=status).outcome is Outcome.BLOCKED
