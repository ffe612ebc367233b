"""A server on loopback that speaks the APIs of three mail services, and errs as its script says."""

import json
import threading
import time
from base64 import b64decode
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server does with one request, in place of the right thing."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    """JSON, or bytes as they are; None is the right answer."""
    accepts: bool = False
    """Whether it takes the messages all the same."""
    hangs: bool = False
    """Whether it never answers."""
    drips_s: float = 0.0
    """Seconds between single octets of the body."""
    drops: bool = False
    """Whether it closes the connection without an answer."""


class EspServer:
    """Each request takes the next reply; when there is none left, all goes well."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def reset(self) -> None:
        """Forget everything: all goes well again."""
        self.replies: list[Reply | None] = []
        """None: the right thing."""
        self.bad: dict[str, tuple[int, str]] = {}
        """Code and words by recipient whose messages are refused."""
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        """Path, headers with lower-case names, and JSON of each request."""
        self.accepted: list[tuple[str, Any]] = []
        """Recipient and fields of each message it took."""
        self._kept: dict[str, tuple[int, object]] = {}
        self._over = threading.Event()

    def let_go(self) -> None:
        """End what hangs."""
        self._over.set()

    def recipients(self) -> list[str]:
        return sorted(recipient for recipient, _ in self.accepted)

    def close(self) -> None:
        self.let_go()
        self._http.shutdown()
        self._http.server_close()

    def answer(self, path: str, headers: dict[str, str], body: Any) -> tuple[Reply, int, object]:
        """Take one request; give the reply, and the status and body that go out."""
        with self._lock:
            self.asked.append((path, headers, body))
            reply = (self.replies.pop(0) if self.replies else None) or Reply(accepts=True)
            known = self._kept.get(headers.get("idempotency-key", ""))
            right = known or (self._take(path, headers, body) if reply.accepts else (200, None))
            if reply.body is not None or not reply.accepts or reply.status != 200:
                right = (reply.status, reply.body)
            return reply, *right

    def wait_until_over(self) -> None:
        self._over.wait(10)

    def _take(self, path: str, headers: dict[str, str], body: Any) -> tuple[int, object]:
        right = {
            "/v2/email/outbound-emails": self._ses,
            "/email/batch": self._postmark,
            "/emails/batch": self._resend,
        }[path](body)
        if "idempotency-key" in headers:
            self._kept[headers["idempotency-key"]] = right
        return right

    def _ses(self, body: Any) -> tuple[int, object]:
        (recipient,) = body["Destination"]["ToAddresses"]
        if recipient in self.bad:
            return 400, {"message": self.bad[recipient][1]}
        mail = message_from_bytes(b64decode(body["Content"]["Raw"]["Data"]))
        self.accepted.append((recipient, body | {"mail": mail}))
        return 200, {"MessageId": f"ses-{recipient}"}

    def _postmark(self, body: Any) -> tuple[int, object]:
        entries = []
        for each in body:
            code, words = self.bad.get(each["To"], (0, "OK"))
            entry = {"ErrorCode": code, "Message": words}
            if not code:
                self.accepted.append((each["To"], each))
                entry |= {"To": each["To"], "MessageID": f"pm-{each['To']}", "SubmittedAt": "now"}
            entries.append(entry)
        return 200, entries

    def _resend(self, body: Any) -> tuple[int, object]:
        data, errors = [], []
        for place, each in enumerate(body):
            (recipient,) = each["to"]
            if recipient in self.bad:
                errors.append({"index": place, "message": self.bad[recipient][1]})
            else:
                self.accepted.append((recipient, each))
                data.append({"id": f"re-{recipient}"})
        return 200, {"data": data} | ({"errors": errors} if errors else {})


def _handler(server: EspServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write for each answer: two wait for each other

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply, status, answer = server.answer(self.path, headers, body)
            if reply.hangs:
                server.wait_until_over()
            if reply.hangs or reply.drops:
                self.close_connection = True
                return
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for octet in (
                    content[i : i + 1] for i in range(len(content) if reply.drips_s else 0)
                ):
                    self.wfile.write(octet)
                    self.wfile.flush()
                    time.sleep(reply.drips_s)
                self.wfile.write(b"" if reply.drips_s else content)
            except OSError:
                self.close_connection = True  # whoever asked has gone

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler
