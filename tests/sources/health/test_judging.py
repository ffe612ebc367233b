"""A source that tells less than before is noticed; what its listing shows to be new is dated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import FaultKind, Launch, LaunchDateSource, Outcome, Reading
from digest.sources.health import Counts, Doubt, PastReading, Trail, counts_of, mark_launched
from digest.sources.health import judge as judge_at

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def launch(number, *, at=None, **fields):
    return Launch(
        source="a-source",
        native_id=str(number),
        title=f"Tool {number}",
        launched_at=at,
        launched_at_source=LaunchDateSource.FEED if at else None,
        first_seen_at=NOW,
        **fields,
    )


def ok(*launches, **fields):
    return Reading(outcome=Outcome.OK, launches=launches, **{"rows": len(launches), **fields})


def reading(count, *, first=NOW - DAY, step=DAY, **fields):
    return ok(*(launch(number, at=first - number * step, **fields) for number in range(count)))


def past(*items, newest_at=None, **fields):
    """Accepted readings of so many items, newest first."""
    spread = {"dated": None, "days": 5, "same_day": 2}
    return Trail(
        accepted=tuple(
            PastReading(
                counts=replace(Counts(items=count, newest_at=newest_at), **spread), at=NOW, **fields
            )
            for count in items
        )
    )


def like(reading_, times, **fields):
    """Accepted readings with the figures of this one."""
    return Trail(
        accepted=(PastReading(counts=counts_of(reading_), at=NOW - DAY, **fields),) * times
    )


def judge(reading_, *, source, past, at=NOW, bodies=()):
    return judge_at(reading_, source=source, past=past, at=at, bodies=bodies)


def test_a_healthy_reading_stays_as_it_is(make_source):
    healthy = reading(20)

    judged = judge(
        healthy, source=make_source("feed"), past=past(20, 19, 21, newest_at=NOW - 2 * DAY)
    )

    assert judged == healthy


def test_fewer_items_than_the_floor_are_suspect(make_source):
    judged = judge(reading(4), source=make_source("feed", floor=5), past=Trail())

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
        judge(found, source=make_source("feed"), past=Trail()).reason
        == "only 7 of 10 items have a date"
    )


def test_all_items_on_one_day_are_suspect(make_source):
    found = reading(10, step=timedelta(0))

    assert (
        judge(found, source=make_source("feed"), past=Trail()).reason
        == "all 10 dates are of one day"
    )


def test_most_items_on_one_day_are_suspect(make_source):
    launches = tuple(launch(n, at=NOW - (DAY if n < 8 else n * DAY)) for n in range(10))
    found = Reading(outcome=Outcome.OK, launches=launches, rows=10)

    assert (
        judge(found, source=make_source("feed"), past=Trail()).reason
        == "8 of 10 items have one date"
    )


def test_a_busy_day_with_a_time_for_each_item_is_healthy(make_source):
    """The listing of a Monday at arXiv is all of Friday."""
    found = reading(50, step=timedelta(minutes=3))

    assert judge(found, source=make_source("feed"), past=Trail()).outcome is Outcome.OK


def test_dates_without_a_time_of_day_are_healthy_on_several_days(make_source):
    midnight = datetime(2026, 11, 19, tzinfo=UTC)
    launches = tuple(launch(number, at=midnight - number // 3 * DAY) for number in range(30))
    found = Reading(outcome=Outcome.OK, launches=launches, rows=30)

    assert judge(found, source=make_source("feed"), past=Trail()).outcome is Outcome.OK


def test_few_items_may_share_a_day(make_source):
    assert (
        judge(reading(9, step=timedelta(0)), source=make_source("feed"), past=Trail()).outcome
        is Outcome.OK
    )


def test_a_newest_item_that_is_gone_is_suspect(make_source):
    judged = judge(reading(20), source=make_source("feed"), past=past(20, newest_at=NOW))

    assert judged.reason == (
        "the newest item is of 19 November 2026; it was of 20 November 2026 before"
    )


def test_a_source_without_dates_is_not_asked_for_them(make_source):
    undated = Reading(outcome=Outcome.OK, launches=tuple(launch(n) for n in range(20)), rows=20)
    source = make_source("producthunt_feed", dated=False)

    assert judge(undated, source=source, past=past(20, newest_at=NOW)).outcome is Outcome.OK


@pytest.mark.parametrize("outcome", [Outcome.OK_EMPTY, Outcome.UNCHANGED, Outcome.BLOCKED])
def test_what_has_no_launches_is_not_judged_by_their_number(make_source, outcome):
    other = Reading(outcome=outcome, reason="as the parser says")

    assert judge(other, source=make_source("feed"), past=past(100)) == other


def test_a_date_in_the_future_counts_as_the_fetch():
    counts = counts_of(ok(launch(1, at=NOW + 90 * DAY), launch(2, at=NOW - DAY), launch(3)))

    assert replace(counts, fills={}) == Counts(
        items=3, rows=3, dated=2, days=2, minutes=2, same_day=1, newest_at=NOW
    )


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Reading(outcome=Outcome.SUSPECT, reason="layout unknown", rows=4), FaultKind.MALFORMED),
        (Reading(outcome=Outcome.SUSPECT, reason="nothing, and no word"), FaultKind.EMPTY),
        (Reading(outcome=Outcome.FAILED, reason="not JSON"), FaultKind.UNREADABLE),
    ],
)
def test_what_the_parser_doubted_has_its_fault_named(make_source, given, kind):
    judged = judge(given, source=make_source("feed"), past=past(100))

    assert judged == given.model_copy(update={"fault": kind})


def test_no_items_are_never_ok_without_a_word_that_this_is_right(make_source):
    judged = judge(ok(), source=make_source("feed", floor=0), past=Trail())

    assert (judged.outcome, judged.fault) == (Outcome.SUSPECT, FaultKind.EMPTY)


def test_rows_that_got_lost_between_page_and_launches_are_our_mistake(make_source):
    lost = ok(*reading(20).launches, rows=25, rejected=1, folded=2, passed_over=1)

    judged = judge(lost, source=make_source("feed"), past=Trail())

    assert judged.fault is FaultKind.ACCOUNTS
    assert judged.reason.startswith("25 rows, but 20 launches, 1 rejected, 2 folded and 1 passed")


def test_a_page_that_comes_twice_in_one_listing_is_suspect(make_source):
    judged = judge(
        reading(30), source=make_source("feed"), past=Trail(), bodies=("one", "two", "one")
    )

    assert (judged.fault, judged.reason) == (
        FaultKind.REPEATED_PAGE,
        "page 3 of 3 is page 1 once more",
    )


def test_a_field_most_items_had_and_many_lost_is_suspect(make_source):
    before = reading(30, popularity=7, url="https://tool.example/a")
    after = ok(*before.launches[:15], *reading(30, url="https://tool.example/a").launches[15:])

    judged = judge(after, source=make_source("feed"), past=like(before, 3))

    assert judged.fault is FaultKind.FIELD_LOST
    assert judged.reason == "popularity on 50% of items, where 100% are usual"


def test_a_price_is_a_field_like_any_other(make_source):
    before = reading(12, details={"prices": {"prompt": "0.1"}})

    judged = judge(reading(12), source=make_source("feed"), past=like(before, 3))

    assert judged.reason == "price on 0% of items, where 100% are usual"


def test_rows_that_used_to_be_readable_and_are_not_are_suspect(make_source):
    before = reading(100)
    after = ok(*before.launches[:75], rows=125, rejected=50)

    judged = judge(after, source=make_source("feed"), past=like(before, 3))

    assert judged.reason == "id and title on 60% of items, where 100% are usual"


@pytest.mark.parametrize("times", [1, 2])
def test_a_field_has_no_usual_fill_before_three_readings(make_source, times):
    before = reading(30, popularity=7)

    judged = judge(reading(30), source=make_source("feed"), past=like(before, times))

    assert judged.outcome is Outcome.OK


def test_a_field_only_some_items_have_may_come_and_go(make_source):
    before = ok(*reading(12, licence="MIT").launches, *reading(30).launches[12:])

    assert judge(reading(30), source=make_source("feed"), past=like(before, 7)).outcome == "ok"


def every(make_source, days, **options):
    return make_source("feed", expected_every_days=days, **options)


def test_nothing_new_within_the_declared_cadence_is_suspect(make_source):
    old = reading(20, first=NOW - 8 * DAY)

    judged = judge(old, source=every(make_source, 7), past=like(old, 3))

    assert judged.fault is FaultKind.STALLED
    assert judged.reason == (
        "nothing new since 12 November 2026, though something is due every 7 days"
    )
    assert judge(old, source=every(make_source, 8), past=like(old, 3)).outcome is Outcome.OK
    assert judge(old, source=make_source("feed"), past=like(old, 3)).outcome is Outcome.OK


def test_a_page_that_stays_unchanged_for_longer_than_its_cadence_is_suspect(make_source):
    """The server's 304 says that nothing is new; whether that can be right is another question."""
    unchanged = Reading(outcome=Outcome.UNCHANGED)
    last = like(reading(20, first=NOW - 3 * DAY), 1)

    assert judge(unchanged, source=every(make_source, 2), past=last).fault is FaultKind.STALLED
    assert judge(unchanged, source=every(make_source, 3), past=last) == unchanged


