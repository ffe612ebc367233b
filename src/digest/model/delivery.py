"""The nouns of the last two resting places: deliveries, messages, and what a server said of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value


class DeliveryState(StrEnum):
    """What became of one (issue, subscriber); the rules are in delivery/ledger.py."""

    QUEUED = "queued"
    LEASED = "leased"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"


class Delivery(Value):
    """One recipient of one issue. Key: (week, subscriber)."""

    week: str
    subscriber: str = Field(max_length=32)
    """Public id of the subscriber."""
    address: str = Field(max_length=320)
    state: DeliveryState = DeliveryState.QUEUED
    attempts: int = Field(default=0, ge=0)
    leased_by: str | None = None
    leased_until: AwareDatetime | None = None
    handed_at: AwareDatetime | None = None
    """Set before the first content of its batch leaves: without it nothing was sent."""
    next_attempt_at: AwareDatetime | None = None
    """From when it may be claimed; set as long as it waits, queued or deferred, and only then."""
    reply: str | None = None
    """The server's last words, at most 500 characters."""
    changed_at: AwareDatetime


class Recipient(Protocol):
    """Who a message is made for."""

    @property
    def subscriber(self) -> str:
        """Public id of the subscriber."""
        ...

    @property
    def address(self) -> str:
        """Where it goes."""
        ...


class Held(NamedTuple):
    """A delivery as the sender that leased it has it: made once per mail, so it is kept light."""

    id: int
    """Its row."""
    subscriber: str
    address: str
    domain: str
    """Domain of the address, lower case, A-labels."""
    attempts: int
    """Tries before this one."""
    due: datetime
    """Since when it was waiting to be claimed."""


@dataclass(frozen=True, slots=True)
class Message:
    """One finished message and its envelope; made once per recipient, so it is kept light."""

    subscriber: str
    sender: str
    """Envelope sender (MAIL FROM)."""
    recipient: str
    """Envelope recipient (RCPT TO)."""
    message_id: str
    content: bytes
    """CRLF line ends, ASCII, no line over 998 octets, not dot-stuffed."""
    is_wire_ready: bool = False
    """Its maker promises that it is ASCII, begins no line with a dot and ends with CRLF: then no
    transport looks through it, which would cost a third of sending it."""


class SendOutcome(StrEnum):
    """What a transport says happened to one message; only ``deferred`` and ``unsent`` are tried again."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    UNSENT = "unsent"
    """Provably nothing was given: back to the queue, no attempt burnt."""


@dataclass(frozen=True, slots=True)
class SendResult:
    """The outcome of one message, with the server's words."""

    subscriber: str
    outcome: SendOutcome
    reply: str = ""


class Settled(NamedTuple):
    """How deliveries stand after an answer; the same for all with that answer and as many tries."""

    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None = None
    """From when they may be tried again; None where they are not."""
    remark: str = ""
    """What is kept before the server's words."""


class DeliveryCount(Value):
    """How the deliveries of an issue stand; ``sums`` says whether nobody is missing."""

    audience: int
    states: dict[DeliveryState, int]
    taken_over: int = 0
    """Deliveries that were taken from a sender which stopped in the middle, over all runs."""

    @property
    def sums(self) -> bool:
        """True when every recipient of the frozen audience is in exactly one named state."""
        return sum(self.states.values()) == self.audience

    @property
    def settled(self) -> int:
        """Recipients whose mail needs nothing more from a sender."""
        waiting = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.DEFERRED)
        return sum(number for state, number in self.states.items() if state not in waiting)

    @property
    def is_finished(self) -> bool:
        """True when the states add up and nobody is queued, leased or deferred."""
        return self.sums and self.settled == self.audience
