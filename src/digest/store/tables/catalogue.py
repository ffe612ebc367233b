"""②: tools, their keys, pages, facts and reviews."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from digest.model import (
    EntryPrice,
    Fact,
    FactKind,
    Flag,
    PageOutcome,
    PageRole,
    ProductPage,
    Reviewer,
    Tool,
    Verdict,
)
from digest.store.columns import JsonText, TupleText, enum_text
from digest.store.tables.base import Row


class ToolRow(Tool, Row, table=True):
    """②: one product."""

    __tablename__ = "tool"
    model_config = ConfigDict(frozen=False)
    slug: str = Field(primary_key=True, max_length=120)
    job: str = Field(default="unsorted", max_length=60, index=True)
    launched_at: datetime = Field(index=True)
    entry_price: EntryPrice = Field(
        default=EntryPrice.UNKNOWN,
        sa_type=enum_text(EntryPrice),
    )
    sources: tuple[str, ...] = Field(default=(), sa_type=TupleText)
    tags: tuple[str, ...] = Field(default=(), sa_type=TupleText)
    flags: tuple[Flag, ...] = Field(default=(), sa_type=TupleText)
    part_of: str | None = Field(default=None, max_length=120, index=True)
    """The tool an editor made it part of; None where it stands alone."""
    marked_by: str = Field(
        default="", max_length=20, index=True, sa_column_kwargs={"server_default": ""}
    )
    """Version of the rules its marks are by; empty where they are to be made anew."""


class ToolMarkRow(Row, table=True):
    """②: something a tool may have in common with others, so that those are found by it."""

    __tablename__ = "tool_mark"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 # SQLAlchemy's own name for it
    mark: int = Field(primary_key=True, sa_type=sa.BigInteger)
    """Hash of what it is: a tool has a dozen, and in words they would fill as much as the facts."""
    tool: str = Field(primary_key=True, max_length=120, index=True)


class ToolKeyRow(Row, table=True):
    """②: a safe key, and the one tool it stands for."""

    __tablename__ = "tool_key"
    key: str = Field(primary_key=True, max_length=400)
    tool: str = Field(max_length=120, index=True)


class FactRow(Fact, Row, table=True):
    """②: one claim; seen again in a newer capture it is the same row with a newer date."""

    __tablename__ = "fact"
    __table_args__ = (UniqueConstraint("tool", "source", "kind", "value"),)
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    kind: FactKind = Field(sa_type=enum_text(FactKind))
    page: PageRole | None = Field(default=None, sa_type=enum_text(PageRole))
    value: bool | int | float | str = Field(sa_type=JsonText)


class ProductPageRow(ProductPage, Row, table=True):
    """②: how a page of a tool's own stands."""

    __tablename__ = "product_page"
    model_config = ConfigDict(frozen=False)
    tool: str = Field(primary_key=True, max_length=120)
    role: PageRole = Field(primary_key=True, sa_type=enum_text(PageRole))
    outcome: PageOutcome = Field(sa_type=enum_text(PageOutcome))
    due_at: datetime = Field(index=True)


class ReviewRow(Row, table=True):
    """②: one reviewer on one tool over one evidence snapshot; kept when a newer one says other."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint(
            *("tool", "reviewer", "evidence_sha256", "panel_version", "reviewed_at"),
            name="uq_review_snapshot",  # the name made of its columns is too long for PostgreSQL
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    tool: str = Field(max_length=120, index=True)
    reviewer: Reviewer = Field(sa_type=enum_text(Reviewer))
    verdict: Verdict = Field(sa_type=enum_text(Verdict))
    evidence_sha256: str = Field(max_length=64)
    panel_version: str = Field(max_length=80)
    reviewed_at: datetime
    """When it came to stand; a model may have given it earlier, as its document says."""
    outcome: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    """Hash of what it came to: reviews that come to the same are stored once."""
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """What changed since the review before; empty for the first."""
    document: str


class JudgementRow(Row, table=True):
    """②: an answer of a model that was paid for, under the hash of all it was asked with."""

    __tablename__ = "judgement"
    key: str = Field(primary_key=True, max_length=64)
    tool: str = Field(max_length=250, index=True)
    """The tool it is about, or the pair."""
    made_at: datetime
    document: str


class EmbeddingRow(Row, table=True):
    """②: what a model says a text means, so that none is asked about twice."""

    __tablename__ = "embedding"
    model: str = Field(primary_key=True, max_length=300)
    text_sha256: str = Field(primary_key=True, max_length=64)
    vector: bytes
