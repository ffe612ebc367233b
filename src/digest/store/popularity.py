"""Resting place ①: counts of launches over time; values are never overwritten."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, or_, tuple_, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from digest.model import Count, Flag, LaunchDateSource, Popularity
from digest.store.rows import as_values, in_chunks, upsert
from digest.store.tables import CountRow, LaunchRow

Flags = tuple[Flag, ...]
_COLUMNS: tuple[Any, ...] = tuple(getattr(CountRow, name) for name in Count.model_fields)
_TABLE: Table = CountRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_OTHERS = _TABLE.alias()
_TOUCH = (
    update(_TABLE)
    .where(
        _TABLE.c.source == bindparam("b_source"),
        _TABLE.c.last_at < bindparam("b_at"),
        _TABLE.c.last_at
        == sa_select(func.max(_OTHERS.c.last_at))
        .where(_OTHERS.c.source == bindparam("b_source"))
        .scalar_subquery(),
    )
    .values(last_at=bindparam("b_at"))
)
Series = tuple[str, str, str]
"""Source, native id, metric."""


def ends_of(
    session: Session, source: str, native_ids: Collection[str]
) -> dict[Series, list[Count]]:
    """Give the first and the last count of each series of these launches of one source."""
    found: dict[Series, list[Count]] = defaultdict(list)
    for part in in_chunks(native_ids):
        for count in _ends(session, source, part):
            found[count.series].append(count)
    return found


def _ends(session: Session, source: str, native_ids: Sequence[str]) -> Iterable[Count]:
    ends = (
        select(
            CountRow.native_id,
            CountRow.metric,
            func.min(CountRow.first_at).label("earliest"),
            func.max(CountRow.first_at).label("latest"),
        )
        .where(CountRow.source == source, col(CountRow.native_id).in_(native_ids))
        .group_by(col(CountRow.native_id), col(CountRow.metric))
        .subquery()
    )
    is_its_end = (
        (col(CountRow.native_id) == ends.c.native_id)
        & (col(CountRow.metric) == ends.c.metric)
        & or_(col(CountRow.first_at) == ends.c.earliest, col(CountRow.first_at) == ends.c.latest)
    )
    statement = select(*_COLUMNS).join(ends, is_its_end).where(CountRow.source == source)
    return map(_count, session.execute(statement))


def _count(row: Iterable[Any]) -> Count:
    """Give a count as it was stored: not checked again, for there are thousands in each run."""
    return Count.model_construct(**dict(zip(Count.model_fields, row, strict=True)))


def put_counts(session: Session, counts: Sequence[Count]) -> None:
    """Append counts; one that stands already is drawn out to when it was seen last."""
    values = [as_values(count) for count in counts]
    key = ["source", "native_id", "metric", "first_at"]
    upsert(session, CountRow, values, key=key, update=["last_at"])


def touch_counts(session: Session, seen: Mapping[str, datetime]) -> None:
    """
    Note that listings stand unchanged: what their last readings counted holds until now.

    Args:
        session: Open, in a write transaction.
        seen: When each source was asked.
    """
    if seen:
        values = [{"b_source": source, "b_at": at} for source, at in sorted(seen.items())]
        session.connection().execute(_TOUCH, values)


def counts_of(
    session: Session, launches: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[Count]]:
    """Give all counts of these launches, by source and native id; inside one oldest first."""
    found: dict[tuple[str, str], list[Count]] = defaultdict(list)
    for part in in_chunks(launches):
        both = tuple_(col(CountRow.source), col(CountRow.native_id))
        statement = (
            select(*_COLUMNS)
            .where(both.in_(part))
            .order_by(col(CountRow.metric), col(CountRow.first_at))
        )
        for count in map(_count, session.execute(statement)):
            found[count.source, count.native_id].append(count)
    return found


def launches_counted(
    session: Session, tools: Collection[str]
) -> list[tuple[str, str, str, Popularity | None, datetime | None, LaunchDateSource | None, Flags]]:
    """
    Give the launches of these tools as far as age and count go, by source and native id.

    Returns:
        Tool, source, native id, metric, launch date, where that comes from, and flags; columns, not
        nouns, since a job's whole history is asked for.
    """
    found = []
    for part in in_chunks(tools):
        statement = (
            select(
                LaunchRow.tool,
                LaunchRow.source,
                LaunchRow.native_id,
                LaunchRow.popularity_metric,
                LaunchRow.launched_at,
                LaunchRow.launched_at_source,
                LaunchRow.flags,
            )  # type: ignore[call-overload] # SQLModel's overloads end at four columns
            .where(col(LaunchRow.tool).in_(part))
            .where(col(LaunchRow.popularity).is_not(None))
            .order_by(col(LaunchRow.source), col(LaunchRow.native_id))
        )
        found += [tuple(row) for row in session.execute(statement)]
    return found
