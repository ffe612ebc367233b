"""
Hand messages to one mail server over several kept-open connections, from one thread.

What is said on a connection, and what its replies prove, is decided in ``delivery.smtp``; sockets,
clock and order of service are in ``pool`` and ``link``. What a caller can rely on:

* A message is taken only when an open connection can begin it at once; none is taken while there
  is no connection. Connections are opened one by one as messages are taken, never more than those.
* To stop, end ``messages`` and read on: every message that was taken gets its result.
* A generator that is closed early, or left by an interruption, loses nothing. Of a message whose
  final dot was not written whole, nothing more is given; the others are still waited for. The next
  ``send``, of nothing if need be, yields all their results. Only ``close`` gives them up: they
  stay without a result then, as after a kill.
* An error that ``messages`` raises is raised when all that was taken has its result.
* A connection that breaks is replaced after a rest, as long as another one is open.
  TransportError comes when none is left and every address rests; nothing is in flight then.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from digest.delivery.smtp.login import Login
from digest.delivery.smtp.opening import Terms
from digest.delivery.smtp.patience import Patience
from digest.delivery.transports.base import Closing
from digest.delivery.transports.pool import Pool, Server
from digest.delivery.transports.source import Source
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult
from digest.settings.servers import LOOPBACK
from digest.settings.smtp import TlsPolicy

_SIGN_OF_LIFE_S = 0.5


class SmtpTransport(Closing):
    """
    A client of one server, which is the next hop for every recipient.

    Args:
        host: Name or address of the server; all addresses of a name are tried in turn.
        port: Its port.
        helo: Our own name, as the server should see it.
        connections: How many are held at most, 1 or more.
        messages_per_connection: After so many the connection is closed and a new one opened.
        timeout_s: Seconds to wait for anything but the reply to the final dot; None: as RFC 5321
            4.5.3.2 asks.
        final_timeout_s: Seconds to wait for the reply to the final dot; None: ten minutes. Long,
            since giving up makes a message uncertain.
        tls: Whether to insist on STARTTLS; None: unless the server is this machine.
        is_tls: TLS begins with the connection (smtps).
        ca_file: Authorities the certificate may come from; None: the system's.
        login: Name and password, if the server wants any.
    """

    def __init__(
        self,
        host: str,
        port: int = 25,
        *,
        helo: str = "localhost",
        connections: int = 1,
        messages_per_connection: int = 200,
        timeout_s: float | None = None,
        final_timeout_s: float | None = None,
        tls: TlsPolicy | None = None,
        is_tls: bool = False,
        ca_file: Path | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        is_loopback = host in LOOPBACK
        terms = Terms(
            helo=helo,
            tls=tls or (TlsPolicy.NEVER if is_loopback else TlsPolicy.REQUIRED),
            login=Login(*login) if login else None,
            is_loopback=is_loopback,
            messages=messages_per_connection,
        )
        patience = Patience(timeout_s, final_timeout_s)
        self._server = Server(host, port, terms, patience, is_tls=is_tls, ca_file=ca_file)
        self._connections = connections
        self._pool: Pool | None = None

    @property
    def server(self) -> str:
        """The server as a person names it."""
        return self._server.name

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult | None]:
        """
        Send messages over as many connections as they are worth.

        Yields:
            One result per message as it is known, in any order; None twice a second while none is.
            First come the results that an earlier call left behind.

        Raises:
            TransportError: No connection can be had, or our sender address is refused (permanent).
                No message without a result was given.
        """
        if self._pool is None:
            self._pool = Pool(self._server, most=self._connections)
        pool, source = self._pool, Source(messages)
        try:
            yield from _results(pool, source)
        except TransportError:
            source.left()
            raise
        except GeneratorExit:
            raise
        except BaseException:
            if source.error is None:  # it came from anywhere in here
                pool.cut()
            raise
        finally:
            pool.withdraw()
            words = "stopped before the message was given"
            for message in source.left():
                pool.results.append(SendResult(message.subscriber, SendOutcome.UNSENT, words))

    def close(self) -> None:
        """Say QUIT on every connection and close it; what is not answered is given up."""
        if self._pool is not None:
            self._pool.close()
        self._pool = None


def _results(pool: Pool, source: Source) -> Iterator[SendResult | None]:
    pool.begin()
    told_at = time.monotonic()
    while True:
        while pool.results:
            yield pool.results.popleft()
            told_at = time.monotonic()
        if source.is_done and not pool.is_busy:
            break
        pool.step(source)
        if not pool.results and time.monotonic() - told_at >= _SIGN_OF_LIFE_S:
            yield None
            told_at = time.monotonic()
    if source.error is not None:
        raise source.error
    if source.refusal is not None:
        reason, is_permanent = source.refusal.reason, source.refusal.is_permanent
        raise TransportError(pool.name, reason, permanent=is_permanent)
