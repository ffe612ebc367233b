"""
The open connections to one mail server, served in turn by one thread.

It opens them as they are needed, gives each its next message, keeps to the patience, and lets an
address rest that failed.
"""

import selectors
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from digest.delivery.smtp.conversation import Trouble, Wait
from digest.delivery.smtp.hosts import Hosts
from digest.delivery.smtp.opening import Terms
from digest.delivery.smtp.patience import Patience
from digest.delivery.smtp.session import Session
from digest.delivery.transports.link import Address, Link, reason_of
from digest.delivery.transports.source import Source
from digest.errors import TransportError
from digest.model import SendOutcome, SendResult

_NAMES_LAST_S = 300.0
"""Seconds for which the addresses of the server's name are believed."""
_REFUSED_IN_A_ROW = 50
"""Messages that cannot be named to the server, before results are looked at again."""
_MOVES = {
    Wait.CONNECT: "a connection",
    Wait.GREETING: "its greeting",
    Wait.COMMAND: "a reply",
    Wait.DATA: "its go-ahead",
    Wait.BLOCK: "it to read",
    Wait.FINAL: "the reply to the final dot",
    Wait.QUIT: "its goodbye",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and how it is spoken to."""

    host: str
    port: int
    terms: Terms
    patience: Patience
    is_tls: bool
    """TLS begins with the connection."""
    ca_file: Path | None

    @property
    def name(self) -> str:
        """As a person names it."""
        return f"{self.host}:{self.port}"


class Pool:
    """At most so many connections; ``results`` fills as it is stepped."""

    def __init__(self, server: Server, *, most: int) -> None:
        self.results: deque[SendResult] = deque()
        self._server = server
        self._most = most
        self._links: set[Link] = set()
        self._selector = selectors.DefaultSelector()
        self._hosts: Hosts[Address] = Hosts(())
        self._named_at = float("-inf")
        self._context: ssl.SSLContext | None = None
        self._trouble = Trouble("no connection")
        self._look_at = 0.0
        self._is_hungry = False

    @property
    def name(self) -> str:
        """The server as a person names it."""
        return self._server.name

    @property
    def is_busy(self) -> bool:
        """Whether a message has no result yet."""
        return any(link.session.is_busy for link in self._links)

    def begin(self) -> None:
        """Notice who has gone meanwhile; let every address be tried, since our caller has waited."""
        self._hosts.release()
        self._serve(None, 0)
        self._is_hungry = True

    def step(self, source: Source) -> None:
        """
        Do what can be done, and wait for one tick at most.

        Raises:
            TransportError: There are messages, and no connection can be had.
        """
        if self._is_hungry:
            self._is_hungry = False
            for link in tuple(self._links):
                if link.session.can_take:
                    self._settle(link, source)
        self._grow(source)
        self._serve(source, 0 if self._is_hungry or self.results else self._server.patience.tick_s)

    def withdraw(self) -> None:
        """Give nothing more of any message; see ``Session.withdraw``."""
        for link in tuple(self._links):
            if link.session.is_busy:
                link.session.withdraw()
                self._settle(link, None)
            elif not link.session.is_ready:
                self._bury(link)

    def cut(self) -> None:
        """Break every connection off; how far the last write came is not known."""
        for link in tuple(self._links):
            link.session.cut("interrupted")
            self._settle(link, None)

    def close(self) -> None:
        """Part politely from who has nothing to answer, and from the others at once."""
        for link in tuple(self._links):
            if link.session.is_busy or not link.session.is_ready:
                self._bury(link)
            elif not link.session.is_leaving:
                link.session.leave()
                self._settle(link, None)
        until = time.monotonic() + self._server.patience.seconds(Wait.QUIT)
        while self._links and time.monotonic() < until:
            self._serve(None, self._server.patience.tick_s)
        for link in tuple(self._links):
            self._bury(link)
        self._selector.close()

    def _serve(self, source: Source | None, timeout_s: float) -> None:
        for key, events in self._selector.select(timeout_s):
            key.data.progress(events)
            self._settle(key.data, source)
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + self._server.patience.tick_s
            self._check_waits(now, source)

    def _settle(self, link: Link, source: Source | None) -> None:
        """After anything that moved a connection: feed it, write, and take what came of it."""
        session = link.session
        if session.is_ready:
            if not link.is_known:
                link.is_known = True
                self._hosts.worked(link.address)
            self._feed(session, source)
        link.flush()
        if session.results:
            self.results.extend(session.results)
            session.results.clear()
        if session.returned:
            self._take_back(session, source)
        if session.refused_sender and source is not None:
            source.refuse(session.refused_sender)
        if session.trouble:
            self._bury(link)
        elif link.wants != link.watched:
            self._selector.modify(link.number, link.wants, link)
            link.watched = link.wants

    def _feed(self, session: Session, source: Source | None) -> None:
        if source is not None and session.can_take:
            for _ in range(_REFUSED_IN_A_ROW):
                message = source.take()
                if message is None or session.take(message):
                    break
            else:
                self._is_hungry = True
        if session.is_loaded:
            session.go_on()
        if session.is_spent:
            session.leave()

    def _take_back(self, session: Session, source: Source | None) -> None:
        for message in session.returned:
            if source is None:
                words = "the connection ended before the message was given"
                self.results.append(SendResult(message.subscriber, SendOutcome.UNSENT, words))
            else:
                source.put_back(message)
                self._is_hungry = True
        session.returned.clear()

    def _check_waits(self, now: float, source: Source | None) -> None:
        for link in tuple(self._links):
            state = (link.wait, link.session.moves)
            if state != link.seen:
                link.seen, link.moved_at = state, now
            elif now - link.moved_at >= self._server.patience.seconds(link.wait):
                link.session.lost(f"timed out waiting for {_MOVES[link.wait]}")
                self._settle(link, source)

    def _grow(self, source: Source) -> None:
        """Open a connection if messages are worth it: none waits idle, and all carry one already."""
        count = len(self._links)
        if source.is_done or count >= min(self._most, max(1, source.taken)):
            return
        if any(link.session.can_take for link in self._links):
            return
        if not count and self.results:
            return  # they are told before it is said that there is no connection
        now = time.monotonic()
        if not count and now - self._named_at >= _NAMES_LAST_S:
            self._look_up(now)
        address = self._hosts.next(now)
        if address is not None:
            self._open(address)
        elif not count:
            trouble = self._trouble
            raise TransportError(self._server.name, trouble.reason, permanent=trouble.is_permanent)

    def _open(self, address: Address) -> None:
        server = self._server
        session = Session(server.terms, is_secure=server.is_tls)
        context = self._trust()
        try:
            link = Link(
                address, session, host=server.host, context=context, begins_with_tls=server.is_tls
            )
        except OSError as error:  # no more files, or no such network on this machine
            self._trouble = Trouble(f"no connection: {reason_of(error)}")
            self._hosts.failed(address, time.monotonic())
            return
        self._links.add(link)
        self._selector.register(link.number, link.wants, link)
        link.open()
        self._settle(link, None)

    def _bury(self, link: Link) -> None:
        self._selector.unregister(link.number)
        self._links.discard(link)
        link.close()
        trouble = link.session.trouble
        if trouble and not trouble.is_harmless:
            self._trouble = trouble
            self._hosts.failed(link.address, time.monotonic())

    def _look_up(self, now: float) -> None:
        """Find the server's addresses; it may block, so only where no reply can be missed."""
        server = self._server
        try:
            found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # the latter: it cannot be a name at all
            reason = f"no connection: {reason_of(error)}; start it, or mend its address"
            raise TransportError(server.name, reason) from error
        self._hosts = Hosts([(family, where) for family, _, _, _, where in found])
        self._named_at = now

    def _trust(self) -> ssl.SSLContext | None:
        """Give what certificates are checked by; None where no TLS is wanted."""
        server = self._server
        if self._context is None and (server.is_tls or server.terms.wants_tls):
            try:
                self._context = ssl.create_default_context(cafile=server.ca_file)
            except OSError as error:
                reason = f"DIGEST_SMTP_CA_FILE cannot be used: {reason_of(error)}; name a PEM file"
                raise TransportError(server.name, reason, permanent=True) from error
        return self._context
