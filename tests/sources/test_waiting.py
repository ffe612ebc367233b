"""A host is left alone for as long as it asks, and never longer than a week."""

from datetime import UTC, datetime

import pytest

from digest.sources.waiting import MAX_WAIT_S, asked_wait_s, backoff_s

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("1.5", 1.5),
        ("Mon, 13 Jul 2026 14:10:00 GMT", 60),
        ("Monday, 13-Jul-26 14:10:00 GMT", 60),
        ("Mon, 13 Jul 2026 14:10:00 -0000", 60),
        ("Mon, 13 Jul 2026 16:10:00 +0200", 60),
        ("Mon, 13 Jul 2026 14:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_WAIT_S),
        ("9" * 400, MAX_WAIT_S),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
        ("Mon, 99 Jul 2026 14:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert asked_wait_s({"retry-after": value}, now=NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1783951800"}, 60),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "1783951800"}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "90"}, 90),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "30"}, 30),
        ({"ratelimit-remaining": "0"}, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "never"}, None),
        ({"ratelimit": '"api";r=0;t=40'}, 40),
        ({"ratelimit": '"api";r=12;t=40'}, None),
        ({"ratelimit": "nonsense"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 1),
        ({"retry-after": "5", "ratelimit-remaining": "0", "ratelimit-reset": "30"}, 5),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000001"}, 0),
    ],
)
def test_a_limit_that_is_used_up_asks_for_rest_until_its_reset(headers, seconds):
    assert asked_wait_s(headers, now=NOW) == seconds


@pytest.mark.parametrize(("attempt", "jitter", "seconds"), [(1, 0, 1), (2, 0, 2), (3, 0.5, 6)])
def test_waits_double_and_grow_by_the_jitter(attempt, jitter, seconds):
    assert backoff_s(attempt, jitter=jitter) == seconds
