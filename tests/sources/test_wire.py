"""Fields of strangers come out in the type asked for, or as nothing."""

from datetime import UTC, datetime

import pytest

from digest.sources.wire import count_at, id_at, iso_at, texts_at, unix_at


@pytest.mark.parametrize(("given", "count"), [(3, 3), (3.0, 3), (0, 0), (-1, None), (True, None),
    ("3", None), (2**31, None), (10**400, None), (float("nan"), None), (float("inf"), None)])  # fmt: skip
def test_a_count_is_a_believable_whole_number(given, count):
    assert count_at({"x": given}, "x") == count


@pytest.mark.parametrize(
    ("given", "native_id"),
    [
        (12, "12"),
        ("ab\n", "ab"),
        (None, None),
        ("", None),
        (True, None),
        ([1], None),
        (10**30, None),
    ],
)
def test_an_id_is_a_number_or_a_text(given, native_id):
    assert id_at({"x": given}, "x") == native_id


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-11-18T06:00:00+01:00", datetime(2026, 11, 18, 5, tzinfo=UTC)),
        ("2026-11-18T06:00:00Z", datetime(2026, 11, 18, 6, tzinfo=UTC)),
        ("2026-11-18", datetime(2026, 11, 18, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        (7, None),
    ],
)
def test_a_time_is_utc_and_of_our_age(given, moment):
    assert iso_at({"x": given}, "x") == moment


@pytest.mark.parametrize(
    ("given", "moment"),
    [(1794900000, datetime(2026, 11, 17, 7, 20, tzinfo=UTC)), (0, None), (2**31 - 1, datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)), ("1", None), (-5, None)],
)  # fmt: skip
def test_seconds_since_1970_are_a_time_of_our_age(given, moment):
    assert unix_at({"x": given}, "x") == moment


def test_a_list_of_texts_keeps_texts_once():
    assert texts_at({"x": ["a", "a", " ", 3, None, "b"]}, "x") == ("a", "b")
