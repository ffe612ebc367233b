"""The nouns of readers: subscribers with their consent, and votes."""

from enum import StrEnum
from math import sqrt

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value


class SubscriberState(StrEnum):
    """Never back to confirmed without a new confirmation."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Subscriber(Value):
    """An address with a consent history. Key: the normalised address."""

    public_id: str = Field(min_length=16, max_length=32)
    """Random; stands for the subscriber in links, so that no address is in a URL."""
    address: str = Field(max_length=320)
    """Normalised: lower-case domain in A-labels, local part as given."""
    state: SubscriberState = SubscriberState.PENDING
    created_at: AwareDatetime
    confirmed_at: AwareDatetime | None = None
    left_at: AwareDatetime | None = None


class ConsentEvent(StrEnum):
    """What happened to a subscription; events are only ever appended."""

    SIGNED_UP = "signed_up"
    CONFIRMATION_SENT = "confirmation_sent"
    """Noted before the mail leaves."""
    CONFIRMATION_FAILED = "confirmation_failed"
    """No server took the mail; happened at the same moment as the sending it takes back."""
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    UNSUBSCRIBED = "unsubscribed"
    RESUBSCRIBED = "resubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FORGOTTEN = "forgotten"
    """The address was taken out of all we keep."""
    LIFTED = "lifted"
    """An operator let the address sign up again."""


class Choice(StrEnum):
    """A reader's answer to "which would you ship with?"."""

    A = "a"
    B = "b"
    BOTH = "both"
    NEITHER = "neither"


class Vote(Value):
    """One subscriber's answer on one comparison; the last one counts."""

    week: str
    comparison: str = Field(max_length=250)
    subscriber: str = Field(max_length=32)
    choice: Choice
    voted_at: AwareDatetime


MIN_VOTES = 5
"""Votes below which a share would mislead: the tile shows a dash."""


Z = 1.96
"""Standard deviations of a 95 % interval."""


def wilson(hits: int, votes: int) -> tuple[int, int]:
    """
    Give the 95 % interval of a share in whole per cent: (low, high).

    Args:
        hits: Votes for it, 0 to ``votes``.
        votes: All votes, 1 or more.
    """
    share = hits / votes
    spread = Z * Z / votes
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / votes + spread / (4 * votes)) / (1 + spread)
    return round(100 * (middle - reach)), round(100 * (middle + reach))


class Community(Value):
    """The count of votes on one comparison."""

    a: int = 0
    b: int = 0
    both: int = 0
    neither: int = 0

    @property
    def votes(self) -> int:
        """All votes counted."""
        return self.a + self.b + self.both + self.neither

    @property
    def is_known(self) -> bool:
        """True with at least five votes; below that the tile shows a dash."""
        return self.votes >= MIN_VOTES

    def share(self, choice: Choice) -> int | None:
        """Whole per cent who would ship A (or B), "both" included; None without votes."""
        return round(100 * self._ships(choice) / self.votes) if self.votes else None

    def interval(self, choice: Choice) -> tuple[int, int] | None:
        """Give where the share most likely lies (Wilson, 95 %), in whole per cent; None without votes."""
        return wilson(self._ships(choice), self.votes) if self.votes else None

    def _ships(self, choice: Choice) -> int:
        return self.both + (self.a if choice is Choice.A else self.b)
