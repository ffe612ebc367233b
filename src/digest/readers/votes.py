"""How votes are counted, when a count is shown, and how sure it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model import Choice, Community
from digest.model.readers import MIN_VOTES, wilson

VOTING_DAYS = 60
"""Days after an issue's cut-off in which its votes are taken."""
QUICK_SECONDS = 2.0
"""A vote sooner than this after its form was shown is a mail scanner's: it must be sent again."""
HALF = 50


@dataclass(frozen=True, slots=True)
class Tile:
    """The community tile of one tool: ``value`` large, ``note`` under it."""

    value: str
    note: str
    interval: tuple[int, int] | None = None
    """Wilson 95 % in whole per cent; None where no share is shown."""

    @property
    def text(self) -> str:
        """The tile on one line, for mail and feed."""
        return f"{self.value} · {self.note}" if self.interval else self.note


def tile(community: Community, choice: Choice, *, min_votes: int = MIN_VOTES) -> Tile:
    """Give the tile of tool A or B; "both" counts for each. Never 0 % for want of votes."""
    votes = community.votes
    if not votes:
        return Tile("—", "no votes yet")
    counted = f"{votes} vote{'s' if votes > 1 else ''}"
    if votes < min_votes:
        return Tile("—", f"{counted} so far")
    return Tile(f"{community.share(choice)}%", counted, community.interval(choice))


def preferred(community: Community, *, min_votes: int = MIN_VOTES) -> Choice | None:
    """
    Give the tool readers prefer, or None where they are split or too few.

    Only those who chose one of the two are asked, and the interval must leave out one half.
    """
    decided = community.a + community.b
    if decided < min_votes:
        return None
    low, high = wilson(community.a, decided)
    if low > HALF:
        return Choice.A
    return Choice.B if high < HALF else None


def is_open(*, cutoff: datetime, now: datetime) -> bool:
    """Say whether votes on an issue with this cut-off are still taken."""
    return now - cutoff <= timedelta(days=VOTING_DAYS)


def is_too_quick(*, shown_at: datetime, now: datetime) -> bool:
    """Say whether the answer came faster than a person reads."""
    return (now - shown_at).total_seconds() < QUICK_SECONDS
