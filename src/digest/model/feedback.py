"""The nouns of what comes back after a mail was sent: bounces, complaints, wishes to leave."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value


class FeedbackKind(StrEnum):
    """What one piece of feedback says of one recipient."""

    HARD = "hard"
    """The address does not take mail and will not: no such mailbox, no such domain."""
    SOFT = "soft"
    """It did not take this mail: mailbox full, server away for too long, too large."""
    POLICY = "policy"
    """Refused for what we are or sent (5.7.x): our fault, so nobody is suppressed for it."""
    COMPLAINT = "complaint"
    """The reader called it spam."""
    UNSUBSCRIBE = "unsubscribe"
    """The reader asks by mail to be left alone."""
    DELIVERED = "delivered"
    """A later server has it."""
    AUTO_REPLY = "auto_reply"
    """An out-of-office note or the like."""
    NONE = "none"
    """Nothing that concerns a delivery: a delay notice, a person's letter, noise."""


class Feedback(Value):
    """
    One piece of feedback on one recipient, the same whatever way it came.

    What is not known is None. ``key`` makes it safe to read a source twice.
    """

    kind: FeedbackKind
    source: str
    """Where it came from: ``mailbox``, ``smtp``, ``ses``, ``postmark``, ``resend``."""
    key: str
    """The same each time this very report is read; unique within its source."""
    received_at: AwareDatetime
    recipient: str | None = None
    status: str | None = None
    """Enhanced status code, x.y.z (RFC 3463)."""
    diagnostic: str | None = None
    """The server's words, at most 500 characters."""
    token: str | None = None
    """A token of ours found in it, unproven: from the VERP address or from a link."""
    message_id: str | None = None
    """Message-ID of the mail it is about, with its angle brackets."""


class FeedbackEffect(StrEnum):
    """What one piece of feedback did; each is kept with the one it did."""

    BOUNCED = "bounced"
    """The reader is bounced, and the address is on the list."""
    COUNTED = "counted"
    """Counted against the address; not often enough yet."""
    COMPLAINED = "complained"
    """The reader complained, and the address is on the list."""
    UNSUBSCRIBED = "unsubscribed"
    """The subscription is over, as by the link."""
    ALERTED = "alerted"
    """Our own fault: shown to the operator, and nobody else pays for it."""
    SETTLED = "settled"
    """An uncertain delivery is accepted now; nothing else followed."""
    NOTED = "noted"
    """Kept, and nothing follows from it."""
    UNPROVEN = "unproven"
    """Nothing proves that it is about a mail of ours: kept for the operator, acting on nothing."""


class FeedbackRecord(Value):
    """What is kept of one piece of feedback. Key: (source, key)."""

    source: str = Field(max_length=20)
    key: str = Field(max_length=200)
    kind: FeedbackKind
    effect: FeedbackEffect
    received_at: AwareDatetime
    noted_at: AwareDatetime
    week: str | None = Field(default=None, max_length=8)
    """Of the issue it is about, where that is proven."""
    subscriber: str | None = Field(default=None, max_length=32)
    """Public id of the reader it is about, where that is proven."""
    recipient: str | None = Field(default=None, max_length=320)
    """As it was given, only where no reader of ours is proven: else the subscriber has it."""
    status: str | None = Field(default=None, max_length=20)
    diagnostic: str | None = Field(default=None, max_length=500)
    """The server's words without anybody's address."""


class FeedbackCount(Value):
    """What came back of one issue, counted by readers: each once a kind."""

    week: str
    accepted: int = Field(ge=0)
    """Mails that a server took."""
    rejected: int = Field(default=0, ge=0)
    """Mails that a server refused while they were sent."""
    kinds: dict[FeedbackKind, int]
    """Readers by what came back; kinds of which nothing came are left out."""
    left: int = Field(default=0, ge=0)
    """Readers of the issue who left by link or mail within a week of it."""

    @property
    def complaint_rate(self) -> float:
        """Share of the accepted mails whose reader called it spam, 0 to 1."""
        return self.kinds.get(FeedbackKind.COMPLAINT, 0) / self.accepted if self.accepted else 0.0


class SuppressionKind(StrEnum):
    """Why an address is not mailed, the weakest first."""

    FORGOTTEN = "forgotten"
    """Its reader asked us to forget them: no list may bring the address back."""
    SOFT = "soft"
    HARD = "hard"
    COMPLAINT = "complaint"


class Suppression(Value):
    """
    One address that is not mailed, known by its mark alone. Key: the mark.

    The address cannot be had from the mark without the secret, and stays guarded after everything
    else about its reader is gone.
    """

    mark: str = Field(min_length=64, max_length=64)
    """Keyed hash of the address, hexadecimal."""
    kind: SuppressionKind
    since: AwareDatetime
    reason: str = Field(max_length=200)
    secret_mark: str = Field(min_length=8, max_length=8)
    """Tells which secret made the mark: under another one it guards nobody."""


OVERDUE = timedelta(days=1)
"""Time without a reading of a mailbox after which an operator should see to it."""


class MailboxState(Value):
    """How the reading of one mailbox goes. Key: the name."""

    name: str = Field(max_length=300)
    """Where it is, without a password."""
    first_at: AwareDatetime
    """When it was first tried."""
    read_at: AwareDatetime | None = None
    """When it was last read to its end; None: never."""
    failed_at: AwareDatetime | None = None
    trouble: str = Field(default="", max_length=500)
    """What kept us from it last; empty since it was read again."""

    def is_overdue(self, *, now: datetime) -> bool:
        """Say whether it has not been read for a day."""
        return now - (self.read_at or self.first_at) > OVERDUE
