"""
A real SMTP server on loopback that answers as a test tells it to.

Loaded by the conftest files of delivery and steps. One thread a connection, blocking sockets.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

DROP = "drop"
"""Close the connection in place of a reply."""
RESET = "reset"
"""Break the connection off in place of a reply, with what was not read thrown away."""
USUAL = {
    "CONNECT": "220 here",
    "EHLO": "250 here",
    "HELO": "250 here",
    "MAIL": "250 2.1.0 sender",
    "RCPT": "250 2.1.5 recipient",
    "DATA": "354 go ahead",
    "DOT": "250 2.0.0 queued",
    "RSET": "250 2.0.0 forgotten",
    "NOOP": "250 2.0.0 yes",
    "QUIT": "221 2.0.0 bye",
}

Script = Callable[[str, str], str | None]
"""Given an event (a command, CONNECT or DOT) and the recipient so far: a reply; None: the usual."""


@dataclass
class SmtpServer:
    """What it was told, and what it took: every message it answered 2xx, or took without a word."""

    script: Script = lambda _event, _recipient: None
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    """Recipient and content, dots undone, in order."""
    lines: list[str] = field(default_factory=list)
    """Every command line, in order."""
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def recipients(self) -> list[str]:
        """The recipients of what was taken, in order."""
        return [recipient for recipient, _ in self.taken]

    def hang_up(self) -> None:
        """Close every open connection, as a server does that has waited too long."""
        for connection in list(self._open):
            with suppress(OSError):  # its client was faster
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop listening and close every connection."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        try:
            with connection, connection.makefile("rb") as reader:
                self._talk(connection, reader)
        except OSError:
            pass
        finally:
            self._open.discard(connection)

    def _talk(self, connection, reader) -> None:
        recipient = ""
        going = self._reply(connection, "CONNECT", recipient)
        while going and (line := reader.readline()):
            text = line.decode().rstrip("\r\n")
            self.lines.append(text)
            verb = text[:4].upper()
            if verb == "RCPT":
                recipient = text[text.index("<") + 1 : text.index(">")]
            going = self._reply(connection, verb, recipient)
            if going == "354":
                content = _content(reader)
                if content is None:
                    return
                going = self._reply(connection, "DOT", recipient, content)

    def _reply(self, connection, event: str, recipient: str, content: bytes | None = None) -> str:
        answer = self.script(event, recipient)
        if answer is None:
            answer = USUAL.get(event, "500 5.5.1 what")
        if content is not None and answer[0] not in "45":
            self.taken.append((recipient, content))
        if answer == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer in {DROP, RESET}:
            return ""
        connection.sendall(answer.encode() + b"\r\n")
        return "" if event == "QUIT" else answer[:3]


def _content(reader) -> bytes | None:
    """Read up to the final dot; None if the client went before it."""
    lines = []
    while line := reader.readline():
        if line == b".\r\n":
            return b"".join(lines)
        lines.append(line.removeprefix(b"."))
    return None
