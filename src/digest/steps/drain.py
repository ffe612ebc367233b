"""
Send the queued deliveries of one issue: hand over as a stream, wait, until nothing is left.

It may be killed at any moment and run again, here or elsewhere, by any number at once. What was not
handed over goes back to the queue; what was handed over and not noted is ``uncertain``: handover.py
says how much that is for each kill.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.delivery import workers
from digest.delivery.breaker import Breaker
from digest.delivery.pace import STEADY, Pace
from digest.delivery.transports.base import Transport
from digest.errors import IssueError, RefusedError, StoreError, TransportError
from digest.model import DeliveryCount, DeliveryState, Held, IssueState, Message
from digest.steps.answers import Answers
from digest.steps.gate import Gate, SendRules
from digest.steps.handover import Handover
from digest.steps.reclaim import reclaim, release
from digest.store import deliveries
from digest.store import issues as issue_store
from digest.store.engine import Database

logger = logging.getLogger(__name__)
POLL_S = 1.0
"""Seconds between two looks at what others hold, and at whether we are to stop."""
LOOK_S = 5.0
"""Seconds, while a limit holds mail up, between two looks at whether the issue is still sent."""


def log_trouble(sentence: str) -> None:
    """Tell the log of trouble; an empty sentence says that it is over."""
    logger.warning(sentence or "the trouble is over; sending goes on")


def drain(
    db: Database,
    week: str,
    *,
    transport: Transport,
    compose: Callable[[Held], Message],
    clock: Callable[[], datetime],
    worker: str,
    deadline: datetime,
    pace: Pace = STEADY,
    gate: Gate | None = None,
    is_alive: Callable[[str], bool] = workers.is_alive,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
    on_progress: Callable[[int], None] = lambda _ended: None,
    on_trouble: Callable[[str], None] = log_trouble,
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
        gate: Asked by every claim; None: the defaults of the rules.
        is_alive: Whether a holder may still be sending; leases of the dead are taken at once.
        stop: Asked before each chunk, and about once a second; True ends the run tidily: what is in
            flight is waited for, the rest is queued.
        sleep: Waits so many seconds.
        on_progress: Told how many more deliveries have a named end, each time answers are stored.
        on_trouble: Told in a sentence that the mail server or the database is away and waited for;
            with an empty one that it is back. Unless given, the log is told.

    Returns:
        How all deliveries of the issue stand; ``is_finished`` unless stopped, or unless something
        is left deferred or with another sender after ``patience_s``.

    Raises:
        IssueError: The audience is not frozen.
        TransportError: The mail server is out of use: at once where it never was of use, else after
            a quarter of an hour. The rest stays queued.
        RefusedError: More than half of 20 or more answers were refusals, the rest stays queued; or
            every single message of the issue was refused.
        StoreError: The database is out of use, from the start or for minutes.
    """
    _require_audience(db, week)
    handover = Handover(
        db=db,
        week=week,
        transport=transport,
        compose=compose,
        clock=clock,
        worker=worker,
        pace=pace,
        stop=stop,
        sleep=sleep,
        on_progress=on_progress,
        answers=Answers(worker=worker, clock=clock, deadline=deadline),
        gate=gate or Gate(week, SendRules()),
    )
    run = _Run(handover, is_alive=is_alive, on_trouble=on_trouble)
    try:
        run.loop()
    finally:
        run.let_go(by=[worker])
    count = _count(db, week)
    if _nobody_was_reached(count):
        raise RefusedError(week, f"every message was refused, with {handover.last_refusal()!r}")
    return count


def _require_audience(db: Database, week: str) -> None:
    with db.read() as session:
        if deliveries.audience(session, week) is None:
            raise IssueError(week, "its audience is not frozen, so nobody can be sent to")


def _count(db: Database, week: str) -> DeliveryCount:
    with db.read() as session:
        return deliveries.count(session, week) or DeliveryCount(audience=0, states={})


def _nobody_was_reached(count: DeliveryCount) -> bool:
    """Return True when all who could be mailed were refused for good, and there were some."""
    rejected = count.states.get(DeliveryState.REJECTED, 0)
    return 0 < rejected == count.audience - count.states.get(DeliveryState.SUPPRESSED, 0)


