"""A scripted web site on loopback: what each path answers, and what it was asked."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What the site answers once."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """Announced length where it differs from the true one."""
    after_s: float = 0.0
    raw: bytes | None = None
    """Sent instead of a response; then the connection is closed."""


@dataclass(frozen=True)
class Asked:
    """One request that reached the site; header names in lower case."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""
    at: float = field(default_factory=time.monotonic)
    """When it came, in seconds."""


class Site:
    """A web site as a script: ``says`` sets what a path answers, ``asked`` is what came in."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.asked: list[Asked] = []
        self.octets_sent = 0
        self.busiest = 0
        """Most requests answered at the same time."""
        self.script: dict[str, list[Reply]] = {}
        self._active = 0
        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer((host, 0), _handler(self))
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        self.url = f"http://{host}:{self.port}"

    def says(self, path: str, **reply: object) -> None:
        """Add an answer to ``path``; the last one added is repeated for ever."""
        self.script.setdefault(path, []).append(Reply(**reply))

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [asked.path for asked in self.asked]

    def take(self, asked: Asked) -> Reply:
        """Note a request and give the script's next answer."""
        path = asked.path
        with self._lock:
            self.asked.append(asked)
            self._active += 1
            self.busiest = max(self.busiest, self._active)
            replies = self.script.get(path, [Reply(status=404)])
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def done(self) -> None:
        """Note that an answer is about to end."""
        with self._lock:
            self._active -= 1


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            names = {name.lower(): text for name, text in self.headers.items()}
            body = self.rfile.read(int(names.get("content-length", "0")))
            reply = site.take(Asked(self.path, names, self.command, body))
            time.sleep(reply.after_s)
            site.done()  # before the last octet, so that the next request cannot overtake it
            try:
                self._send(reply)
            except ConnectionError:
                self.close_connection = True  # the fetcher has stopped reading: its good right

        do_POST = do_GET  # noqa: N815 # names of the library

        def _send(self, reply: Reply) -> None:
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                self.close_connection = True
                return
            is_whole = isinstance(reply.body, bytes)
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            if is_whole:
                length = len(reply.body) if reply.length is None else reply.length
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.close_connection = not is_whole or reply.length is not None
            for piece in [reply.body] if is_whole else reply.body:
                self.wfile.write(piece)
                site.octets_sent += len(piece)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    return Handler


@contextmanager
def running(host: str, kind: type[Site] = Site) -> Iterator[Site]:
    """Run a site until the end of the block."""
    site = kind(host)
    thread = threading.Thread(target=site.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        thread.join()
        site.server.server_close()
