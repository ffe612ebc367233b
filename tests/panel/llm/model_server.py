"""A model's server on loopback: speaks OpenAI's chat API, and answers as its script says."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server does with one request."""

    answer: dict[str, Any] | str | None = None
    """The filled-in form; text is sent as it is, whether or not it is JSON."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    finish: str = "tool_calls"
    says: str | None = None
    """Plain words instead of a form."""
    refusal: str | None = None
    tokens: tuple[int, int] = (4_000, 500)
    body: bytes | None = None
    """Sent in place of all that."""


@dataclass(frozen=True)
class Request:
    """One request that reached the server."""

    system: str
    user: str
    messages: list[dict[str, Any]]
    body: dict[str, Any]
    headers: dict[str, str]


class ModelServer:
    """A model as a script: each request takes the next reply, the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[Callable[[Request], Reply]] = []
        self.asked: list[Request] = []
        self.asked_at: list[float] = []
        self.busiest = 0
        self._active = 0
        self._stopped = False
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def says(self, *replies: Reply | Callable[[Request], Reply]) -> None:
        """Set what the next requests get."""
        self.replies = [
            each if callable(each) else (lambda _request, each=each: each) for each in replies
        ]

    def reply_to(self, request: Request) -> Reply:
        with self._lock:
            self.asked.append(request)
            self.asked_at.append(time.monotonic())
            make = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            self._active += 1
            self.busiest = max(self.busiest, self._active)
        reply = make(request)
        time.sleep(reply.after_s)
        with self._lock:
            self._active -= 1
        return reply

    def serve(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Start a server, and stop it."""
    server = ModelServer()
    server.serve()
    yield server
    server.stop()


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            messages = body["messages"]
            texts = {each["role"]: each.get("content") or "" for each in reversed(messages)}
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(
                system=texts.get("system", texts.get("developer", "")),
                user=texts["user"],
                messages=messages,
                body=body,
                headers=headers,
            )
            reply = server.reply_to(request)
            content = reply.body or json.dumps(_document(reply, body)).encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                pass  # whoever asked has gone

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler


def _document(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    if reply.status != 200:
        return {"error": {"message": "scripted", "type": "scripted", "code": None}}
    message: dict[str, Any] = {"role": "assistant", "content": reply.says}
    if reply.refusal:
        message["refusal"] = reply.refusal
    elif reply.says is None:
        text = reply.answer if isinstance(reply.answer, str) else json.dumps(reply.answer)
        if body.get("tools"):
            call = {"name": body["tools"][0]["function"]["name"], "arguments": text}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": call}]
        else:
            message["content"] = text
    tokens_in, tokens_out = reply.tokens
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish}],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }
