"""
Sockets for httpcore on asyncio alone, without the layers that serve several event loops.

Takes an address that was checked; gives a stream of octets with bounds on silence and on what is
held unread. Knows nothing of HTTP.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore

HELD_OCTETS = 256 * 1024
"""Octets kept for a reader before the sender is held back; one more read may come on top."""


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Opens connections; httpcore asks for them."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 # httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 # asyncio sets TCP_NODELAY itself
    ) -> httpcore.AsyncNetworkStream:
        """
        Connect to an address.

        Raises:
            httpcore.ConnectTimeout: Nobody answered within ``timeout`` seconds.
            httpcore.ConnectError: The connection was refused, or there is no way to it.
        """
        loop = asyncio.get_running_loop()
        local = (local_address, 0) if local_address else None
        try:
            async with asyncio.timeout(timeout):
                _, stream = await loop.create_connection(Stream, host, port, local_addr=local)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection within {timeout:g} s") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return stream

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts."""
        await asyncio.sleep(seconds)


class Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection, read and written by one task."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._is_held_back = False
        self._has_ended = False
        self._trouble: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """
        Give what has come, at most ``max_bytes`` octets; empty at the end of the stream.

        Raises:
            httpcore.ReadTimeout: Nothing came for ``timeout`` seconds.
            httpcore.ReadError: The connection broke.
        """
        if not self._unread and not self._has_ended:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._reader
            except TimeoutError as error:
                raise httpcore.ReadTimeout(f"nothing came for {timeout:g} s") from error
            finally:
                self._reader = None
        if not self._unread and self._trouble is not None:
            raise httpcore.ReadError(str(self._trouble)) from self._trouble
        return self._taken(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """
        Send octets, and wait while the other side takes none.

        Raises:
            httpcore.WriteTimeout: It took none for ``timeout`` seconds.
            httpcore.WriteError: The connection is gone.
        """
        if self._transport is None or self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        self._transport.write(buffer)
        if self._writer is None:
            return
        try:
            async with asyncio.timeout(timeout):
                await self._writer
        except TimeoutError as error:
            raise httpcore.WriteTimeout(f"nothing was taken for {timeout:g} s") from error
        if self._trouble is not None:
            raise httpcore.WriteError(str(self._trouble)) from self._trouble

    async def aclose(self) -> None:
        """Drop the connection at once: nobody waits for a stranger's goodbye."""
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """
        Go on encrypted, after the other side has proved to be ``server_hostname``.

        Raises:
            httpcore.ConnectTimeout: The handshake took longer than ``timeout`` seconds.
            httpcore.ConnectError: It failed; a wrong certificate is the cause that is named.
        """
        loop = asyncio.get_running_loop()
        raw = cast("asyncio.Transport", self._transport)
        try:
            async with asyncio.timeout(timeout):
                self._transport = await loop.start_tls(
                    raw, self, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            raw.abort()
            raise httpcore.ConnectTimeout(f"no handshake within {timeout:g} s") from error
        except (OSError, ssl.SSLError) as error:
            raw.abort()
            raise httpcore.ConnectError(str(error)) from error
        if self._transport is None:
            raise httpcore.ConnectError("the connection ended in the handshake")
        return self

    def get_extra_info(self, info: str) -> Any:
        """Say whether something may be read (``is_readable``), or what the transport knows."""
        if info == "is_readable":
            return bool(self._unread) or self._has_ended
        return self._transport.get_extra_info(info) if self._transport else None

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
        data = bytes(memoryview(self._unread)[:most])
        del self._unread[:most]
        if self._is_held_back and len(self._unread) <= HELD_OCTETS and self._transport:
            self._is_held_back = False
            self._transport.resume_reading()
        return data


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
