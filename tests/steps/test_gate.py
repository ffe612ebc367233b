"""What holds mail up: limits, the canary, the deadline; each asked in the claim, none for ever."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from digest.delivery import canary
from digest.delivery.pace import Pace
from digest.model import DeliveryState, Held, IssueState, Message, OrderKind, Sending, SendOutcome
from digest.steps.drain import drain
from digest.steps.first_ones import counted_first
from digest.steps.gate import Gate, SendRules
from digest.steps.ordering import give_order
from digest.steps.overview import overview
from digest.steps.send import freeze
from digest.store import issues as issue_store
from digest.store import leases, throttles
from digest.store import sending as store
from digest.store.engine import Database
from digest.store.tables import IssueRow
from tests.steps.released import NOW, WEEK, Scripted, add_readers, replies, state_of, states

ACCEPTED, DEFERRED, REJECTED = SendOutcome.ACCEPTED, SendOutcome.DEFERRED, SendOutcome.REJECTED
WAIT = timedelta(minutes=15)


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


def start(db: Database, *, canary: int = 0, **domains: int) -> None:
    """Leave the store as the start of a send leaves it; so many readers by host."""
    with db.write() as session:
        session.add(
            IssueRow(
                week=WEEK,
                number=1,
                state=IssueState.SENDING,
                document="{}",
                plan="{}",
                changed_at=NOW,
            )
        )
        store.put_sending(session, Sending(week=WEEK, began_at=NOW, epoch=1, canary=canary))
    first = 0
    for host, number in domains.items():
        add_readers(db, range(first, first + number), domain=f"{host}.example")
        first += number
    freeze(db, WEEK, now=NOW)


def compose(held: Held) -> Message:
    return Message(held.subscriber, "news@verdicts.example", held.address, "<x@y>", b"Hello\r\n")


def run(db: Database, clock: Clock, transport: Scripted, rules: SendRules, **more):
    options = {
        "transport": transport,
        "compose": compose,
        "clock": clock,
        "sleep": clock.sleep,
        "worker": f"worker {len(clock.slept)}",
        "deadline": NOW + timedelta(days=1),
        "gate": Gate(WEEK, rules),
    }
    return drain(db, WEEK, **(options | more))


@dataclass
class Timed(Scripted):
    """Remembers when it was given what."""

    clock: Callable[[], datetime] = lambda: NOW
    times: list[tuple[float, str]] = field(default_factory=list)

    def send(self, messages):
        """Do as told."""
        for result in super().send(messages):
            at = (self.clock() - NOW).total_seconds()
            self.times.append((at, self.given[-1].rpartition("@")[2]))
            yield result

    def by(self, seconds: float) -> int:
        """Count what was given by then."""
        return sum(at <= seconds for at, _ in self.times)


# --- limits


def test_all_mail_goes_no_faster_than_was_set(sqlite_db: Database):
    start(sqlite_db, reader=50)
    clock = Clock()
    transport = Timed(clock=clock)

    count = run(sqlite_db, clock, transport, SendRules(limits={"": 10.0}))

    assert count.states == {"accepted": 50}
    assert all(transport.by(at) <= 10 + 10 * at + 1e-6 for at, _ in transport.times)
    assert 4 <= transport.times[-1][0] <= 4.5


def test_a_slow_domain_holds_up_nobody_else_and_makes_no_busy_loop(sqlite_db: Database):
    """Its mails stand first in the queue, and there are more of them than one claim takes."""
    start(sqlite_db, lake=30, sea=40)
    clock = Clock()
    transport = Timed(clock=clock)
    rules = SendRules(limits={"lake.example": 0.5})

    count = run(sqlite_db, clock, transport, rules, pace=Pace(batch=10, chunk=5))

    assert count.states == {"accepted": 70}
    assert max(at for at, domain in transport.times if domain == "sea.example") == 0
    lake = [at for at, domain in transport.times if domain == "lake.example"]
    assert lake == pytest.approx([2.0 * number for number in range(30)], abs=0.2)
    assert len(clock.slept) <= 3 * 30


def test_waiting_for_a_limit_is_not_counted_as_patience(sqlite_db: Database):
    start(sqlite_db, lake=5)
    rules = SendRules(limits={"lake.example": 1 / 60})

    count = run(sqlite_db, Clock(), Scripted(), rules, pace=Pace(patience_s=1.0))

    assert count.states == {"accepted": 5}


def test_tokens_outlive_a_sender(sqlite_db: Database):
    """A second one, started at once, has not the burst of the first."""
    start(sqlite_db, lake=20)
    rules = SendRules(limits={"lake.example": 2.0})
    first, second = Clock(), Clock()
    transport = Scripted()
    run(sqlite_db, first, transport, rules, stop=lambda: len(transport.given) >= 2)
    given = len(transport.given)
    assert given == 2

    later = Timed(clock=second)
    run(sqlite_db, second, later, rules, stop=lambda: second.now > NOW + timedelta(seconds=3))

    assert later.by(0.0) == 0
    assert later.by(3.0) <= 6


def test_a_4xx_slows_its_domain_and_success_makes_it_free_again(sqlite_db: Database):
    """The bucket is made by the first 4xx, and gone in the end."""
    start(sqlite_db, lake=60, sea=3)
    clock = Clock()
    transport = Timed(clock=clock)
    transport.script = lambda message: (
        DEFERRED
        if message.recipient == "r0@lake.example" and transport.given.count(message.recipient) == 1
        else ACCEPTED
    )
    slow = []

    def stop() -> bool:
        with sqlite_db.read() as session:
            slow.append(throttles.buckets(session).get("lake.example"))
        return False

    rules = SendRules()
    count = run(sqlite_db, clock, transport, rules, pace=Pace(batch=5, chunk=5), stop=stop)

    assert count.states == {"accepted": 63}
    rates = [each.rate for each in slow if each]
    assert rates[0] == 5.0
    assert rates == sorted(rates), "only one 4xx came, so it never grew slower"
    assert next(each.reply for each in slow if each) == "said deferred"
    assert max(at for at, domain in transport.times if domain == "sea.example") < 15


def test_what_slows_mail_is_shown_with_its_words_and_its_time(sqlite_db: Database):
    start(sqlite_db, lake=8, sea=1)
    transport = Scripted(lambda message: DEFERRED if "lake" in message.recipient else ACCEPTED)
    clock = Clock()
    run(sqlite_db, clock, transport, SendRules(), pace=Pace(patience_s=0.0))

    seen = overview(sqlite_db, WEEK, rules=SendRules(), now=clock.now)

    (slow,) = seen.slow
    assert (slow.domain, slow.a_minute, slow.limit_a_minute) == ("lake.example", 300.0, None)
    assert (slow.is_slowed, slow.reply) == (True, "said deferred")
    assert slow.next_at > clock.now - timedelta(seconds=1)
    assert seen.count.states == {"accepted": 1, "deferred": 8}


def _claims(url: str, seconds: float, rate: float, worker: str) -> Counter[str]:
    """Claim as fast as can be for some seconds of real time; give how many to each domain."""
    database, number = Database(url), Counter()
    gate = Gate(WEEK, SendRules(limits={"": rate, "lake.example": rate / 4}))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with database.write() as session:
            now = datetime.now(UTC)
            opening = gate.open(session, wanted=20, now=now)
            lease = {"worker": worker, "now": now, "until": now + WAIT}
            limits = {"not_to": opening.not_to, "chosen": opening.chosen}
            held = leases.claim(session, WEEK, limit=opening.limit, **lease, **limits)
            gate.close(session, opening, held)
        number.update(each.domain for each in held)
    database.close()
    return number


def test_senders_at_once_share_one_limit(db: Database, db_url: str):
    """Each has a database of its own, as on machines of their own."""
    start(db, lake=200, sea=200)
    with db.write() as session:  # the senders below go by the real time
        fresh = Sending(week=WEEK, began_at=datetime.now(UTC), epoch=1)
        store.put_sending(session, fresh)
    began = time.monotonic()

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(_claims, db_url, 0.5, 80.0, f"worker {n}") for n in range(3)]
        total = sum((each.result() for each in runs), Counter())
    took_s = time.monotonic() - began

    assert 80 < total.total() <= 80 + 80 * took_s
    assert 20 <= total["lake.example"] <= 20 + 20 * took_s


# --- the deadline


def test_what_still_waits_after_the_deadline_is_rejected_with_the_reason(db: Database):
    start(db, lake=4, sea=2)
    clock = Clock()
    transport = Scripted(lambda message: DEFERRED if "lake" in message.recipient else ACCEPTED)
    run(db, clock, transport, SendRules(), pace=Pace(patience_s=0.0))
    clock.now = NOW + timedelta(hours=24)

    count = run(db, clock, transport, SendRules())

    assert count.states == {"accepted": 2, "rejected": 4}
    assert replies(db, DeliveryState.REJECTED) == {
        "not sent: 24 h after its sending began (DIGEST_SEND_STOP_AFTER_HOURS)"
    }
    assert len(transport.given) == 6


def test_a_run_that_starts_late_has_no_new_deadline(sqlite_db: Database):
    start(sqlite_db, lake=4)
    clock = Clock(NOW + timedelta(hours=2))

    run(sqlite_db, clock, Scripted(), SendRules(stop_after=timedelta(hours=3)), stop=lambda: True)
    clock.now = NOW + timedelta(hours=3)
    transport = Scripted()
    with pytest.raises(Exception, match="every message was refused, with 'not sent"):
        run(sqlite_db, clock, transport, SendRules(stop_after=timedelta(hours=3)))

    assert transport.given == []


# --- the canary


def canary_rules(**more) -> SendRules:
    return SendRules(canary=5, canary_wait=WAIT, **more)


def test_the_others_follow_once_the_first_were_well(sqlite_db: Database):
    start(sqlite_db, canary=5, reader=20)
    clock = Clock()
    transport = Timed(clock=clock)

    count = run(sqlite_db, clock, transport, canary_rules())

    assert count.states == {"accepted": 20}
    assert transport.by(WAIT.total_seconds() - 1) == 5
    assert transport.times[-1][0] == pytest.approx(WAIT.total_seconds(), abs=10)


def test_refusals_after_the_canary_pause_nothing(sqlite_db: Database):
    """It is over once the others were let go, however many claims follow."""
    start(sqlite_db, canary=5, reader=40)
    transport = Scripted()
    transport.script = lambda _message: REJECTED if len(transport.given) % 4 == 0 else ACCEPTED

    run(sqlite_db, Clock(), transport, canary_rules(), pace=Pace(batch=5, chunk=5))

    assert states(sqlite_db) == {"accepted": 30, "rejected": 10}
    with sqlite_db.read() as session:
        assert store.sending_of(session, WEEK).canary_passed_at is not None


def test_refusals_among_the_first_pause_the_issue_with_the_reason(sqlite_db: Database):
    start(sqlite_db, canary=5, reader=20)
    transport = Scripted()
    transport.script = lambda _message: REJECTED if len(transport.given) <= 2 else ACCEPTED

    run(sqlite_db, Clock(), transport, canary_rules())

    assert states(sqlite_db) == {"accepted": 3, "rejected": 2, "queued": 15}
    assert state_of(sqlite_db) is IssueState.PAUSED
    with sqlite_db.read() as session:
        pause = store.last_order(session, WEEK)
    assert (pause.kind, pause.by) == (OrderKind.PAUSE, canary.BY)
    assert pause.because == (
        "2 of the first 5 mails were refused or came back, the last with 'said rejected'"
    )


def test_what_an_editor_resumes_is_not_tried_on_a_few_again(sqlite_db: Database):
    start(sqlite_db, canary=5, reader=20)
    clock = Clock()
    transport = Timed(clock=clock)
    transport.script = lambda _message: REJECTED if len(transport.given) <= 2 else ACCEPTED
    run(sqlite_db, clock, transport, canary_rules())
    resumed_at = clock.now
    give_order(
        sqlite_db, WEEK, OrderKind.RESUME, by="Ada", because=None, now=NOW, real_now=clock.now
    )

    run(sqlite_db, clock, transport, canary_rules())

    assert states(sqlite_db) == {"accepted": 18, "rejected": 2}
    assert transport.times[-1][0] == (resumed_at - NOW).total_seconds()


def test_a_sender_that_dies_in_the_canary_makes_it_no_larger(db: Database):
    """Two were answered, two are with a dead sender; a fresh one gives only what is lacking."""
    start(db, canary=5, reader=20)
    clock = Clock()
    first = Scripted()
    run(db, clock, first, canary_rules(), pace=Pace(chunk=2), stop=lambda: len(first.given) >= 2)
    with db.write() as session:
        until = clock.now + timedelta(minutes=1)
        held = leases.claim(session, WEEK, limit=2, worker="dead", now=clock.now, until=until)
        leases.mark(session, WEEK, held, worker="dead", now=clock.now, until=until)
    transport = Timed(clock=clock)

    run(db, clock, transport, canary_rules(), is_alive=lambda name: name != "dead")

    assert len(first.given) == 2
    assert transport.by(WAIT.total_seconds() - 1) == 1
    assert states(db) == {"accepted": 18, "uncertain": 2}


def test_the_wait_is_not_begun_anew_by_a_second_run(sqlite_db: Database):
    start(sqlite_db, canary=5, reader=20)
    clock = Clock()
    halfway = NOW + WAIT / 2
    transport = Timed(clock=clock)
    run(sqlite_db, clock, transport, canary_rules(), stop=lambda: clock.now > halfway)

    run(sqlite_db, clock, transport, canary_rules())

    assert transport.times[-1][0] == pytest.approx(WAIT.total_seconds(), abs=10)


def test_a_pause_is_seen_while_the_canary_is_waited_for(sqlite_db: Database):
    start(sqlite_db, canary=5, reader=20)
    clock = Clock()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.now > NOW + timedelta(minutes=1) and state_of(sqlite_db) is IssueState.SENDING:
            with sqlite_db.write() as session:
                issue_store.set_state(session, WEEK, IssueState.PAUSED, now=NOW)

    count = run(sqlite_db, clock, Scripted(), canary_rules(), sleep=sleep)

    assert count.states == {"accepted": 5, "queued": 15}
    assert clock.now < NOW + timedelta(minutes=2)


def test_bounces_and_complaints_that_came_back_are_counted(sqlite_db: Database):
    """Of this issue, each reader once, without what the ledger has as refused."""
    start(sqlite_db, reader=5)
    with sqlite_db.write() as session:
        session.execute(
            sa.text(
                "CREATE TABLE IF NOT EXISTS feedback "
                "(week TEXT, kind TEXT, source TEXT, subscriber TEXT)"
            )
        )
        for row in (
            (WEEK, "hard", "mailbox", "a"),
            (WEEK, "hard", "postmark", "a"),
            (WEEK, "policy", "mailbox", "b"),
            (WEEK, "hard", "smtp", "c"),
            (WEEK, "soft", "mailbox", "d"),
            (WEEK, "complaint", "mailbox", "e"),
            ("2026-W46", "complaint", "mailbox", "f"),
        ):
            session.execute(
                sa.text("INSERT INTO feedback VALUES (:w, :k, :f, :s)"),
                dict(zip("wkfs", row, strict=True)),
            )

    with sqlite_db.read() as session:
        first = counted_first(session, WEEK)

    assert (first.bounced, first.complaints) == (2, 1)
