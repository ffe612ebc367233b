"""Resting place ①: counts of launches over time; values are never overwritten."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, or_, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from digest.model import Count
from digest.store.rows import as_values, in_chunks, upsert
from digest.store.tables import CountRow, LaunchRow, ToolRow

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
ROWS_AT_ONCE = 2_000
"""Counts that are in memory while a job's are gone through."""
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


def launches_of_job(session: Session, job: str) -> Iterator[tuple[Any, ...]]:
    """
    Go through the launches of a job's tools that have a count.

    Returns:
        Tool, source, native id, metric, launch date, where that comes from, and flags; columns, not
        nouns, since a job's whole history is asked for.
    """
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
        .join(ToolRow, col(LaunchRow.tool) == col(ToolRow.slug))
        .where(*_of_job(job))
    )
    yield from _in_portions(session, statement)


def counts_of_job(session: Session, job: str) -> Iterator[tuple[Any, ...]]:
    """
    Go through the counts of those launches, each in its launch's own metric.

    Returns:
        Source, native id, when it was seen first and last, value.
    """
    is_its_count = (
        (col(CountRow.source) == col(LaunchRow.source))
        & (col(CountRow.native_id) == col(LaunchRow.native_id))
        & (col(CountRow.metric) == col(LaunchRow.popularity_metric))
    )
    statement = (
        select(
            CountRow.source,
            CountRow.native_id,
            CountRow.first_at,
            CountRow.last_at,
            CountRow.value,
        )  # type: ignore[call-overload] # as above
        .select_from(ToolRow)
        .join(LaunchRow, col(LaunchRow.tool) == col(ToolRow.slug))
        .join(CountRow, is_its_count)
        .where(*_of_job(job))
    )
    yield from _in_portions(session, statement)


def _of_job(job: str) -> tuple[Any, ...]:
    return ToolRow.job == job, col(LaunchRow.popularity).is_not(None)


def _in_portions(session: Session, statement: Any) -> Iterator[tuple[Any, ...]]:
    for row in session.execute(statement.execution_options(yield_per=ROWS_AT_ONCE)):
        yield tuple(row)
