"""
A sender in a process of its own, that dies where it is told to.

It sends as a command would: the production drain and transport, with parts handed in that know how
to die. Nothing in the program itself knows of this.
"""

import logging
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import sqlalchemy as sa
from sqlmodel import Session

from digest.delivery.pace import Pace
from digest.delivery.transports.smtp import SmtpTransport
from digest.delivery.workers import this_worker
from digest.errors import DigestError
from digest.model import Held, Message, SendResult
from digest.steps.drain import drain
from digest.steps.stopping import stopping_on_signals
from digest.store.engine import Database

WEEK = "2026-W47"
DOMAIN = "verdicts.example"
PACE = Pace(batch=20, chunk=5, note_every=10, patience_s=20, outage_s=3, note_waits_s=(0.1,) * 5)
WINDOW = 3
"""Messages under way on a connection: answered and not told yet, given and not answered, begun."""
LAST_LINE = b"This was all.\r\n"


@dataclass(frozen=True, slots=True)
class Orders:
    """What a sender is to do."""

    url: str
    port: int
    point: str = ""
    """Where to die; empty is nowhere."""
    number: int = 0
    """The so-manieth time it gets there, 1 or more."""
    octets: int = 2_000
    connections: int = 1
    ahead: timedelta = timedelta(0)
    """How far its clock is ahead of the real one: so nobody waits for a next try."""
    pace: Pace = PACE
    longest_sleep_s: float = 0.02
    """Whatever it wants to wait for, it waits no longer at a time."""


def most_uncertain(connections: int, pace: Pace = PACE) -> int:
    """Give the most that one kill can leave uncertain: a chunk, and what is on the connections."""
    return pace.chunk + WINDOW * connections


class Fate:
    """Counts how often a point is come to, and kills this process when it is time."""

    def __init__(self, point: str, number: int) -> None:
        self._point, self._left = point, number

    def meet(self, point: str) -> None:
        """Come to a point."""
        if point == self._point:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalDatabase(Database):
    """The real database, with a knife at each claim, mark and note, before and after its commit."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate
        self._done: list[str] = []
        sa.event.listen(self.engine, "before_cursor_execute", self._before)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, as ever."""
        self._done = []
        with super().write() as session:
            yield session
            for kind in self._done:
                self._fate.meet({"claim": "claimed", "mark": "marked", "note": "noted"}[kind])
        for kind in self._done:
            self._fate.meet(f"after {kind}")

    def _before(self, _connection, _cursor, _statement, _parameters, context, _many) -> None:
        kind = kind_of(set(context.compiled.binds) if context.compiled else set())
        if kind:
            self._fate.meet(f"before {kind}")
            self._done.append(kind)


def kind_of(binds: set[str]) -> str:
    """Say by the names of its values what a statement does in the ledger; empty: none of these."""
    if "answers" in binds:
        return "note"
    if {"leased_by", "leased_until", "ids"} <= binds:
        return "claim"
    return "mark" if {"handed_at", "ids"} <= binds else ""


class MortalTransport(SmtpTransport):
    """The real transport; dies after a reply that nobody has noted yet."""

    def __init__(self, port: int, fate: Fate, *, connections: int) -> None:
        helo = f"pid-{os.getpid()}.{DOMAIN}"
        super().__init__("127.0.0.1", port, helo=helo, connections=connections)
        self._fate = fate

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult | None]:
        """Send; meet fate at each result."""
        for result in super().send(messages):
            if result is not None:
                self._fate.meet("after reply")
            yield result


NAMES = {
    "before claim": "before claim",
    "claimed, not committed": "claimed",
    "after claim": "after claim",
    "marked, not committed": "marked",
    "before DATA: mark committed": "after mark",
    "after the reply, before its note": "after reply",
    "noted, not committed": "noted",
    "after the note": "after note",
}
"""The points that a sender knows of, as the plan calls them."""


def compose(delivery: Held, *, octets: int = 2_000) -> Message:
    """Make the message of one delivery; the same each time."""
    message_id = f"<{delivery.subscriber}@{DOMAIN}>"
    line = b"What is known of it is said in the issue, and nothing else is.\r\n"
    head = f"Message-ID: {message_id}\r\nSubject: hello\r\n\r\n".encode()
    return Message(
        subscriber=delivery.subscriber,
        sender=f"news@{DOMAIN}",
        recipient=delivery.address,
        message_id=message_id,
        content=head + line * (octets // len(line)) + LAST_LINE,
    )


def send(orders: Orders, tell: Connection) -> dict[str, int]:
    """Send until done, killed or told to stop; give the states."""
    fate = Fate(NAMES.get(orders.point, ""), orders.number)

    def now() -> datetime:
        return datetime.now(UTC) + orders.ahead

    database = MortalDatabase(orders.url, fate)
    way = MortalTransport(orders.port, fate, connections=orders.connections)
    with stopping_on_signals() as stop, way as transport:
        tell.send("sending")
        count = drain(
            database,
            WEEK,
            transport=transport,
            compose=lambda delivery: compose(delivery, octets=orders.octets),
            clock=now,
            worker=this_worker(),
            deadline=now() + timedelta(days=2),
            pace=orders.pace,
            stop=stop,
            sleep=lambda seconds: time.sleep(min(seconds, orders.longest_sleep_s)),
        )
    database.close()
    return {state.value: number for state, number in count.states.items()}


def run(orders: Orders, tell: Connection) -> None:
    """Tell "sending" at the beginning, and the states or the error's sentence at the end."""
    logging.disable()  # bad weather is not news here
    try:
        tell.send(send(orders, tell))
    except DigestError as error:
        tell.send(str(error))
