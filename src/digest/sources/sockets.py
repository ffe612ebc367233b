"""
A connection to an address: octets out and in, with bounds on silence and on what is held unread.

Takes an address that was checked; knows nothing of HTTP. Its troubles are httpx's.
"""

import asyncio
import ssl
from typing import cast

import httpx

HELD_OCTETS = 256 * 1024
"""Octets kept for a reader before the sender is held back; one more read may come on top."""


async def connect(
    address: str, port: int, *, tls: ssl.SSLContext | None, name: str, connect_s: float
) -> "Stream":
    """
    Connect to an address.

    Args:
        address: An IP address.
        port: Of the service.
        tls: How the other side proves who it is; None for plain http.
        name: What it proves to be.
        connect_s: Longest wait for both the connection and the handshake, in seconds.

    Raises:
        httpx.ConnectTimeout: Nobody answered within that time.
        httpx.ConnectError: Refused, no way there, or the proof failed, which is the cause then.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(connect_s):
            _, stream = await loop.create_connection(
                Stream, address, port, ssl=tls, server_hostname=name if tls else None
            )
    except TimeoutError as error:
        raise httpx.ConnectTimeout(f"no connection within {connect_s:g} s") from error
    except OSError as error:  # ssl.SSLError is one
        raise httpx.ConnectError(str(error)) from error
    return stream


class Stream(asyncio.Protocol):
    """One connection, read and written by one task."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._is_held_back = False
        self._has_ended = False
        self._trouble: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    @property
    def has_news(self) -> bool:
        """True where something came that was not read yet, be it the end."""
        return bool(self._unread) or self._has_ended

    async def read(self, most: int, *, read_s: float) -> bytes:
        """
        Give what has come, at most as many octets; empty at the end of the stream.

        Raises:
            httpx.ReadTimeout: Nothing came for ``read_s`` seconds.
            httpx.ReadError: The connection broke.
        """
        if not self.has_news:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(read_s):
                    await self._reader
            except TimeoutError as error:
                raise httpx.ReadTimeout(f"nothing came for {read_s:g} s") from error
            finally:
                self._reader = None
        if not self._unread and self._trouble is not None:
            raise httpx.ReadError(str(self._trouble)) from self._trouble
        return self._taken(most)

    async def write(self, octets: bytes, *, write_s: float) -> None:
        """
        Send octets, and wait while the other side takes none.

        Raises:
            httpx.WriteTimeout: It took none for ``write_s`` seconds.
            httpx.WriteError: The connection is gone.
        """
        if self._transport is None or self._transport.is_closing():
            raise httpx.WriteError("the connection is closed")
        self._transport.write(octets)
        if self._writer is None:
            return
        try:
            async with asyncio.timeout(write_s):
                await self._writer
        except TimeoutError as error:
            raise httpx.WriteTimeout(f"nothing was taken for {write_s:g} s") from error
        if self._trouble is not None:
            raise httpx.WriteError(str(self._trouble)) from self._trouble

    def close(self) -> None:
        """Drop the connection at once: nobody waits for a stranger's goodbye."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Keep what came; hold the sender back where nobody reads it."""
        self._unread += data
        if len(self._unread) > HELD_OCTETS and not self._is_held_back and self._transport:
            self._is_held_back = True
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        """Note the end; the transport closes itself."""
        self._has_ended = True
        _wake(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end and its reason."""
        self._has_ended = True
        self._trouble = exc
        _wake(self._reader)
        self.resume_writing()

    def pause_writing(self) -> None:
        """Let writers wait."""
        self._writer = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """Let writers go on."""
        writer, self._writer = self._writer, None
        _wake(writer)

    def _taken(self, most: int) -> bytes:
        octets = bytes(memoryview(self._unread)[:most])
        del self._unread[:most]
        if self._is_held_back and len(self._unread) <= HELD_OCTETS and self._transport:
            self._is_held_back = False
            self._transport.resume_reading()
        return octets


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
