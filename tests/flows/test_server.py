"""A real Prefect server, our deployments on it, and one run that a real worker finishes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.demo.site import DemoSite, demo_sources

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

pytestmark = [pytest.mark.prefect, pytest.mark.enable_socket]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Prefect's own server in a process of its own, and the commands against it."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.env = {
            **os.environ,
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "DIGEST_DATABASE_URL": f"sqlite:///{folder / 'digest.db'}",
            "DIGEST_CAPTURES_DIR": str(folder / "captures"),
        }
        self._log = (folder / "prefect.log").open("wb")
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> None:
        process = subprocess.Popen(
            [str(BIN / "prefect"), *command],
            cwd=ROOT,
            env=self.env,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._running.append(process)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [str(BIN / "prefect"), "--no-prompt", *command],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.api}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.api}/health", timeout=2):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        for process in reversed(self._running):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._log.close()


def _wait(what: str, until: Callable[[], Any], *, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := until():
            return found
        time.sleep(0.5)
    pytest.fail(f"{what} did not happen within {seconds:g} s")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    running = Server(folder)
    running.start("server", "start", "--host", "127.0.0.1", "--port", str(running.port))
    try:
        _wait("the server's health", running.is_healthy, seconds=180)
        running.run("work-pool", "create", "digest", "--type", "process")
        running.run("deploy", "--prefect-file", "deployment/prefect.yaml", "--all")
        yield running
    finally:
        running.stop()


def test_the_scheduler_plans_runs_of_what_has_a_schedule(server: Server):
    """A set of pins that breaks the scheduler looks healthy and plans nothing: seen, so tested."""

    def planned() -> set[str]:
        runs = server.ask("/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}})
        deployments = {
            item["id"]: item["name"] for item in server.ask("/deployments/filter")
        }
        return {deployments[run["deployment_id"]] for run in runs}

    _wait("scheduled runs", lambda: planned() >= {"ingest", "weekly"}, seconds=60)
    assert planned() == {"ingest", "weekly"}


def test_an_editor_is_offered_typed_parameters(server: Server):
    weekly = next(item for item in server.ask("/deployments/filter") if item["name"] == "weekly")

    schema = weekly["parameter_openapi_schema"]
    fields = schema["definitions"]["WeeklyParameters"]["properties"]

    assert set(fields) == {"week", "pinned_pairs", "banned_tools", "dry_run", "test_recipient"}
    assert all(field["description"] for field in fields.values())


def test_a_worker_finishes_a_run(server: Server, tmp_path: Path):
    sources = tmp_path / "sources.toml"
    with DemoSite() as site:
        sources.write_text(demo_sources(site.base))
        server.env |= {
            "DIGEST_SOURCES": str(sources),
            "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
            "DIGEST_NOW": "2026-11-20T09:00:00+00:00",
        }
        server.start("worker", "start", "--pool", "digest", "--name", "tests")
        server.run("deployment", "run", "ingest/ingest", "--watch", "--watch-timeout", "150")
    artifacts = server.ask("/artifacts/filter")
    summary = next(item for item in artifacts if item["key"] == "ingest-summary")

    rows = json.loads(summary["data"])

    assert len(rows) == 7
    assert {row["outcome"] for row in rows} == {"ok"}
