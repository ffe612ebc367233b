"""Counts over time: what was seen is kept, what stands between is drawn, the rest is unknown."""

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from digest.catalogue.popularity import Counted, aged_counts, continued, counts_of, value_at_age
from digest.model import Count, LaunchDateSource

LAUNCHED = datetime(2026, 7, 13, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def seen(value, *, hours, until=None, metric="points", **more):
    """A count seen some hours after the launch, and still until others."""
    first, last = LAUNCHED + hours * HOUR, LAUNCHED + (until or hours) * HOUR
    given = {"source": "hn", "native_id": "1", "first_at": first, "last_at": last}
    return Count(**{**given, "metric": metric, "value": value, **more})


def value(series, hours):
    return value_at_age(series, launched_at=LAUNCHED, age=hours * HOUR)


def test_between_two_observations_the_value_lies_on_their_line():
    series = [seen(100, hours=8), seen(20, hours=4)]

    assert value(series, 6) == 60
    assert value(series, 4) == 20
    assert value(series, 8) == 100


@pytest.mark.parametrize("hours", [3, 9])
def test_outside_of_what_was_seen_the_value_is_unknown(hours):
    assert value([seen(20, hours=4), seen(100, hours=8)], hours) is None


def test_one_observation_says_nothing_of_another_age():
    assert value([seen(300, hours=30)], 24) is None
    assert value([], 24) is None


def test_a_value_that_stood_still_is_known_all_the_while():
    assert value([seen(7, hours=2, until=40), seen(9, hours=50)], 24) == 7


def test_a_value_may_fall_and_rise_again():
    series = [seen(10, hours=2), seen(6, hours=4), seen(10, hours=6)]

    assert [value(series, hours) for hours in (3, 4, 5)] == [8, 6, 8]


def test_an_equal_value_draws_the_last_count_out():
    last = seen(7, hours=2, until=5)

    assert continued([last], seen(7, hours=9)) == seen(7, hours=2, until=9)


def test_another_value_is_a_count_of_its_own_and_overwrites_none():
    last = seen(7, hours=2, until=5)

    assert continued([last], seen(6, hours=9)) == seen(6, hours=9)
    assert continued([], seen(6, hours=9)) == seen(6, hours=9)


def test_the_same_place_on_a_longer_list_is_another_rank():
    last = seen(3, hours=2, metric="rank", list_length=25)

    assert (
        continued([last], seen(3, hours=4, metric="rank", list_length=50)).first_at > last.last_at
    )


@pytest.mark.parametrize("hours", [2, 3, 5, 6])
def test_a_response_that_is_read_again_adds_nothing(hours):
    series = [seen(7, hours=2, until=3), seen(9, hours=5, until=6)]

    assert continued(series, seen(1, hours=hours)) is None


def test_an_older_response_than_all_others_is_the_new_beginning():
    assert continued([seen(7, hours=2)], seen(1, hours=1)) == seen(1, hours=1)


def test_a_listing_tells_counts_comments_and_ranks(a_launch):
    launches = [
        a_launch("a", popularity=0, popularity_metric="points", details={"comments": 3}),
        a_launch("b", details={"rank": 2, "list_length": 25}),
        a_launch("c"),
    ]

    found = counts_of(launches, at=LAUNCHED)

    assert [(each.native_id, each.metric, each.value, each.list_length) for each in found] == [
        ("a", "points", 0, None),
        ("a", "comments", 3, None),
        ("b", "rank", 2, 25),
    ]
    assert {each.first_at for each in found} == {LAUNCHED}


def counted(**more):
    given = {"source": "hn", "native_id": "1", "metric": "points", "launched_at": LAUNCHED}
    return Counted(**{**given, "launched_at_source": LaunchDateSource.API, **more})


def test_a_tool_has_the_highest_count_of_each_source_and_age():
    series = {
        ("hn", "1"): [seen(5, hours=1, until=30)],
        ("hn", "2"): [seen(9, hours=1, until=10)],
    }

    found = aged_counts([counted(), counted(native_id="2")], series)

    assert [(each.hours, each.value) for each in found] == [(6, 9), (24, 5)]


@pytest.mark.parametrize(
    "more",
    [
        {"flags": ("sponsored",)},
        {"launched_at": None},
        {"launched_at_source": LaunchDateSource.FIRST_SEEN},
        {"launched_at_source": LaunchDateSource.UPDATED},
        {"metric": None},
        {"metric": "likes"},
    ],
    ids=["paid for", "no date", "date of our sight", "date of a change", "no count", "other count"],
)
def test_what_was_paid_for_and_what_has_no_age_counts_nothing(more):
    series = {("hn", "1"): [seen(5, hours=1, until=30)]}

    assert aged_counts([counted(**more)], series) == ()


@pytest.mark.captures
def test_real_points_at_six_hours_are_known_of_81_of_193_items(captures_dir):
    """Fact 22: 58 items were first seen later than at 24 h, and nothing is guessed of them."""
    path = captures_dir / "hackernews/points_timeseries_2026.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    series, launched = defaultdict(list), {}
    for row in rows:
        at = datetime.fromisoformat(row["observed_at"])
        launched[row["id"]] = datetime.fromisoformat(row["submitted_dt"]).replace(tzinfo=UTC)
        count = Count(
            source="hn", native_id=row["id"], metric="points", first_at=at, last_at=at,
            value=int(row["points"]),
        )  # fmt: skip
        series[row["id"]].append(count)
    kept = {item: drawn(counts) for item, counts in series.items()}
    late = {
        item
        for item, counts in series.items()
        if counts[0].first_at - launched[item] > timedelta(hours=24)
    }

    def at_age(counts, hours):
        return {
            item: found
            for item, each in counts.items()
            if (found := value_at_age(each, launched_at=launched[item], age=hours * HOUR))
            is not None
        }

    assert (len(rows), len(series), len(late)) == (1382, 193, 58)
    assert [len(at_age(series, hours)) for hours in (6, 24, 72)] == [81, 69, 55]
    assert not late & (set(at_age(series, 6)) | set(at_age(series, 24)))
    assert all(at_age(kept, hours) == at_age(series, hours) for hours in (6, 24, 72))
    assert sum(map(len, kept.values())) < len(rows)
    assert 289 < at_age(series, 6)["46449643"] < 940


def drawn(counts):
    """The counts as they are stored: one row while a value stands still."""
    kept = {}
    for count in counts:
        if new := continued(list(kept.values()), count):
            kept[new.first_at] = new
    return list(kept.values())
