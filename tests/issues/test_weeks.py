from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import IssueError
from digest.issues.weeks import week_of, whole_week, window

BERLIN = ZoneInfo("Europe/Berlin")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 7, 14, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "week"),
    [
        (datetime(2026, 7, 14, 9, tzinfo=UTC), UTC, "2026-W29"),
        (datetime(2027, 1, 1, 12, tzinfo=UTC), UTC, "2026-W53"),
        (datetime(2027, 1, 4, tzinfo=UTC), UTC, "2027-W01"),
        (datetime(2026, 7, 12, 23, tzinfo=UTC), UTC, "2026-W28"),
        (datetime(2026, 7, 12, 23, tzinfo=UTC), BERLIN, "2026-W29"),
        (datetime(2026, 7, 13, 5, tzinfo=UTC), LOS_ANGELES, "2026-W28"),
    ],
)
def test_a_moment_belongs_to_the_iso_week_of_its_zone(moment, zone, week):
    assert week_of(moment, zone) == week


def test_the_current_week_is_cut_off_now():
    made = window("2026-W29", now=NOW, zone=UTC)

    assert (made.start, made.cutoff) == (NOW - timedelta(days=7), NOW)
    assert made.contains(NOW)
    assert made.contains(NOW - timedelta(days=7))
    assert not made.contains(NOW - timedelta(days=7, seconds=1))


def test_a_past_week_runs_from_monday_to_monday():
    made = window("2026-W28", now=NOW, zone=BERLIN)

    assert made.start == datetime(2026, 7, 5, 22, tzinfo=UTC)
    assert made.cutoff == datetime(2026, 7, 12, 22, tzinfo=UTC)
    assert made.contains(made.start)
    assert not made.contains(made.cutoff)


def test_the_long_year_s_last_week_ends_in_the_new_year():
    made = window("2026-W53", now=datetime(2027, 2, 1, tzinfo=UTC), zone=UTC)

    assert made.cutoff == datetime(2027, 1, 4, tzinfo=UTC)
    assert made.contains(datetime(2027, 1, 1, tzinfo=UTC))


def test_the_week_the_clocks_go_forward_has_an_hour_less():
    """Central Europe lost an hour on 29 March 2026, and got it back on 25 October."""
    spring = window("2026-W13", now=NOW, zone=BERLIN)
    autumn = window("2026-W43", now=datetime(2026, 12, 1, tzinfo=UTC), zone=BERLIN)

    assert spring.cutoff - spring.start == timedelta(days=7, hours=-1)
    assert autumn.cutoff - autumn.start == timedelta(days=7, hours=1)


@given(st.integers(0, 15 * 366 * 24 * 60))
def test_past_weeks_tile_time(minutes):
    moment = datetime(2020, 1, 6, tzinfo=UTC) + timedelta(minutes=minutes)
    week = week_of(moment, BERLIN)
    later = datetime(2036, 1, 1, tzinfo=UTC)

    made = window(week, now=later, zone=BERLIN)
    following = window(week_of(made.cutoff, BERLIN), now=later, zone=BERLIN)

    assert made.contains(moment)
    assert made.cutoff == following.start


@pytest.mark.parametrize("text", ["2026-47", "2026W47", "W47", "2026-W7", "", "2026-W47 ", "next"])
def test_a_text_that_is_no_week_is_told_the_form(text):
    with pytest.raises(IssueError, match="such as 2026-W47"):
        window(text, now=NOW, zone=UTC)


@pytest.mark.parametrize("week", ["2025-W53", "2026-W54", "2026-W00"])
def test_a_week_the_year_does_not_have_is_refused(week):
    with pytest.raises(IssueError, match="has no week"):
        window(week, now=NOW, zone=UTC)


@pytest.mark.parametrize("week", ["0000-W01", "0001-W01", "9999-W52"])
def test_a_week_whose_days_can_be_no_dates_is_refused(week):
    with pytest.raises(IssueError, match=f"no issue is of the year {int(week[:4])};"):
        whole_week(week, zone=BERLIN)


def test_a_week_in_other_digits_is_told_the_form():
    """A row of the week would stand beside that of the same week in ours."""
    with pytest.raises(IssueError, match="such as 2026-W47"):
        whole_week("٢٠٢٦-W٤٧", zone=UTC)


def test_a_week_that_has_not_begun_is_refused_with_its_first_day():
    with pytest.raises(IssueError) as caught:
        window("2026-W30", now=NOW, zone=UTC)

    assert str(caught.value) == (
        "issue 2026-W30: the week has not begun: it starts on 2026-07-20, and it is 2026-W29 now"
    )


def test_the_zone_decides_whether_a_week_has_begun():
    sunday_night = datetime(2026, 7, 12, 23, tzinfo=UTC)

    assert window("2026-W29", now=sunday_night, zone=BERLIN).is_running
    with pytest.raises(IssueError, match="not begun"):
        window("2026-W29", now=sunday_night, zone=UTC)
