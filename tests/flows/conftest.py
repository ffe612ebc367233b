"""One real Prefect server for all tests of flows: our deployments on it, a worker, a week's sites."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from digest.demo.site import DemoSite, demo_sources

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
BUSY = 503
"""What Prefect answers while its SQLite is being written to; its own client asks again, too."""
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED", "PAUSED")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Prefect's own server in a process of its own, and the commands against it."""

    def __init__(self, folder: Path, *, sources: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        foreign = ("PREFECT_", "DIGEST_")
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1",
            "DIGEST_DATABASE_URL": f"sqlite:///{folder / 'digest.db'}",
            "DIGEST_CAPTURES_DIR": str(folder / "captures"),
            "DIGEST_OUTBOX_DIR": str(folder / "outbox"),
            "DIGEST_SOURCES": str(sources),
            "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
            "DIGEST_NOW": "2026-11-20T09:00:00+00:00",
        }
        self.log = folder / "prefect.log"
        self._log = self.log.open("wb")
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> None:
        """Start a prefect command that stays."""
        process = subprocess.Popen(
            [str(BIN / "prefect"), *command],
            cwd=ROOT,
            env=self.env,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._running.append(process)

    def run(self, program: str, *command: str) -> str:
        """Run a command to its end, from the repository root, and give what it printed."""
        done = subprocess.run(
            [str(BIN / program), *command],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, *, method: str = "POST", **body: Any) -> Any:
        """Ask the API as its pages do."""
        request = urllib.request.Request(
            f"{self.api}{path}",
            method=method,
            data=None if method == "GET" else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )

        def answered() -> bytes | None:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.read() or b"null"
            except HTTPError as error:
                if error.code != BUSY:
                    raise
                return None
            except TimeoutError:
                if method != "GET":  # it may have been done all the same
                    raise
                return None

        return json.loads(self.wait("an answer of the busy server", answered, seconds=120))

    def create(self, deployment: str, **wishes: Any) -> str:
        """Start a deployment by hand; gives the run's id."""
        found = self.ask(f"/deployments/name/{deployment}/{deployment}", method="GET")
        return self.ask(f"/deployments/{found['id']}/create_flow_run", **wishes)["id"]

    def ended(self, run_id: str, *, starts: int = 1, seconds: float = 90) -> dict[str, Any]:
        """Wait until a run has ended, or is suspended, after so many starts; gives the run."""

        def look() -> Any:
            run = self.ask(f"/flow_runs/{run_id}", method="GET")
            states = self.ask(f"/flow_run_states/?flow_run_id={run_id}", method="GET")
            began = sum(state["type"] == "RUNNING" for state in states)
            return run if run["state_type"] in ENDED and began >= starts else None

        return self.wait(f"the end of run {run_id}", look, seconds=seconds)

    def mails(self) -> set[str]:
        """Names of the mails in the outbox."""
        return {path.name for path in (self.folder / "outbox").glob("*.eml")}

    def wait(self, what: str, until: Callable[[], Any], *, seconds: float) -> Any:
        """Give what ``until`` finds, once it finds something; fails with the end of the log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := until():
                return found
            time.sleep(0.25)
        tail = self.log.read_text(errors="replace")[-5000:]
        pytest.fail(f"{what} did not happen within {seconds:g} s\n{tail}")

    def is_healthy(self) -> bool:
        """Whether the server answers yet."""
        try:
            with urllib.request.urlopen(f"{self.api}/health", timeout=2):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """End the worker, then the server."""
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._log.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with our deployments on it, as docs/operating.md says, and a worker."""
    folder = tmp_path_factory.mktemp("server")
    sources = folder / "sources.toml"
    with DemoSite() as site:
        sources.write_text(demo_sources(site.base))
        running = Server(folder, sources=sources)
        running.start("server", "start", "--host", "127.0.0.1", "--port", str(running.port))
        try:
            running.wait("the server's health", running.is_healthy, seconds=180)
            running.run("prefect", "work-pool", "create", "digest", "--type", "process")
            running.start("worker", "start", "--pool", "digest")
            prefect_file = ("--prefect-file", "deployment/prefect.yaml")
            running.run("prefect", "--no-prompt", "deploy", *prefect_file, "--all")
            yield running
        finally:
            running.stop()
