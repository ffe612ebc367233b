"""Resting place ①: descriptions of captures; their bodies lie in the capture store."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from digest.model import Capture, FaultKind, Outcome
from digest.store.rows import CHUNK, as_noun, as_values, upsert
from digest.store.tables import CaptureRow, ComparisonRow, FactRow, ReadingRow


@dataclass(frozen=True, slots=True)
class CaptureNote:
    """As much of a capture as retention decides by."""

    key: str
    source: str
    listing: str
    """Key of the first page of its listing: its own on a first or only page."""
    body_sha256: str
    fetched_at: datetime


def put_capture(session: Session, capture: Capture) -> None:
    """Store a capture's description; the same capture twice is one row."""
    upsert(session, CaptureRow, [as_values(capture)], key=["key"])


def capture_of(session: Session, key: str) -> Capture | None:
    """Give the capture with this key."""
    row = session.get(CaptureRow, key)
    return as_noun(Capture, row) if row else None


def newest_capture(session: Session, source: str) -> Capture | None:
    """
    Give the first page of a source's newest listing that came with content.

    None where nothing of it is kept; refusals and error pages are no content.
    """
    has_content = col(ReadingRow.outcome).in_((Outcome.OK, Outcome.OK_EMPTY, Outcome.SUSPECT)) | (
        col(ReadingRow.fault) == FaultKind.UNREADABLE
    )
    statement = (
        select(CaptureRow)
        .join(ReadingRow, col(ReadingRow.capture_key) == CaptureRow.key)
        .where(ReadingRow.source == source, has_content)
        .order_by(col(CaptureRow.fetched_at).desc())
        .limit(1)
    )
    row = session.exec(statement).first()
    return as_noun(Capture, row) if row else None


def listing_of(session: Session, first: Capture) -> list[Capture]:
    """Give all pages of the listing that a capture is the first of, in their order."""
    further = (
        select(CaptureRow).where(CaptureRow.listing == first.key).order_by(col(CaptureRow.page))
    )
    return [first, *(as_noun(Capture, row) for row in session.exec(further))]


def captures_like(session: Session, start: str, *, limit: int = 2) -> list[Capture]:
    """Give captures whose keys begin with ``start``, by key."""
    statement = (
        select(CaptureRow)
        .where(col(CaptureRow.key).startswith(start, autoescape=True))
        .order_by(col(CaptureRow.key))
        .limit(limit)
    )
    return [as_noun(Capture, row) for row in session.exec(statement)]


def newest_captures(
    session: Session, *, source: str | None, since: datetime | None, limit: int
) -> list[Capture]:
    """Give captures newest first, at most ``limit``; of one source, fetched since then, if given."""
    statement = select(CaptureRow).order_by(col(CaptureRow.fetched_at).desc(), col(CaptureRow.key))
    if source is not None:
        statement = statement.where(CaptureRow.source == source)
    if since is not None:
        statement = statement.where(col(CaptureRow.fetched_at) >= since.astimezone(UTC))
    return [as_noun(Capture, row) for row in session.exec(statement.limit(limit))]


def count_captures(session: Session) -> int:
    """Give the number of captures kept."""
    return session.exec(select(func.count()).select_from(CaptureRow)).one()


def capture_notes(session: Session) -> list[CaptureNote]:
    """Give a note of every capture, oldest first."""
    columns = CaptureRow.__table__.c  # type: ignore[attr-defined] # set by SQLModel's metaclass
    wanted = (columns.key, columns.source, columns.listing, columns.body_sha256, columns.fetched_at)
    rows = session.connection().execute(
        sa.select(*wanted).order_by(columns.fetched_at, columns.key)
    )
    return [
        CaptureNote(key, source, listing or key, sha256, _utc(fetched_at))
        for key, source, listing, sha256, fetched_at in rows
    ]


def first_keys(session: Session, source: str) -> set[str]:
    """Give the keys of a source's captures, further pages of a listing left out."""
    statement = select(CaptureRow.key).where(CaptureRow.source == source, CaptureRow.listing == "")
    return set(session.exec(statement))


def drop_captures(session: Session, keys: Sequence[str]) -> None:
    """Forget these captures; whatever was read from them stays."""
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        session.execute(delete(CaptureRow).where(col(CaptureRow.key).in_(part)))


def newest_found(session: Session) -> set[str]:
    """Give for each source the key of the newest capture that was read well."""
    found = (Outcome.OK, Outcome.OK_EMPTY)
    statement = (
        select(ReadingRow.source, ReadingRow.capture_key)
        .where(col(ReadingRow.outcome).in_(found), ReadingRow.capture_key != "")
        .order_by(col(ReadingRow.read_at), col(ReadingRow.id))
    )
    return set(dict(session.exec(statement).all()).values())


def cited_keys(session: Session) -> set[str]:
    """Give the captures that the facts of all tools in comparisons stand on by now."""
    tools: set[str] = set()
    for pair in session.exec(select(ComparisonRow.tool_a, ComparisonRow.tool_b)):
        tools.update(pair)
    found: set[str] = set()
    slugs = sorted(tools)
    for start in range(0, len(slugs), CHUNK):
        part = slugs[start : start + CHUNK]
        found.update(session.exec(select(FactRow.capture_key).where(col(FactRow.tool).in_(part))))
    return found


def cited_moments(session: Session) -> set[datetime]:
    """
    Give every second, UTC, at which something that an issue quotes was observed.

    Facts move on with newer captures, the documents of issues do not: of a quotation they keep
    the moment, and that is the capture's.
    """
    return {
        moment
        for document in session.exec(select(ComparisonRow.document))
        for moment in _moments(json.loads(document))
    }


def _moments(value: Any) -> Iterator[datetime]:
    if isinstance(value, dict):
        text = value.get("observed_at")
        if isinstance(text, str):
            yield datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _moments(each)


def known_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Give which of these captures are stored."""
    ordered = sorted(keys)
    found: set[str] = set()
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        found.update(session.exec(select(CaptureRow.key).where(col(CaptureRow.key).in_(part))))
    return found


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
