"""One database handle: short read and write transactions on SQLite or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from sqlmodel import Session

from digest.errors import StoreError

BUSY_TIMEOUT_MS = 30_000
USE = "use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"


class Database:
    """
    The store's engine, opened once per process.

    ``write()`` is one transaction; on SQLite it takes the write lock at its start (BEGIN
    IMMEDIATE: the default of the driver loses updates between processes, measured 194 of 600).
    ``read()`` sees one consistent state and never waits for a writer.
    """

    def __init__(self, url: str) -> None:
        self.url = _driver_url(url)
        self.dialect = self.url.get_backend_name()
        self._writer = self._open(immediate=True)
        self._reader = self._open(immediate=False) if self.dialect == "sqlite" else self._writer

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations."""
        return self._writer

    def _open(self, *, immediate: bool) -> Engine:
        if self.dialect == "sqlite":
            return _sqlite_engine(self.url, immediate=immediate)
        return create_engine(self.url, pool_pre_ping=True)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: all of it is stored, or nothing."""
        with _session(self._writer) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; what is written in it is thrown away."""
        with _session(self._reader, commit=False) as session:
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self._writer.dispose()
        self._reader.dispose()


def _driver_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # The URL is not repeated: it may hold a password.
        raise StoreError(f"DIGEST_DATABASE_URL: this is no database URL; {USE}") from error
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"DIGEST_DATABASE_URL: {backend} is not supported; {USE}")
    if parsed.database in {None, "", ":memory:"}:
        raise StoreError(
            "DIGEST_DATABASE_URL: a database in memory keeps nothing; name a file: sqlite:///PATH"
        )
    return parsed


def _sqlite_engine(url: URL, *, immediate: bool) -> Engine:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"DIGEST_DATABASE_URL: the folder {folder} cannot be made ({error.strerror}); "
            "make it, or name another"
        ) from error
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            # FULL: a lost note that content was handed over would let a mail be sent twice. It
            # costs 2 to 19 % more wall time than NORMAL in a send (three paired runs).
            f"synchronous={'FULL' if immediate else 'NORMAL'}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def _session(engine: Engine, *, commit: bool = True) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            if commit:
                session.commit()
        except DBAPIError as error:
            if not error.connection_invalidated and not _is_trouble(error):
                raise
            raise StoreError(
                f"the database at {engine.url.render_as_string()} cannot be used "
                f"({one_line(error)}); see to the server, the disk or DIGEST_DATABASE_URL, "
                "then run it again"
            ) from error


def _is_trouble(error: DBAPIError) -> bool:
    """Return True for what an operator can mend: no connection, locked, full, damaged, no table."""
    return isinstance(
        error, (OperationalError, ProgrammingError, InterfaceError, InternalError)
    ) or (type(error) is DatabaseError)


def one_line(error: DBAPIError) -> str:
    """Give the database's own words on one line."""
    return " ".join(str(error.orig).split())