def test_without_dates_the_very_same_response_for_too_long_is_suspect(make_source):
    undated = ok(*(launch(number) for number in range(20)))
    source = every(make_source, 2, dated=False)
    since = NOW - 3 * DAY

    stalled = judge(undated, source=source, past=like(undated, 3, body_since=since))
    fresh = judge(undated, source=source, past=like(undated, 3, body_since=NOW - DAY))

    assert stalled.reason == (
        "nothing new since 17 November 2026, though something is due every 2 days"
    )
    assert fresh.outcome is Outcome.OK


def test_what_an_operator_accepted_is_late_only_a_cadence_after_that(make_source):
    old = reading(20, first=NOW - 30 * DAY)
    accepted = like(old, 1, is_baseline=True)  # a day ago

    assert judge(old, source=every(make_source, 2), past=accepted).outcome is Outcome.OK
    assert judge(old, source=every(make_source, 0.5), past=accepted).outcome is Outcome.SUSPECT


def test_old_rows_under_a_new_date_are_suspect_whatever_their_number(make_source):
    """Two products of last spring, instead of thirty of today."""
    degenerate = reading(2, first=NOW - 180 * DAY, step=timedelta(0))
    source = every(make_source, 2, floor=1)

    assert judge(degenerate, source=source, past=Trail()).fault is FaultKind.STALLED
    assert judge(degenerate, source=make_source("feed", floor=5), past=Trail()).fault == "partial"


