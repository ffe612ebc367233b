"""Resting place ①: the readings a source's health is judged by, and its incidents."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from digest.model import FaultKind, Incident, IncidentEnd, Outcome, ReadingRecord
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import IncidentRow, ReadingRow

JUDGED = 7
"""Accepted readings that count; the rules look at no more."""
DOUBTS = 30
"""Suspect readings in a row that are looked at: a week, at four readings a day."""
GOOD = (Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED)

_ANY_TIME = datetime(9999, 1, 1, tzinfo=UTC)

# What every source needs in every run is built once: to build a question for the ORM and let it
# make objects takes ten times as long as the database does.
_READING: sa.Table = ReadingRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_EARLIER = (
    _READING.c.source == bindparam("source"),
    _READING.c.read_at <= bindparam("before"),
)
_NEWEST_FIRST = (_READING.c.read_at.desc(), _READING.c.id.desc())
_ACCEPTED = (
    sa.select(_READING)
    .where(*_EARLIER, or_(_READING.c.outcome == Outcome.OK, _READING.c.is_baseline))
    .order_by(*_NEWEST_FIRST)
    .limit(bindparam("limit"))
)
_OTHER = _READING.alias()
_LAST_GOOD = (
    sa.select(func.max(_OTHER.c.read_at))
    .where(
        _OTHER.c.source == bindparam("source"),
        _OTHER.c.read_at <= bindparam("before"),
        or_(_OTHER.c.outcome.in_(GOOD), _OTHER.c.is_baseline),
    )
    .scalar_subquery()
)
_DOUBTED = (
    sa.select(_READING)
    .where(
        *_EARLIER,
        _READING.c.outcome == Outcome.SUSPECT,
        or_(_LAST_GOOD.is_(None), _READING.c.read_at > _LAST_GOOD),
    )
    .order_by(*_NEWEST_FIRST)
    .limit(DOUBTS)
)
_DROP_SAME = sa.delete(_READING).where(
    _READING.c.source == bindparam("b_source"), _READING.c.capture_key == bindparam("b_key")
)
_INSERT = sa.insert(_READING)
_INCIDENT: sa.Table = IncidentRow.__table__  # type: ignore[attr-defined] # as above
_OPEN = sa.select(_INCIDENT).where(_INCIDENT.c.ended_at.is_(None)).order_by(_INCIDENT.c.opened_at)


def put_reading(session: Session, reading: ReadingRecord) -> None:
    """Put one reading into its source's history, in place of an earlier one of the same capture."""
    put_readings(session, [reading])


def put_readings(session: Session, readings: Sequence[ReadingRecord]) -> None:
    """Put readings into their sources' histories, each in place of an earlier one of its capture."""
    connection = session.connection()
    kept = [each for each in readings if each.capture_key]
    if kept:
        same = [{"b_source": each.source, "b_key": each.capture_key} for each in kept]
        connection.execute(_DROP_SAME, same)
    if readings:
        connection.execute(_INSERT, [as_values(each) for each in readings])


def recent_readings(session: Session, source: str, *, limit: int = JUDGED) -> list[ReadingRecord]:
    """Give the last accepted readings with content, newest first."""
    return _asked(session, _ACCEPTED, source=source, before=_ANY_TIME, limit=limit)


def judged_by(
    session: Session, source: str, *, before: datetime | None = None
) -> tuple[tuple[ReadingRecord, ...], tuple[ReadingRecord, ...]]:
    """
    Give what a new reading is judged by, newest first.

    Args:
        session: A transaction.
        source: Name.
        before: Only readings until then, for one that is read again; None counts all.

    Returns:
        The accepted readings down to the last new normal, at most seven; and the suspect ones
        since the last good one.
    """
    bounds = {"source": source, "before": before or _ANY_TIME}
    accepted = _asked(session, _ACCEPTED, **bounds, limit=JUDGED)
    for place, record in enumerate(accepted, 1):
        if record.is_baseline:
            accepted = accepted[:place]
            break
    return tuple(accepted), tuple(_asked(session, _DOUBTED, **bounds))


