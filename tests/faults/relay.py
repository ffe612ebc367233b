"""
An SMTP server on loopback that kills its client when a message has come so far.

The client's process number stands in its EHLO. What was received up to the final dot counts as
taken, whether or not its sender lived to hear of it.
"""

import os
import re
import signal
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import BinaryIO

AT_DATA = "before DATA: at the command"
HALF_READ = "in DATA, half of it read"
HALF_WRITTEN = "in DATA, half of it written"
AFTER_DOT = "after the dot, before the reply"
STILL = "held still at DATA, then let go"

_PID = re.compile(rb"EHLO pid-(\d+)\.", re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)\r?$", re.MULTILINE | re.IGNORECASE)
HALF = 15
"""Lines: about half of a usual message; of one of megabytes, most has not left its sender then."""


class Relay:
    """Takes everything; kills one client, the so-manieth time its point is reached."""

    def __init__(
        self, *, point: str = "", number: int = 0, pipelining: bool = True, delay_s: float = 0.0
    ) -> None:
        self.taken: Counter[str] = Counter()
        """How often each Message-ID was taken."""
        self.stilled = threading.Event()
        """Set when a client has been stopped, not killed."""
        self.delay_s = delay_s
        """Before each answer to a final dot."""
        self._point, self._left, self._pipelining = point, number, pipelining
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and close every connection; may be called again."""
        with suppress(OSError):  # it is closed
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for connection in list(self._open):
            with suppress(OSError):  # its client was faster
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # replies are short
        with suppress(OSError), connection, connection.makefile("rb") as reader:
            _Talk(self, connection, reader).go_on()
        self._open.discard(connection)

    def meet(self, point: str, pid: int) -> None:
        """A message has come to a point: kill its sender if it is time."""
        with self._lock:
            if point != self._point or not pid:
                return
            self._left -= 1
            if self._left == 0:
                is_still = point == STILL
                os.kill(pid, signal.SIGSTOP if is_still else signal.SIGKILL)
                if is_still:
                    self.stilled.set()

    def take(self, content: bytes) -> None:
        """Count a message that is here whole."""
        found = _MESSAGE_ID.search(content[:2_000])
        with self._lock:
            self.taken[found[1].decode() if found else "no Message-ID"] += 1

    def count(self) -> int:
        """Count what was taken so far."""
        return self.taken.total()

    def extensions(self) -> bytes:
        """Give the answer to EHLO."""
        return b"250-here\r\n250-PIPELINING\r\n250 8BITMIME" if self._pipelining else b"250 here"


class _Talk:
    """One connection."""

    def __init__(self, relay: Relay, connection: socket.socket, reader: BinaryIO) -> None:
        self._relay, self._connection, self._reader = relay, connection, reader
        self._pid = 0

    def go_on(self) -> None:
        """Answer until the client leaves."""
        self._say(b"220 here")
        while line := self._reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                found = _PID.match(line)
                self._pid = int(found[1]) if found else 0
                self._say(self._relay.extensions())
            elif verb == b"DATA":
                self._relay.meet(AT_DATA, self._pid)
                self._relay.meet(STILL, self._pid)
                self._say(b"354 go ahead")
                if not self._content():
                    return
            else:
                self._say(b"221 bye" if verb == b"QUIT" else b"250 2.0.0 yes")

    def _content(self) -> bool:
        """Read one message and answer its dot; False if the client went before it."""
        lines: list[bytes] = []
        while line := self._reader.readline():
            if line == b".\r\n":
                self._relay.take(b"".join(lines))
                self._relay.meet(AFTER_DOT, self._pid)
                time.sleep(self._relay.delay_s)
                self._say(b"250 2.0.0 taken")
                return True
            lines.append(line)
            if len(lines) == HALF:
                self._relay.meet(HALF_READ, self._pid)
                self._relay.meet(HALF_WRITTEN, self._pid)
        return False

    def _say(self, reply: bytes) -> None:
        self._connection.sendall(reply + b"\r\n")
