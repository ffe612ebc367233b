"""What several steps need: the classifier of jobs, a scripted SMTP server, and a frozen audience."""

import importlib.util
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.model import IssueState, SubscriberState
from digest.steps.send import freeze
from digest.store.engine import Database
from digest.store.tables import IssueRow, SubscriberRow

_SPEC = importlib.util.spec_from_file_location(
    "smtp_server", Path(__file__).parents[1] / "delivery" / "smtp_server.py"
)
smtp_server = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(smtp_server)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"


@pytest.fixture(scope="session")
def classifier() -> JobClassifier:
    """The classifier of jobs as it ships: it learns for more than a second, so once for all tests."""
    return JobClassifier(load_jobs())


@pytest.fixture
def server(socket_enabled) -> Iterator[smtp_server.SmtpServer]:
    """An SMTP server that accepts everything until its ``script`` is set."""
    del socket_enabled
    running = smtp_server.SmtpServer()
    yield running
    running.close()


@pytest.fixture
def add_audience() -> Callable[[Database, int], None]:
    """Give a store an issue and confirmed readers r0, r1 … who are its frozen audience."""

    def add(db: Database, size: int) -> None:
        with db.write() as session:
            session.add(
                IssueRow(
                    week=WEEK,
                    number=1,
                    state=IssueState.SENDING,
                    document="{}",
                    plan="{}",
                    changed_at=NOW,
                )
            )
            for number in range(size):
                session.add(
                    SubscriberRow(
                        public_id=f"reader-{number:010}",
                        address=f"r{number}@reader.example",
                        state=SubscriberState.CONFIRMED,
                        created_at=NOW,
                    )
                )
        freeze(db, WEEK, now=NOW)

    return add
