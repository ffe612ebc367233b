"""Clients of three mail services, a server that stands for each of them, and a mail."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from digest.delivery.sigv4 import Keys
from digest.delivery.transports.posting import PostingTransport, Times
from digest.delivery.transports.postmark import PostmarkTransport
from digest.delivery.transports.resend import ResendTransport
from digest.delivery.transports.ses import SesTransport
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult
from tests.delivery.esp_server import EspServer

ACCEPTED = SendOutcome.ACCEPTED
DEFERRED = SendOutcome.DEFERRED
REJECTED = SendOutcome.REJECTED
UNCERTAIN = SendOutcome.UNCERTAIN

KINDS = ("ses", "postmark", "resend")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CONTENT = (
    "From: Weekly AI Tool Verdicts <news@verdicts.example>\r\n"
    "Reply-To: editors@verdicts.example\r\n"
    "Subject: =?utf-8?q?Quill_vs_=C3=89crit?=: pick Quill\r\n"
    "To: {name}@reader.example\r\n"
    "Date: Fri, 20 Nov 2026 09:00:00 +0000\r\n"
    "Message-ID: <{name}@verdicts.example>\r\n"
    "List-Unsubscribe: <https://verdicts.example/unsubscribe/a-token-that-is-long-enough-to-be-\r\n"
    " folded>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; b=AAAA\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n'
    "\r\n"
    "--b\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Pick Quill =E2=80=93 it is free=\r\n"
    ".\r\n"
    "--b\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "<p>Pick =\r\n"
    "Quill =E2=80=93 it is free.</p>\r\n"
    "--b--\r\n"
)


def message(name: str, **fields) -> Message:
    values = {
        "subscriber": name,
        "sender": f"b+tok_{name}-1@bounce.verdicts.example",
        "recipient": f"{name}@reader.example",
        "message_id": f"<{name}@verdicts.example>",
        "content": CONTENT.format(name=name).encode(),
    }
    return Message(**(values | fields))


@pytest.fixture(scope="module")
def running() -> Iterator[list[EspServer]]:
    """The server, once it was started."""
    servers: list[EspServer] = []
    yield servers
    for each in servers:
        each.close()


@pytest.fixture
def server(socket_enabled, running: list[EspServer]) -> Iterator[EspServer]:
    """A service that takes everything until told otherwise."""
    del socket_enabled
    if not running:
        running.append(EspServer())
    running[0].reset()
    yield running[0]
    running[0].let_go()


class Hours(SimpleNamespace):
    """Time that passes only by waiting."""

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def monotonic(self) -> float:
        return sum(self.waits)


@pytest.fixture
def hours() -> Hours:
    return Hours(waits=[])


@pytest.fixture
def make(server: EspServer, hours: Hours):
    """Make a client of one kind; all are closed afterwards."""
    made: list[PostingTransport] = []

    def build(kind: str, *, url: str | None = None, **options) -> PostingTransport:
        root = url or server.url
        options = {"times": Times(hours.sleep, hours.monotonic)} | options
        match kind:
            case "ses":
                keys = Keys("AKID", "secret", "session")
                client = SesTransport(
                    root, region="eu-central-1", keys=keys, configuration_set="weekly", **options
                )
            case "postmark":
                client = PostmarkTransport(root, token="pm-key", stream="broadcast", **options)
            case _:
                client = ResendTransport(root, key="re-key", **options)
        made.append(client)
        return client

    yield build
    for client in made:
        client.close()


def send(transport: PostingTransport, *names: str):
    """Send; give results by subscriber, and the error that ended the batch if one did."""
    results: dict[str, SendResult] = {}
    try:
        for result in transport.send(message(name) for name in names):
            if result is not None:
                results[result.subscriber] = result
    except TransportError as error:
        return results, error
    return results, None


def outcomes(results: dict[str, SendResult]) -> dict[str, SendOutcome]:
    return {name: result.outcome for name, result in results.items()}


def taken(*names: str) -> list[str]:
    return sorted(f"{name}@reader.example" for name in names)
