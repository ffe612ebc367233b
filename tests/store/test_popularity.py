"""Counts over time on both databases: appended, drawn out, never overwritten."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from digest.model import Count, Launch, Tool
from digest.steps.record import put_counts
from digest.store import launches as launch_store
from digest.store import placements as placement_store
from digest.store import popularity as subject
from digest.store import tools as tool_store
from digest.store.engine import Database
from digest.store.tables import CountRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def listing(*points: int) -> list[Launch]:
    """A list of launches with these points, by their place."""
    return [
        Launch(
            source="hn",
            native_id=str(number),
            title="A tool",
            popularity=count,
            popularity_metric="points",
            first_seen_at=NOW,
        )
        for number, count in enumerate(points)
    ]


def stored(db: Database, native_id: str) -> list[tuple[int, float, float]]:
    """The series of one launch: value, and from which to which hour it was seen."""
    statement = select(CountRow).where(CountRow.source == "hn", CountRow.native_id == native_id)
    with db.read() as session:
        rows = session.exec(statement.order_by(CountRow.metric, CountRow.first_at)).all()
    return [
        (each.value, (each.first_at - NOW) / HOUR, (each.last_at - NOW) / HOUR) for each in rows
    ]


def test_a_count_is_appended_and_one_that_stands_still_is_one_row(db: Database):
    for hours, points in enumerate(([3, 1], [3, 2], [3, 1], [4, 1])):
        with db.write() as session:
            put_counts(session, "hn", listing(*points), at=NOW + hours * HOUR)

    assert stored(db, "0") == [(3, 0, 2), (4, 3, 3)]
    assert stored(db, "1") == [(1, 0, 0), (2, 1, 1), (1, 2, 3)]


def test_kept_responses_read_again_in_order_leave_the_same_rows(db: Database):
    for _ in range(2):
        for hours, points in enumerate((3, 4, 4, 2)):
            with db.write() as session:
                put_counts(session, "hn", listing(points), at=NOW + hours * HOUR)

    assert stored(db, "0") == [(3, 0, 0), (4, 1, 2), (2, 3, 3)]


def test_an_unchanged_listing_holds_what_its_last_reading_counted(db: Database):
    """What had left the list by then is not said to stand."""
    with db.write() as session:
        put_counts(session, "hn", listing(5, 6), at=NOW)
        put_counts(session, "hn", listing(5), at=NOW + HOUR)
        subject.touch_counts(session, {"hn": NOW + 2 * HOUR})
        subject.touch_counts(session, {"hn": NOW, "other": NOW + 3 * HOUR})

    assert stored(db, "0") == [(5, 0, 2)]
    assert stored(db, "1") == [(6, 0, 0)]


def test_a_rank_comes_back_with_its_list(db: Database):
    rank = Count(
        source="reddit", native_id="t3_1", metric="rank", value=2, list_length=25, first_at=NOW,
        last_at=NOW,
    )  # fmt: skip
    with db.write() as session:
        subject.put_counts(session, [rank])

    with db.read() as session:
        (row,) = session.exec(select(CountRow))
        assert Count(**{name: getattr(row, name) for name in Count.model_fields}) == rank


def test_counts_of_a_job_are_those_of_its_tools_in_each_launchs_own_metric(db: Database):
    tools = [
        Tool(slug=slug, name=slug, job=job, launched_at=NOW)
        for slug, job in (("ember", "tts"), ("kiln", "ocr"))
    ]
    with db.write() as session:
        tool_store.put_tools(session, tools)
        launch_store.put_launches(session, listing(3, 7), now=NOW)
        placement_store.put_tools_of(session, {("hn", "0"): "ember", ("hn", "1"): "kiln"})
        put_counts(session, "hn", listing(3, 7), at=NOW)
        put_counts(session, "hn", listing(4, 7), at=NOW + HOUR)
        comments = {"metric": "comments", "first_at": NOW, "last_at": NOW, "value": 9}
        subject.put_counts(session, [Count(source="hn", native_id="0", **comments)])

    with db.read() as session:
        (launch,) = subject.launches_of_job(session, "tts")
        counts = sorted(subject.counts_of_job(session, "tts"))

    assert launch[:4] == ("ember", "hn", "0", "points")
    assert counts == [("hn", "0", NOW, NOW, 3), ("hn", "0", NOW + HOUR, NOW + HOUR, 4)]
