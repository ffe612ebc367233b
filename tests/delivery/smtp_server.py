"""
A real SMTP server on loopback that answers as a test tells it to.

Loaded by the conftest files of delivery and steps. One thread a connection, blocking sockets.
"""

import base64
import socket
import ssl
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
    "STARTTLS": "220 2.0.0 go ahead",
    "AUTH": "235 2.7.0 welcome",
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
    offers: tuple[str, ...] = ()
    """What it says to EHLO besides its name, such as PIPELINING."""
    tls: ssl.SSLContext | None = None
    """With what it speaks TLS, after STARTTLS or from the start."""
    begins_with_tls: bool = False
    login: tuple[str, str] | None = None
    """Who may log in; others are refused."""
    is_open_at_most: int = 0
    """How many connections were open at the same time."""

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
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.begins_with_tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self._hold(connection)
        except OSError:
            connection.close()

    def _hold(self, connection: socket.socket) -> None:
        self._open.add(connection)
        self.is_open_at_most = max(self.is_open_at_most, len(self._open))
        try:
            with connection, connection.makefile("rb") as reader:
                self._talk(connection, reader)
        finally:
            self._open.discard(connection)

    def _talk(self, connection, reader, *, is_secure: bool = False) -> None:
        recipient = named = ""
        going = is_secure or self._reply(connection, "CONNECT", recipient)
        while going and (line := reader.readline()):
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self.lines.append(text)
            verb = text.split(" ", maxsplit=1)[0].upper()
            if verb == "RCPT":
                named = text[text.index("<") + 1 : text.index(">")]
            going = self._answered(connection, reader, verb, named, text, to=recipient)
            if verb in {"MAIL", "RSET"}:
                recipient = ""
            elif verb == "RCPT" and going.startswith("2"):
                recipient = named
            elif going == "354":
                content = _content(reader)
                if content is None:
                    return
                going = self._reply(connection, "DOT", named, content if recipient else None)
                recipient = ""
            elif going == "220":
                secure = self.tls.wrap_socket(connection, server_side=True)
                with secure, secure.makefile("rb") as secure_reader:
                    self._open.add(secure)
                    self._talk(secure, secure_reader, is_secure=True)
                    self._open.discard(secure)
                return

    def _answered(self, connection, reader, verb: str, named: str, text: str, *, to: str) -> str:
        asks = verb == "AUTH" and self.login and self.script("AUTH", "") is None
        if asks and not self._is_let_in(connection, reader, text):
            connection.sendall(b"535 5.7.8 who are you?\r\n")
            return "535"
        if verb == "DATA" and not to and self.script("DATA", named) is None:
            connection.sendall(b"503 5.5.1 to whom?\r\n")
            return "503"
        return self._reply(connection, verb, named)

    def _is_let_in(self, connection, reader, text: str) -> bool:
        _, mechanism, *initial = text.split()
        if mechanism == "PLAIN":
            given = base64.b64decode(initial[0]).decode().split("\0")[1:]
        else:
            given = []
            for challenge in (b"Username:", b"Password:"):
                connection.sendall(b"334 " + base64.b64encode(challenge) + b"\r\n")
                given.append(base64.b64decode(reader.readline()).decode())
        return tuple(given) == self.login

    def _reply(self, connection, event: str, recipient: str, content: bytes | None = None) -> str:
        answer = self.script(event, recipient)
        if answer is None and event == "EHLO" and self.offers:
            answer = "\r\n".join(("250-here", *(f"250-{each}" for each in self.offers)))
            answer = "250 ".join(answer.rsplit("250-", maxsplit=1))
        if answer is None and event == "DOT" and content is None:
            answer = "554 5.5.1 no valid recipients"
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
