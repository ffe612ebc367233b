"""
Prove the guarantee where the surroundings fail: database restarted, disk full, mail server away.

Sends the demo week's issue with the command itself, shows what an operator reads and the exit code,
runs the command again as the operator would, and holds the books. Exit 1 if a promise was broken.
A full disk is a file system in a file: only root can mount one.

Usage: python -m tests.faults.surroundings [--readers 2000] [--away 60] [--only NAME]
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from digest.delivery.pace import STEADY
from digest.demo.site import DemoSite, demo_sources
from digest.model import Delivery, DeliveryState
from digest.store import deliveries
from digest.store.engine import Database
from tests.faults.books import Books
from tests.faults.disk import MountingError, mounted
from tests.faults.sender import WINDOW
from tests.faults.sink import Sink
from tests.faults.stores import PostgresStore, postgres_store

WEEK = "2026-W47"
CONNECTIONS = 4
DIGEST = [sys.executable, "-c", "from digest.cli import main; main()"]
MOST_AGAIN = 20
"""How often the command is run again until nothing is left to send."""
MOST_UNCERTAIN = STEADY.chunk + WINDOW * CONNECTIONS
"""For each process that was cut short."""


@dataclass
class Installation:
    """A folder with the demo week, released, and its readers."""

    folder: Path
    settings: dict[str, str]
    readers: int
    faults: int = 0
    """How many processes were killed."""
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Of a command: nothing of the tester's but what a program needs to start."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "DIGEST_NOW": "2026-11-20T09:00:00+00:00", **self.settings}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        command = subprocess.Popen(
            [*DIGEST, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(command)
        return command

    def run(self, *arguments: str) -> None:
        """Run a command that has to go well."""
        with self.start(*arguments) as command:
            out, err = command.communicate(timeout=300)
        if command.returncode:
            raise RuntimeError(f"digest {' '.join(arguments)}: {err or out}")

    def see_end(self, command: subprocess.Popen[str]) -> int:
        """Wait for the end of a send, show what the operator reads, give its exit code."""
        out, err = command.communicate(timeout=600)
        plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|.*\r", "", err)
        for line in (plain + out).splitlines():
            if line.strip() and not line.startswith("sending "):
                print(f"      {line.strip()}", flush=True)
        print(f"      exit {command.returncode}", flush=True)
        return command.returncode

    def send_until_done(self) -> None:
        """Send again and again, as an operator does, until nothing is left."""
        for _ in range(MOST_AGAIN):
            print("    digest send again:")
            code = self.see_end(self.start("send", WEEK))
            if code != 1 and not self.left():
                return

    def ledger(self) -> list[Delivery]:
        """Give every delivery."""
        with closing(Database(self.settings["DIGEST_DATABASE_URL"])) as db, db.read() as session:
            return [
                each
                for state in DeliveryState
                for each in deliveries.in_state(session, WEEK, state)
            ]

    def left(self) -> int:
        """Count what is still to be sent."""
        waiting = {DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.DEFERRED}
        return sum(each.state in waiting for each in self.ledger())


@contextmanager
def installation(url: str | None, readers: int) -> Iterator[Installation]:
    """Read, build and release the demo week, for so many readers, in a folder gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="digest-faults-") as name, DemoSite() as site:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "sources.toml").write_text(demo_sources(site.base), encoding="utf-8")
        lines = "".join(f"r{number}@reader.example\n" for number in range(readers))
        (folder / "readers.csv").write_text(f"email\n{lines}")
        settings = {
            "DIGEST_SOURCES": str(folder / "sources.toml"),
            "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
            "DIGEST_DATABASE_URL": url or f"sqlite:///{folder / 'digest.db'}",
            "DIGEST_TRANSPORT": "smtp",
            "DIGEST_SEND_CONNECTIONS": str(CONNECTIONS),
            "DIGEST_SECRET": "only for this proof, long enough",
            "DIGEST_BASE_URL": "https://verdicts.example",
            "DIGEST_SENDER_ADDRESS": "news@verdicts.example",
        }
        made = Installation(folder, settings, readers)
        made.run("ingest")
        made.run("build", "--week", WEEK)
        made.run("approve", WEEK, "--by", "Ada")
        made.run("subscribers", "import", "readers.csv", "--confirmed")
        try:
            yield made
        finally:
            for command in made.started:  # its helpers end by themselves when it is gone
                command.kill()


@contextmanager
def sinking(made: Installation) -> Iterator[Sink]:
    """Let the installation send to an smtp-sink."""
    taken = made.folder / "taken"
    with closing(Sink(taken)) as sink:
        made.settings["DIGEST_SMTP_URL"] = f"smtp://127.0.0.1:{sink.port}"
        sink.start()
        yield sink


