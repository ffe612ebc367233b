"""
The demo: one made-up week, whole and real, from launch pages to mailboxes, on this machine alone.

Real parts throughout: pages fetched over HTTP from a loopback site, the flows on Prefect's own
ephemeral server, an editor's release, mail accepted by an SMTP server on loopback. Run again in the
same folder it adds nothing and sends nothing.
"""

import asyncio
import importlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from digest.demo.mailbox import DemoMailbox
from digest.demo.report import print_report
from digest.demo.site import DemoSite, demo_sources
from digest.model import IssueState
from digest.settings import load_settings
from digest.steps.readers import import_subscribers
from digest.steps.status import Status, status
from digest.steps.weekly import approve_issue
from digest.wiring import open_resources

WEEK = "2026-W47"
NOW = "2026-11-20T09:00:00+00:00"
EDITOR = "the demo's editor"
LOOK_EVERY_S = 0.3
WEB_PORT = 8000


def run_demo(directory: Path, *, serve: bool) -> None:
    """Run the week in ``directory``; with ``serve``, leave the pages running until interrupted."""
    directory.mkdir(parents=True, exist_ok=True)
    directory = directory.resolve()
    mailbox = DemoMailbox(directory / "mailbox", port=_port(directory, "smtp"))
    port = _port(directory, "web", wanted=WEB_PORT) if serve else None
    with DemoSite(port=_port(directory, "http")) as site, mailbox:
        _set_environment(directory, site_base=site.base, smtp_url=mailbox.url)
        _import_readers()
        with _bars() as bars:
            asyncio.run(_run_flows(bars))
        with open_resources(load_settings()) as resources:
            print_report(
                resources,
                week=WEEK,
                directory=directory,
                requests=site.requests,
                mails=mailbox.accepted,
                port=port,
            )
        if port:
            _serve(port)


def _port(directory: Path, name: str, *, wanted: int = 0) -> int:
    """Give the port of an earlier run where it is still free: then the second run is conditional."""
    note = directory / f"{name}.port"
    known = int(note.read_text()) if note.exists() else wanted
    for port in (known, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
            note.write_text(str(found))
            return found
    return 0


def _set_environment(directory: Path, *, site_base: str, smtp_url: str) -> None:
    """Point all settings at the demo's folder and loopback servers, in this process only."""
    os.environ.pop("PREFECT_API_URL", None)  # never an operator's real server
    sources = directory / "sources.toml"
    sources.write_text(demo_sources(site_base))
    os.environ.update(
        {
            "DIGEST_DATABASE_URL": f"sqlite:///{directory / 'digest.db'}",
            "DIGEST_CAPTURES_DIR": str(directory / "captures"),
            "DIGEST_SOURCES": str(sources),
            "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
            "DIGEST_TRANSPORT": "smtp",
            "DIGEST_SMTP_URL": smtp_url,
            "DIGEST_NOW": NOW,
            "PREFECT_HOME": str(directory / "prefect"),
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
            "DO_NOT_TRACK": "1",
        }
    )


def _import_readers() -> None:
    settings = load_settings()
    lines = (files("digest.demo") / "subscribers.csv").read_text().splitlines()
    with open_resources(settings) as resources:
        import_subscribers(
            resources.db,
            lines,
            is_confirmed=True,
            secret=resources.secret,
            now=settings.clock(),
            detail="the demo's list",
        )


@contextmanager
def _bars() -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress


async def _run_flows(bars: Progress) -> None:
    """Run ingest, then weekly; the editor releases the issue while weekly waits for it."""
    # By name and only now: loading Prefect takes seconds, and it reads its settings at import.
    bar = bars.add_task("starting Prefect's own server", total=1)
    ingest: Any = importlib.import_module("flows.ingest").ingest
    weekly: Any = importlib.import_module("flows.weekly").weekly
    bars.advance(bar)
    with open_resources(load_settings()) as resources:
        total = len(resources.sources)
    reading = bars.add_task("reading launch pages", total=total)
    await _watched(ingest(), lambda found: bars.update(reading, completed=len(found.sources)))
    building = bars.add_task("building, releasing the issue", total=3)
    sending = bars.add_task("sending mail", total=None)

    def look(found: Status) -> None:
        issue = next((item for item in found.issues if item.week == WEEK), None)
        if issue is None:
            return
        if issue.state == IssueState.IN_REVIEW:
            _release()
        bars.update(building, completed=1 + (issue.state != IssueState.IN_REVIEW) * 2)
        settled = sum(n for s, n in issue.deliveries.items() if s not in {"queued", "leased"})
        bars.update(sending, total=issue.audience, completed=settled)

    await _watched(weekly(), look)


def _release() -> None:
    settings = load_settings()
    with open_resources(settings) as resources:
        approve_issue(resources.db, WEEK, by=EDITOR, now=settings.clock())


async def _watched(work: Any, look: Any) -> None:
    """Run a flow and look at the database meanwhile, and once more when it is done."""
    running = asyncio.create_task(work)
    while True:
        finished, _ = await asyncio.wait({running}, timeout=LOOK_EVERY_S)
        look(await asyncio.to_thread(_status))
        if finished:
            break
    running.result()


def _status() -> Status:
    with open_resources(load_settings()) as resources:
        return status(resources.db)


def _serve(port: int) -> None:
    """Serve the pages until interrupted; mail that they send goes to the demo's mailbox."""
    serve: Any = importlib.import_module("digest.web.serve").serve
    settings = load_settings(base_url=f"http://127.0.0.1:{port}")
    with open_resources(settings) as resources:
        serve(resources, host="127.0.0.1", port=port)
