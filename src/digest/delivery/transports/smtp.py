"""
Hand messages to one SMTP server over a connection that is kept open.

Each reply is sorted by what it proves: a message is ``uncertain`` only when its final dot was
written and no reply to it came. A broken connection ends the batch, so that the caller can wait
before the next one.
"""

import re
import select
import smtplib
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from digest.delivery.transports.base import Closing
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

_CLOSING = 421
_GO_AHEAD = 354
_ADDRESS = re.compile(r"[^\s<>\x00-\x20\x7f]+@[^\s<>\x00-\x20\x7f]+")


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: SendOutcome
    reply: str
    trouble: str = ""
    """Why the connection cannot be used any more; empty while it can."""


class SmtpTransport(Closing):
    """
    A client of one server, which is the next hop for every recipient.

    Args:
        host: Name or address of the server.
        port: Its port.
        helo: Our own name, as the server should see it.
        timeout_s: Seconds to wait for a connection, and for any reply but the last.
        final_timeout_s: Seconds to wait for the reply to the final dot. Long, since giving up makes
            a message uncertain: RFC 5321 4.5.3.2.6 asks for ten minutes.
        messages_per_connection: After so many the connection is closed and a new one opened.
    """

    def __init__(
        self,
        host: str,
        port: int = 25,
        *,
        helo: str = "localhost",
        timeout_s: float = 30.0,
        final_timeout_s: float = 300.0,
        messages_per_connection: int = 200,
    ) -> None:
        self.server = f"{host}:{port}"
        self._address = (host, port)
        self._helo = helo
        self._timeout_s = timeout_s
        self._final_timeout_s = final_timeout_s
        self._limit = messages_per_connection
        self._smtp: smtplib.SMTP | None = None
        self._given = 0
        self._needs_reset = False

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult]:
        """
        Send messages one after the other.

        Yields:
            One result per message. A 421 defers its message, a connection that breaks leaves it
            unsent or uncertain; either ends the batch with an error.

        Raises:
            TransportError: No connection, a broken one, or our sender address is refused
                (permanent). No message without a result was given.
        """
        for message in messages:
            smtp = self._connected()
            answer = _objection(smtp, message) or self._transact(smtp, message)
            yield SendResult(
                subscriber=message.subscriber, outcome=answer.outcome, reply=answer.reply
            )
            if answer.trouble:
                raise TransportError(self.server, answer.trouble)

    def close(self) -> None:
        """Say QUIT and close the connection."""
        if self._smtp is not None:
            with suppress(OSError):  # whatever the server says to it, we are leaving
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None and self._given >= self._limit:
            self.close()
        if self._smtp is not None and not self._is_fit(self._smtp):
            self._drop()
        if self._smtp is None:
            self._smtp = _connect(self.server, self._address, self._helo, self._timeout_s)
            self._given = 0
        self._needs_reset = False
        return self._smtp

    def _is_fit(self, smtp: smtplib.SMTP) -> bool:
        """Return False when the server spoke unasked (421, or it has gone), or a RSET fails."""
        try:
            poll = select.poll()
            poll.register(_socket(smtp), select.POLLIN)
            if poll.poll(0):
                return False
            return not self._needs_reset or _is_good(smtp.rset()[0])
        except OSError:
            return False

    def _transact(self, smtp: smtplib.SMTP, message: Message) -> _Answer:
        self._given += 1
        try:
            answer = self._give(smtp, message)
        except BaseException:  # cut off in mid-message: nothing more can be said on this connection
            self._drop()
            raise
        if answer.trouble:
            self._drop()
        self._needs_reset = answer.outcome is not SendOutcome.ACCEPTED
        return answer

    def _give(self, smtp: smtplib.SMTP, message: Message) -> _Answer:
        try:
            refusal = self._envelope(smtp, message)
            if refusal:
                return refusal
            # when this raises, its last octets, the final dot among them, never left this machine
            smtp.send(_dotted(message.content))
        except OSError as error:
            words = f"connection lost before the message was given: {_reason(error)}"
            return _Answer(SendOutcome.UNSENT, words, trouble=words)
        try:
            _socket(smtp).settimeout(self._final_timeout_s)
            code, text = smtp.getreply()
            _socket(smtp).settimeout(self._timeout_s)
        except OSError as error:
            words = f"connection lost after the message was given: {_reason(error)}"
            return _Answer(SendOutcome.UNCERTAIN, words, trouble=words)
        if _is_good(code):
            return _Answer(SendOutcome.ACCEPTED, _words(code, text))
        return _refusal(code, text, unknown=SendOutcome.UNCERTAIN)

    def _envelope(self, smtp: smtplib.SMTP, message: Message) -> _Answer | None:
        """Go as far as the server's go-ahead for the content; give its refusal, or None."""
        utf8 = "" if _is_ascii(message) else " SMTPUTF8"
        code, text = smtp.docmd("MAIL", f"FROM:<{message.sender}>{utf8}")
        if _is_permanent(code):
            raise TransportError(
                self.server,
                f"it refuses our sender address {message.sender}: {_words(code, text)}; "
                "mend the address or the server's rules",
                permanent=True,
            )
        if _is_good(code):
            code, text = smtp.docmd("RCPT", f"TO:<{message.recipient}>")
        if not _is_good(code):
            return _refusal(code, text, unknown=SendOutcome.UNSENT)
        code, text = smtp.docmd("DATA")
        return None if code == _GO_AHEAD else _refusal(code, text, unknown=SendOutcome.UNSENT)


