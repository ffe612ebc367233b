"""
Hand deliveries to the transport as one stream: claim, mark, compose as each is pulled, note.

A mark is stored before the first content of its chunk may leave, and the answers to the chunk before
in the same transaction. So a kill leaves uncertain what was marked and has no stored answer: one
chunk (at most 100, about a second's work), and what the server had of earlier ones when that was
marked (three a connection); and no other delivery.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlmodel import Session

from digest.delivery import ledger
from digest.delivery.pace import Pace, next_chunk
from digest.delivery.transports.base import Transport
from digest.errors import DigestError, RefusedError, SignatureError, StoreError, TransportError
from digest.model import DeliveryState, Held, Message, SendOutcome, SendResult
from digest.steps.answers import Answers
from digest.steps.gate import Gate
from digest.store import deliveries, leases
from digest.store.engine import Database

COMPOSE_TRIES = 3
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Handover:
    """What deliveries pass through, and what this sender holds of them."""

    db: Database
    week: str
    transport: Transport
    compose: Callable[[Held], Message]
    clock: Callable[[], datetime]
    worker: str
    pace: Pace
    stop: Callable[[], bool]
    sleep: Callable[[float], None]
    on_progress: Callable[[int], None]
    answers: Answers
    gate: Gate
    on_reached: Callable[[], None] = lambda: None
    """Told that the server took a message, or refused one for good."""
    is_trial: bool = False
    """Whether only one delivery is handed over, to see whether the server is back."""
    again_at: datetime | None = None
    """When a limit or the canary lets more go; None while nothing of this holds mail up."""
    _told: list[tuple[str, bool, str]] = field(default_factory=list)
    """Of answers the limits hear of, not stored yet."""
    _claimed: deque[Held] = field(default_factory=deque)
    """Leased to us, not marked."""
    _marked: deque[Held] = field(default_factory=deque)
    """Marked, not pulled by the transport yet."""
    _in_flight: dict[str, Held] = field(default_factory=dict)
    """Pulled, without an answer; by subscriber."""
    _after: leases.Place | None = None
    _chunk: int = 0
    _chunk_at: datetime | None = None
    _until: datetime = LONG_AGO
    """When the leases of what is marked end."""
    _look_at: datetime = LONG_AGO
    _renew_at: datetime = LONG_AGO
    _error: Exception | None = None
    """What ended the stream from within; raised when it has run dry."""
    _is_over: bool = False

    def load(self) -> bool:
        """
        Have deliveries that are marked as handed over; answers that wait are stored with the mark.

        Returns:
            False when nothing is due, or sending is to end.
        """
        while not self._marked and not self._is_over and not self.stop():
            before = self.answers.number
            with self.db.write() as session:
                ended = self._store(session)
                size = self._next_chunk()
                claimed = self._claimed or self._claim(session, most=size * self.pace.ahead)
                chunk = list(islice(claimed, size))
                now = self.clock()
                until = now + self.pace.lease
                marked = leases.mark(
                    session, self.week, chunk, worker=self.worker, now=now, until=until
                )
            self._are_stored(before, ended)
            if not chunk:
                return False
            self._until = until
            self._claimed = deque(islice(claimed, len(chunk), None))
            self._marked.extend(marked)
        return bool(self._marked)

    def run(self) -> None:
        """
        Send all that is due as one stream; what was not given to any server is queued again.

        Raises:
            TransportError: The server is out of use.
            RefusedError: More than half of 20 or more messages were refused.
            StoreError: The database is out of use; what was answered is stored all the same.
        """
        now = self.clock()
        self._look_at = now + timedelta(seconds=self.pace.note_every_s)
        self._renew_at = now + self.pace.lease / 3
        self._error = None
        try:
            for result in self.transport.send(self._outgoing()):
                if result is not None:
                    self._take(result)
                self._look_up()
        except TransportError:
            self._in_flight.clear()  # none of them was given to any server
            raise
        finally:
            self._end()
        self._check_refusals()
        if self._error is not None:
            raise self._error

    def give_back(self) -> None:
        """Store all answers, trying hard: the mails are out. Queue what else is leased to us."""
        for wait_s in self.pace.note_waits_s:
            try:
                self._give_back()
                break
            except StoreError:
                self.sleep(wait_s)
        else:
            self._give_back()

    def last_refusal(self) -> str:
        """Give the newest reply of a rejected delivery of this issue."""
        with self.db.read() as session:
            return deliveries.newest_reply(session, self.week, DeliveryState.REJECTED) or ""

    def _claim(self, session: Session, *, most: int) -> deque[Held]:
        """Take the next batch, or as much of it as may go now."""
        now = self.clock()
        wanted = 1 if self.is_trial else min(most, self.pace.batch)
        opening = self.gate.open(session, wanted=wanted, now=now)
        self.again_at = opening.again_at
        if not opening.limit:
            return deque()
        claimed = leases.claim(
            session,
            self.week,
            limit=opening.limit,
            worker=self.worker,
            now=now,
            until=now + self.pace.lease,
            after=self._after,
            not_to=opening.not_to,
            chosen=opening.chosen,
        )
        self.gate.close(session, opening, claimed)
        if claimed:
            self._after = (claimed[-1].due, claimed[-1].id)
        return deque(claimed)

    def _next_chunk(self) -> int:
        now = self.clock()
        took_s = (now - self._chunk_at).total_seconds() if self._chunk_at else 0.0
        self._chunk = next_chunk(self._chunk, took_s=took_s, pace=self.pace)
        self._chunk_at = now
        return self._chunk

    def _outgoing(self) -> Iterator[Message]:
        """Give messages until nothing is due. Raises nothing: the transport has mail in flight."""
        while not self._is_over:
            try:
                if not self._marked and (self.is_trial or not self.load()):
                    return
                held = self._marked.popleft()
                message = self._composed(held)
            except Exception as error:  # noqa: BLE001 # raised again when what is in flight is in
                self._error = error
                return
            if message is not None:
                yield message

    def _composed(self, held: Held) -> Message | None:
        """Give the message of a delivery; None where it cannot be composed, or our lease is over."""
        if self.clock() >= self._until:  # others may have told somebody that it is uncertain
            self._settle(held, SendOutcome.UNSENT, "its sender was too slow to hand it over")
            return None
        reason = ""
        for _ in range(COMPOSE_TRIES):
            try:
                message = self.compose(held)
            except (StoreError, SignatureError):  # no fault of this recipient
                raise
            except DigestError as error:
                reason = str(error)
            else:
                self._in_flight[held.subscriber] = held
                return message
        self._settle(held, SendOutcome.REJECTED, f"could not be composed: {reason}")
        return None

    def _take(self, result: SendResult) -> None:
        held = self._in_flight.pop(result.subscriber, None)
        if held is None:  # a second answer; the first one counts
            return
        self.answers.add(held, result)
        if self.gate.listens(result.outcome):
            is_put_off = result.outcome is SendOutcome.DEFERRED
            self._told.append((held.domain, is_put_off, result.reply))
        if result.outcome is SendOutcome.ACCEPTED:
            self.on_reached()
        elif result.outcome is SendOutcome.REJECTED:
            self.on_reached()
            self._is_over = self._is_over or self.answers.is_refusing

    def _settle(self, held: Held, outcome: SendOutcome, reply: str) -> None:
        self.answers.add(held, SendResult(held.subscriber, outcome, reply))
        self._is_over = self._is_over or self.answers.is_refusing

    def _look_up(self) -> None:
        """Store answers when they are many or the time has come; hold what we have for longer."""
        now = self.clock()
        is_time = now >= self._look_at
        if not is_time and (self.answers.number < self.pace.note_every or self._error):
            return
        self._look_at = now + timedelta(seconds=self.pace.note_every_s)
        self._is_over = self._is_over or self.stop()
        try:
            self._note(now)
        except StoreError as error:  # kept; the stream runs dry, then it is tried hard
            self._error, self._is_over = error, True

    def _note(self, now: datetime) -> None:
        before = self.answers.number
        is_old = now >= self._renew_at
        if not before and not is_old:
            return
        with self.db.write() as session:
            ended = self._store(session)
            if is_old:
                mine = (*self._in_flight.values(), *self._marked, *self._claimed)
                leases.renew(
                    session,
                    (held.id for held in mine),
                    worker=self.worker,
                    until=now + self.pace.lease,
                )
        if is_old:
            if now < self._until:  # once it was over others may have taken what is marked
                self._until = now + self.pace.lease
            self._renew_at = now + self.pace.lease / 3
        self._are_stored(before, ended)

    def _store(self, session: Session) -> int:
        """Store the answers that wait, and let the limits hear them; give how many have an end."""
        ended = self.answers.store(session)
        self.gate.heard(session, self._told, now=self.clock())
        return ended

    def _are_stored(self, number: int, ended: int) -> None:
        if number:
            self.answers.forget()
            self._told.clear()
            self.on_progress(ended)

    def _end(self) -> None:
        """Bring what we hold in order: a message without an answer is uncertain."""
        for held in self._in_flight.values():
            self._settle(held, SendOutcome.UNCERTAIN, ledger.NO_ANSWER)
        self._in_flight.clear()
        self.give_back()
        self._is_over = False

    def _give_back(self) -> None:
        before = self.answers.number
        with self.db.write() as session:
            ended = self._store(session)
            leases.put_back(session, self.week, worker=self.worker, now=self.clock())
        self._claimed.clear()
        self._marked.clear()
        self._are_stored(before, ended)

    def _check_refusals(self) -> None:
        if self.answers.is_refusing:
            raise RefusedError(
                self.week,
                f"stopped, since {self.answers.rejected} of {self.answers.answered} messages were "
                f"refused, the last with {self.last_refusal()!r}; find out why, then send again: "
                "the rest is queued",
            )
