"""Readers: addresses, consent, votes."""

from datetime import datetime

from pydantic import ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from digest.model import Subscriber, SubscriberState, Vote
from digest.model.readers import Choice, ConsentEvent
from digest.store.columns import enum_text
from digest.store.tables.base import Row


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