def wait_for(is_so: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError("it never came so far")
        time.sleep(0.02)


def begin(made: Installation, sink: Sink) -> subprocess.Popen[str]:
    """Start a send; a quarter has been taken when this returns."""
    command = made.start("send", WEEK)
    wait_for(lambda: sink.count() > made.readers / 4)
    return command


def restarted(readers: int) -> list[str]:
    """PostgreSQL restarted in mid-send, as after a power cut."""
    with (
        postgres_store() as store,
        store.copy(Path()) as url,
        installation(url, readers) as made,
        sinking(made) as sink,
    ):
        return _restarted(made, sink, store)


def _restarted(made: Installation, sink: Sink, store: PostgresStore) -> list[str]:
    command = begin(made, sink)
    begun = time.monotonic()
    store.control("restart", "-m", "immediate")
    print(f"    pg_ctl restart -m immediate, back after {time.monotonic() - begun:.1f} s:")
    made.see_end(command)
    made.send_until_done()
    return hold(made, sink.taken(by_recipient=True))


def disk_full(readers: int, full_s: float) -> list[str]:
    """The disk of the SQLite database full in mid-send, for a while."""
    with installation(None, readers) as made, mounted(128) as disk:
        place = disk.folder / "digest.db"
        shutil.copyfile(made.folder / "digest.db", place)
        made.settings["DIGEST_DATABASE_URL"] = f"sqlite:///{place}"
        with sinking(made) as sink:
            command = begin(made, sink)
            disk.fill()
            time.sleep(full_s)
            disk.free()
            print(f"    the disk was full for {full_s:.0f} s:")
            made.see_end(command)
            made.send_until_done()
            return hold(made, sink.taken(by_recipient=True))


def outbox_full(readers: int) -> list[str]:
    """The disk of the outbox full while messages are written as files."""
    with installation(None, readers) as made, mounted(256) as disk:
        outbox = disk.folder / "outbox"
        made.settings |= {"DIGEST_TRANSPORT": "file", "DIGEST_OUTBOX_DIR": str(outbox)}
        command = made.start("send", WEEK)
        wait_for(lambda: outbox.is_dir() and len(list(outbox.glob("*.eml"))) > made.readers / 4)
        disk.fill()
        print("    the disk is full:")
        made.see_end(command)
        print("    digest send, the disk still full:")
        made.see_end(made.start("send", WEEK))
        disk.free()
        print("    there is room again")
        made.send_until_done()
        whole = re.compile(
            rb"^To: <?(\S+@reader\.example)>?\r$.*--\r\n\Z", re.MULTILINE | re.DOTALL
        )
        found = (whole.search(path.read_bytes()) for path in outbox.glob("*.eml"))
        return hold(made, Counter(each[1].decode() for each in found if each))


def server_away(readers: int, away_s: float) -> list[str]:
    """The mail server away for a minute."""
    with installation(None, readers) as made, sinking(made) as sink:
        command = begin(made, sink)
        sink.close()
        begun = time.monotonic()
        time.sleep(away_s)
        sink.start()
        print(
            f"    the mail server was killed, and is back after {time.monotonic() - begun:.0f} s:"
        )
        made.see_end(command)
        made.send_until_done()
        return hold(made, sink.taken(by_recipient=True))


def processes_killed(readers: int) -> list[str]:
    """Of three processes of one send a helper killed, then the first; in the next send all three."""
    with installation(None, readers) as made, sinking(made) as sink:
        made.settings["DIGEST_SEND_WORKERS"] = "3"
        command = made.start("send", WEEK)
        _kill_when(made, sink, command, part=0.2, which=slice(1, 2))
        _kill_when(made, sink, command, part=0.4, which=slice(0, 1))
        print("    of three processes a helper was killed, then the one that was started:")
        made.see_end(command)
        command = made.start("send", WEEK)
        _kill_when(made, sink, command, part=0.6, which=slice(None))
        print("    all three were killed at once:")
        made.see_end(command)
        made.send_until_done()
        return hold(made, sink.taken(by_recipient=True))


def _kill_when(
    made: Installation, sink: Sink, command: subprocess.Popen[str], *, part: float, which: slice
) -> None:
    """Kill processes of a send, the first one and its helpers in order, when a part has been taken."""
    wait_for(lambda: sink.count() > made.readers * part or command.poll() is not None)
    for victim in [command.pid, *_children(command.pid)][which]:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            made.faults += 1


def _children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


def hold(made: Installation, taken: Counter[str]) -> list[str]:
    """Hold the books, print them, and give what is wrong."""
    books = Books(
        size=made.readers,
        ledger=made.ledger(),
        taken=taken,
        kills=max(1, made.faults),
        most=MOST_UNCERTAIN,
        name=lambda delivery: delivery.address,
    )
    print(
        f"    of {made.readers}: {books.once()} taken once, {books.twice()} twice, "
        f"{books.uncertain()} uncertain, {books.refused()} refused, {len(books.lost())} lost"
    )
    for each in books.wrong():
        print(f"    WRONG: {each}")
    return books.wrong()


def main() -> None:
    """Do as the module says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--readers", type=int, default=2000)
    parser.add_argument("--away", type=float, default=60, help="seconds without mail server (60)")
    parser.add_argument("--only", choices=["postgresql", "disk", "outbox", "server", "processes"])
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)  # so that all that was started is stopped
    scenes: dict[str, Callable[[], list[str]]] = {
        "postgresql": lambda: restarted(asked.readers),
        "disk": lambda: disk_full(asked.readers, min(20.0, asked.away)),
        "outbox": lambda: outbox_full(asked.readers),
        "server": lambda: server_away(asked.readers, asked.away),
        "processes": lambda: processes_killed(asked.readers),
    }
    wrong: list[str] = []
    for name, scene in scenes.items():
        if asked.only in (None, name):
            print(f"{name}:", flush=True)
            try:
                wrong += scene()
            except MountingError as error:
                print(f"    left out: {error}")
    sys.exit(1 if wrong else 0)


def _leave(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
