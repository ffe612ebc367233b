"""Several processes of one machine that send together: as started by ``digest send``, and killed."""

import importlib.util
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import WEEK, Cli

_SPEC = importlib.util.spec_from_file_location(
    "smtp_server", Path(__file__).parents[1] / "delivery" / "smtp_server.py"
)
smtp_server = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(smtp_server)

SIZE = 90


@pytest.fixture
def server(socket_enabled):
    """A mail server that answers no message before two senders have come."""
    del socket_enabled
    running = smtp_server.SmtpServer()
    both = threading.Event()

    def script(event: str, _recipient: str) -> None:
        if running.connections > 1:
            both.set()
        if event == "DOT":
            both.wait(60)

    running.script = script
    yield running
    running.close()


@pytest.fixture
def released(built: Cli, server) -> Cli:
    """A released issue with many readers, and the server as the way out of two processes."""
    readers = built.folder / "readers.csv"
    readers.write_text("Email\n" + "".join(f"r{n}@reader.example\n" for n in range(SIZE)))
    built("subscribers", "import", readers, "--confirmed")
    built("approve", WEEK, "--by", "Ada")
    url = f"smtp://127.0.0.1:{server.port}"
    built.settings.update(
        {
            "DIGEST_TRANSPORT": "smtp",
            "DIGEST_SMTP_URL": url,
            "DIGEST_SEND_WORKERS": "2",
            "DIGEST_SEND_CONNECTIONS": "1",  # so that two connections are two processes
        }
    )
    return built


def _helpers(folder: Path) -> list[int]:
    """Give the process numbers of helpers that work in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            if b"digest.cli.helper" in words and (path / "cwd").readlink() == folder:
                found.append(int(path.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def _until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _start(released: Cli) -> subprocess.Popen[str]:
    """Start to send; both processes have connected when this returns."""
    return subprocess.Popen(
        released.command("send", WEEK, "--json"),
        env=released.environment,
        cwd=released.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_send_one_issue_and_nobody_gets_it_twice(released, server):
    ran = released("send", WEEK, "--json")

    assert ran.code == 0, ran.err
    assert ran.json["states"] == {"accepted": SIZE}
    assert server.connections == 2
    assert sorted(server.recipients()) == sorted(f"r{n}@reader.example" for n in range(SIZE))
    assert _helpers(released.folder) == []


def test_a_helper_that_is_killed_is_told_of_and_the_others_send_what_it_held(released, server):
    usual = server.script
    killed: list[int] = []

    def script(event: str, recipient: str) -> None:
        usual(event, recipient)
        if event == "MAIL" and server.connections > 1 and not killed:
            killed.extend(_helpers(released.folder))
            os.kill(killed[0], signal.SIGKILL)

    server.script = script
    ran = released("send", WEEK, "--json")

    states = ran.json["states"]
    assert "a helping process ended early (SIGKILL); sending goes on" in ran.err
    assert set(states) <= {"accepted", "uncertain"}
    assert sum(states.values()) == SIZE
    assert ran.json["taken_over"] > 0
    assert len(server.recipients()) == len(set(server.recipients()))


def test_when_the_sender_is_killed_its_helper_ends_tidily_by_itself(released, server):
    usual = server.script
    server.script = lambda event, who: (usual(event, who), time.sleep(0.01))[0]
    sender = _start(released)
    _until(lambda: server.connections > 1 and len(server.taken) > 5)

    sender.kill()
    sender.communicate()
    _until(lambda: not _helpers(released.folder))

    held = released("deliveries", WEEK, "--state", "leased", "--json").json["deliveries"]
    assert {each["leased_by"].split(":")[1] for each in held} <= {str(sender.pid)}
    assert released("send", WEEK, "--json", send_workers="1").json["sums"]
    assert len(server.recipients()) == len(set(server.recipients()))


def test_asked_to_stop_both_end_tidily_with_nothing_uncertain(released, server):
    usual = server.script
    server.script = lambda event, who: (usual(event, who), time.sleep(0.01))[0]
    sender = _start(released)
    _until(lambda: server.connections > 1 and len(server.taken) > 5)

    sender.terminate()
    out, err = sender.communicate(timeout=60)

    assert "Traceback" not in err
    assert sender.returncode == 3
    assert '"queued"' in out
    assert "uncertain" not in out
    assert '"leased"' not in out
    assert _helpers(released.folder) == []
