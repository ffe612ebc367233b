"""
Hold what the ledger says against what the server took.

Pure. Every sentence in ``wrong`` is a broken promise of docs/delivery-guarantee.md.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from digest.delivery.ledger import NO_ANSWER
from digest.model import Delivery, DeliveryState

OPEN = {DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.DEFERRED}


@dataclass(frozen=True, slots=True)
class Books:
    """What became of one audience, with nothing left to send."""

    size: int
    """Of the frozen audience."""
    ledger: Sequence[Delivery]
    taken: Counter[str]
    """How often the server took each message, by name."""
    kills: int
    """Senders that were killed."""
    most: int
    """That may be uncertain for each kill."""
    again: Collection[str] = ()
    """Names of what a person ordered to be sent again."""
    name: Callable[[Delivery], str] = lambda delivery: f"<{delivery.subscriber}@verdicts.example>"
    """Gives what a delivery is counted by in ``taken``: its Message-ID, or its address."""

    def ids(self, *states: DeliveryState) -> set[str]:
        """Give what is in one of these states, by name."""
        return {self.name(each) for each in self.ledger if each.state in states}

    def once(self) -> int:
        """Count who was sent to exactly once."""
        return sum(times == 1 for times in self.taken.values())

    def twice(self) -> int:
        """Count who was sent to more than once, by whatever cause."""
        return sum(times > 1 for times in self.taken.values())

    def uncertain(self) -> int:
        """Count what is uncertain."""
        return len(self.ids(DeliveryState.UNCERTAIN))

    def refused(self) -> int:
        """Count what was refused for good."""
        return len(self.ids(DeliveryState.REJECTED))

    def lost(self) -> set[str]:
        """Give who is said to have it and has not."""
        return self.ids(DeliveryState.ACCEPTED) - set(self.taken)

    def wrong(self) -> list[str]:
        """Give what is not as it was promised; empty when all is well."""
        cut_off = sum(
            each.state is DeliveryState.UNCERTAIN and each.reply == NO_ANSWER
            for each in self.ledger
        )
        doubled = {name for name, times in self.taken.items() if times > 1 + (name in self.again)}
        may_have_it = self.ids(DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
        left = self.ids(*OPEN)
        told = [
            (doubled, "taken more often than ordered"),
            (self.lost(), "accepted in the ledger, and never taken"),
            (set(self.taken) - may_have_it, "taken, and the ledger does not say so"),
            (left, "still open"),
            ({"the audience"} if len(self.ledger) != self.size else (), "not whole"),
            (
                {f"{cut_off} deliveries"} if cut_off > self.kills * self.most else (),
                f"cut off by {self.kills} kills, more than {self.most} for each",
            ),
        ]
        return [f"{reason}: {', '.join(sorted(names)[:4])}" for names, reason in told if names]
