"""Readings and incidents on both databases: what judges a source, and what was wrong with it."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from digest.model import FaultKind, Incident, IncidentEnd, Outcome, ReadingRecord
from digest.store import health as subject
from digest.store import migrate, sources
from digest.store.engine import Database
from digest.store.tables import ReadingRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def put(db: Database, *outcomes: Outcome, source: str = "hn", start: datetime = NOW, **fields):
    """Store one reading an hour; their rows are numbered from 0."""
    with db.write() as session:
        for number, outcome in enumerate(outcomes):
            reading = ReadingRecord(
                source=source,
                outcome=outcome,
                rows=number,
                read_at=start + number * HOUR,
                capture_key=f"{source}-{number}",
                **fields,
            )
            subject.put_reading(session, reading)


def judged_by(db: Database, **bounds):
    with db.read() as session:
        accepted, doubted = subject.judged_by(session, "hn", **bounds)
    return [each.rows for each in accepted], [each.rows for each in doubted]


OK, SUSPECT, EMPTY, SAME, BLOCKED, FAILED = (
    Outcome.OK,
    Outcome.SUSPECT,
    Outcome.OK_EMPTY,
    Outcome.UNCHANGED,
    Outcome.BLOCKED,
    Outcome.FAILED,
)


def test_only_readings_with_content_are_a_measure_newest_first(db: Database):
    put(db, OK, SUSPECT, EMPTY, SAME, OK)
    put(db, OK, source="other")

    assert judged_by(db) == ([4, 0], [])


def test_suspect_readings_count_from_the_last_good_one_on(db: Database):
    put(db, OK, SUSPECT, SAME, SUSPECT, BLOCKED, SUSPECT, FAILED)

    assert judged_by(db) == ([0], [5, 3])


def test_a_reading_that_is_made_again_is_judged_by_what_came_before_it(db: Database):
    put(db, OK, SUSPECT, SUSPECT, OK, SUSPECT)

    assert judged_by(db, before=NOW + 2.5 * HOUR) == ([0], [2, 1])


def test_nothing_before_a_new_normal_counts(db: Database):
    put(db, OK, OK, SUSPECT)
    with db.write() as session:
        subject.accept_last(session, "hn", by="Ada")
        taken = subject.last_word(session, "hn")
    put(db, OK, start=NOW + 9 * HOUR)

    assert taken is not None
    assert (taken.rows, taken.is_baseline, taken.accepted_by) == (2, True, "Ada")
    assert judged_by(db) == ([0, 2], [])


def test_a_refusal_or_a_failure_is_no_last_word(db: Database):
    put(db, OK, SUSPECT, BLOCKED, FAILED)

    with db.write() as session:
        assert subject.last_word(session, "hn").outcome is SUSPECT
        assert subject.last_word(session, "nobody") is None
        subject.accept_last(session, "nobody", by="Ada")


def test_a_reading_comes_back_as_it_was(db: Database):
    given = ReadingRecord(
        source="hn",
        outcome=SUSPECT,
        reason="14 items where 157 are usual",
        fault=FaultKind.PARTIAL,
        expected=157.5,
        items=14,
        dated=14,
        newest_at=NOW - HOUR,
        fills={"url": 14, "popularity": 3},
        body_sha256="0" * 64,
        body_since=NOW,
        read_at=NOW,
    )
    with db.write() as session:
        subject.put_reading(session, given)

    with db.read() as session:
        assert subject.trend(session, "hn", limit=5) == [given]


def test_a_trend_is_the_last_readings_oldest_first(db: Database):
    put(db, OK, SUSPECT, FAILED, OK)

    with db.read() as session:
        assert [each.rows for each in subject.trend(session, "hn", limit=3)] == [1, 2, 3]


def test_silence_is_counted_in_a_row(db: Database):
    put(db, FAILED, fault=FaultKind.UNREACHABLE)
    put(db, OK, start=NOW + HOUR)
    put(db, FAILED, FAILED, start=NOW + 2 * HOUR, fault=FaultKind.UNREACHABLE)

    with db.read() as session:
        assert subject.failures_in_a_row(session, "hn") == [NOW + 3 * HOUR, NOW + 2 * HOUR]
        assert subject.failures_in_a_row(session, "nobody") == []


def incident(**fields) -> Incident:
    given = {"source": "hn", "kind": FaultKind.PARTIAL, "opened_at": NOW, "last_bad_at": NOW}
    return Incident(**{**given, **fields})


def test_an_incident_goes_on_in_one_row_and_ends(db: Database):
    going_on = incident(suspects=2, last_bad_at=NOW + HOUR, alerted_at=NOW + HOUR)
    ended = going_on.model_copy(update={"ended_at": NOW + 2 * HOUR, "end": IncidentEnd.RECOVERED})
    with db.write() as session:
        subject.put_incidents(session, [incident()])
        subject.put_incidents(session, [going_on, incident(source="other")])
        assert subject.open_incident(session, "hn") == going_on
    with db.read() as session:
        assert set(subject.open_incidents(session)) == {"hn", "other"}
    with db.write() as session:
        subject.put_incidents(session, [ended])

    with db.read() as session:
        assert subject.open_incident(session, "hn") is None
        assert subject.past_incidents(session, "hn", limit=5) == [ended]


def test_no_incidents_are_no_work(db: Database):
    with db.write() as session:
        subject.put_incidents(session, [])
        assert subject.open_incidents(session) == {}


def test_what_an_operator_accepted_is_known_by_its_capture(db: Database):
    """Readings may be made again from their captures; the operator's word stays."""
    ended = incident(capture_during="k", ended_at=NOW, end=IncidentEnd.ACCEPTED, ended_by="Ada")
    with db.write() as session:
        subject.put_incidents(session, [ended])

        assert subject.was_accepted(session, "hn", "k") == "Ada"
        assert subject.was_accepted(session, "hn", "other") is None
        assert subject.was_accepted(session, "hn", "") is None


def test_the_reading_of_a_capture_is_found(db: Database):
    put(db, OK, SUSPECT)

    with db.read() as session:
        found = subject.reading_at(session, "hn", "hn-1")
        assert found is not None
        assert found.outcome is SUSPECT
        assert subject.reading_at(session, "hn", "") is None


def test_readings_from_before_the_new_columns_are_kept_and_judge_nothing_they_do_not_know(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option(
        "script_location", str(migrate.__file__).replace("migrate.py", "migrations")
    )
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            sa.text(
                "INSERT INTO reading (source, outcome, items, rows, capture_key, read_at) "
                "VALUES ('hn', 'ok', 30, 30, 'k', '2026-11-20 09:00:00')"
            )
        )
    migrate.migrate(database)

    with database.read() as session:
        (row,) = subject.recent_readings(session, "hn")
        assert sources.reading_since(session) is not None
        assert session.get(ReadingRow, 1) is not None
    assert (row.items, row.dated, row.fills, row.is_baseline) == (30, None, {}, False)
    database.close()
