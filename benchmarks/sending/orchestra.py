"""Prefect's server and workers of different names on loopback, for a benchmark that starts and stops them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from servers import free_port

ROOT = Path(__file__).parents[2]
PREFECT = Path(sys.executable).with_name("prefect")
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
STOP_S = 10
BUSY = 503
"""What the server answers while its SQLite is being written to."""
Found = TypeVar("Found")


@dataclass(slots=True)
class Orchestra:
    """A server, its workers, and what is asked of it."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def api(self) -> str:
        """The address of the server's interface."""
        return f"http://127.0.0.1:{self.port}/api"

    def env(self, machine: str, more: Mapping[str, str]) -> dict[str, str]:
        """Give what a process finds in its environment on the machine of this name."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")
        }
        asked = {
            "PREFECT_HOME": str(self.folder / machine),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
        }
        return {**kept, **asked, **more}

    def start(self, machine: str, *command: str, more: Mapping[str, str] | None = None) -> None:
        """Start a prefect command that stays."""
        with (self.folder / f"{machine}.log").open("wb") as log:
            process = subprocess.Popen(
                [PREFECT, *command],
                cwd=ROOT,
                env=self.env(machine, more or {}),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)

    def run(self, *command: str) -> None:
        """Run a prefect command to its end, from the repository's root."""
        done = subprocess.run(
            [PREFECT, "--no-prompt", *command],
            cwd=ROOT,
            env=self.env("server", {}),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"prefect {' '.join(command)}: {done.stdout}{done.stderr}")

    def ask(self, path: str, *, method: str = "GET", **body: Any) -> Any:
        """Ask the server; one that is busy is asked again."""

        def answered() -> httpx.Response | None:
            asked = body if method == "POST" else None
            answer = httpx.request(method, f"{self.api}{path}", json=asked, timeout=60)
            return None if answer.status_code == BUSY else answer.raise_for_status()

        return until(answered, f"an answer of {path}", seconds=120).json()

    def create(self, name: str, **parameters: Any) -> str:
        """Start a deployment; gives the run's id."""
        found = self.ask(f"/deployments/name/{name}/{name}")
        path = f"/deployments/{found['id']}/create_flow_run"
        return str(self.ask(path, method="POST", parameters=parameters)["id"])

    def ended(self, run: str, *, seconds: float) -> dict[str, Any]:
        """Wait for a run's end; gives the run."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.ask(f"/flow_runs/{run}")
            return found if found["state_type"] in ENDED else None

        return until(look, f"the end of the run {run}", seconds=seconds)

    def is_healthy(self) -> bool:
        """Say whether the server answers."""
        try:
            return httpx.get(f"{self.api}/health", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """End the workers, then the server, and all they started."""
        for process in reversed(self.running):
            for kind in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, kind)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_S)


@contextmanager
def orchestra(folder: Path) -> Iterator[Orchestra]:
    """Run a server with a work pool named digest, as docs/operating.md says."""
    folder.mkdir()
    house = Orchestra(folder)
    try:
        house.start("server", "server", "start", "--host", "127.0.0.1", "--port", str(house.port))
        until(house.is_healthy, "the server's health", seconds=180)
        house.run("work-pool", "create", "digest", "--type", "process")
        yield house
    finally:
        house.stop()


def until(look: Callable[[], Found | None], what: str, *, seconds: float) -> Found:
    """Give what is found once it is. Raises SystemExit when that takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.5)
    raise SystemExit(f"{what} did not come within {seconds:g} s")
