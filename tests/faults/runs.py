"""
Carry out one run: senders that die, a last one that ends the work, and the books held at the end.

What is uncertain is then decided on by hand, half of it to be sent again, and the books are held
once more: only those may be there twice.
"""

import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from digest.model import Delivery, DeliveryState
from digest.steps.resolving import resolve_uncertain
from digest.store import deliveries
from digest.store.engine import Database
from tests.faults import sender as sending
from tests.faults.books import Books
from tests.faults.plan import RANDOM, STILL, Run
from tests.faults.relay import Relay
from tests.faults.sender import WEEK, Orders
from tests.faults.sink import Sink
from tests.faults.stores import Store, add_audience

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.sender", "pytest"])
PATIENCE_S = 60
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 # of our own names
"""Where the files of a run lie: only processes die in it, so nothing need wait for a disk."""
BAD_WEATHER_S = 0.3
"""How long a random kill waits for its moment when no more messages are taken."""
MOST_ENDINGS = 12
"""Senders that may be needed to end the work once all is calm: each one lets deferred ones wait."""


class Hanging(Exception):  # noqa: N818 # it says what is wrong with a sender
    """A sender told nothing for a minute."""


@dataclass
class Sender:
    """A sender in a process of its own."""

    process: BaseProcess
    ear: Connection

    @classmethod
    def start(cls, orders: Orders) -> "Sender":
        """Start one; it has begun when this returns, unless it died before it could."""
        ear, tell = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=sending.run, args=(orders, tell), daemon=True)
        process.start()
        tell.close()
        sender = cls(process, ear)
        if sender.hear() != "sending":
            raise Hanging("a sender did not begin")
        return sender

    def hear(self) -> object:
        """Give what it tells next; None if it died first."""
        try:
            if self.ear.poll(PATIENCE_S):
                return self.ear.recv()
        except EOFError:
            return None
        self.process.kill()
        raise Hanging(f"a sender hangs: {self.process.pid}")

    def end(self) -> object:
        """Give its states or its error's sentence; None if it was killed. It is gone afterwards."""
        try:
            told = self.hear()
        finally:
            self.process.join(PATIENCE_S)
            self.ear.close()
        if told is None and self.process.exitcode != -signal.SIGKILL:
            raise Hanging(f"a sender ended with {self.process.exitcode} and no word")
        return told

    def kill(self) -> None:
        """End it by SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.join()


@dataclass(frozen=True)
class Outcome:
    """What one run came to."""

    run: Run
    kills: int
    before: Books
    """When all was done and nobody had decided anything."""
    after: Books
    """When a person had decided, and what was to be sent again had been."""
    told: tuple[str, ...]
    """Sentences that senders ended with."""
    seconds: float

    @property
    def wrong(self) -> list[str]:
        """What is not as it was promised."""
        found = self.before.wrong() + [f"after a decision: {each}" for each in self.after.wrong()]
        if self.after.uncertain():
            found.append("uncertain after everything was decided")
        return found


@dataclass
class Stage:
    """The database and the server of one run."""

    run: Run
    url: str
    sink: Sink | None = None
    relay: Relay | None = None
    told: list[str] = field(default_factory=list)
    kills: int = 0

    @property
    def port(self) -> int:
        """Of the server."""
        server = self.sink or self.relay
        assert server is not None
        return server.port

    def taken(self) -> Counter[str]:
        """Count what the server took, by Message-ID."""
        return self.sink.taken() if self.sink else Counter(self.relay.taken if self.relay else {})

    def orders(self, *, dies: bool = False, ahead: timedelta = timedelta(0)) -> Orders:
        """Give a sender's orders."""
        return Orders(
            url=self.url,
            port=self.port,
            point=self.run.point.name if dies else "",
            number=self.run.number,
            octets=self.run.point.octets,
            connections=self.run.connections,
            ahead=ahead,
        )

    def see_end(self, sender: Sender) -> None:
        """Wait for a sender's end; count it if it was killed, and keep what it says."""
        told = sender.end()
        self.kills += told is None
        if isinstance(told, str):
            self.told.append(told)

    def die(self) -> None:
        """Let senders die as the run has it."""
        if self.run.point.name == RANDOM:
            self._die_at_random()
        elif self.run.point.name == STILL:
            self._stand_still()
        else:
            senders = [Sender.start(self.orders(dies=True))]
            senders += [Sender.start(self.orders()) for _ in range(self.run.companions)]
            for sender in senders:
                self.see_end(sender)

    def _die_at_random(self) -> None:
        """Kill three at once, each when so many messages have been taken, in changing weather."""
        assert self.sink is not None
        senders = [Sender.start(self.orders()) for _ in self.run.kills_at]
        moments = [*zip(self.run.kills_at, senders, strict=True), (self.run.change_at, None)]
        for number, victim in sorted(moments, key=lambda each: each[0]):
            self._wait_until(number)
            if victim is not None:
                victim.kill()
            else:
                self.sink.start(*self.run.weathers[-1])
        for sender in senders:
            self.see_end(sender)

    def _wait_until(self, number: int) -> None:
        """Wait until the sink has so many messages; not for long, since the weather may be bad."""
        assert self.sink is not None
        until = time.monotonic() + BAD_WEATHER_S
        while self.sink.count() < number and time.monotonic() < until:
            time.sleep(0.001)

    def _stand_still(self) -> None:
        """Stop one as a machine that sleeps, let another take over its leases, and wake it up."""
        assert self.relay is not None
        sleeper = Sender.start(self.orders())
        self.relay.stilled.wait(PATIENCE_S)
        try:
            self.see_end(Sender.start(self.orders(ahead=timedelta(hours=1))))
        finally:
            os.kill(sleeper.process.pid or 0, signal.SIGCONT)
        self.see_end(sleeper)

    def end(self) -> None:
        """Send again until nothing is left, in calm, with clocks further ahead each time."""
        if self.sink is not None:
            self.sink.start()
        for number in range(MOST_ENDINGS):
            self.see_end(Sender.start(self.orders(ahead=timedelta(hours=3 * (number + 1)))))
            if not self.is_open():
                return

    def ledger(self) -> list[Delivery]:
        """Give every delivery."""
        with self._database() as db, db.read() as session:
            return [
                each
                for state in DeliveryState
                for each in deliveries.in_state(session, WEEK, state)
            ]

    def is_open(self) -> bool:
        """Say whether anything is left to send."""
        with self._database() as db, db.read() as session:
            count = deliveries.count(session, WEEK)
        assert count is not None
        return not count.is_finished

    def books(self, *, again: frozenset[str] = frozenset()) -> Books:
        """Hold the books as they stand."""
        # who stood still is a kill as far as its leases go
        kills = self.kills + (self.run.point.name == STILL)
        return Books(
            size=self.run.audience,
            ledger=self.ledger(),
            taken=self.taken(),
            kills=kills,
            most=sending.most_uncertain(self.run.connections),
            again=again,
        )

    def decide(self, books: Books) -> frozenset[str]:
        """Decide as a person would: half is sent again; the others arrived, or were not taken."""
        chance = random.Random(self.run.seed)
        again = set()
        with self._database() as db:
            for each in books.ledger:
                if each.state is not DeliveryState.UNCERTAIN:
                    continue
                arrived = books.name(each) in books.taken and chance.random() < 0.5
                if not arrived:
                    again.add(books.name(each))
                state = DeliveryState.ACCEPTED if arrived else DeliveryState.QUEUED
                resolve_uncertain(
                    db, WEEK, address=each.address, state=state, by="Ada", now=datetime.now(UTC)
                )
        return frozenset(again)

    @contextmanager
    def _database(self) -> Iterator[Database]:
        with closing(Database(self.url)) as database:
            yield database


def carry_out(run: Run, store: Store) -> Outcome:
    """Carry out one run on a new database."""
    begun = time.monotonic()
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="digest-faults-", dir=MEMORY)
        folder = Path(stack.enter_context(temporary))
        folder.chmod(0o755)  # the sink may run as nobody
        stage = Stage(run, stack.enter_context(store.copy(folder)))
        with closing(Database(stage.url)) as database:
            add_audience(database, run.audience)
        if run.server == "sink":
            taken = folder / "taken"
            stage.sink = stack.enter_context(closing(Sink(taken)))
            stage.sink.start(*run.weathers[0])
        else:
            relay = Relay(point=run.point.name, number=run.number, pipelining=run.pipelining)
            stage.relay = stack.enter_context(closing(relay))
        stage.die()
        kills = stage.kills
        stage.end()
        before = stage.books()
        again = stage.decide(before)
        if again:
            stage.end()
        after = stage.books(again=again)
        return Outcome(run, kills, before, after, tuple(stage.told), time.monotonic() - begun)
