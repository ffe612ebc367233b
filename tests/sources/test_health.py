"""A source that tells less than before is noticed; what its listing shows to be new is dated."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import Launch, LaunchDateSource, Outcome, Reading
from digest.sources.health import (
    Counts,
    PastReading,
    counts_of,
    find_fault,
    judge,
    mark_launched,
    past_reading,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def launch(number, *, at=None):
    return Launch(
        source="a-source",
        native_id=str(number),
        title=f"Tool {number}",
        launched_at=at,
        launched_at_source=LaunchDateSource.FEED if at else None,
        first_seen_at=NOW,
    )


def reading(count, *, first=NOW - DAY, step=DAY):
    launches = tuple(launch(number, at=first - number * step) for number in range(count))
    return Reading(outcome=Outcome.OK, launches=launches, rows=count)


def past(*items, newest_at=None):
    return [PastReading(items=count, newest_at=newest_at) for count in items]


def test_a_healthy_reading_stays_as_it_is(make_source):
    healthy = reading(20)

    judged = judge(
        healthy, source=make_source("feed"), past=past(20, 19, 21, newest_at=NOW - 2 * DAY)
    )

    assert judged == healthy


def test_fewer_items_than_the_floor_are_suspect(make_source):
    judged = judge(reading(4), source=make_source("feed", floor=5), past=[])

    assert judged.outcome is Outcome.SUSPECT
    assert judged.reason == "4 items; fewer than 5 are not believed"
    assert len(judged.launches) == 4


@pytest.mark.parametrize(("count", "is_suspect"), [(69, True), (70, False), (140, False)])
def test_less_than_seven_tenths_of_the_median_is_suspect(make_source, count, is_suspect):
    judged = judge(reading(count), source=make_source("feed"), past=past(100, 300, 100, 90, 101))

    assert (judged.outcome is Outcome.SUSPECT) is is_suspect


def test_only_the_last_seven_readings_count(make_source):
    history = past(*[20] * 7, *[500] * 20)

    assert judge(reading(20), source=make_source("feed"), past=history).outcome is Outcome.OK


def test_ratios_of_small_feeds_mean_nothing(make_source):
    assert judge(reading(5), source=make_source("feed"), past=past(9)).outcome is Outcome.OK


def test_items_that_lost_their_dates_are_suspect(make_source):
    launches = (*reading(7).launches, *(launch(100 + number) for number in range(3)))
    found = Reading(outcome=Outcome.OK, launches=launches, rows=10)

    assert (
        judge(found, source=make_source("feed"), past=[]).reason == "only 7 of 10 items have a date"
    )


def test_all_items_on_one_day_are_suspect(make_source):
    found = reading(10, step=timedelta(0))

    assert judge(found, source=make_source("feed"), past=[]).reason == "all 10 items have one date"


def test_most_items_on_one_day_are_suspect(make_source):
    launches = tuple(launch(n, at=NOW - (DAY if n < 8 else n * DAY)) for n in range(10))
    found = Reading(outcome=Outcome.OK, launches=launches, rows=10)

    assert judge(found, source=make_source("feed"), past=[]).reason == "8 of 10 items have one date"


def test_a_busy_day_with_a_time_for_each_item_is_healthy(make_source):
    """The listing of a Monday at arXiv is all of Friday."""
    found = reading(50, step=timedelta(minutes=3))

    assert judge(found, source=make_source("feed"), past=[]).outcome is Outcome.OK


def test_dates_without_a_time_of_day_are_healthy_on_several_days(make_source):
    midnight = datetime(2026, 11, 19, tzinfo=UTC)
    launches = tuple(launch(number, at=midnight - number // 3 * DAY) for number in range(30))
    found = Reading(outcome=Outcome.OK, launches=launches, rows=30)

    assert judge(found, source=make_source("feed"), past=[]).outcome is Outcome.OK


def test_few_items_may_share_a_day(make_source):
    assert (
        judge(reading(9, step=timedelta(0)), source=make_source("feed"), past=[]).outcome
        is Outcome.OK
    )


def test_a_newest_item_that_is_gone_is_suspect(make_source):
    judged = judge(reading(20), source=make_source("feed"), past=past(20, newest_at=NOW))

    assert judged.reason == "the newest item is of 2026-11-19; it was of 2026-11-20 before"


def test_a_source_without_dates_is_not_asked_for_them(make_source):
    undated = Reading(outcome=Outcome.OK, launches=tuple(launch(n) for n in range(20)), rows=20)
    source = make_source("producthunt_feed", dated=False)

    assert judge(undated, source=source, past=past(20, newest_at=NOW)).outcome is Outcome.OK


@pytest.mark.parametrize("outcome", [kind for kind in Outcome if kind is not Outcome.OK])
def test_only_an_ok_reading_is_judged(make_source, outcome):
    other = Reading(outcome=outcome, reason="as the parser says")

    assert judge(other, source=make_source("feed"), past=past(100)) == other


def test_a_date_in_the_future_counts_as_the_fetch():
    counts = counts_of([launch(1, at=NOW + 90 * DAY), launch(2, at=NOW - DAY), launch(3)])

    assert counts == Counts(items=3, dated=2, days=2, minutes=2, same_day=1, newest_at=NOW)


def test_a_stored_reading_is_reduced_to_what_health_needs():
    class Row:
        items = 7
        newest_at = NOW
        reason = "not needed"

    assert past_reading(Row()) == PastReading(items=7, newest_at=NOW)


def test_what_is_new_since_the_last_complete_listing_was_launched_since():
    known, new = launch(1), launch(2)

    marked = mark_launched([known, new], known={"1"}, complete_at=NOW - DAY)

    assert marked[0] == known
    assert (marked[1].launched_at, marked[1].launched_at_source) == (
        NOW,
        LaunchDateSource.FIRST_SEEN,
    )


def test_the_first_listing_ever_says_nothing_about_launches():
    launches = (launch(1), launch(2))

    assert mark_launched(launches, known=(), complete_at=None) == launches


def test_a_launch_with_its_own_date_keeps_it():
    dated = launch(1, at=NOW - 5 * DAY)

    assert mark_launched([dated], known=(), complete_at=NOW - DAY) == (dated,)


def series(captures_dir, name):
    """Rows of one feed's life: (instant, items, distinct days, most on one day), oldest first."""
    lines = (captures_dir / "drift_incidents" / f"series_{name}.tsv").read_text().splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return sorted((datetime.fromisoformat(r[0]), int(r[3]), int(r[4]), int(r[5])) for r in rows)


def faults(rows, source):
    """Replay a feed's life; flagged rows stay out, three alike in a row are the new normal."""
    accepted, flagged, alike = [], {}, Counter()
    for at, items, days, same_day in rows:
        counts = Counts(items=items, dated=items, days=days, minutes=days, same_day=same_day)
        fault = find_fault(counts, source=source, past=accepted)
        if fault is None:
            alike.clear()
        else:
            flagged[at] = fault
            alike[items] += 1
        if fault is None or alike[items] >= 3:
            accepted.insert(0, PastReading(items=items))
    return flagged


@pytest.mark.captures
def test_every_recorded_incident_is_noticed_at_its_first_bad_row(captures_dir, make_source):
    """25 incidents in 8 feeds, of which a check for zero items sees 3."""
    table = (captures_dir / "drift_incidents" / "INCIDENTS.tsv").read_text().splitlines()
    incidents = [line.split("\t") for line in table[1:]]
    found = {
        name: faults(series(captures_dir, name), make_source("feed"))
        for name in {incident[0] for incident in incidents}
    }

    missed = [row for row in incidents if datetime.fromisoformat(row[5]) not in found[row[0]]]

    assert len(incidents) == 25
    assert missed == []
