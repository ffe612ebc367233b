"""
The one connection to a host, kept from request to request: h11 on a socket.

Takes requests and gives answers of httpx, so that what stands above knows httpx alone. Who may be
connected to is judged before; what may stand in an answer's head and how its body ends is h11's.
"""

import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress

import h11
import httpx

from digest.sources.address import Target
from digest.sources.sockets import Stream, connect

KEPT_S = 5.0
"""How long an idle connection is gone by; sites close theirs about then."""
MAX_HEAD = 100 * 1024
"""Octets that the head of an answer, or the line before a chunk, may have."""
READ_OCTETS = 64 * 1024


class Connection:
    """Asks one host after request, one at a time; opens a new connection where the last is spent."""

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        """
        Open nothing yet.

        Args:
            tls: Gives the context for https; called with the first https address.
        """
        self._tls = tls
        self._stream: Stream | None = None
        self._talk = h11.Connection(h11.CLIENT)
        self._leads_to: tuple[str, str] | None = None
        self._idle_until: float | None = None
        """None while an answer is being read."""

    async def ask(self, request: httpx.Request, target: Target, address: str) -> httpx.Response:
        """
        Send a request to an address of its host; the answer's body is still to be read.

        Raises:
            httpx.TransportError: No connection, or it broke.
        """
        waits = request.extensions["timeout"]
        stream = await self._to(target, address, connect_s=waits["connect"])
        try:
            await self._send(request, stream, write_s=waits["write"])
            head = await self._head(stream, read_s=waits["read"])
        except BaseException:
            self._drop()
            raise
        body = _Body(self, stream, read_s=waits["read"])
        return httpx.Response(head.status_code, headers=list(head.headers), stream=body)

    async def aclose(self) -> None:
        """Drop the connection."""
        self._drop()

    async def next_piece(self, stream: Stream, *, read_s: float) -> bytes | None:
        """Give the next octets of the body; None at its end."""
        event = await self._event(stream, read_s=read_s)
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def end(self) -> None:
        """Keep the connection where the answer was read to its end; nothing else may follow it."""
        if self._talk.our_state is h11.DONE and self._talk.their_state is h11.DONE:
            self._talk.start_next_cycle()
            self._idle_until = time.monotonic() + KEPT_S
        else:
            self._drop()

    async def _to(self, target: Target, address: str, *, connect_s: float) -> Stream:
        """Give the kept connection where it leads there and lives, else a new one."""
        leads_to = (target.origin, address)
        kept, idle_until = self._stream, self._idle_until
        self._idle_until = None
        is_alive = kept and not kept.has_news and time.monotonic() < (idle_until or 0.0)
        if kept and is_alive and self._leads_to == leads_to:
            return kept
        self._drop()
        tls = self._tls() if target.scheme == "https" else None
        self._stream = await connect(
            address, target.port, tls=tls, name=target.host, connect_s=connect_s
        )
        self._talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._leads_to = leads_to
        return self._stream

    async def _send(self, request: httpx.Request, stream: Stream, *, write_s: float) -> None:
        body = await request.aread()
        with _as_httpx():
            head = h11.Request(
                method=request.method,
                target=request.url.raw_path,
                headers=request.headers.raw,  # Host is among them, made from the name
            )
            events = (head, h11.Data(data=body), h11.EndOfMessage())
            octets = b"".join(self._talk.send(event) or b"" for event in events)
        with suppress(httpx.WriteError):  # why a host listens no longer it may say, read next
            await stream.write(octets, write_s=write_s)

    async def _head(self, stream: Stream, *, read_s: float) -> h11.Response:
        while True:
            event = await self._event(stream, read_s=read_s)
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise httpx.RemoteProtocolError("the answer has no head")

    async def _event(self, stream: Stream, *, read_s: float) -> object:
        while True:
            with _as_httpx():
                event = self._talk.next_event()
            if event is not h11.NEED_DATA:
                return event
            octets = await stream.read(READ_OCTETS, read_s=read_s)
            if not octets and self._talk.their_state is h11.SEND_RESPONSE:
                raise httpx.RemoteProtocolError("the host closed the connection without an answer")
            self._talk.receive_data(octets)

    def _drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class _Body(httpx.AsyncByteStream):
    """An answer's body as it comes."""

    def __init__(self, connection: Connection, stream: Stream, *, read_s: float) -> None:
        self._connection = connection
        self._stream = stream
        self._read_s = read_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            piece = await self._connection.next_piece(self._stream, read_s=self._read_s)
            if piece is None:
                return
            yield piece

    async def aclose(self) -> None:
        self._connection.end()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise h11's troubles under the same name in httpx."""
    try:
        yield
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
