"""Dates of news pages are read as people write them; what is no date stays missing."""

from datetime import UTC, datetime

import pytest

from digest.sources.parsers.html_list import read_date

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


def test_an_address_too_long_for_an_id_goes_by_its_digest(read_as):
    page = f'<html><p class="card"><h2>A</h2><a href="/{"x" * 300}">read</a></p></html>'
    options = {"item": "body", "title": "h2"}

    (launch,) = read_as("html_list", page.encode(), options=options).launches

    assert launch.native_id.startswith("sha256:")
    assert launch.url.endswith("x" * 300)
