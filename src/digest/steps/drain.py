"""
Send the queued deliveries of one issue: claim, hand over, wait, until nothing is left.

It may be killed at any moment and run again, here or elsewhere, by any number at once. What was not
handed over goes back to the queue; what was handed over and not noted is ``uncertain``, at most one
group for each kill.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.delivery import ledger, workers
from digest.delivery.pace import STEADY, Pace
from digest.delivery.transports.base import Transport
from digest.errors import IssueError, RefusedError, TransportError
from digest.model import Delivery, DeliveryCount, DeliveryState, Message
from digest.steps.handover import Handover
from digest.store import deliveries
from digest.store.engine import Database

POLL_S = 1.0
"""Seconds between two looks at what others hold, and at whether we are to stop."""


def drain(
    db: Database,
    week: str,
    *,
    transport: Transport,
    compose: Callable[[Delivery], Message],
    clock: Callable[[], datetime],
    worker: str,
    deadline: datetime,
    pace: Pace = STEADY,
    is_alive: Callable[[str], bool] = workers.is_alive,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
    on_progress: Callable[[Sequence[Delivery]], None] = lambda _noted: None,
) -> DeliveryCount:
    """
    Send what is queued or due of one frozen audience.

    Args:
        db: The store.
        week: The issue's week; its audience is frozen.
        transport: The way out; closing it is the caller's.
        compose: Makes the message of one delivery, the same each time. A DigestError three times
            in a row rejects the delivery with the reason.
        clock: The time for leases and tries: the real one, except in tests.
        worker: Our name as a holder, from ``workers.this_worker()``; never used for two runs.
        deadline: A delivery still refused for now at this time is rejected.
        pace: How much at a time, how long to wait.
        is_alive: Whether a holder may still be sending; leases of the dead are taken at once.
        stop: Asked before each claim and each group; True ends the run tidily.
        sleep: Waits so many seconds.
        on_progress: Told what deliveries became, a group at a time; a deferred one may come again.

    Returns:
        How all deliveries of the issue stand; ``is_finished`` unless stopped, or unless something
        is left deferred or with another sender after ``patience_s``.

    Raises:
        IssueError: The audience is not frozen.
        TransportError: The mail server is out of use; the rest stays queued.
        RefusedError: More than half of 20 or more answers were refusals, the rest stays queued; or
            every single message of the issue was refused.
        StoreError: The database is out of use.
    """
    _count(db, week)  # says so now if there is no audience
    handover = Handover(
        db=db,
        week=week,
        transport=transport,
        compose=compose,
        clock=clock,
        worker=worker,
        deadline=deadline,
        pace=pace,
        sleep=sleep,
        on_progress=on_progress,
    )
    run = _Run(handover, is_alive=is_alive, stop=stop)
    try:
        run.loop()
    finally:
        run.let_go(by=[worker])
    count = _count(db, week)
    if _nobody_was_reached(count):
        raise RefusedError(week, f"every message was refused, with {handover.last_refusal()!r}")
    return count


def _count(db: Database, week: str) -> DeliveryCount:
    with db.read() as session:
        count = deliveries.count(session, week)
    if count is None:
        raise IssueError(week, "its audience is not frozen, so nobody can be sent to")
    return count


def _nobody_was_reached(count: DeliveryCount) -> bool:
    """Return True when all who could be mailed were refused for good, and there were some."""
    rejected = count.states.get(DeliveryState.REJECTED, 0)
    return 0 < rejected == count.audience - count.states.get(DeliveryState.SUPPRESSED, 0)


@dataclass(slots=True)
class _Run:
    """One call of drain: what holds leases, gives them up, and waits."""

    handover: Handover
    is_alive: Callable[[str], bool]
    stop: Callable[[], bool]
    waited_s: float = 0.0

    def loop(self) -> None:
        """Claim and send until nothing more can be done, or we are to stop."""
        self.reclaim()
        while not self.stop():
            claimed = self.claim()
            if claimed:
                self.send(claimed)
            elif not self.wait():
                return

    def reclaim(self) -> None:
        """Take what dead senders hold, and what is held beyond its time."""
        with self.handover.db.read() as session:
            others = deliveries.holders(session, self.handover.week)
        if others:
            dead = [name for name in others if not self.is_alive(name)]
            self.let_go(by=dead, expired_at=self.handover.clock())

    def let_go(self, *, by: Sequence[str], expired_at: datetime | None = None) -> None:
        """Release what these workers hold, and what was held beyond ``expired_at``."""
        now = self.handover.clock()
        with self.handover.db.write() as session:
            stale = deliveries.held(session, self.handover.week, by=by, expired_at=expired_at)
            deliveries.note(session, ((each, ledger.release(each, now=now)) for each in stale))

    def claim(self) -> list[Delivery]:
        """Take the next batch."""
        now = self.handover.clock()
        with self.handover.db.write() as session:
            return deliveries.claim(
                session,
                self.handover.week,
                limit=self.handover.pace.batch,
                worker=self.handover.worker,
                now=now,
                until=now + self.handover.pace.lease,
            )

    def send(self, claimed: Sequence[Delivery]) -> None:
        """Send a batch group by group; after a failure of the server let the rest go, and wait."""
        size = self.handover.pace.group
        for start in range(0, len(claimed), size):
            if self.stop():
                return
            try:
                self.handover.send(claimed[start : start + size])
            except TransportError as error:
                self.let_go(by=[self.handover.worker])
                self.sit_out(error)
                return

    def sit_out(self, error: TransportError) -> None:
        """Wait before the mail server is tried again; raise its error when that was often enough."""
        waits = self.handover.pace.outage_waits_s
        if error.permanent or self.handover.failures >= len(waits):
            raise error
        self.pause(waits[self.handover.failures])
        self.handover.failures += 1

    def wait(self) -> bool:
        """Wait for a next try or for other senders; False if that is futile or would last too long."""
        with self.handover.db.read() as session:
            due = deliveries.next_due(session, self.handover.week)
            is_held = bool(deliveries.holders(session, self.handover.week))
        left_s = self.handover.pace.patience_s - self.waited_s
        ahead_s = POLL_S
        if due is not None and not is_held:
            ahead_s = max((due - self.handover.clock()).total_seconds(), POLL_S / 10)
        if (due is None and not is_held) or ahead_s > left_s:
            return False
        self.waited_s += ahead_s
        self.pause(ahead_s)
        self.reclaim()
        return True

    def pause(self, seconds: float) -> None:
        """Sleep, looking up now and then whether we are to stop."""
        while seconds > 0 and not self.stop():
            self.handover.sleep(min(seconds, POLL_S))
            seconds -= POLL_S
