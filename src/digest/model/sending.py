"""The nouns of a send as a whole: what people order, how far it is, how fast it may go."""

from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value
from digest.model.issues import IssueState


class OrderKind(StrEnum):
    """What a person can order of an issue on its way."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class Order(Value):
    """A person's word on a send, or the canary's; only ever appended."""

    week: str = Field(max_length=8)
    kind: OrderKind
    by: str = Field(min_length=1, max_length=120)
    because: str | None = Field(default=None, max_length=300)
    was: IssueState
    """Where the issue stood before: what a pause is resumed to."""
    ordered_at: AwareDatetime

    @property
    def words(self) -> str:
        """Who ordered it and why, such as ``Ada: the price is wrong``."""
        return f"{self.by}: {self.because}" if self.because else self.by


class Sending(Value):
    """How far the sending of one issue is; there is one from its first start on."""

    week: str = Field(max_length=8)
    began_at: AwareDatetime
    """Of the very first run, in real time: the deadline counts from here."""
    epoch: int = Field(ge=1)
    """The installation's count of starts at the last start of this issue."""
    canary: int = Field(default=0, ge=0)
    """Recipients that go first; 0 is none."""
    canary_answered_at: AwareDatetime | None = None
    """When the last of them had an answer: the wait begins here."""
    canary_passed_at: AwareDatetime | None = None
    """When the others were let go, by rule or by an editor."""


class Bucket(Value):
    """How fast mail may go, to one recipient domain or in all; the rules are delivery/throttle.py."""

    domain: str = Field(max_length=255)
    """In lower case; empty for all mail together."""
    rate: float = Field(gt=0)
    """Messages a second, as it is now."""
    limit: float | None = Field(default=None, gt=0)
    """Messages a second that an operator set; None where replies alone slow it."""
    tokens: float
    """Messages that may go at ``filled_at``."""
    filled_at: AwareDatetime
    lowered_at: AwareDatetime | None = None
    raised_at: AwareDatetime | None = None
    reply: str | None = None
    """The words it was last lowered by, at most 500 characters."""

    @property
    def is_slowed(self) -> bool:
        """True while replies hold it below what was set."""
        return self.limit is None or self.rate < self.limit


class Epoch(Value):
    """How often a send was started on this database, and which database this is."""

    database: str = Field(max_length=32)
    """Random, made with the database: a copy of it has the same."""
    count: int = Field(ge=0)
