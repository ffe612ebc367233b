"""The SMTP client against Debian's smtp-sink: somebody else's server refuses, hangs up and waits."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from digest.delivery.transports.smtp import SmtpTransport
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

ACCEPTED, DEFERRED, REJECTED, UNCERTAIN, UNSENT = SendOutcome

pytestmark = [pytest.mark.sink, pytest.mark.enable_socket]


@pytest.fixture
def folder():
    """A folder that the sink can write to: as root it runs as nobody, who may not enter tmp_path."""
    with tempfile.TemporaryDirectory(prefix="digest-sink-") as name:
        path = Path(name)
        path.chmod(0o777)
        yield path


@contextmanager
def _sink(folder: Path, *options: str):
    """Run smtp-sink, a file in ``folder`` for every message whose content came; give its port."""
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip("smtp-sink is not installed: apt-get install postfix")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    where = [*as_nobody, "-d", f"{folder}/mail.", *options, f"127.0.0.1:{port}", "100"]
    with subprocess.Popen([program, *where]) as sink:
        try:
            _wait_for(port)
            yield port
            assert sink.poll() is None  # else somebody else listened there
        finally:
            sink.kill()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    pytest.fail("smtp-sink did not start")


def _messages(count: int) -> list[Message]:
    return [
        Message(
            subscriber=f"reader{number}",
            sender="news@verdicts.example",
            recipient=f"reader{number}@reader.example",
            message_id=f"<{number}@verdicts.example>",
            content=b"Subject: hello\r\n\r\n" + b"hello\r\n" * 2000,
        )
        for number in range(count)
    ]


def _sent(transport: SmtpTransport, count: int) -> tuple[list[SendResult], TransportError | None]:
    results: list[SendResult] = []
    try:
        results.extend(result for result in transport.send(_messages(count)) if result)
    except TransportError as error:
        return results, error
    return results, None


def _taken(folder: Path) -> Counter[str]:
    """Give the recipients of what came to the sink, and how often."""
    return Counter(
        line.partition("<")[2].partition("@")[0]
        for path in folder.iterdir()
        for line in path.read_text().splitlines()
        if line.startswith("X-Rcpt-Args:")
    )


@pytest.mark.parametrize("options", [(), ("-p",), ("-N", "-8"), ("-e",)])
@pytest.mark.parametrize("connections", [1, 5])
def test_every_message_arrives_once_with_and_without_pipelining(folder, options, connections):
    with (
        _sink(folder, *options) as port,
        SmtpTransport(
            "127.0.0.1", port, connections=connections, messages_per_connection=30, timeout_s=10
        ) as transport,
    ):
        results, error = _sent(transport, 150)

    assert error is None
    assert Counter(result.outcome for result in results) == {ACCEPTED: 150}
    assert {result.subscriber: 1 for result in results} == _taken(folder)


def _expected(fault: str, command: str) -> SendOutcome | None:
    """What becomes of the first message; None: nothing is said of it."""
    if fault == "-f":
        return None if command == "MAIL" else REJECTED
    if fault == "-q":
        return UNCERTAIN if command == "." else UNSENT
    return DEFERRED


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("fault", ["-r", "-f", "-q", "-Q"])
@pytest.mark.parametrize("plain", [False, True])
def test_each_message_gets_one_outcome_and_it_agrees_with_the_sink(folder, fault, command, plain):
    options = (fault, command, *(["-p"] if plain else []))
    with (
        _sink(folder, *options) as port,
        SmtpTransport("127.0.0.1", port, connections=3, timeout_s=10) as transport,
    ):
        results, error = _sent(transport, 8)

    told = Counter(result.subscriber for result in results)
    assert set(told.values()) <= {1}
    expected = _expected(fault, command)
    assert {result.outcome for result in results} == ({expected} if expected else set())
    if command != ".":
        assert not _taken(folder)  # content came for nobody
    if fault in {"-r", "-f"} and expected:
        assert (len(told), error) == (8, None)
    elif expected:
        assert 1 <= len(told) < 8
        assert error is not None
        assert set(_taken(folder)) <= set(told)  # who has no result was not given
    else:
        assert error.permanent


@pytest.mark.parametrize("command", ["CONNECT", "EHLO"])
@pytest.mark.parametrize("fault", ["-r", "-q", "-Q"])
def test_a_sink_that_does_not_let_us_in_is_given_nothing(folder, fault, command):
    with (
        _sink(folder, fault, command) as port,
        SmtpTransport("127.0.0.1", port, connections=3, timeout_s=10) as transport,
    ):
        results, error = _sent(transport, 3)

    assert results == []
    assert not error.permanent


def test_a_sink_that_waits_too_long_with_its_go_ahead_is_left(folder):
    with (
        _sink(folder, "-w", "2") as port,
        SmtpTransport("127.0.0.1", port, timeout_s=0.2, final_timeout_s=5) as transport,
    ):
        results, error = _sent(transport, 3)

    assert [result.outcome for result in results] == [UNSENT]
    assert "timed out waiting for" in str(error)


def test_a_sink_that_waits_is_waited_for(folder):
    with (
        _sink(folder, "-w", "1") as port,
        SmtpTransport("127.0.0.1", port, connections=3, timeout_s=10) as transport,
    ):
        results, error = _sent(transport, 1)

    assert (error, [result.outcome for result in results]) == (None, [ACCEPTED])
