"""
Bring a database's schema up to this program's, and refuse to work on another one.

Alembic is loaded when there is something to migrate: it takes longer to import than a whole run
that finds nothing new, and whether there is something is seen without it.
"""

# ruff: noqa: PLC0415 # see above

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from digest.errors import SchemaError, StoreError
from digest.store.engine import Database, one_line

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

VERSION_TABLE = "digest_alembic_version"
"""Own name: Prefect's server keeps its migrations in ``alembic_version``."""


_REVISION = re.compile(r"^(down_)?revision(?::[^=\n]+)? = (?:\"(\w+)\"|None)", re.MULTILINE)


def alembic_config() -> "Config":
    """Give what Alembic needs to find our migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def _revisions() -> dict[str, str]:
    """Give each revision with the one before it (empty for the first), as its file says."""
    found = {}
    for file in sorted((MIGRATIONS / "versions").glob("*.py")):
        named = dict(_REVISION.findall(file.read_text(encoding="utf-8")))
        found[named[""]] = named["down_"]
    return found


def head_revision() -> str:
    """Give the revision this program needs."""
    return next(iter(set(_revisions()) - set(_revisions().values())), "")


def current_revision(database: Database) -> str | None:
    """Give the database's revision; None where it has no tables of ours. Raises StoreError."""
    try:
        with database.engine.connect() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return None
            statement = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 # our name
            return connection.execute(statement).scalar()
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
    from alembic import command

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
    if revision is not None and revision not in _revisions():
        raise SchemaError(
            f"the database is at schema {revision}, which this program does not know: it was made "
            "by a newer version; install that version, or restore an older backup"
        )
