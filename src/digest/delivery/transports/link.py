"""
One connection to a mail server: a non-blocking socket, with TLS or without, and its session.

The only thing that reads and writes; when it is read or written is its caller's.
"""

import os
import selectors
import socket
import ssl
from contextlib import suppress
from enum import Enum
from typing import Any

from digest.delivery.smtp.conversation import Trouble, Wait
from digest.delivery.smtp.session import Session

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_AT_ONCE = 16_384
_PARTS = 16
"""Pieces of one write; a message and the next envelope are three."""

Address = tuple[int, tuple[Any, ...]]
"""Family and socket address."""


class _Phase(Enum):
    CONNECTING = 0
    SECURING = 1
    OPEN = 2


class Link:
    """
    A connection that is being opened, secured or used.

    ``wants`` says for which events it must be woken; ``trouble`` of its session, that it is over.
    """

    def __init__(
        self,
        address: Address,
        session: Session,
        *,
        host: str,
        context: ssl.SSLContext | None,
        begins_with_tls: bool,
    ) -> None:
        family, self._where = address
        self.address = address
        self.session = session
        self.wants = self.watched = WRITE
        self.is_known = False
        """Whether its address was noted as one that works."""
        self.seen: tuple[Wait, int] | None = None
        """How far it was when its time was last looked at, and since when."""
        self.moved_at = 0.0
        self._host = host
        self._context = context
        self._begins_with_tls = begins_with_tls
        self._phase = _Phase.CONNECTING
        self.socket: socket.socket | ssl.SSLSocket = socket.socket(family, socket.SOCK_STREAM)
        self.number = self.socket.fileno()

    def open(self) -> None:
        """Begin to connect."""
        self.socket.settimeout(0)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket.connect(self._where)
        except BlockingIOError:
            pass
        except OSError as error:
            self._unreachable(error)

    @property
    def wait(self) -> Wait:
        """What is waited for just now."""
        return self.session.wait if self._phase is _Phase.OPEN else Wait.CONNECT

    def progress(self, events: int) -> None:
        """Take in what can be had without waiting; ``flush`` afterwards."""
        if self._phase is _Phase.OPEN:
            if events & READ or self._is_tls:
                self._read()
        elif self._phase is _Phase.CONNECTING:
            self._connected()
        else:
            self._shake_hands()

    def flush(self) -> None:
        """Write what the session has to say, as far as the network takes it."""
        session = self.session
        if self._phase is not _Phase.OPEN:
            return
        self.wants = READ
        try:
            while session.outgoing:
                session.wrote(self._write(session.outgoing))
        except (BlockingIOError, ssl.SSLWantWriteError):
            self.wants = READ | WRITE
        except ssl.SSLWantReadError:
            return
        except OSError as error:
            self._read()  # it may have said why before it went
            session.lost(reason_of(error))

    def close(self) -> None:
        """Let go of the socket."""
        with suppress(OSError):
            self.socket.close()

    @property
    def _is_tls(self) -> bool:
        return isinstance(self.socket, ssl.SSLSocket)

    def _write(self, parts: list[bytes | memoryview]) -> int:
        if isinstance(self.socket, ssl.SSLSocket):
            return self.socket.send(parts[0])
        return self.socket.sendmsg(parts[:_PARTS] if len(parts) > _PARTS else parts)

    def _read(self) -> None:
        """Read what there is; TLS keeps octets back that no event tells of, so it is read dry."""
        session = self.session
        try:
            while not session.trouble:
                octets = self.socket.recv(_AT_ONCE)
                if not octets:
                    session.lost("it closed the connection")
                    return
                session.receive(octets)
                if session.wants_tls:
                    self._begin_tls()
                    return
                if not self._is_tls:
                    return
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            session.lost(reason_of(error))

    def _connected(self) -> None:
        number = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._unreachable(OSError(number, os.strerror(number)))
            return
        self._phase = _Phase.OPEN
        self.wants = READ
        if self._begins_with_tls:
            self._begin_tls()

    def _unreachable(self, error: OSError) -> None:
        self.session.lost(f"no connection: {reason_of(error)}; start it, or mend its address")

    def _begin_tls(self) -> None:
        assert self._context is not None  # noqa: S101 # whoever wants TLS brings it
        try:
            self.socket = self._context.wrap_socket(
                self.socket, server_hostname=self._host, do_handshake_on_connect=False
            )
        except OSError as error:  # it went in this moment
            self.session.lost(reason_of(error))
            return
        self._phase = _Phase.SECURING
        self._shake_hands()

    def _shake_hands(self) -> None:
        assert isinstance(self.socket, ssl.SSLSocket)  # noqa: S101 # by _begin_tls
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            self.wants = READ
        except ssl.SSLWantWriteError:
            self.wants = WRITE
        except ssl.SSLCertVerificationError as error:
            self.session.fail(_distrust(error))
        except OSError as error:
            self.session.lost(f"no TLS: {reason_of(error)}")
        else:
            self._phase = _Phase.OPEN
            if self.session.wants_tls:
                self.session.secured()
            self._read()


def reason_of(error: OSError | UnicodeError) -> str:
    """Give an error in the words of a person."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return str(error.reason).replace("_", " ").lower()
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def _distrust(error: ssl.SSLCertVerificationError) -> Trouble:
    return Trouble(
        f"its certificate cannot be trusted: {error.verify_message}; use the name it is made for, or "
        "name its authority in DIGEST_SMTP_CA_FILE",
        is_permanent=True,
    )
