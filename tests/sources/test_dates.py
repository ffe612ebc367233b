"""Dates of pages are read as people write them; what is no date stays missing, an age stays wide."""

from datetime import UTC, datetime

import pytest

from digest.sources.dates import read_age, read_date

NOW = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Mar 23, 2025", "2025-03-23"),
        ("March 23 2025", "2025-03-23"),
        ("23 Mar 2025", "2025-03-23"),
        ("23rd of", None),
        ("1st September 2025", "2025-09-01"),
        ("Sept. 1, 2025", "2025-09-01"),
        ("Posted on: Dec 31, 2025", "2025-12-31"),
        ("2025-03-23", "2025-03-23"),
        ("2025/3/9", "2025-03-09"),
        ("2025.03.23", "2025-03-23"),
        ("Jan 10", "2026-01-10"),
        ("Jan 11", "2026-01-11"),
        ("12 January", "2025-01-12"),
        ("Dec 24", "2025-12-24"),
        ("Feb 29", None),
        ("Feb 30, 2025", None),
        ("03/04/2025", None),
        ("Mar 23, 1024", None),
        ("Product", None),
        ("May 5, 2025", "2025-05-05"),
        ("5. May 2025", None),
        ("Foo 23, 2025", None),
        ("2025-03/23", None),
        ("2025-13-01", None),
        ("٣ March 2025", None),
        ("2 days ago", None),
        ("", None),
        ("Mar 23, 2025" + " " * 60, None),
    ],
)
def test_a_day_is_its_midnight_and_without_a_year_the_latest_that_can_be(text, day):
    moment = read_date(text, now=NOW)

    assert moment == (datetime.fromisoformat(f"{day}T00:00:00+00:00") if day else None)


def test_a_time_is_kept_with_its_offset():
    assert read_date("2025-03-23T23:30:00-02:00", now=NOW) == datetime(
        2025, 3, 24, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("Released 52m ago", "2026-01-10T08:08", "minute"),
        ("5 minutes ago", "2026-01-10T08:55", "minute"),
        ("an hour ago", "2026-01-10T08:00", "hour"),
        ("Posted 20 hrs ago by Ada", "2026-01-09T13:00", "hour"),
        ("2 days ago", "2026-01-08T00:00", "day"),
        ("Updated: 3 Weeks Ago", "2025-12-20T00:00", "week"),
        ("1mo ago", "2025-12-10T00:00", "month"),
        ("2 months ago", "2025-11-10T00:00", "month"),
        ("1 year ago", "2025-01-10T00:00", "year"),
        ("99y ago", None, ""),
        ("long ago", None, ""),
        ("2 moons ago", None, ""),
        ("in 2 days", None, ""),
    ],
)
def test_an_age_is_counted_from_the_capture_and_keeps_its_precision(text, moment, precision):
    at = datetime.fromisoformat(f"{moment}+00:00") if moment else None

    assert read_age(text, now=NOW.replace(second=30)) == (at, precision)
