"""
Hand one group of claimed deliveries to the transport: compose, mark, give, note.

The mark is stored before any content leaves, and the answers right after: a kill in between leaves
this group uncertain, and no other delivery.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.delivery import ledger
from digest.delivery.pace import Pace
from digest.delivery.transports.base import Transport
from digest.errors import DigestError, RefusedError, StoreError, TransportError
from digest.model import Delivery, DeliveryState, Message, SendOutcome, SendResult
from digest.store import deliveries
from digest.store.engine import Database

COMPOSE_TRIES = 3

Change = tuple[Delivery, Delivery]
"""A delivery as it was held, and as it is now."""


@dataclass(slots=True)
class Handover:
    """What a group passes through, and what was seen of all groups so far."""

    db: Database
    week: str
    transport: Transport
    compose: Callable[[Delivery], Message]
    clock: Callable[[], datetime]
    worker: str
    deadline: datetime
    pace: Pace
    sleep: Callable[[float], None]
    on_progress: Callable[[Sequence[Delivery]], None]
    answered: int = 0
    rejected: int = 0
    failures: int = 0
    """Of the mail server, since it last took a message or refused one for good."""

    def send(self, group: Sequence[Delivery]) -> None:
        """
        Send a group of deliveries that are leased to our worker.

        Raises:
            TransportError: The server is out of use; what it was not given is queued again.
            RefusedError: More than half of 20 or more messages were refused.
        """
        messages = self._composed(group)
        ready = [each for each in group if each.subscriber in messages]
        waiting = {each.subscriber: each for each in self._marked(ready)}
        changes: list[Change] = []
        try:
            for result in self.transport.send([messages[key] for key in waiting]):
                if result is not None:
                    before = waiting.pop(result.subscriber)
                    changes.append(self._settled(before, result))
        except TransportError:
            now = self.clock()
            changes += [(each, ledger.put_back(each, now=now)) for each in waiting.values()]
            raise
        finally:  # whatever happened, the answers that came are noted
            self._note(changes)
        self._check_refusals()

    def last_refusal(self) -> str:
        """Give the newest reply of a rejected delivery of this issue."""
        with self.db.read() as session:
            return deliveries.newest_reply(session, self.week, DeliveryState.REJECTED) or ""

    def _composed(self, group: Sequence[Delivery]) -> dict[str, Message]:
        """Give the messages by subscriber; what cannot be composed is rejected and left out."""
        messages: dict[str, Message] = {}
        changes: list[Change] = []
        for delivery in group:
            made = self._composed_one(delivery)
            if isinstance(made, Message):
                messages[delivery.subscriber] = made
            else:
                changes.append(self._settled(delivery, made))
        self._note(changes)
        return messages

    def _composed_one(self, delivery: Delivery) -> Message | SendResult:
        reason = ""
        for _ in range(COMPOSE_TRIES):
            try:
                return self.compose(delivery)
            except StoreError:
                raise
            except DigestError as error:
                reason = str(error)
        return SendResult(
            subscriber=delivery.subscriber,
            outcome=SendOutcome.REJECTED,
            reply=f"could not be composed: {reason}",
        )

    def _marked(self, ready: Sequence[Delivery]) -> list[Delivery]:
        """Mark deliveries as handed over; give those that are still ours to send."""
        now = self.clock()
        with self.db.write() as session:
            return deliveries.mark_handed(
                session, ready, worker=self.worker, now=now, until=now + self.pace.lease
            )

    def _settled(self, delivery: Delivery, result: SendResult) -> Change:
        is_refusal = result.outcome is SendOutcome.REJECTED
        if is_refusal or result.outcome is SendOutcome.ACCEPTED:
            self.failures = 0
        self.answered += 1
        self.rejected += is_refusal
        after = ledger.settle(delivery, result, now=self.clock(), deadline=self.deadline)
        return delivery, after

    def _note(self, changes: Sequence[Change]) -> None:
        """Store what became of deliveries, trying hard: the mails are out."""
        if not changes:
            return
        for wait_s in self.pace.note_waits_s:
            try:
                self._store(changes)
                break
            except StoreError:
                self.sleep(wait_s)
        else:
            self._store(changes)
        self.on_progress([after for _, after in changes if after.state is not DeliveryState.QUEUED])

    def _store(self, changes: Iterable[Change]) -> None:
        with self.db.write() as session:
            deliveries.note(session, changes)

    def _check_refusals(self) -> None:
        if ledger.is_refusing(answered=self.answered, rejected=self.rejected):
            raise RefusedError(
                self.week,
                f"stopped, since {self.rejected} of {self.answered} messages were refused, the last "
                f"with {self.last_refusal()!r}; find out why, then send again: the rest is queued",
            )
