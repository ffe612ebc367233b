"""
A web site of many hosts on loopback, each with an address of its own, that costs next to nothing.

Answers are made before the first request. It speaks as much HTTP as clients need: keep-alive, gzip
where it is asked for, ETag and Last-Modified with 304, a 404 for robots.txt.

Usage: loopback.py HOSTS feeds|pages COUNT [--delay-ms 50-200] [--different 50]; prints the port when it is ready and
ends when its standard input does.
"""

import argparse
import asyncio
import gzip
import hashlib
import random
import resource
import sys
from dataclasses import dataclass

import material

MODIFIED = "Fri, 13 Nov 2026 06:00:00 GMT"
ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """The three answers one path can get."""

    plain: bytes
    gzipped: bytes
    unchanged: bytes
    etag: bytes


MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def host(number: int) -> str:
    """Give the address of a host: 127.1.0.1 and on."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def stored(body: bytes, kind: str) -> Stored:
    """Prepare the answers of one body."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    validators = f"ETag: {etag}\r\nLast-Modified: {MODIFIED}\r\n"
    packed = gzip.compress(body, 6)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\n{validators}"
    return Stored(
        plain=f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body,
        gzipped=f"{head}Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
        + packed,
        unchanged=f"HTTP/1.1 304 Not Modified\r\n{validators}\r\n".encode(),
        etag=etag.encode(),
    )


class Speaker(asyncio.Protocol):
    """One connection."""

    def __init__(self, paths: dict[bytes, Stored], delay: tuple[float, float]) -> None:
        self.paths = paths
        self.delay = delay
        self.head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that has come in whole."""
        self.head += data
        while (end := self.head.find(b"\r\n\r\n")) >= 0:
            request, self.head = self.head[:end], self.head[end + 4 :]
            answer = self.answer_to(request)
            if self.delay[1]:
                seconds = random.uniform(*self.delay)  # no secret
                asyncio.get_running_loop().call_later(seconds, self.transport.write, answer)
            else:
                self.transport.write(answer)

    def answer_to(self, request: bytes) -> bytes:
        """Choose among the prepared answers."""
        found = self.paths.get(request.split(b" ", 2)[1])
        if found is None:
            return MISSING
        lowered = request.lower()
        if found.etag in request:
            return found.unchanged
        return found.gzipped if b"gzip" in lowered else found.plain


async def serve(hosts: int, paths: dict[bytes, Stored], delay: tuple[float, float]) -> None:
    """Listen on all hosts at one port until standard input ends."""
    loop = asyncio.get_running_loop()
    port = 0
    servers = []
    for number in range(hosts):
        server = await loop.create_server(lambda: Speaker(paths, delay), host(number), port)
        port = server.sockets[0].getsockname()[1]
        servers.append(server)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Prepare the answers and serve them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts", type=int)
    parser.add_argument("what", choices=("feeds", "pages"))
    parser.add_argument("count", type=int)
    parser.add_argument("--delay-ms", default="0")
    parser.add_argument("--different", type=int, default=0, help="as many bodies, served in turn")
    asked = parser.parse_args()
    low, _, high = asked.delay_ms.partition("-")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16_384), most))
    make, kind = (
        (lambda number: material.feed(number, entries=ENTRIES), "application/xml")
        if asked.what == "feeds"
        else (material.page, "text/html")
    )
    bodies = [
        stored(make(n), kind) for n in range(min(asked.different or asked.count, asked.count))
    ]
    paths = {f"/{n}".encode(): bodies[n % len(bodies)] for n in range(asked.count)}
    asyncio.run(serve(asked.hosts, paths, (int(low) / 1000, int(high or low) / 1000)))


if __name__ == "__main__":
    main()
