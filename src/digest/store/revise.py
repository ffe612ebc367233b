"""Write a new migration from the difference between the tables and the migrations so far."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from digest.store.engine import Database
from digest.store.migrate import alembic_config, migrate


def main() -> None:
    """Migrate an empty database, compare it with the tables, write what is missing."""
    if len(sys.argv) != 2:  # noqa: PLR2004 # the program's name and the message
        sys.exit('usage: python -m digest.store.revise "what changes"')
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        migrate(database)
        config = alembic_config()
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=sys.argv[1], autogenerate=True)
        database.close()


if __name__ == "__main__":
    main()