def _connect(server: str, address: tuple[str, int], helo: str, timeout_s: float) -> smtplib.SMTP:
    smtp = smtplib.SMTP(local_hostname=helo, timeout=timeout_s)
    smtp.command_encoding = "utf-8"  # only addresses can be other than ASCII, and only by SMTPUTF8
    try:
        code, text = smtp.connect(*address)
        if _is_good(code):
            _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            code, text = smtp.ehlo()
            if _is_permanent(code):
                code, text = smtp.helo()
    except OSError as error:
        smtp.close()
        raise TransportError(
            server, f"no connection: {_reason(error)}; start it, or mend its address"
        ) from error
    if not _is_good(code):
        smtp.close()
        reason = f"it does not let us in: {_words(code, text)}"
        raise TransportError(server, reason, permanent=_is_permanent(code))
    return smtp


def _objection(smtp: smtplib.SMTP, message: Message) -> _Answer | None:
    """Give the reason why this recipient cannot even be named to the server, or None."""
    if not _ADDRESS.fullmatch(message.recipient):
        return _Answer(SendOutcome.REJECTED, "not an address that can be given to a mail server")
    if not _is_ascii(message) and not smtp.has_extn("smtputf8"):
        return _Answer(
            SendOutcome.REJECTED, "the mail server takes no address beyond ASCII (no SMTPUTF8)"
        )
    return None


def _is_ascii(message: Message) -> bool:
    return message.sender.isascii() and message.recipient.isascii()


def _refusal(code: int, text: bytes, *, unknown: SendOutcome) -> _Answer:
    """Sort a reply that is not the hoped-for one; ``unknown`` where it is no SMTP at all."""
    words = _words(code, text)
    if code == _CLOSING:
        return _Answer(SendOutcome.DEFERRED, words, trouble=f"it closes the connection: {words}")
    if _is_transient(code):
        return _Answer(SendOutcome.DEFERRED, words)
    if _is_permanent(code):
        return _Answer(SendOutcome.REJECTED, words)
    return _Answer(unknown, words, trouble=f"it does not speak SMTP: {words}")


def _dotted(content: bytes) -> bytes:
    """Give content as it goes over the wire: leading dots doubled, the final dot at its end."""
    start = b"." if content.startswith(b".") else b""
    end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return start + content.replace(b"\n.", b"\n..") + end


def _is_good(code: int) -> bool:
    return 200 <= code < 300  # noqa: PLR2004 # the classes of RFC 5321 4.2.1


def _is_transient(code: int) -> bool:
    return 400 <= code < 500  # noqa: PLR2004 # as above


def _is_permanent(code: int) -> bool:
    return 500 <= code < 600  # noqa: PLR2004 # as above


def _words(code: int, text: bytes) -> str:
    said = f"{code} {text.decode('utf-8', 'replace')}"
    return "".join(char if char.isprintable() else " " for char in said).strip()


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("connection closed")
    return smtp.sock
