"""⑤: what came back after a mail was sent, which addresses are not mailed, and how reading goes."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from digest.model import (
    FeedbackEffect,
    FeedbackKind,
    FeedbackRecord,
    MailboxState,
    Suppression,
    SuppressionKind,
)
from digest.store.columns import enum_text
from digest.store.tables.base import Row


class FeedbackRow(FeedbackRecord, Row, table=True):
    """⑤: one piece of feedback and what it did; a source that is read twice adds nothing."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        sa.Index(None, "subscriber"),
        sa.Index(None, "week", "kind"),
        sa.Index(None, "received_at"),
    )
    model_config = ConfigDict(frozen=False)
    id: int | None = Field(default=None, primary_key=True)
    kind: FeedbackKind = Field(sa_type=enum_text(FeedbackKind))
    effect: FeedbackEffect = Field(sa_type=enum_text(FeedbackEffect))


class RefusalReadingRow(Row, table=True):
    """⑤: when the refusals of an issue were last read to the end."""

    __tablename__ = "refusal_reading"
    week: str = Field(primary_key=True, max_length=8)
    read_at: datetime


class SuppressionRow(Suppression, Row, table=True):
    """Addresses that are not mailed, each by its mark."""

    __tablename__ = "suppression"
    model_config = ConfigDict(frozen=False)
    mark: str = Field(primary_key=True, max_length=64)
    kind: SuppressionKind = Field(sa_type=enum_text(SuppressionKind))


class MailTryRow(Row, table=True):
    """
    How often a mail was taken up and never finished; a finished one has no row.

    Counted before the mail is looked at, so that one which kills its reader is counted as well.
    """

    __tablename__ = "mail_try"
    key: str = Field(primary_key=True, max_length=64)
    """SHA-256 of the mail, hexadecimal."""
    tries: int
    trouble: str = Field(default="", max_length=500)
    last_at: datetime


class MailboxRow(MailboxState, Row, table=True):
    """When each mailbox was last read to its end, and what went wrong since."""

    __tablename__ = "mailbox"
    model_config = ConfigDict(frozen=False)
    name: str = Field(primary_key=True, max_length=300)
