"""
The web as it was: captured answers and our own pages under the real hosts' names, on loopback alone.

A connection to anywhere ends at one server in this process, which goes by the Host header; a name it
does not serve is not found. Only TLS is left out: no test can hold the real hosts' keys.
"""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from digest.demo.site import Page


@dataclass(frozen=True)
class ReplayedWeb:
    """Pages by host and path, the query aside, and what was asked of them."""

    pages: Mapping[tuple[str, str], Page]
    port: int
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By host and status."""

    async def resolve(self, host: str, _port: int) -> tuple[str, ...]:
        """Answer as the name service: this machine for every host there is a page of."""
        if host not in {known for known, _ in self.pages}:
            raise socket.gaierror(socket.EAI_NONAME, "not of this week")
        return ("127.0.0.1",)

    def run(self, work: Callable[[], Any]) -> Any:
        """Run a coroutine function in a loop whose connections all end at the server."""
        with asyncio.Runner(loop_factory=lambda: _Loop(self.port)) as runner:
            return runner.run(work())


class _Loop(asyncio.SelectorEventLoop):
    """A loop that knows one way out."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def create_connection(self, factory: Any, *_: Any, **__: Any) -> Any:
        """Connect to the server, whatever was asked for, and without TLS."""
        return await super().create_connection(factory, "127.0.0.1", self._port)


@contextmanager
def replayed(pages: Mapping[tuple[str, str], Page]) -> Iterator[ReplayedWeb]:
    """Serve the pages while the ``with`` block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"]
            page = pages.get((host, urlsplit(self.path).path))
            body = page.body if page else b"not here\n"
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", page.content_type if page else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            web.answers[host, 200 if page else 404] += 1

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web = ReplayedWeb(pages, server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
