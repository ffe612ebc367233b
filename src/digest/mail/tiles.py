"""The three figures of a card: what the panel would do, what readers would, what it costs to start."""

from dataclasses import dataclass

from digest.model import Choice, Community, EntryPrice, Tally
from digest.model.wording import ENTRY, UNKNOWN, counted


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the three figures of a card: ``value`` large, ``note`` under it."""

    label: str
    value: str
    note: str
    is_aside: bool = False
    """The note does not go on from the value: on one line it stands in brackets."""

    @property
    def line(self) -> str:
        """The tile in one line."""
        note = f"({self.note})" if self.is_aside or self.value == UNKNOWN else self.note
        return f"{self.label}: {self.value} {note}"


def panel_tile(tally: Tally) -> Tile:
    """Give ``3 of 4`` with "would ship"; a dash where fewer than two calls were made."""
    return Tile("Panel", tally.label, "would ship" if tally.is_known else "too few calls")


def community_tile(community: Community, choice: Choice) -> Tile:
    """Give the readers' share; a dash, never 0 %, where too few voted to say."""
    votes, interval = community.votes, community.interval(choice)
    if interval is None:
        return Tile("Community", UNKNOWN, "no votes yet")
    if not community.is_known:
        return Tile("Community", UNKNOWN, f"{counted(votes, 'vote')} so far")
    low, high = interval
    note = f"of {counted(votes, 'vote')}, likely {low} to {high}%"
    return Tile("Community", f"{community.share(choice)}%", note)


def entry_tile(price: EntryPrice) -> Tile:
    """Say what it costs to start; a dash where that could not be confirmed."""
    value, note = ENTRY[price]
    return Tile("Entry", value, note, is_aside=price in (EntryPrice.FREEMIUM, EntryPrice.CONTACT))
