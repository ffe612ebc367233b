"""Draining the queue: every recipient ends in a named state, whatever the way out does."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from digest.delivery.pace import Pace
from digest.delivery.transports.base import Closing
from digest.delivery.transports.memory import MemoryTransport
from digest.errors import (
    IssueError,
    RefusedError,
    RenderError,
    SignatureError,
    StoreError,
    TransportError,
)
from digest.model import (
    Delivery,
    DeliveryState,
    Held,
    IssueState,
    Message,
    SendOutcome,
    SendResult,
    SubscriberState,
)
from digest.steps.drain import drain
from digest.steps.send import freeze
from digest.store import deliveries, leases
from digest.store.engine import Database
from digest.store.tables import IssueRow, SubscriberRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"
ACCEPTED = DeliveryState.ACCEPTED
DEFERRED = DeliveryState.DEFERRED
QUEUED = DeliveryState.QUEUED
REJECTED = DeliveryState.REJECTED
UNCERTAIN = DeliveryState.UNCERTAIN

Script = Callable[[Message, int], SendOutcome | TransportError]
"""Given a message and how often it was tried before: what happens to it."""


@dataclass
class ScriptedTransport(Closing):
    """A way out that does as told, and remembers what it was given and in how many streams."""

    script: Script = lambda _message, _tried: SendOutcome.ACCEPTED
    given: list[str] = field(default_factory=list)
    streams: int = 0

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult]:
        """Do as told."""
        self.streams += 1
        for message in messages:
            outcome = self.script(message, self.given.count(message.recipient))
            if isinstance(outcome, TransportError):
                raise outcome
            self.given.append(message.recipient)
            yield SendResult(
                subscriber=message.subscriber, outcome=outcome, reply=f"said {outcome.value}"
            )


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


class Flaky(Database):
    """A database whose writing fails some times in a row, from a moment on."""

    failures = 0

    def write(self):
        """Fail as often as told, then work."""
        if self.failures:
            self.failures -= 1
            raise StoreError("the database cannot be used")
        return super().write()


def _compose(delivery: Held) -> Message:
    return Message(
        subscriber=delivery.subscriber,
        sender="news@verdicts.example",
        recipient=delivery.address,
        message_id=f"<{delivery.subscriber}@verdicts.example>",
        content=b"Subject: hello\r\n\r\nhello\r\n",
    )


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """One kind is enough here: what differs is tried with the store and with senders that die."""
    return sqlite_db


@pytest.fixture
def flaky(sqlite_db: Database) -> Iterator[Flaky]:
    """The same database, opened as one whose writing can be made to fail."""
    database = Flaky(str(sqlite_db.url))
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def send(db: Database, clock: Clock):
    """Drain the week of ``db``, with a clock that only sleeping moves."""

    def run(transport, **changes):
        options = {
            "transport": transport,
            "compose": _compose,
            "clock": clock,
            "sleep": clock.sleep,
            "worker": "me",
            "deadline": NOW + timedelta(days=2),
            "pace": Pace(batch=20, chunk=4),
        }
        return drain(db, WEEK, **(options | changes))

    return run


def _listed(db: Database, state: DeliveryState) -> list[Delivery]:
    with db.read() as session:
        return deliveries.in_state(session, WEEK, state)


def _states(db: Database) -> dict[DeliveryState, int]:
    with db.read() as session:
        count = deliveries.count(session, WEEK)
    assert count is not None
    assert count.sums
    return count.states


def _lease_to(
    db: Database, worker: str, count: int, *, is_handed: bool, now: datetime = NOW
) -> None:
    """Leave the store as a sender leaves it that stops in the middle."""
    until = now + timedelta(minutes=2)
    with db.write() as session:
        claimed = leases.claim(session, WEEK, limit=count, worker=worker, now=now, until=until)
        if is_handed:
            leases.mark(session, WEEK, claimed, worker=worker, now=now, until=until)


def test_everyone_is_sent_to_once_and_the_issue_is_finished(db, send, add_audience):
    add_audience(db, 30)
    transport = MemoryTransport()

    count = send(transport)

    assert sorted(each.recipient for each in transport.sent) == sorted(
        f"r{number}@reader.example" for number in range(30)
    )
    assert count.states == {ACCEPTED: 30}
    assert count.is_finished


def test_a_second_run_sends_nothing(db, send, add_audience):
    add_audience(db, 5)
    send(MemoryTransport())
    transport = MemoryTransport()

    assert send(transport).is_finished
    assert transport.sent == []


def test_an_audience_of_nobody_is_never_frozen(db, send, add_audience):
    """Else nobody who confirms later could ever get the issue."""
    add_audience(db, 0)

    with pytest.raises(IssueError, match="not frozen"):
        send(MemoryTransport())


def test_freezing_again_lets_nobody_slip_in(db, add_audience):
    add_audience(db, 2)
    with db.write() as session:
        session.add(
            SubscriberRow(
                public_id="reader-9999999999",
                address="late@reader.example",
                state=SubscriberState.CONFIRMED,
                created_at=NOW,
            )
        )

    assert freeze(db, WEEK, now=NOW) == 2


def test_nothing_is_sent_before_the_audience_is_frozen(db, send):
    with db.write() as session:
        session.add(
            IssueRow(
                week=WEEK,
                number=1,
                state=IssueState.APPROVED,
                document="{}",
                plan="{}",
                changed_at=NOW,
            )
        )

    with pytest.raises(IssueError, match="not frozen"):
        send(MemoryTransport())


def test_all_messages_go_in_one_stream_and_answers_are_stored_with_the_next_mark(
    db, send, add_audience
):
    add_audience(db, 30)
    transport = ScriptedTransport()
    told: list[int] = []

    send(transport, on_progress=told.append, pace=Pace(batch=10, chunk=4))

    assert transport.streams == 1
    assert told == [4, 4, 2, 4, 4, 2, 4, 4, 2]


def test_the_mark_is_stored_before_anything_is_handed_over(db, send, add_audience):
    add_audience(db, 3)
    marks: list[set[bool]] = []

    def script(_message: Message, _tried: int) -> SendOutcome:
        marks.append({each.handed_at is None for each in _listed(db, DeliveryState.LEASED)})
        return SendOutcome.ACCEPTED

    send(ScriptedTransport(script))

    assert marks == [{False}] * 3


def test_who_leaves_during_the_run_is_suppressed(db, send, add_audience):
    add_audience(db, 8)

    def script(message: Message, _tried: int) -> SendOutcome:
        if message.recipient == "r0@reader.example":
            with db.write() as session:
                last = select(SubscriberRow).where(SubscriberRow.address == "r7@reader.example")
                session.exec(last).one().state = SubscriberState.UNSUBSCRIBED
        return SendOutcome.ACCEPTED

    count = send(ScriptedTransport(script), pace=Pace(batch=4, chunk=2))

    assert count.states == {ACCEPTED: 7, DeliveryState.SUPPRESSED: 1}
    assert count.is_finished


def test_one_refused_recipient_is_rejected_with_the_reply_and_the_others_accepted(
    db, send, add_audience
):
    add_audience(db, 6)

    def script(message: Message, _tried: int) -> SendOutcome:
        is_bad = message.recipient == "r3@reader.example"
        return SendOutcome.REJECTED if is_bad else SendOutcome.ACCEPTED

    count = send(ScriptedTransport(script))

    assert count.states == {ACCEPTED: 5, REJECTED: 1}
    [rejected] = _listed(db, REJECTED)
    assert (rejected.address, rejected.reply) == ("r3@reader.example", "said rejected")


def test_a_run_that_is_refused_over_and_over_stops_with_the_rest_queued(db, send, add_audience):
    add_audience(db, 100)
    transport = ScriptedTransport(lambda _message, _tried: SendOutcome.REJECTED)

    with pytest.raises(RefusedError, match=r"20 of 20 messages were refused.*said rejected"):
        send(transport)

    assert _states(db) == {REJECTED: 20, QUEUED: 80}


def test_a_small_audience_of_which_everyone_is_refused_is_not_a_success(db, send, add_audience):
    add_audience(db, 3)
    transport = ScriptedTransport(lambda _message, _tried: SendOutcome.REJECTED)

    with pytest.raises(RefusedError, match=r"every message was refused.*said rejected"):
        send(transport)

    assert _states(db) == {REJECTED: 3}


def test_a_refusal_for_now_is_tried_again_within_the_run(db, send, add_audience, clock):
    add_audience(db, 5)

    def script(message: Message, tried: int) -> SendOutcome:
        is_grey = message.recipient == "r1@reader.example" and not tried
        return SendOutcome.DEFERRED if is_grey else SendOutcome.ACCEPTED

    transport = ScriptedTransport(script)
    count = send(transport)

    assert count.states == {ACCEPTED: 5}
    assert transport.given[-1] == "r1@reader.example"
    assert _listed(db, ACCEPTED)[1].attempts == 2
    assert sum(clock.slept) == pytest.approx(60)


def test_what_is_due_only_after_our_patience_is_left_deferred_without_waiting(
    db, send, add_audience, clock
):
    add_audience(db, 2)
    transport = ScriptedTransport(lambda _message, _tried: SendOutcome.DEFERRED)

    count = send(transport, pace=Pace(patience_s=59))

    assert count.states == {DEFERRED: 2}
    assert not count.is_finished
    assert clock.slept == []


def test_what_is_deferred_again_and_again_uses_up_the_patience_and_stays_deferred(
    db, send, add_audience, clock
):
    add_audience(db, 1)
    transport = ScriptedTransport(lambda _message, _tried: SendOutcome.DEFERRED)

    count = send(transport, pace=Pace(patience_s=400))

    assert count.states == {DEFERRED: 1}
    assert len(transport.given) == 3
    assert sum(clock.slept) == pytest.approx(360)


def test_with_a_clock_that_stands_still_waiting_ends_all_the_same(db, send, add_audience):
    """A rehearsal with DIGEST_NOW: nothing ever becomes due."""
    add_audience(db, 1)
    transport = ScriptedTransport(lambda _message, _tried: SendOutcome.DEFERRED)
    slept: list[float] = []

    count = send(transport, clock=lambda: NOW, sleep=slept.append)

    assert count.states == {DEFERRED: 1}
    assert sum(slept) == pytest.approx(120)


def test_past_the_deadline_a_refusal_for_now_is_final(db, send, add_audience):
    add_audience(db, 2)

    def script(message: Message, _tried: int) -> SendOutcome:
        is_grey = message.recipient == "r1@reader.example"
        return SendOutcome.DEFERRED if is_grey else SendOutcome.ACCEPTED

    count = send(ScriptedTransport(script), deadline=NOW)

    assert count.states == {ACCEPTED: 1, REJECTED: 1}


def test_a_server_out_of_use_for_a_moment_costs_nobody_an_attempt(db, send, add_audience, clock):
    add_audience(db, 10)
    failures = iter([TransportError("x:25", "no connection"), TransportError("x:25", "again")])

    def script(message: Message, _tried: int) -> SendOutcome | TransportError:
        is_hit = message.recipient == "r5@reader.example"
        return next(failures, SendOutcome.ACCEPTED) if is_hit else SendOutcome.ACCEPTED

    transport = ScriptedTransport(script)
    count = send(transport)

    assert count.states == {ACCEPTED: 10}
    assert sorted(transport.given) == sorted(set(transport.given))
    assert {each.attempts for each in _listed(db, ACCEPTED)} == {1}
    assert clock.slept == [1.0, 1.0, 1.0]  # one second, then two


def _gone_after(transport: ScriptedTransport, count: int) -> Script:
    def script(_message: Message, _tried: int) -> SendOutcome | TransportError:
        if len(transport.given) == count:
            return TransportError("x:25", "no connection")
        return SendOutcome.ACCEPTED

    return script


def test_a_server_that_was_never_reached_ends_the_run_after_seconds(db, send, add_audience, clock):
    add_audience(db, 10)
    transport = ScriptedTransport()
    transport.script = _gone_after(transport, 0)

    with pytest.raises(TransportError, match="no connection"):
        send(transport)

    assert _states(db) == {QUEUED: 10}
    assert sum(clock.slept) == pytest.approx(1 + 2 + 4)


def test_a_server_that_was_reached_is_waited_for_a_quarter_of_an_hour_then_the_rest_is_queued(
    db, send, add_audience, clock
):
    add_audience(db, 10)
    transport = ScriptedTransport()
    transport.script = _gone_after(transport, 3)

    with pytest.raises(TransportError, match="no connection"):
        send(transport)

    assert _states(db) == {ACCEPTED: 3, QUEUED: 7}
    assert {each.handed_at for each in _listed(db, QUEUED)} == {None}
    assert {each.attempts for each in _listed(db, QUEUED)} == {0}
    assert sum(clock.slept) == pytest.approx(900)


def test_after_an_outage_one_message_alone_tries_and_the_operator_is_told_of_both_ends(
    db, send, add_audience, clock
):
    add_audience(db, 10)
    told: list[str] = []
    at_trial: list[int] = []

    def script(_message: Message, _tried: int) -> SendOutcome | TransportError:
        if len(transport.given) == 3 and sum(clock.slept) < 600:
            return TransportError("x:25", "no connection")
        if len(transport.given) == 3:
            at_trial.append(len(_listed(db, DeliveryState.LEASED)))
        return SendOutcome.ACCEPTED

    transport = ScriptedTransport(script)

    assert send(transport, on_trouble=told.append).states == {ACCEPTED: 10}
    assert at_trial == [1]
    assert told[0] == "mail server x:25: no connection; trying again in 1 s, the rest is queued"
    assert [sentence for sentence in told if not sentence] == [""]
    assert told[-1] == ""


def test_failures_with_success_in_between_do_not_add_up(db, send, add_audience, clock):
    """A server that hangs up after every fourth message gets everything all the same."""
    add_audience(db, 30)

    def script(_message: Message, _tried: int) -> SendOutcome | TransportError:
        if len(transport.given) % 4 == 3 and len(transport.given) not in hung_up:
            hung_up.add(len(transport.given))
            return TransportError("x:25", "connection lost")
        return SendOutcome.ACCEPTED

    hung_up: set[int] = set()
    transport = ScriptedTransport(script)

    assert send(transport).states == {ACCEPTED: 30}
    assert len(hung_up) == 7
    assert clock.slept == [1.0] * 7


def test_a_permanent_failure_is_not_waited_out(db, send, add_audience, clock):
    add_audience(db, 2)
    error = TransportError("x:25", "refuses our sender", permanent=True)

    with pytest.raises(TransportError, match="refuses our sender"):
        send(ScriptedTransport(lambda _message, _tried: error))

    assert clock.slept == []
    assert _states(db) == {QUEUED: 2}


@pytest.mark.parametrize(("accepted", "uncertain"), [(0, 3), (1, 4)])
def test_a_server_that_vanishes_after_each_message_leaves_only_a_few_uncertain(
    db, send, add_audience, accepted, uncertain
):
    add_audience(db, 50)

    def script(_message: Message, _tried: int) -> SendOutcome | TransportError:
        if len(transport.given) < accepted:
            return SendOutcome.ACCEPTED
        if transport.is_gone:
            transport.is_gone = False
            return TransportError("x:25", "connection lost")
        transport.is_gone = True
        return SendOutcome.UNCERTAIN

    transport = ScriptedTransport(script)
    transport.is_gone = False

    with pytest.raises(TransportError):
        send(transport)

    left = {ACCEPTED: accepted, UNCERTAIN: uncertain, QUEUED: 50 - accepted - uncertain}
    assert _states(db) == {state: number for state, number in left.items() if number}


def test_a_message_on_which_connections_break_does_not_hold_up_the_others(db, send, add_audience):
    """It is first in every claim, and never gets through."""
    add_audience(db, 10)

    def script(message: Message, tried: int) -> SendOutcome | TransportError:
        if message.recipient != "r0@reader.example":
            return SendOutcome.ACCEPTED
        return SendOutcome.UNSENT if tried % 2 == 0 else TransportError("x:25", "lost")

    count = send(ScriptedTransport(script), pace=Pace(patience_s=59))

    assert count.states == {ACCEPTED: 9, QUEUED: 1}


def test_what_cannot_be_composed_is_tried_three_times_then_rejected_with_the_reason(
    db, send, add_audience
):
    add_audience(db, 5)
    tries: list[str] = []

    def compose(delivery: Held) -> Message:
        if delivery.address == "r2@reader.example":
            tries.append(delivery.address)
            raise RenderError("issue.html", "no such slot")
        return _compose(delivery)

    count = send(MemoryTransport(), compose=compose)

    assert count.states == {ACCEPTED: 4, REJECTED: 1}
    assert len(tries) == 3
    [rejected] = _listed(db, REJECTED)
    assert rejected.reply == "could not be composed: template issue.html: no such slot"


def test_composing_that_works_the_second_time_is_no_failure(db, send, add_audience):
    add_audience(db, 1)
    failures = iter([RenderError("issue.html", "a hiccup")])

    def compose(delivery: Held) -> Message:
        for failure in failures:
            raise failure
        return _compose(delivery)

    assert send(MemoryTransport(), compose=compose).states == {ACCEPTED: 1}


def test_a_broken_template_stops_the_run_before_everyone_is_rejected(db, send, add_audience):
    add_audience(db, 100)

    def compose(_delivery: Held) -> Message:
        raise RenderError("issue.html", "no such slot")

    with pytest.raises(RefusedError, match="no such slot"):
        send(MemoryTransport(), compose=compose)

    assert _states(db) == {REJECTED: 20, QUEUED: 80}


@pytest.mark.parametrize(
    "trouble",
    [
        StoreError("the database cannot be used"),
        SignatureError("s1._domainkey.example.com", "the signature does not fit the header"),
    ],
)
def test_what_fails_while_composing_and_is_not_the_recipients_fault_rejects_nobody(
    db, send, add_audience, trouble
):
    add_audience(db, 3)

    def compose(_delivery: Held) -> Message:
        raise trouble

    with pytest.raises(type(trouble)):
        send(MemoryTransport(), compose=compose)

    assert _states(db) == {QUEUED: 3}


def test_a_bug_while_composing_loses_nobody(db, send, add_audience):
    add_audience(db, 3)

    def compose(_delivery: Held) -> Message:
        raise KeyError

    with pytest.raises(KeyError):
        send(MemoryTransport(), compose=compose)

    assert _states(db) == {QUEUED: 3}


def test_a_bug_in_a_transport_leaves_uncertain_what_it_had_in_hand_and_no_more(
    db, send, add_audience
):
    add_audience(db, 10)

    def script(message: Message, _tried: int) -> SendOutcome:
        if message.recipient == "r5@reader.example":
            raise KeyError
        return SendOutcome.ACCEPTED

    with pytest.raises(KeyError):
        send(ScriptedTransport(script))

    assert _states(db) == {ACCEPTED: 5, UNCERTAIN: 1, QUEUED: 4}


def test_a_transport_that_says_nothing_of_a_message_leaves_it_uncertain(db, send, add_audience):
    add_audience(db, 3)

    class Forgetful(ScriptedTransport):
        def send(self, messages: Iterable[Message]) -> Iterator[SendResult]:
            yield from list(super().send(messages))[:-1]

    count = send(Forgetful())

    assert count.states == {ACCEPTED: 2, UNCERTAIN: 1}


def test_asked_to_stop_it_ends_after_the_group_and_gives_the_rest_back(db, send, add_audience):
    add_audience(db, 20)
    transport = ScriptedTransport()

    count = send(transport, stop=lambda: len(transport.given) >= 8)

    assert count.states == {ACCEPTED: 8, QUEUED: 12}
    assert {each.leased_by for each in _listed(db, QUEUED)} == {None}


def test_asked_to_stop_while_waiting_it_does_not_wait_on(db, send, add_audience, clock):
    add_audience(db, 1)
    transport = ScriptedTransport(lambda _message, _tried: SendOutcome.DEFERRED)

    send(transport, stop=lambda: len(clock.slept) == 2)

    assert len(clock.slept) == 2


@pytest.mark.parametrize(
    ("is_handed", "left"), [(False, {ACCEPTED: 6}), (True, {ACCEPTED: 4, UNCERTAIN: 2})]
)
def test_what_a_dead_sender_held_is_taken_at_once_and_sent_only_if_it_was_not_handed_over(
    db, send, add_audience, clock, is_handed, left
):
    add_audience(db, 6)
    _lease_to(db, "dead", 2, is_handed=is_handed)
    transport = ScriptedTransport()

    count = send(transport, is_alive=lambda name: name != "dead")

    assert count.states == left
    assert count.is_finished
    assert len(transport.given) == left[ACCEPTED]
    assert clock.slept == []


def test_what_a_sender_elsewhere_holds_is_waited_for_until_its_lease_ends(
    db, send, add_audience, clock
):
    add_audience(db, 6)
    _lease_to(db, "elsewhere", 2, is_handed=False)

    count = send(ScriptedTransport(), is_alive=lambda _name: True)

    assert count.states == {ACCEPTED: 6}
    assert sum(clock.slept) == pytest.approx(120)


def test_the_wait_for_another_sender_ends_when_that_one_has_finished(db, send, add_audience, clock):
    add_audience(db, 6)
    _lease_to(db, "elsewhere", 2, is_handed=True)

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if len(clock.slept) == 3:
            with db.write() as session:
                held = deliveries.held(session, WEEK, by=["elsewhere"])
                done = [(each, each.model_copy(update={"state": ACCEPTED})) for each in held]
                deliveries.note(session, done)

    count = send(ScriptedTransport(), is_alive=lambda _name: True, sleep=sleep)

    assert count.states == {ACCEPTED: 6}
    assert len(clock.slept) == 3


def test_without_patience_what_another_sender_holds_is_left_to_it(db, send, add_audience, clock):
    add_audience(db, 6)
    _lease_to(db, "elsewhere", 2, is_handed=False)

    count = send(ScriptedTransport(), is_alive=lambda _name: True, pace=Pace(patience_s=0))

    assert count.states == {ACCEPTED: 4, DeliveryState.LEASED: 2}
    assert not count.is_finished
    assert clock.slept == []


def test_a_slow_sender_whose_lease_ran_out_sends_nothing_that_another_took(
    db, send, add_audience, clock
):
    """It freezes with two of four marked; meanwhile another takes over all, and sends the others."""
    add_audience(db, 4)
    theirs = ScriptedTransport()

    def compose(delivery: Held) -> Message:
        if not theirs.given:
            clock.now += timedelta(minutes=3)
            count = send(theirs, worker="other", is_alive=lambda _name: True)
            assert count.states == {ACCEPTED: 2, UNCERTAIN: 2}
            assert count.taken_over == 4
        return _compose(delivery)

    mine = ScriptedTransport()
    count = send(mine, compose=compose, pace=Pace(batch=4, chunk=2))

    assert theirs.given == ["r2@reader.example", "r3@reader.example"]
    assert mine.given == ["r0@reader.example", "r1@reader.example"]
    assert count.states == {ACCEPTED: 4}


def test_a_slow_senders_late_answer_settles_what_had_become_uncertain(
    db, send, add_audience, clock
):
    add_audience(db, 4)
    theirs = ScriptedTransport()

    def script(_message: Message, _tried: int) -> SendOutcome:
        if clock.now == NOW:
            clock.now += timedelta(minutes=3)
            assert send(theirs, worker="other").states == {UNCERTAIN: 4}
        return SendOutcome.ACCEPTED

    count = send(ScriptedTransport(script))

    assert theirs.given == []
    assert count.states == {ACCEPTED: 4}


@pytest.fixture
def send_flaky(flaky, clock):
    """Drain the week of a database that fails as told, through a transport that does as told."""

    def run(transport, **changes):
        options = {
            "transport": transport,
            "compose": _compose,
            "clock": clock,
            "sleep": clock.sleep,
            "worker": "me",
            "deadline": NOW,
        }
        return drain(flaky, WEEK, **(options | changes))

    return run


def test_a_database_away_for_two_minutes_in_mid_send_loses_no_answer_and_sends_nothing_twice(
    flaky, send_flaky, add_audience, clock
):
    add_audience(flaky, 30)
    told: list[str] = []

    def script(_message: Message, _tried: int) -> SendOutcome:
        if len(transport.given) == 12 and not clock.slept:
            flaky.failures = 8
        return SendOutcome.ACCEPTED

    transport = ScriptedTransport(script)
    count = send_flaky(transport, pace=Pace(batch=10, chunk=10), on_trouble=told.append)

    assert count.states == {ACCEPTED: 30}
    assert sorted(transport.given) == sorted(set(transport.given))
    assert sum(clock.slept) == pytest.approx(0.5 + 1 + 2 + 4 + 8 + 15 + 30 + 0.5)
    assert told[0].startswith("the database cannot be used; trying again in")
    assert told[-1] == ""


def test_answers_that_can_never_be_noted_end_the_run_and_stay_uncertain(
    flaky, send_flaky, add_audience
):
    add_audience(flaky, 3)

    def script(message: Message, _tried: int) -> SendOutcome:
        flaky.failures = 6 if message.recipient == "r2@reader.example" else 0
        return SendOutcome.ACCEPTED

    with pytest.raises(StoreError):
        send_flaky(ScriptedTransport(script), pace=replace(Pace(), note_waits_s=(0.5, 0.5)))

    assert _states(flaky) == {UNCERTAIN: 3}
