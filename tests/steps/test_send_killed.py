"""
Senders that die, and senders at once: nobody twice, nobody missing, the states add up.

Real processes, a real SMTP server, SIGKILL. What the server took is the truth that states are held
against.
"""

import multiprocessing
import os
import random
import runpy
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from digest.model import DeliveryState
from digest.store import deliveries

WEEK = "2026-W47"
SENDER = Path(__file__).with_name("sender.py")
GROUP = 5
"""As sender.py has it: the most that one kill can leave uncertain."""
SIZE = 60


CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["digest.steps.drain", "digest.delivery.transports.smtp", "pytest"])


@dataclass
class Sender:
    """A sender in a process of its own."""

    process: BaseProcess
    ear: Connection

    def hear(self) -> object:
        """Give what it tells next; None if it died first."""
        try:
            return self.ear.recv() if self.ear.poll(60) else pytest.fail("the sender hangs")
        except EOFError:
            return None

    def kill(self) -> None:
        """End it by SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.join()


def _start(db_url: str, port: int, point: str = "", number: int = 0) -> Sender:
    """Start a sender; it has begun when this returns."""
    ear, tell = CONTEXT.Pipe(duplex=False)
    given = {"ARGUMENTS": (db_url, port, point, number), "TELL": tell}
    process = CONTEXT.Process(target=runpy.run_path, args=(str(SENDER), given))
    process.start()
    tell.close()
    sender = Sender(process, ear)
    assert sender.hear() == "sending"
    return sender


def _run(db_url: str, port: int, point: str = "", number: int = 0) -> object:
    """Run a sender to its end; give its states or its error, None if it was killed."""
    sender = _start(db_url, port, point, number)
    told = sender.hear()
    sender.process.join()
    assert sender.process.exitcode == (-signal.SIGKILL if told is None else 0)
    return told


def _by_state(db) -> dict[DeliveryState, set[str]]:
    with db.read() as session:
        count = deliveries.count(session, WEEK)
        assert count is not None
        assert count.sums
        return {
            state: {each.address for each in deliveries.in_state(session, WEEK, state)}
            for state in DeliveryState
        }


def _assert_accounted_for(db, taken: list[str], *, size: int, kills: int, group: int = GROUP):
    """Hold the states against what the server took, once nothing is left to send."""
    states = _by_state(db)
    accepted, uncertain = states[DeliveryState.ACCEPTED], states[DeliveryState.UNCERTAIN]
    times = Counter(taken)

    assert set(times.values()) <= {1}, "nobody gets it twice"
    assert accepted <= set(times), "whoever is called accepted got it"
    assert set(times) <= accepted | uncertain, "whoever got it is accepted, or may have got it"
    assert len(accepted | uncertain) == size, "nobody is missing"
    assert len(uncertain) <= kills * group


@pytest.mark.parametrize(
    ("point", "number", "uncertain"),
    [
        ("before claim", 2, 0),
        ("after mark", 6, GROUP),
        ("before content", 8, GROUP),
        ("before note", 8, GROUP),
        ("after note", 3, GROUP),  # the next chunk is marked in the same transaction
    ],
)
def test_killed_at_a_given_point_and_run_again(
    db, db_url, server, add_audience, point, number, uncertain
):
    """Before content nothing was taken, before note some was; no sender can tell, so it says so."""
    add_audience(db, SIZE)

    assert _run(db_url, server.port, point, number) is None
    assert isinstance(_run(db_url, server.port), dict)

    _assert_accounted_for(db, server.recipients(), size=SIZE, kills=1)
    assert len(_by_state(db)[DeliveryState.UNCERTAIN]) == uncertain


def test_killed_between_content_and_reply_and_run_again(db, db_url, server, add_audience):
    """The server has taken the message when its sender dies without having heard so."""
    add_audience(db, SIZE)
    started = threading.Event()
    senders: list[Sender] = []
    cut_off: list[str] = []

    def script(event: str, recipient: str) -> None:
        if event == "DOT" and len(server.taken) == 12 and not cut_off:
            started.wait(10)
            cut_off.append(recipient)
            senders[0].kill()

    server.script = script
    senders.append(_start(db_url, server.port))
    started.set()
    assert senders[0].hear() is None
    assert isinstance(_run(db_url, server.port), dict)

    _assert_accounted_for(db, server.recipients(), size=SIZE, kills=1)
    uncertain = _by_state(db)[DeliveryState.UNCERTAIN]
    assert len(uncertain) == GROUP
    assert cut_off[0] in uncertain & set(server.recipients())


def test_killed_again_and_again_at_random_moments(db, db_url, server, add_audience):
    add_audience(db, SIZE)
    server.script = lambda event, _who: time.sleep(0.005) if event == "DOT" else None
    chance = random.Random(47)
    kills = 0
    while kills < 3 and _by_state(db)[DeliveryState.QUEUED]:
        sender = _start(db_url, server.port)
        time.sleep(chance.uniform(0, 0.25))
        sender.kill()
        kills += 1
    assert isinstance(_run(db_url, server.port), dict)

    _assert_accounted_for(db, server.recipients(), size=SIZE, kills=kills)


def test_two_senders_at_once_of_which_one_is_killed(db, db_url, server, add_audience):
    add_audience(db, SIZE)
    server.script = lambda event, _who: time.sleep(0.01) if event == "DOT" else None

    first, second = _start(db_url, server.port), _start(db_url, server.port)
    while len(server.taken) < SIZE // 4:
        time.sleep(0.01)
    first.kill()
    states = second.hear()

    assert set(states) <= {"accepted", "uncertain"}
    _assert_accounted_for(db, server.recipients(), size=SIZE, kills=1)


def test_asked_to_stop_it_ends_in_order_with_nothing_uncertain(db, db_url, server, add_audience):
    add_audience(db, SIZE)
    server.script = lambda event, _who: time.sleep(0.01) if event == "DOT" else None

    sender = _start(db_url, server.port)
    while len(server.taken) < SIZE // 4:
        time.sleep(0.01)
    sender.process.terminate()
    states = sender.hear()

    assert set(states) == {"accepted", "queued"}
    assert states["accepted"] == len(server.taken)


def test_a_server_that_vanishes_in_the_middle_costs_nobody_their_mail(
    db, db_url, server, add_audience
):
    """Its last message is uncertain; the command says so in one sentence, and goes on later."""
    add_audience(db, SIZE)
    server.script = lambda event, _who: (
        "drop" if len(server.taken) >= 22 and event in {"DOT", "CONNECT"} else None
    )

    told = _run(db_url, server.port)
    assert isinstance(told, str)
    assert told.startswith(f"mail server 127.0.0.1:{server.port}: ")

    server.script = lambda _event, _who: None
    assert isinstance(_run(db_url, server.port), dict)
    _assert_accounted_for(db, server.recipients(), size=SIZE, kills=1)
    assert _by_state(db)[DeliveryState.UNCERTAIN] == {server.recipients()[22]}


@contextmanager
def _sink(program: str, folder: Path) -> Iterator[int]:
    """Run smtp-sink with one file per message taken in ``folder``; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "-d", f"{folder}/%M.", f"127.0.0.1:{port}", "100"]
    if os.geteuid() == 0:
        command[1:1] = ["-u", "nobody"]  # it refuses to run as root
    with subprocess.Popen(command) as sink:
        try:
            _wait_for(port)
            yield port
        finally:
            sink.kill()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    pytest.fail("smtp-sink did not start")


@pytest.mark.sink
@pytest.mark.enable_socket
def test_two_thousand_through_smtp_sink_with_three_kills_at_random(sqlite_db, add_audience):
    """Somebody else's server counts, and keeps the envelope of every message it took."""
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip("smtp-sink is not installed: apt-get install postfix")
    add_audience(sqlite_db, 2000)
    url = str(sqlite_db.url)
    chance = random.Random(2026)
    with tempfile.TemporaryDirectory() as name, _sink(program, Path(name)) as port:
        Path(name).chmod(0o777)  # the sink writes as nobody where tests run as root
        for done in sorted(chance.sample(range(50, 1500), 3)):
            sender = _start(url, port)
            while len(_by_state(sqlite_db)[DeliveryState.ACCEPTED]) < done:
                time.sleep(chance.uniform(0, 0.02))
            sender.kill()
        assert isinstance(_run(url, port), dict)
        taken = [
            line.partition("<")[2].partition(">")[0]
            for path in Path(name).iterdir()
            for line in path.read_text().splitlines()
            if line.startswith("X-Rcpt-Args:")
        ]

    _assert_accounted_for(sqlite_db, taken, size=2000, kills=3)
