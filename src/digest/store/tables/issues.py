"""③ and the editions of ④: plans and wishes, issues, comparisons, editions, releases."""

from datetime import datetime

from pydantic import ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from digest.model import Approval, Edition, IssueState, Wish, WishKind, Withdrawal
from digest.store.columns import JsonText, TupleText, enum_text
from digest.store.tables.base import Row


class PlanRow(Row, table=True):
    """③: the newest plan of a week, whether or not it became an issue."""

    __tablename__ = "plan"
    week: str = Field(primary_key=True, max_length=8)
    document: str
    wishes: list[int] = Field(default_factory=list, sa_type=JsonText)
    """Numbers of the editors' wishes it was made by."""
    made_at: datetime


class WishRow(Wish, Row, table=True):
    """③: what an editor asked of a week's plan; only ever appended, and marked when undone."""

    __tablename__ = "wish"
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)  # type: ignore[assignment] # given by the database
    week: str = Field(max_length=8, index=True)
    kind: WishKind = Field(sa_type=enum_text(WishKind))
    pairs: tuple[str, ...] = Field(default=(), sa_type=TupleText)
    made_at: datetime
    undone_at: datetime | None = None


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
    taken_over: int = 0
    """Deliveries taken from senders that stopped in the middle."""
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


class RevisionRow(Row, table=True):
    """③: a published comparison judged anew, told in the issue of ``week``."""

    __tablename__ = "revision"
    week: str = Field(primary_key=True, max_length=8)
    position: int = Field(primary_key=True)
    comparison_week: str = Field(max_length=8)
    slug: str = Field(max_length=250, index=True)
    tool_a: str = Field(max_length=120, index=True)
    tool_b: str = Field(max_length=120, index=True)
    document: str


class WithdrawalRow(Withdrawal, Row, table=True):
    """③: a published comparison that was taken back."""

    __tablename__ = "withdrawal"
    model_config = ConfigDict(frozen=False)
    week: str = Field(primary_key=True, max_length=8)
    slug: str = Field(primary_key=True, max_length=250)


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
