"""The nouns of what comes back after a mail was sent: bounces, complaints, wishes to leave."""

from enum import StrEnum

from pydantic import AwareDatetime

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
