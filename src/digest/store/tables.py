"""
The tables: a row is its noun with an id and what storage needs, field for field.

Documents (issue, comparison, review, plan) are kept as JSON text beside the columns they are
looked up by: they are written whole, read whole, and never changed in part.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import MetaData, UniqueConstraint
from sqlmodel import Field, SQLModel

from digest.model import (
    Approval,
    Capture,
    Delivery,
    DeliveryState,
    Edition,
    EntryPrice,
    Fact,
    FactKind,
    Flag,
    IssueState,
    Launch,
    LaunchDateSource,
    Outcome,
    Popularity,
    Reviewer,
    RobotsText,
    SourceState,
    Subscriber,
    SubscriberState,
    Tool,
    Verdict,
    Vote,
)
from digest.model.readers import Choice, ConsentEvent
from digest.store.columns import JsonText, TupleText, enum_text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """What all rows share: our metadata, and fields that may be set."""

    metadata = metadata
    model_config = ConfigDict(frozen=False, extra="ignore")  # type: ignore[assignment] # as in model.base


class CaptureRow(Capture, Row, table=True):
    """①: one response; its body lies in the capture directory."""

    __tablename__ = "capture"
    model_config = ConfigDict(frozen=False)
    key: str = Field(primary_key=True, max_length=80)
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)


class SourceRow(SourceState, Row, table=True):
    """①: how a source stands."""

    __tablename__ = "source"
    model_config = ConfigDict(frozen=False)
    source: str = Field(primary_key=True, max_length=60)
    outcome: Outcome | None = Field(default=None, sa_type=enum_text(Outcome))


class ReadingRow(Row, table=True):
    """①: one reading of one source, for the trend its health is judged by."""

    __tablename__ = "reading"
    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=60, index=True)
    outcome: Outcome = Field(sa_type=enum_text(Outcome))
    reason: str | None = None
    items: int = 0
    rows: int = 0
    newest_at: datetime | None = None
    capture_key: str = Field(default="", max_length=80)
    read_at: datetime


class RobotsRow(RobotsText, Row, table=True):
    """①: what an origin's robots.txt said when it was last read."""

    __tablename__ = "robots"
    model_config = ConfigDict(frozen=False)
    origin: str = Field(primary_key=True, max_length=300)


class LaunchRow(Launch, Row, table=True):
    """①: one announcement, and the tool it was found to be."""

    __tablename__ = "launch"
    __table_args__ = (UniqueConstraint("source", "native_id"),)
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    tool: str | None = Field(default=None, max_length=120, index=True)
    seen_at: datetime
    """Last time a good reading listed it."""
    researched_key: str = Field(default="", max_length=80)
    """Capture its tool was last brought up to date from; unequal to capture_key, it is due."""
    launched_at_source: LaunchDateSource | None = Field(
        default=None,
        sa_type=enum_text(LaunchDateSource),
    )
    popularity_metric: Popularity | None = Field(
        default=None,
        sa_type=enum_text(Popularity),
    )
    tags: tuple[str, ...] = Field(default=(), sa_type=TupleText)
    flags: tuple[Flag, ...] = Field(default=(), sa_type=TupleText)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)


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
    value: bool | int | float | str = Field(sa_type=JsonText)


class ReviewRow(Row, table=True):
    """②: one reviewer on one tool over one evidence snapshot."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("tool", "reviewer", "evidence_sha256", "panel_version"),)
    id: int | None = Field(default=None, primary_key=True)
    tool: str = Field(max_length=120, index=True)
    reviewer: Reviewer = Field(sa_type=enum_text(Reviewer))
    verdict: Verdict = Field(sa_type=enum_text(Verdict))
    evidence_sha256: str = Field(max_length=64)
    panel_version: str = Field(max_length=80)
    reviewed_at: datetime
    document: str


class IssueRow(Row, table=True):
    """③: one week's newsletter, its plan, and where it stands."""

    __tablename__ = "issue"
    week: str = Field(primary_key=True, max_length=8)
    number: int = Field(unique=True)
    state: IssueState = Field(sa_type=enum_text(IssueState))
    document: str
    plan: str
    edition_sha256: str | None = Field(default=None, max_length=64)
    """The edition that stands for the issue now."""
    audience: int | None = None
    """Recipients when the audience was frozen; None before."""
    changed_at: datetime


class ComparisonRow(Row, table=True):
    """③: one comparison of an issue, found by its slug or its tools."""

    __tablename__ = "comparison"
    __table_args__ = (UniqueConstraint("week", "slug"),)
    week: str = Field(primary_key=True, max_length=8)
    position: int = Field(primary_key=True)
    slug: str = Field(max_length=250, index=True)
    tool_a: str = Field(max_length=120, index=True)
    tool_b: str = Field(max_length=120, index=True)
    document: str


class EditionRow(Edition, Row, table=True):
    """④: an issue rendered; never updated."""

    __tablename__ = "edition"
    model_config = ConfigDict(frozen=False)
    sha256: str = Field(primary_key=True, max_length=64)
    week: str = Field(max_length=8, index=True)


class ApprovalRow(Approval, Row, table=True):
    """④: every release ever given; the newest of a week counts."""

    __tablename__ = "approval"
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    week: str = Field(max_length=8, index=True)


class DeliveryRow(Delivery, Row, table=True):
    """④⑤: one recipient of one issue and what became of it."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("week", "subscriber"),
        sa.Index(None, "week", "state", "next_attempt_at"),
    )
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    week: str = Field(max_length=8)
    state: DeliveryState = Field(
        default=DeliveryState.QUEUED,
        sa_type=enum_text(DeliveryState),
    )


class SubscriberRow(Subscriber, Row, table=True):
    """Readers: an address and its state."""

    __tablename__ = "subscriber"
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=32, unique=True)
    address: str = Field(max_length=320, unique=True)
    state: SubscriberState = Field(
        default=SubscriberState.PENDING,
        sa_type=enum_text(SubscriberState),
    )


class ConsentEventRow(Row, table=True):
    """Readers: what happened to a subscription; only ever appended."""

    __tablename__ = "consent_event"
    id: int | None = Field(default=None, primary_key=True)
    subscriber: str = Field(max_length=32, index=True)
    event: ConsentEvent = Field(sa_type=enum_text(ConsentEvent))
    happened_at: datetime
    detail: str = ""


class VoteRow(Vote, Row, table=True):
    """Readers: the last answer of one subscriber on one comparison."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("week", "comparison", "subscriber"),)
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    choice: Choice = Field(sa_type=enum_text(Choice))
