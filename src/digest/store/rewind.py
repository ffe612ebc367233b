"""Resting place ①, put back to an earlier moment, so that captures since then can be read again."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, text, update
from sqlmodel import Session, col, select

from digest.model import Launch, Outcome
from digest.store.rows import CHUNK
from digest.store.tables import LaunchRow, ReadingRow

FOUND = (Outcome.OK, Outcome.OK_EMPTY)
READ = (*FOUND, Outcome.SUSPECT)
"""Outcomes that say something of a listing; also a suspect one is part of what later ones are
judged by."""

_LAUNCH = LaunchRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_READING = ReadingRow.__table__  # type: ignore[attr-defined] # as above
_READ = tuple(Launch.model_fields)
"""What is read from captures; the rest of a row is ours."""


@dataclass(frozen=True, slots=True)
class PastReadingNote:
    """One reading of a capture: which, and how it ended."""

    source: str
    capture_key: str
    outcome: Outcome
    read_at: datetime


def hold(session: Session) -> None:
    """Let nobody else store what was read until this transaction ends; reading goes on."""
    if session.get_bind().dialect.name == "postgresql":  # on SQLite the transaction does it
        session.connection().execute(
            text("LOCK TABLE source, capture, reading, launch IN SHARE ROW EXCLUSIVE MODE")
        )


def readings_of_captures(session: Session, source: str) -> list[PastReadingNote]:
    """Give a source's readings that have a capture, oldest first."""
    statement = (
        select(ReadingRow)
        .where(ReadingRow.source == source, ReadingRow.capture_key != "")
        .order_by(col(ReadingRow.read_at), col(ReadingRow.id))
    )
    return [
        PastReadingNote(row.source, row.capture_key, row.outcome, row.read_at.astimezone(UTC))
        for row in session.exec(statement)
    ]


def launch_rows(session: Session, source: str) -> dict[str, dict[str, Any]]:
    """Give all columns of a source's launches, by native id."""
    rows = session.connection().execute(_LAUNCH.select().where(_LAUNCH.c.source == source))
    return {row["native_id"]: dict(row) for row in rows.mappings()}


def is_same_launch(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two rows say the same of a launch; what is ours in them may differ."""
    return all(one[name] == other[name] for name in _READ)


def take_back(session: Session, source: str, *, cutoff: datetime, keys: Sequence[str]) -> None:
    """
    Take a source's launches first seen at ``cutoff`` or later away, and its readings of captures.

    Args:
        session: A write transaction that holds the tables.
        source: Name.
        cutoff: Aware.
        keys: First captures of the fetches that will be read again.
    """
    connection = session.connection()
    connection.execute(
        delete(_LAUNCH).where(
            _LAUNCH.c.source == source, _LAUNCH.c.first_seen_at >= cutoff.astimezone(UTC)
        )
    )
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        connection.execute(
            delete(_READING).where(_READING.c.source == source, _READING.c.capture_key.in_(part))
        )


def last_found(session: Session, source: str) -> tuple[datetime | None, int]:
    """Give when a source was last read well, and how many items it had, by what readings are left."""
    statement = (
        select(ReadingRow)
        .where(ReadingRow.source == source, col(ReadingRow.outcome).in_(FOUND))
        .order_by(col(ReadingRow.read_at).desc(), col(ReadingRow.id).desc())
        .limit(1)
    )
    row = session.exec(statement).first()
    return (row.read_at, row.items) if row else (None, 0)


def give_back(session: Session, source: str, before: dict[str, dict[str, Any]]) -> None:
    """
    Give launches that were made again what no capture says of them.

    That is their tool, when they were last seen, and whether they are worked into the tool; one
    that reads otherwise now is due for that again.

    Args:
        session: The same transaction.
        source: Name.
        before: Its rows as they were before anything was taken away.
    """
    values = []
    for native_id, row in launch_rows(session, source).items():
        old = before.get(native_id)
        if old is None:
            continue
        ours = {
            "tool": old["tool"],
            "seen_at": max(old["seen_at"], row["seen_at"]),
            "researched_key": old["researched_key"] if is_same_launch(old, row) else "",
        }
        if any(row[name] != value for name, value in ours.items()):
            values.append({"b_id": row["id"], **{f"b_{name}": ours[name] for name in ours}})
    if values:
        statement = (
            update(_LAUNCH)
            .where(_LAUNCH.c.id == bindparam("b_id"))
            .values(
                {name: bindparam(f"b_{name}") for name in ("tool", "seen_at", "researched_key")}
            )
        )
        session.connection().execute(statement, values)


def make_due(session: Session, tools: Collection[str]) -> None:
    """Have all launches of these tools worked in again: one of them is gone."""
    slugs = sorted(tools)
    for start in range(0, len(slugs), CHUNK):
        part = slugs[start : start + CHUNK]
        session.execute(update(_LAUNCH).where(_LAUNCH.c.tool.in_(part)).values(researched_key=""))


def newest_lost(
    session: Session, source: str, *, since: datetime | None, kept: Iterable[str]
) -> datetime | None:
    """
    Give when the newest capture that could be read was read that is kept no more.

    Args:
        session: Open.
        source: Name.
        since: Earlier ones do not matter.
        kept: Keys of the captures that are kept, all of them since then.
    """
    first = f"{since.astimezone(UTC):%Y%m%dT%H%M%S}" if since else ""
    there = set(kept)
    lost = (
        note.read_at
        for note in readings_of_captures(session, source)
        if note.outcome in READ
        and note.capture_key not in there
        and note.capture_key.rpartition("-")[2] >= first
    )
    return max(lost, default=None)
