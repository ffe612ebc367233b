"""Resting place ②: the tools that a build chooses from, found without going through all others."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from digest.model import Tool
from digest.store.rows import as_nouns, columns_of, in_chunks
from digest.store.tables import ToolRow

ROWS_AT_ONCE = 2_000
"""Rows of a job that are in memory beside the tools made of them."""
_TOOL = columns_of(Tool, ToolRow)
_ALONE = func.coalesce(col(ToolRow.part_of), "") == ""
"""Not IS NULL: SQLite would look up all tools by that first, and then what is wanted of them."""
_FAMILY = func.coalesce(func.nullif(col(ToolRow.product_key), ""), col(ToolRow.slug))
"""As :attr:`Tool.family`."""


def tools_launched(session: Session, *, since: datetime, until: datetime) -> list[Tool]:
    """Give the tools that stand alone and were launched between, both included, by slug."""
    return list(_standing(session, col(ToolRow.launched_at).between(since, until)))


def tools_of_job(session: Session, job: str, *, until: datetime) -> list[Tool]:
    """Give the tools of a job that stand alone and were launched until then, by slug."""
    return list(_standing(session, ToolRow.job == job, col(ToolRow.launched_at) <= until))


def tools_named(session: Session, slugs: Collection[str], *, until: datetime) -> list[Tool]:
    """Give those of these tools that stand alone and were launched until then, by slug."""
    found: list[Tool] = []
    for part in in_chunks(slugs):
        found += _standing(session, col(ToolRow.slug).in_(part), col(ToolRow.launched_at) <= until)
    return found


def _standing(session: Session, *wanted: Any) -> Iterator[Tool]:
    statement = select(*_TOOL).where(*wanted, _ALONE).order_by(col(ToolRow.slug))
    rows = session.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))
    return as_nouns(Tool, rows)


def families(session: Session, names: Collection[str], *, until: datetime) -> dict[str, list[str]]:
    """
    Give the slugs of product families, by family.

    Args:
        session: Open.
        names: As :attr:`Tool.family` gives them.
        until: Tools launched later, or part of another, are left out.
    """
    found: dict[str, list[str]] = {name: [] for name in names}
    # All are passed by, 2 µs each: a key may be too long for an index.
    wanted = (_ALONE, col(ToolRow.launched_at) <= until)
    statement = select(_FAMILY, ToolRow.slug).where(*wanted).order_by(col(ToolRow.slug))
    for name, slug in session.execute(statement.execution_options(yield_per=ROWS_AT_ONCE)):
        if name in found:
            found[name].append(slug)
    return found
