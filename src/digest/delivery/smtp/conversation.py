"""
One connection seen as octets: what is to be written, which replies are awaited, how it ends.

Pure: no socket, no clock. The subclasses know what to say.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from digest.delivery.smtp.replies import CLOSING, Reply, ReplyReader


class Wait(IntEnum):
    """What a connection waits for; each has its own patience."""

    IDLE = 0
    CONNECT = 1
    """The network's connection, or TLS."""
    GREETING = 2
    COMMAND = 3
    DATA = 4
    """The go-ahead for content."""
    BLOCK = 5
    """That some octets can be written."""
    FINAL = 6
    """The reply to the final dot."""
    QUIT = 7


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a connection cannot be used any more."""

    reason: str
    is_permanent: bool = False
    is_harmless: bool = False
    """It ended while nothing was asked of it; a new one may be opened at once."""


Handler = Callable[[Reply, Any], None]


class Conversation:
    """
    The octets of one connection.

    The driver writes ``outgoing`` in order and tells how far it came by ``wrote``; it gives what
    it reads to ``receive``, and calls ``lost`` when there will be no more.
    """

    def __init__(self) -> None:
        self.outgoing: list[bytes | memoryview] = []
        self.trouble: Trouble | None = None
        self.moves = 0
        """Grows whenever the connection comes forward: octets written, replies read."""
        self._queued = 0
        self._written = 0
        self._replies = ReplyReader()
        self._awaited: deque[tuple[Wait, Handler, Any]] = deque()

    @property
    def wait(self) -> Wait:
        """What the driver waits for just now."""
        if self.outgoing:
            return Wait.BLOCK
        return self._awaited[0][0] if self._awaited else Wait.IDLE

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked of the server, so that its end harms nobody."""
        return not self._awaited

    def wrote(self, octets: int) -> None:
        """Take note that so many octets more have left this process."""
        self._written += octets
        self.moves += 1
        if self._written == self._queued:
            self.outgoing.clear()
            return
        while octets >= len(self.outgoing[0]):
            octets -= len(self.outgoing.pop(0))
        if octets:
            self.outgoing[0] = memoryview(self.outgoing[0])[octets:]

    def receive(self, octets: bytes) -> None:
        """Take octets of the server, in any pieces."""
        for reply in self._replies.feed(octets):
            if self.trouble:
                return
            self._match(reply)

    def lost(self, reason: str) -> None:
        """Take note that nothing more can be read or written, and why."""
        if self.trouble is None:
            self._end(Trouble(reason, is_harmless=self.is_idle))

    def fail(self, trouble: Trouble) -> None:
        """Give the connection up for a reason of our own."""
        self._end(trouble)

    def _match(self, reply: Reply) -> None:
        """Give a reply to what awaits it: replies come in the order of the commands."""
        self.moves += 1
        if reply.code == CLOSING:
            self._closed_by_server(reply)
        elif not reply.code or not self._awaited:
            self._not_smtp(reply)
        else:
            _, handler, subject = self._awaited.popleft()
            handler(reply, subject)

    def _say(self, octets: bytes, wait: Wait, handler: Handler, subject: Any = None) -> None:
        """Queue a command, and what takes its reply."""
        self._queue(octets)
        self._awaited.append((wait, handler, subject))

    def _queue(self, octets: bytes) -> None:
        self.outgoing.append(octets)
        self._queued += len(octets)

    def _closed_by_server(self, reply: Reply) -> None:
        reason = f"it closes the connection: {reply.words}"
        self._end(Trouble(reason, is_harmless=self.is_idle))

    def _not_smtp(self, reply: Reply, subject: Any = None) -> None:
        self._end(Trouble(f"it does not speak SMTP: {reply.words}"), subject)

    def _end(self, trouble: Trouble, _subject: Any = None) -> None:
        """Give up the connection; ``_subject`` is what the reply was about that ended it."""
        self.trouble = trouble
        self._awaited.clear()
        self.outgoing.clear()
