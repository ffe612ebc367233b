"""
A sender in a process of its own, for tests that kill it.

Run by ``runpy`` in a forked process with ``ARGUMENTS`` (database URL, port, point, number) and a
connection ``TELL``. Sends the week over SMTP to that port of 127.0.0.1 as a command would; with a
point it ends itself by SIGKILL the so-manieth time it comes there. Tells "sending" when it begins,
and the states, or the error's sentence, when it ends.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from digest.delivery.pace import Pace
from digest.delivery.transports.smtp import SmtpTransport
from digest.delivery.workers import this_worker
from digest.errors import DigestError
from digest.model import Held, Message, SendResult
from digest.steps.drain import drain
from digest.steps.stopping import stopping_on_signals
from digest.store.engine import Database

WEEK = "2026-W47"


class Killing(SmtpTransport):
    """The real transport, with a knife on either side of it."""

    def __init__(self, port: int, fate: "Fate") -> None:
        super().__init__("127.0.0.1", port)
        self._fate = fate

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult | None]:
        """Send; die before a message leaves, or after a result that nobody has noted yet."""
        for result in super().send(self._met(messages)):
            yield result
            self._fate.meet("before note")

    def _met(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            self._fate.meet("before content")
            yield message


class Fate:
    """Counts how often a point is come to, and kills this process when it is time."""

    def __init__(self, point: str, number: int) -> None:
        self._point, self._left = point, number

    def meet(self, point: str) -> None:
        """Come to a point."""
        self._left -= point == self._point
        if point == self._point and not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


def compose(delivery: Held) -> Message:
    """Make the message of one delivery; the same each time."""
    return Message(
        subscriber=delivery.subscriber,
        sender="news@verdicts.example",
        recipient=delivery.address,
        message_id=f"<{delivery.subscriber}@verdicts.example>",
        content=b"Subject: hello\r\n\r\n" + b"hello " * 8 + b"\r\n",
    )


def send(url: str, port: int, fate: Fate, tell: Callable[[object], None]) -> dict[str, int]:
    """Send until done, killed or told to stop; give the states."""

    def composed(delivery: Held) -> Message:
        fate.meet("after mark")
        return compose(delivery)

    def is_over() -> bool:
        fate.meet("before claim")
        return stop()

    database = Database(url)
    with stopping_on_signals() as stop, Killing(port, fate) as transport:
        tell("sending")
        count = drain(
            database,
            WEEK,
            transport=transport,
            compose=composed,
            clock=lambda: datetime.now(UTC),
            worker=this_worker(),
            deadline=datetime.now(UTC) + timedelta(days=1),
            pace=Pace(batch=20, chunk=5, note_every=10, patience_s=20, outage_s=3),
            stop=is_over,
            sleep=lambda seconds: time.sleep(min(seconds, 0.05)),
            on_progress=lambda _noted: fate.meet("after note"),
        )
    database.close()
    return {state.value: number for state, number in count.states.items()}


def main(arguments: tuple[str, int, str, int], connection: Connection) -> None:
    """Do as the module says."""
    url, port, point, number = arguments
    try:
        connection.send(send(url, port, Fate(point, number), connection.send))
    except DigestError as error:
        connection.send(str(error))


main(ARGUMENTS, TELL)  # noqa: F821 # given by runpy
