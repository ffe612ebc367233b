"""④ and ⑤: recipients and what became of them."""

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from digest.model import Delivery, DeliveryState
from digest.store.columns import enum_text
from digest.store.tables.base import Row


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
