"""②: where launches were placed, what looks alike, and what editors decided."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlmodel import Field

from digest.model import Decision, DecisionKind, Flag, Lookalike, MergeTier, Placement
from digest.store.columns import JsonText, TupleText, enum_text
from digest.store.tables.base import Row


class PlacementRow(Placement, Row, table=True):
    """②: the rules' finding on one launch, with its evidence; editors' decisions never change it."""

    __tablename__ = "placement"
    model_config = ConfigDict(frozen=False)
    source: str = Field(primary_key=True, max_length=60)
    native_id: str = Field(primary_key=True, max_length=300)
    tool: str = Field(max_length=120, index=True)
    tier: MergeTier = Field(sa_type=enum_text(MergeTier))
    keys: tuple[str, ...] = Field(default=(), sa_type=TupleText)
    vetoes: tuple[str, ...] = Field(default=(), sa_type=TupleText)
    decided_at: datetime


class LookalikeRow(Lookalike, Row, table=True):
    """②: two tools for an editor to look at; ``tool < other``, so a pair has one row."""

    __tablename__ = "lookalike"
    model_config = ConfigDict(frozen=False)
    tool: str = Field(primary_key=True, max_length=120)
    other: str = Field(primary_key=True, max_length=120, index=True)
    rule_version: str = Field(max_length=20)
    found_at: datetime


class DecisionRow(Decision, Row, table=True):
    """②: what an editor decided; only ever appended, and marked when undone."""

    __tablename__ = "decision"
    __table_args__ = (sa.Index(None, "tool"), sa.Index(None, "other"))
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)  # type: ignore[assignment] # given by the database
    kind: DecisionKind = Field(sa_type=enum_text(DecisionKind))
    keys: dict[str, str] = Field(default_factory=dict, sa_type=JsonText)
    flag: Flag | None = Field(default=None, sa_type=enum_text(Flag))
