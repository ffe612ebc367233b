"""Keep the answers that came until they are stored: those mails are out, so none is forgotten."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from digest.delivery import ledger
from digest.model import DeliveryState, Held, SendOutcome, SendResult
from digest.store import leases

OPEN = (DeliveryState.QUEUED, DeliveryState.DEFERRED)


@dataclass(slots=True)
class Answers:
    """The answers of one sender that are not in the database yet, and a tally of all."""

    worker: str
    clock: Callable[[], datetime]
    deadline: datetime
    number: int = 0
    """Not stored yet."""
    answered: int = 0
    rejected: int = 0
    doubtful: int = 0
    _kept: dict[tuple[SendOutcome, int], list[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, held: Held, result: SendResult) -> None:
        """Keep what a transport says of a delivery."""
        self._kept[result.outcome, held.attempts].append((held.id, result.reply))
        self.number += 1
        self.answered += 1
        self.rejected += result.outcome is SendOutcome.REJECTED
        self.doubtful += result.outcome is SendOutcome.UNCERTAIN

    def store(self, session: Session) -> int:
        """
        Store what is kept; it is kept until ``forget``, since the transaction may still fail.

        Returns:
            How many have a named end now.
        """
        now = self.clock()
        ended = 0
        for (outcome, attempts), rows in self._kept.items():
            settled = ledger.settle(outcome, attempts=attempts, now=now, deadline=self.deadline)
            leases.note(
                session,
                settled,
                ((number, ledger.words(settled, reply)) for number, reply in rows),
                worker=self.worker,
                now=now,
            )
            ended += 0 if settled.state in OPEN else len(rows)
        return ended

    def forget(self) -> None:
        """Let go of what is stored for good."""
        self._kept.clear()
        self.number = 0

    @property
    def is_refusing(self) -> bool:
        """True when the run must stop: the fault is more likely ours than the readers'."""
        return ledger.is_refusing(answered=self.answered, rejected=self.rejected)
