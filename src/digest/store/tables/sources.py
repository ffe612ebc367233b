"""①: captures, readings and launches."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from digest.model import (
    Capture,
    FaultKind,
    Flag,
    HostState,
    Incident,
    IncidentEnd,
    Launch,
    LaunchDateSource,
    Outcome,
    Popularity,
    ReadingRecord,
    RobotsText,
    SourceState,
)
from digest.store.columns import JsonText, TupleText, enum_text
from digest.store.tables.base import Row

_IS_DUE = sa.text("researched_key != capture_key")
"""In step with ``launches.launches_due``: so finding the due ones does not grow with the others."""


class CaptureRow(Capture, Row, table=True):
    """①: one response; its body lies in the capture store."""

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


class ReadingRow(ReadingRecord, Row, table=True):
    """①: one reading of one source, for the trend its health is judged by."""

    __tablename__ = "reading"
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=60, index=True)
    outcome: Outcome = Field(sa_type=enum_text(Outcome))
    fault: FaultKind | None = Field(default=None, sa_type=enum_text(FaultKind))
    fills: dict[str, int] = Field(default_factory=dict, sa_type=JsonText)


class IncidentRow(Incident, Row, table=True):
    """①: one time that a source did not tell the truth."""

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("source", "opened_at"),)
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    kind: FaultKind = Field(sa_type=enum_text(FaultKind))
    end: IncidentEnd | None = Field(default=None, sa_type=enum_text(IncidentEnd))


class RobotsRow(RobotsText, Row, table=True):
    """①: what an origin's robots.txt said when it was last read."""

    __tablename__ = "robots"
    model_config = ConfigDict(frozen=False)
    origin: str = Field(primary_key=True, max_length=300)


class HostRow(HostState, Row, table=True):
    """①: a host that is asked, who has it just now, and when it may be asked again."""

    __tablename__ = "host"
    model_config = ConfigDict(frozen=False)
    host: str = Field(primary_key=True, max_length=255)


class LaunchRow(Launch, Row, table=True):
    """①: one announcement, and the tool it was found to be."""

    __tablename__ = "launch"
    __table_args__ = (
        UniqueConstraint("source", "native_id"),
        sa.Index(
            "ix_launch_due", "source", "native_id", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE
        ),
    )
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
