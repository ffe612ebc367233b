"""The command as a person has it: a process with an environment, on the demo week where asked."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from digest.demo.mailbox import DemoMailbox
from digest.demo.site import DemoSite, demo_sources

NOW = "2026-11-20T09:00:00+00:00"
WEEK = "2026-W47"
WARM = Path(__file__).with_name("warm.py")
PATIENCE_S = 120
KEPT = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
"""All that a command gets of the tester's environment."""


@dataclass(frozen=True)
class Ran:
    """What a command left."""

    code: int
    out: str
    err: str
    octets: bytes = b""
    """Standard output as it was written, line ends and all."""

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """Standard error, which must be the one sentence of a command that could not be done."""
        assert self.code == 1, (self.code, self.err)
        assert self.out == ""
        assert self.err.startswith("digest: ")
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("digest: ").rstrip("\n")


class Warm:
    """A process that has loaded the command, and runs it in copies of itself (warm.py)."""

    def __init__(self) -> None:
        self._ask, end = socket.socketpair()
        self._ask.settimeout(PATIENCE_S)
        with end:
            self._process = subprocess.Popen(
                [sys.executable, str(WARM), str(end.fileno())],
                env=KEPT,
                pass_fds=[end.fileno()],
                start_new_session=True,
            )

    def __call__(self, **wish: object) -> int:
        """Run one command to its end; gives its exit code."""
        try:
            self._ask.sendall(f"{json.dumps(wish)}\n".encode())
            answer = self._ask.recv(100)
        except TimeoutError:
            self.stop()
            raise
        assert answer, "the copying process has died"
        return int(answer)

    def stop(self) -> None:
        """End the process and its copies."""
        self._ask.close()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@dataclass(frozen=True)
class Cli:
    """Runs ``digest …`` in a folder of its own, with nothing of the tester's environment."""

    folder: Path
    settings: dict[str, str]

    warm: Warm

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a command."""
        return {**KEPT, "DIGEST_NOW": NOW, "TMPDIR": str(self.folder), **self.settings}

    def __call__(self, *arguments: object, **settings: str) -> Ran:
        """Run to the end; more DIGEST_* settings may be given by name, in lower case."""
        more = {f"DIGEST_{name.upper()}": value for name, value in settings.items()}
        with tempfile.TemporaryDirectory() as streams:
            out, err = Path(streams, "out"), Path(streams, "err")
            out.touch()
            err.touch()
            code = self.warm(
                arguments=[*map(str, arguments)],
                environment=self.environment | more,
                folder=str(self.folder),
                out=str(out),
                err=str(err),
            )
            ran = Ran(
                code,
                out.read_text(encoding="utf-8"),
                err.read_text(encoding="utf-8"),
                out.read_bytes(),
            )
        assert "Traceback" not in ran.err, ran.err
        return ran

    def cold(self, *arguments: object) -> Ran:
        """Run a new interpreter to the end: for what is told to the interpreter itself."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    @staticmethod
    def command(*arguments: object) -> list[str]:
        """Give the command line, through the entry point that the installed script calls."""
        code = "from digest.cli import main; main()"
        return [sys.executable, "-c", code, *map(str, arguments)]


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """The process that runs the commands."""
    running = Warm()
    yield running
    running.stop()


@pytest.fixture
def digest(tmp_path: Path, warm: Warm) -> Cli:
    """The command in an empty folder, with the defaults of the settings."""
    return Cli(tmp_path, {}, warm)


@pytest.fixture
def site(socket_enabled) -> Iterator[DemoSite]:
    """The demo's launch sites."""
    del socket_enabled
    with DemoSite() as running:
        yield running


@pytest.fixture
def mailbox(socket_enabled, tmp_path: Path) -> Iterator[DemoMailbox]:
    """A mail server that takes everything."""
    del socket_enabled
    with DemoMailbox(tmp_path / "mailbox") as running:
        yield running


@pytest.fixture
def demo_settings(tmp_path: Path) -> Callable[[DemoSite], dict[str, str]]:
    """Settings that read the demo's sites."""

    def settings(site: DemoSite) -> dict[str, str]:
        sources = tmp_path / "sources.toml"
        sources.write_text(demo_sources(site.base), encoding="utf-8")
        return {
            "DIGEST_SOURCES": str(sources),
            "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
        }

    return settings


@pytest.fixture(scope="session")
def ingested(tmp_path_factory, warm: Warm) -> Path:
    """A database that has read the demo week; to be copied, never written to."""
    folder = tmp_path_factory.mktemp("ingested")
    pytest_socket = sys.modules["pytest_socket"]
    pytest_socket.enable_socket()
    with DemoSite() as site:
        (folder / "sources.toml").write_text(demo_sources(site.base), encoding="utf-8")
        cli = Cli(
            folder,
            {
                "DIGEST_SOURCES": str(folder / "sources.toml"),
                "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
                "DIGEST_DATABASE_URL": f"sqlite:///{folder / 'digest.db'}",
            },
            warm,
        )
        assert cli("ingest").code == 0
        assert cli("build", "--week", WEEK).code == 0
    pytest_socket.disable_socket(allow_unix_socket=True)
    return folder / "digest.db"


@pytest.fixture
def built(digest: Cli, ingested: Path) -> Cli:
    """The command beside a database of its own that holds the week's issue, in review."""
    (digest.folder / "var").mkdir()
    (digest.folder / "var" / "digest.db").write_bytes(ingested.read_bytes())
    return digest


@pytest.fixture
def readers(digest: Cli) -> Path:
    """A list of three readers."""
    path = digest.folder / "readers.csv"
    names = "".join(f"{name}@reader.example,{name}\n" for name in ("ada", "bob", "cy"))
    path.write_text(f"Email,name\n{names}")
    return path
