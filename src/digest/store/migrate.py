"""Bring a database's schema up to this program's, and refuse to work on another one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from digest.errors import SchemaError, StoreError
from digest.store.engine import Database, one_line

VERSION_TABLE = "digest_alembic_version"
"""Own name: Prefect's server keeps its migrations in ``alembic_version``."""


def alembic_config() -> Config:
    """Give what Alembic needs to find our migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head_revision() -> str:
    """Give the revision this program needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def current_revision(database: Database) -> str | None:
    """Give the database's revision; None where it has no tables of ours. Raises StoreError."""
    try:
        with database.engine.connect() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return None
            options = {"version_table": VERSION_TABLE}
            return MigrationContext.configure(connection, opts=options).get_current_revision()
    except DBAPIError as error:
        raise StoreError(
            f"the database at {database.url.render_as_string()} cannot be opened "
            f"({one_line(error)}); check DIGEST_DATABASE_URL"
        ) from error


def migrate(database: Database) -> str:
    """
    Bring the schema up to this program's; nothing happens when it is there.

    Returns:
        The revision reached.

    Raises:
        SchemaError: The database was made by a newer program.
    """
    revision = current_revision(database)
    _refuse_newer(revision)
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head_revision()


def require_schema(database: Database) -> None:
    """
    Let work begin only on the right schema; an empty database gets it at once.

    Raises:
        SchemaError: The schema is older (run ``digest migrate``) or newer than this program.
    """
    revision = current_revision(database)
    if revision is None:
        migrate(database)
        return
    _refuse_newer(revision)
    if revision != head_revision():
        raise SchemaError(
            f"the database is at schema {revision}, this program needs {head_revision()}; "
            "make a backup, then run: digest migrate"
        )


def _refuse_newer(revision: str | None) -> None:
    known = {
        script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()
    }
    if revision is not None and revision not in known:
        raise SchemaError(
            f"the database is at schema {revision}, which this program does not know: it was made "
            "by a newer version; install that version, or restore an older backup"
        )
