"""①: counts of launches over time."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from digest.store.tables.base import Row


class CountRow(Row, table=True):
    """
    ①: one count of one launch, from the first to the last time in a row that it was seen.

    A new value is a new row, and so is an old one that comes back; values are never overwritten. A
    count that stands still for a month is one row.
    """

    __tablename__ = "popularity"
    __table_args__ = (sa.Index(None, "source", "last_at"),)
    source: str = Field(primary_key=True, max_length=60)
    native_id: str = Field(primary_key=True, max_length=300)
    metric: str = Field(primary_key=True, max_length=20)
    """What is counted, such as points; ``rank`` is a place on a list, 1 the first."""
    first_at: datetime = Field(primary_key=True)
    last_at: datetime
    value: int = Field(sa_type=sa.BigInteger)
    list_length: int | None = None
    """Items of the list, for a rank."""
