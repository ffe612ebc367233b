"""A server on loopback that speaks OpenAI's embeddings API, and answers as its script says."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOPICS = ("voice", "picture", "code", "table")
"""What the server's model knows of the world: a number for each word."""


def meaning(text: str) -> list[float]:
    """A model's numbers of a text: how often each topic is named, and one that is always there."""
    return [*(float(text.lower().count(topic)) for topic in TOPICS), 0.25]


@dataclass(frozen=True)
class Reply:
    """What the server does with one request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    body: str | None = None
    """Sent as it is; None is the right answer."""
    drips_s: float = 0.0
    """Seconds between single octets of the body."""


class EmbeddingServer:
    """Each request takes the next reply, the last one for ever."""

    def __init__(self, embed: Callable[[str], list[float]]) -> None:
        self.embed = embed
        self.replies: list[Reply] = [Reply()]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def texts(self) -> list[str]:
        """All texts it was asked about."""
        return [text for body in self.asked for text in body["input"]]

    def says(self, *replies: Reply) -> None:
        """Set what the next requests get."""
        self.replies = list(replies)

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def serve(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def embedding_server(
    embed: Callable[[str], list[float]] = meaning,
) -> Iterator[EmbeddingServer]:
    """Start a server, and stop it."""
    server = EmbeddingServer(embed)
    server.serve()
    yield server
    server.stop()


def _handler(server: EmbeddingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append({**body, "path": self.path})
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = server.next_reply()
            time.sleep(reply.after_s)
            content = (_right(body) if reply.body is None else reply.body).encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Length", str(len(content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for octet in (
                    content[i : i + 1] for i in range(len(content) * bool(reply.drips_s))
                ):
                    self.wfile.write(octet)
                    time.sleep(reply.drips_s)
                self.wfile.write(content if not reply.drips_s else b"")
            except OSError:
                pass  # whoever asked has gone

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    def _right(body: dict[str, Any]) -> str:
        items = [
            {"object": "embedding", "index": index, "embedding": server.embed(text)}
            for index, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        # the last first: the index counts, not the place
        return json.dumps({"object": "list", "data": items[::-1], "model": "m", "usage": usage})

    return Handler
