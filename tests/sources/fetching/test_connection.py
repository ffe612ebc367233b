"""The one connection to a host: kept, given up when spent, and never read ahead without bound."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from digest.sources.address import AllowedHosts
from digest.sources.connect import GuardedTransport
from digest.sources.sockets import HELD_OCTETS, Stream, connect

pytestmark = pytest.mark.usefixtures("socket_enabled")

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
MANY = 64 * HELD_OCTETS

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(speak: Speak) -> AsyncIterator[int]:
    """A server on loopback that says what ``speak`` says; gives its port."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await speak(reader, writer)
        if not writer.is_closing():
            writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for each in talks:
            each.cancel()
        await asyncio.gather(*talks)


@asynccontextmanager
async def stream_to(port: int) -> AsyncIterator[Stream]:
    stream = await connect("127.0.0.1", port, tls=None, name="tools.example", connect_s=5)
    try:
        yield stream
    finally:
        stream.close()


async def ask_twice(port: int, *, between_s: float = 0.0) -> list[bytes]:
    """Ask a host twice over its one way."""

    def no_tls() -> ssl.SSLContext:
        raise AssertionError("the context for https is made for a plain address")

    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    transport = GuardedTransport(
        tls=no_tls,
        allowed=AllowedHosts.parse(["127.0.0.0/8"]),
        resolve=resolve,
        connect_s=5,
    )
    bodies = []
    for _ in range(2):
        request = httpx.Request(
            "GET",
            f"http://tools.example:{port}/",
            extensions={"timeout": httpx.Timeout(5).as_dict()},
        )
        response = await transport.handle_async_request(request)
        bodies.append(await response.aread())
        await response.aclose()
        await asyncio.sleep(between_s)
    await transport.aclose()
    return bodies


async def test_two_requests_to_a_host_share_one_connection():
    connections = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(ANSWER)

    async with listening(speak) as port:
        assert await ask_twice(port) == [b"hi", b"hi"]
    assert len(connections) == 1


async def test_a_connection_that_the_host_dropped_meanwhile_is_not_used_again():
    connections = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        writer.close()

    async with listening(speak) as port:
        assert await ask_twice(port, between_s=0.05) == [b"hi", b"hi"]
    assert len(connections) == 2


async def test_what_nobody_reads_is_left_with_the_sender():
    sent = 0

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        for _ in range(MANY // 65_536):
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536
        writer.close()

    async with listening(speak) as port, stream_to(port) as stream:
        before = -1
        while before < sent:
            before = sent
            await asyncio.sleep(0.1)
        assert 0 < sent < MANY

        read = 0
        while piece := await stream.read(65_536, read_s=5):
            assert len(piece) <= 65_536
            read += len(piece)
    assert read == MANY


async def test_silence_ends_in_a_timeout_and_a_reset_in_an_error():
    may_reset = asyncio.Event()

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await may_reset.wait()
        writer.transport.abort()

    async with listening(speak) as port, stream_to(port) as stream:
        with pytest.raises(httpx.ReadTimeout, match=r"0\.05 s"):
            await stream.read(10, read_s=0.05)

        await stream.write(b"unread, so that aborting resets", write_s=5)
        may_reset.set()
        with pytest.raises(httpx.ReadError):
            await stream.read(10, read_s=5)
        with pytest.raises(httpx.WriteError):
            await stream.write(b"more", write_s=5)


async def test_a_host_that_takes_nothing_ends_a_long_request():
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()
        await asyncio.sleep(1)
        writer.transport.abort()

    async with listening(speak) as port, stream_to(port) as stream:
        with pytest.raises(httpx.WriteTimeout):
            await stream.write(b"x" * 32_000_000, write_s=0.2)


async def test_a_handshake_with_what_speaks_no_tls_is_an_error_of_connecting():
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with listening(speak) as port:
        with pytest.raises(httpx.ConnectError):
            await connect(
                "127.0.0.1",
                port,
                tls=ssl.create_default_context(),
                name="tools.example",
                connect_s=5,
            )