def _asked(session: Session, statement: sa.Select[Any], **given: Any) -> list[ReadingRecord]:
    return [as_noun(ReadingRecord, row) for row in session.connection().execute(statement, given)]


def _of(source: str) -> SelectOfScalar[ReadingRow]:
    """Select a source's readings, newest first; read again, they keep their place in time."""
    newest = (col(ReadingRow.read_at).desc(), col(ReadingRow.id).desc())
    return select(ReadingRow).where(ReadingRow.source == source).order_by(*newest)


def _record(row: ReadingRow) -> ReadingRecord:
    return as_noun(ReadingRecord, row)


def failures_in_a_row(session: Session, source: str) -> list[datetime]:
    """Give when the last readings of a source found nobody there, newest first, of the last 30."""
    found = session.exec(_of(source).limit(DOUBTS))
    failed = takewhile(lambda row: row.fault == FaultKind.UNREACHABLE, found)
    return [row.read_at for row in failed]


def trend(session: Session, source: str, *, limit: int) -> list[ReadingRecord]:
    """Give the last readings of a source, whatever became of them, oldest first."""
    found = session.exec(_of(source).limit(limit)).all()
    return [_record(row) for row in reversed(found)]


def last_word(session: Session, source: str) -> ReadingRecord | None:
    """Give the last reading that says anything of a source's health; None where there is none."""
    row = _last_word(session, source)
    return _record(row) if row else None


def _last_word(session: Session, source: str) -> ReadingRow | None:
    telling = col(ReadingRow.outcome).in_((*GOOD, Outcome.SUSPECT))
    return session.exec(_of(source).where(telling).limit(1)).first()


def accept_last(session: Session, source: str, *, by: str) -> None:
    """Make the last reading that says anything of a source the new normal."""
    row = _last_word(session, source)
    if row:
        row.is_baseline = True
        row.accepted_by = by


def was_accepted(session: Session, source: str, capture_key: str) -> str | None:
    """Give the operator who made this capture the new normal; None where nobody did."""
    if not capture_key:
        return None
    statement = select(IncidentRow.ended_by).where(
        IncidentRow.source == source,
        IncidentRow.capture_during == capture_key,
        IncidentRow.end == IncidentEnd.ACCEPTED,
    )
    return session.exec(statement).first()


def open_incidents(session: Session) -> dict[str, Incident]:
    """Give the incidents that have not ended, by source."""
    found = session.connection().execute(_OPEN)
    return {row.source: as_noun(Incident, row) for row in found}


def open_incident(session: Session, source: str) -> Incident | None:
    """Give a source's incident that has not ended."""
    statement = select(IncidentRow).where(
        IncidentRow.source == source, col(IncidentRow.ended_at).is_(None)
    )
    row = session.exec(statement.order_by(col(IncidentRow.opened_at).desc())).first()
    return as_noun(Incident, row) if row else None


def past_incidents(session: Session, source: str, *, limit: int) -> list[Incident]:
    """Give a source's incidents that have ended, newest first."""
    statement = (
        select(IncidentRow)
        .where(IncidentRow.source == source, col(IncidentRow.ended_at).is_not(None))
        .order_by(col(IncidentRow.opened_at).desc())
        .limit(limit)
    )
    return [as_noun(Incident, row) for row in session.exec(statement)]


def put_incidents(session: Session, incidents: Sequence[Incident]) -> None:
    """Store incidents as they are now."""
    key = ["source", "opened_at"]
    values = [as_values(incident) for incident in incidents]
    update = [name for name in (values[0] if values else {}) if name not in key]
    upsert(session, IncidentRow, values, key=key, update=update)


def reading_at(session: Session, source: str, capture_key: str) -> ReadingRecord | None:
    """Give the reading of a capture; None where there is none."""
    if not capture_key:
        return None
    statement = _of(source).where(ReadingRow.capture_key == capture_key)
    row = session.exec(statement).first()
    return _record(row) if row else None
