"""
Stand between a client and a server on loopback and let every octet wait, as a real network does.

Loopback hides the round trips that decide in life. Each way has its own delay, so a round trip takes
twice as long. Ends by SIGTERM or SIGINT.

Usage: delay.py LISTEN_PORT SERVER_PORT [--each-way-ms 10]
"""

import argparse
import asyncio
import contextlib
from collections import deque
from typing import cast

_AT_ONCE = 1 << 20


class _End(asyncio.Protocol):
    """One end of a connection; what it hears, the other end says a little later."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._later: deque[bytes | None] = deque()
        self.transport: asyncio.Transport | None = None
        self.other: _End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=_AT_ONCE)

    def data_received(self, data: bytes) -> None:
        self._pass_on(data)

    def eof_received(self) -> bool:
        self._pass_on(None)
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        self._pass_on(None)

    def _pass_on(self, data: bytes | None) -> None:
        self._later.append(data)
        asyncio.get_running_loop().call_later(self._delay_s, self._say)

    def _say(self) -> None:
        data = self._later.popleft()
        if self.other is None or self.other.transport is None:
            return
        if data is None:
            self.other.transport.close()
        else:
            self.other.transport.write(data)


class _Front(_End):
    """The end the client connects to; it opens the way to the server."""

    def __init__(self, delay_s: float, server_port: int) -> None:
        super().__init__(delay_s)
        self._server_port = server_port
        self._opening: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(2 * self._delay_s)  # the handshake of TCP is a round trip as well
        back = _End(self._delay_s)
        back.other = self
        await loop.create_connection(lambda: back, "127.0.0.1", self._server_port)
        self.other = back


async def relay(listen_port: int, server_port: int, *, delay_s: float) -> None:
    """Listen until cancelled."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Front(delay_s, server_port), "127.0.0.1", listen_port, backlog=400
    )
    async with server:
        await server.serve_forever()


def main() -> None:
    """Read the arguments and listen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("listen_port", type=int)
    parser.add_argument("server_port", type=int)
    parser.add_argument("--each-way-ms", type=float, default=10.0)
    asked = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(relay(asked.listen_port, asked.server_port, delay_s=asked.each_way_ms / 1000))


if __name__ == "__main__":
    main()
