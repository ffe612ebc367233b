"""A recorded series replayed by the rules of ingestion: each episode once, at its first bad row."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import SeriesError
from digest.sources.health.series import COLUMNS, read_series, replay

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
HEADER = "\t".join(COLUMNS)


def table(rows):
    """Write rows of (items, days, most on one day) as a series, a row every six hours."""
    lines = [HEADER]
    for number, (items, days, same_day) in enumerate(rows):
        at = (START + number * timedelta(hours=6)).isoformat()
        lines.append(f"{at}\t{number:012x}\t{items * 400 + 600}\t{items}\t{days}\t{same_day}")
    return "\n".join(lines) + "\n"


def episodes(rows, **promise):
    """Give (row, kind) of each episode."""
    found = replay(read_series(table(rows), name="series"), **promise)
    return [(int((each.time - START) / timedelta(hours=6)), str(each.kind)) for each in found]


def steady(items):
    """A row of a feed whose posts are a day apart, two on its best day."""
    return (items, max(items - 1, 0), min(items, 2))


def small_and_lively():
    chance = random.Random(7)
    return [steady(chance.randint(3, 8)) for _ in range(60)]


SILENT = {
    "nothing happens": [steady(40)] * 12,
    "slow growth": [steady(20 + row) for row in range(60)],
    "growth from the first post on": [steady(row) for row in range(1, 40)],
    "ten posts, the window slides": [(10, 10 - row % 4, 1 + row % 4) for row in range(40)],
    "a post or two are taken down now and then": [steady(60 - row % 3) for row in range(30)],
    "losses just above the line": [steady(100), steady(70), steady(100), steady(71), steady(100)],
    "a long tail is trimmed bit by bit": [steady(100 - 2 * row) for row in range(40)],
    "small and lively": small_and_lively(),
    "small, and grows": [steady(count) for count in (3, 3, 4, 5, 5, 6, 7, 8, 8, 9, 11, 12)],
    "no dates by nature": [(30, 0, 0)] * 10,
    "several posts on each of a few days": [(12, 4, 4), (12, 4, 5), (12, 5, 7), (12, 4, 8)] * 3,
    "figures of days that do not add up, always alike": [(50, 10, 2)] * 8,
    "a burst of new posts": [steady(30)] * 5 + [(50, 31, 20)] * 3,
    "an archive is opened": [steady(30)] * 5 + [steady(90)] * 5,
    "one row": [steady(5)],
}


@pytest.mark.parametrize("rows", SILENT.values(), ids=SILENT)
def test_what_healthy_feeds_do_raises_no_alarm(rows):
    assert episodes(rows) == []


TROUBLED = {
    "a zero, and back": ([steady(60)] * 4 + [(0, 0, 0)] + [steady(60)] * 2, [(4, "empty")]),
    "zeros that stay are one episode": ([steady(60)] * 4 + [(0, 0, 0)] * 9, [(4, "empty")]),
    "only the featured block": (
        [steady(157)] * 4 + [steady(14), steady(157)],
        [(4, "partial")],
    ),
    "a third is gone": ([steady(88)] * 8 + [steady(60), steady(88)], [(8, "partial")]),
    "twice in a day are two episodes": (
        [steady(88)] * 8 + [steady(52), steady(88), steady(32), steady(88)],
        [(8, "partial"), (10, "partial")],
    ),
    "a step down that stays is one episode": (
        [steady(58)] * 8 + [steady(count) for count in (17, 17, 18, 18, 17, 19, 20)],
        [(8, "partial")],
    ),
    "below the new normal is a new episode": (
        [steady(80)] * 8 + [steady(30)] * 6 + [steady(8), steady(30)],
        [(8, "partial"), (14, "partial")],
    ),
    "a reset that grows back is one episode": (
        [steady(100)] * 8 + [steady(10 * row) for row in range(1, 12)],
        [(8, "partial")],
    ),
    "empty, then little, is one episode": (
        [steady(150)] * 4 + [(0, 0, 0), (1, 1, 1), (0, 0, 0)] + [steady(150)],
        [(4, "empty")],
    ),
    "between two versions for good": (
        [steady(90)] * 7 + [steady(40), steady(90)] * 3,
        [(7, "partial"), (9, "partial"), (11, "partial")],
    ),
    "all of one day": ([steady(40)] * 5 + [(40, 1, 40)] + [steady(40)], [(5, "all_dates_same")]),
    "all of one day from the first row": (
        [(230, 1, 230), (3, 3, 1), (230, 128, 6)],
        [(0, "all_dates_same"), (1, "partial")],
    ),
    "most of one day": ([steady(40)] * 5 + [(40, 9, 32)] + [steady(40)], [(5, "all_dates_same")]),
    "one day every day is told of once": ([(25, 1, 25)] * 9, [(0, "all_dates_same")]),
    "dates fall away one by one": (
        [(10, 8, 2)] * 4 + [(10, days, 1) for days in (9, 7, 6, 5, 4, 3, 2, 1, 0)] + [(10, 9, 2)],
        [(5, "dates_missing")],
    ),
    "all dates are gone at once": (
        [steady(40)] * 5 + [(40, 0, 0)] * 2 + [steady(40)],
        [(5, "dates_missing")],
    ),
    "everything is there twice": (
        [(50, 40, 3)] * 5 + [(100, 40, 6)] + [(50, 40, 3)],
        [(5, "duplicated")],
    ),
    "a small feed loses all but one": (
        [steady(count) for count in (7, 8, 6, 7, 8, 1, 7)],
        [(5, "partial")],
    ),
    "a small and steady feed loses half": (
        [steady(count) for count in (8, 8, 8, 8, 4, 8)],
        [(4, "partial")],
    ),
    "a broken row does not spoil what is usual": (
        [steady(100)] + [steady(20), steady(100)] * 4 + [steady(65)],
        [(1, "partial"), (3, "partial"), (5, "partial"), (7, "partial"), (9, "partial")],
    ),
    "empty from the first row": ([(0, 0, 0), steady(12), steady(13)], [(0, "empty")]),
}


@pytest.mark.parametrize(("rows", "expected"), TROUBLED.values(), ids=TROUBLED)
def test_each_trouble_is_one_episode_at_its_first_bad_row(rows, expected):
    assert episodes(rows) == expected


def test_an_episode_says_what_was_there_and_what_is_usual():
    rows = read_series(table([steady(50), steady(54), steady(14)]), name="series")

    (found,) = replay(rows)

    assert (found.items, found.expected) == (14, 52)
    assert found.reason == "14 items where 52 are usual"


def test_a_declared_floor_binds_from_the_first_row():
    rows = [steady(30), steady(31)]

    assert episodes(rows, floor=50) == [(0, "partial")]
    assert episodes(rows) == []


def test_rows_keep_their_order_and_offsets_are_compared_as_instants():
    first = "2025-11-02T16:48:12-08:00\ta\t1\t60\t59\t2"
    earlier = "2025-11-03T09:00:00+09:00\tb\t1\t0\t0\t0"  # it is still the second row
    text = f"{HEADER}\n{first}\n{earlier}\n"

    (found,) = replay(read_series(text, name="series"))

    assert found.time == datetime(2025, 11, 3, 0, 0, tzinfo=UTC)


def test_columns_go_by_their_names():
    text = "items\textra\tmax_items_same_day\tdistinct_pub_days\tbytes\tcommit\tcommit_time\r\n"
    text += "0\tx\t0\t0\t5\tabc\t2026-03-01T06:00:00\r\n\r\n"

    (found,) = replay(read_series("\ufeff" + text, name="series"))

    assert (found.kind, found.time) == ("empty", START)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "x.tsv: it is empty; wanted are the columns commit_time commit bytes items"),
        ("\n\n", "it is empty"),
        (HEADER.replace("\t", ","), "its columns are parted by commas; save it with tabs"),
        (HEADER.replace("items\t", ""), "line 1 lacks the column 'items'"),
        ("just words", "line 1 lacks the column 'commit_time'"),
        (f"{HEADER}\nyesterday\ta\t1\t1\t1\t1", "line 2: 'yesterday' is no ISO time"),
        (f"{HEADER}\n2026-01-01\ta\t1\tmany\t1\t1", "line 2: items is 'many'; wanted is a whole"),
        (f"{HEADER}\n2026-01-01\ta\t1\t-3\t1\t1", "line 2: items is '-3'"),
        (f"{HEADER}\n2026-01-01\ta\t1\t²\t1\t1", "line 2: items is '²'"),
        (f"{HEADER}\n\n2026-01-01\ta\t1", "line 3: 3 columns, where the header names more"),
    ],
)
def test_what_is_no_series_is_refused_in_a_sentence(text, said):
    with pytest.raises(SeriesError) as caught:
        read_series(text, name="x.tsv")

    assert said in str(caught.value)


def test_a_header_alone_is_a_series_without_rows():
    assert list(replay(read_series(HEADER, name="x.tsv"))) == []


def recorded(folder):
    """Every episode of the recorded feeds: (feed, instant, kind)."""
    return {
        (path.stem.removeprefix("series_"), each.time, str(each.kind))
        for path in sorted(folder.glob("series_*.tsv"))
        for each in replay(read_series(path.read_text(encoding="utf-8"), name=path.name))
    }


@pytest.mark.captures
def test_every_recorded_incident_is_noticed_at_its_first_bad_row(captures_dir):
    """
    25 incidents in 18 feeds, of which a check for zero items sees 3.

    One further alarm is genuine: a feed's dates were lost one by one, and nobody had noted it.
    """
    folder = captures_dir / "drift_incidents"
    table = (folder / "INCIDENTS.tsv").read_text(encoding="utf-8").splitlines()[1:]
    incidents = {
        (cells[0], datetime.fromisoformat(cells[5]), cells[1])
        for cells in (line.split("\t") for line in table)
    }

    found = recorded(folder)

    assert len(incidents) == 25
    assert incidents <= found
    assert [(feed, kind) for feed, _, kind in found - incidents] == [
        ("feed_google_ai", "dates_missing")
    ]
