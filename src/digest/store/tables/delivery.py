"""④ and ⑤: recipients and what became of them."""

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from digest.model import Delivery, DeliveryState
from digest.store.columns import enum_text
from digest.store.tables.base import Row

_WAITS = sa.text("next_attempt_at IS NOT NULL")
_IS_HELD = sa.text("leased_by IS NOT NULL")


class DeliveryRow(Delivery, Row, table=True):
    """
    ④⑤: one recipient of one issue and what became of it.

    No index holds the state, so that noting an answer touches none but the small ones of what waits
    and what is held: a row is in the first from queueing to claim, in the second from claim to
    answer.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("week", "subscriber"),
        sa.Index(
            "ix_delivery_waiting",
            "week",
            "next_attempt_at",
            "id",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        sa.Index(
            "ix_delivery_held",
            "week",
            "leased_by",
            sqlite_where=_IS_HELD,
            postgresql_where=_IS_HELD,
        ),
        sa.CheckConstraint(  # what waits without a time would wait for ever
            "(state IN ('queued', 'deferred')) = (next_attempt_at IS NOT NULL)", name="waits"
        ),
    )
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    week: str = Field(max_length=8)
    domain: str = Field(default="", max_length=255)
    """Domain of the address, lower case, A-labels: what limits for each domain go by."""
    state: DeliveryState = Field(
        default=DeliveryState.QUEUED,
        sa_type=enum_text(DeliveryState),
    )
