"""④⑤: sends as a whole: orders of people, how far each is, how fast mail may go."""

from pydantic import ConfigDict
from sqlmodel import Field

from digest.model import Bucket, Epoch, IssueState, Order, OrderKind, Sending
from digest.store.columns import enum_text
from digest.store.tables.base import Row


class OrderRow(Order, Row, table=True):
    """④: what a person ordered of a send; only ever appended."""

    __tablename__ = "issue_order"
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    week: str = Field(max_length=8, index=True)
    kind: OrderKind = Field(sa_type=enum_text(OrderKind))
    was: IssueState = Field(sa_type=enum_text(IssueState))


class SendingRow(Sending, Row, table=True):
    """④: how far the sending of an issue is."""

    __tablename__ = "sending"
    model_config = ConfigDict(frozen=False)
    week: str = Field(primary_key=True, max_length=8)


class BucketRow(Bucket, Row, table=True):
    """④: how fast mail may go to a domain, or in all."""

    __tablename__ = "throttle"
    model_config = ConfigDict(frozen=False)
    domain: str = Field(primary_key=True, max_length=255)


class EpochRow(Epoch, Row, table=True):
    """④: the one row that counts starts of sends."""

    __tablename__ = "send_epoch"
    model_config = ConfigDict(frozen=False)
    database: str = Field(primary_key=True, max_length=32)