@dataclass(slots=True)
class _Run:
    """One call of drain: what goes on and on, takes over from the dead, and waits."""

    handover: Handover
    is_alive: Callable[[str], bool]
    on_trouble: Callable[[str], None]
    breaker: Breaker = field(default_factory=Breaker)
    store_failures: int = 0
    waited_s: float = 0.0
    is_troubled: bool = False
    last_failure: TransportError | None = None

    def __post_init__(self) -> None:
        self.handover.on_reached = self.close_breaker

    def loop(self) -> None:
        """Claim and send until nothing more can be done, or we are to stop."""
        self.reclaim()
        while not self.handover.stop():
            try:
                if not self.send() and not self.wait():
                    return
                self.store_failures = 0
            except StoreError as error:
                self.hold_out(error)

    def send(self) -> bool:
        """Send what is due; False when nothing is. A failure of the server is waited out."""
        self.handover.is_trial = self.breaker.is_open
        doubtful = self.handover.answers.doubtful
        if not self.handover.load():
            self.handover.give_back()
            return False
        error: TransportError | None = None
        try:
            self.handover.run()
        except TransportError as failure:
            error = self.last_failure = failure
        was_doubtful = self.handover.answers.doubtful > doubtful
        if self.breaker.is_open and was_doubtful:  # a trial without an answer
            error = error or self.last_failure
        if error:
            self.sit_out(error, was_doubtful=was_doubtful)
        elif self.breaker.is_open:
            self.close_breaker()
        return True

    def reclaim(self) -> None:
        """Take what dead senders hold, and what is held beyond its time."""
        now = self.handover.clock()
        reclaim(self.handover.db, self.handover.week, is_alive=self.is_alive, now=now)

    def let_go(self, *, by: Sequence[str]) -> None:
        """Release what these workers hold."""
        release(self.handover.db, self.handover.week, by=by, now=self.handover.clock())

    def close_breaker(self) -> None:
        """The server answers: forget its failures."""
        if self.breaker.is_open or not self.breaker.was_reached:
            self.breaker = self.breaker.answered()
        self.tell("")

    def sit_out(self, error: TransportError, *, was_doubtful: bool) -> None:
        """Wait before the mail server is tried again; raise its error when that was often enough."""
        self.breaker, wait_s = self.breaker.failed(
            was_doubtful=was_doubtful, pace=self.handover.pace
        )
        if error.permanent or wait_s is None:
            raise error
        self.tell(f"{error}; trying again in {wait_s:g} s, the rest is queued")
        self.pause(wait_s)

    def hold_out(self, error: StoreError) -> None:
        """Wait before the database is tried again; raise its error when that was often enough."""
        waits = self.handover.pace.note_waits_s
        if self.store_failures >= len(waits):
            raise error
        wait_s = waits[self.store_failures]
        self.store_failures += 1
        self.tell(f"{error}; trying again in {wait_s:g} s")
        self.pause(wait_s)

    def tell(self, sentence: str) -> None:
        """Tell the operator of trouble, and once when it is over."""
        if not sentence and not self.is_troubled:
            return
        self.is_troubled = bool(sentence)
        self.on_trouble(sentence)

    def wait(self) -> bool:
        """Wait for a next try or for other senders; False if that is futile or would last too long."""
        with self.handover.db.read() as session:
            due = deliveries.next_due(session, self.handover.week)
            is_held = bool(deliveries.holders(session, self.handover.week))
            state = issue_store.issue_state(session, self.handover.week)
        left_s = self.handover.pace.patience_s - self.waited_s
        if self.is_held_up(due) and state is IssueState.SENDING:  # not counted: it may take hours
            self.pause(self.held_up_s())
            self.reclaim()
            return True
        ahead_s = POLL_S
        if due is not None and not is_held:
            ahead_s = max((due - self.handover.clock()).total_seconds(), POLL_S / 10)
        if (due is None and not is_held) or ahead_s > left_s or state is not IssueState.SENDING:
            return False
        self.waited_s += ahead_s
        self.pause(ahead_s)
        self.reclaim()
        return True

    def is_held_up(self, due: datetime | None) -> bool:
        """Say whether what waits longest is due, and only a limit or the canary keeps it."""
        held_up = self.handover.again_at is not None
        return held_up and due is not None and due <= self.handover.clock()

    def held_up_s(self) -> float:
        """Give the seconds until more may go, or until we look whether it was paused meanwhile."""
        now = self.handover.clock()
        ahead_s = ((self.handover.again_at or now) - now).total_seconds()
        return min(max(ahead_s, POLL_S / 10), LOOK_S)

    def pause(self, seconds: float) -> None:
        """Sleep, looking up now and then whether we are to stop."""
        while seconds > 0 and not self.handover.stop():
            self.handover.sleep(min(seconds, POLL_S))
            seconds -= POLL_S