def doubts(*items, kind=FaultKind.PARTIAL, hours=6, body=""):
    """Suspect readings of so many items before now, newest first."""
    return tuple(
        Doubt(
            kind=kind,
            counts=Counts(items=count, days=count, same_day=1),
            at=NOW - number * timedelta(hours=hours),
            body_sha256=body,
        )
        for number, count in enumerate(items, start=1)
    )


def after(trail, *items, **fields):
    return replace(trail, doubts=doubts(*items, **fields))


def test_three_stable_suspect_readings_in_a_row_are_the_new_normal(make_source):
    source = make_source("feed")

    second = judge(reading(17), source=source, past=after(past(*[58] * 7), 17))
    third = judge(reading(18), source=source, past=after(past(*[58] * 7), 17, 17))

    assert (second.outcome, second.is_step) == (Outcome.SUSPECT, False)
    assert (third.outcome, third.is_step, third.fault) == (Outcome.OK, True, FaultKind.PARTIAL)
    assert third.reason == "the new normal after three readings alike: 18 items where 58 are usual"


def test_counts_that_jump_about_are_no_new_normal(make_source):
    trail = after(past(*[88] * 7), 32, 60)

    assert judge(reading(33), source=make_source("feed"), past=trail).outcome is Outcome.SUSPECT


def test_an_empty_page_is_never_the_new_normal(make_source):
    trail = after(past(*[60] * 7), *[0] * 20, kind=FaultKind.EMPTY)

    assert judge(ok(), source=make_source("feed"), past=trail).outcome is Outcome.SUSPECT


def test_what_is_below_the_declared_floor_is_never_the_new_normal(make_source):
    trail = after(past(*[60] * 7), *[14] * 20)

    judged = judge(reading(14), source=make_source("feed", floor=20), past=trail)

    assert judged.outcome is Outcome.SUSPECT


@pytest.mark.parametrize(("hours", "settles"), [(6, False), (24, True)])
def test_the_very_same_response_counts_again_only_after_a_day(make_source, hours, settles):
    trail = after(past(*[58] * 7), *[17] * 3, hours=hours, body="same")

    judged = judge(reading(17), source=make_source("feed"), past=trail, bodies=("same",))

    assert judged.is_step is settles


def test_three_looks_within_the_hour_are_no_new_normal(make_source):
    """Somebody who runs it again and again by hand proves nothing."""
    trail = after(past(*[58] * 7), *[17] * 5, hours=0.1)

    assert not judge(reading(17), source=make_source("feed"), past=trail).is_step


def test_different_faults_in_a_row_do_not_add_up_to_a_new_normal(make_source):
    trail = after(past(*[58] * 7), 17, 17, kind=FaultKind.MALFORMED)

    assert not judge(reading(17), source=make_source("feed"), past=trail).is_step


def test_poor_dates_that_became_normal_are_no_fault_while_they_get_no_poorer(make_source):
    def half_dated(count):
        undated = tuple(launch(100 + number) for number in range(20 - count))
        return ok(*reading(count).launches, *undated)

    source = make_source("feed")
    trail = like(half_dated(10), 1, is_baseline=True)

    assert judge(half_dated(10), source=source, past=trail).outcome is Outcome.OK
    assert judge(half_dated(8), source=source, past=trail).fault is FaultKind.DATES_MISSING


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
