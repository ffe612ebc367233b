"""Migrations: from nothing to the tables, and no work on a schema that is not ours."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from digest.errors import SchemaError, StoreError
from digest.store import migrate as subject
from digest.store import placements
from digest.store.engine import Database
from digest.store.tools import facts_of
from tests.conftest import NOW


def test_the_migrations_give_exactly_the_tables_of_the_program(db: Database):
    config = Config()
    config.set_main_option(
        "script_location", str(subject.__file__).replace("migrate.py", "migrations")
    )

    with db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)  # raises where a table, column or index differs


def test_the_newest_revision_is_the_one_that_alembic_finds():
    scripts = ScriptDirectory.from_config(subject.alembic_config())

    assert subject.head_revision() == scripts.get_current_head()


def test_migrating_twice_changes_nothing(db: Database):
    assert subject.migrate(db) == subject.head_revision()
    assert subject.current_revision(db) == subject.head_revision()


def test_an_empty_database_gets_its_tables_at_once(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'new' / 'digest.db'}")

    subject.require_schema(database)

    assert subject.current_revision(database) == subject.head_revision()
    database.close()


def _pretend_revision(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            sa.text(f"UPDATE {subject.VERSION_TABLE} SET version_num = :r"), {"r": revision}
        )


def test_a_database_of_a_newer_program_is_left_alone(db: Database):
    _pretend_revision(db, "9999")

    with pytest.raises(SchemaError, match="newer version"):
        subject.require_schema(db)
    with pytest.raises(SchemaError, match="newer version"):
        subject.migrate(db)


def test_a_database_that_cannot_be_opened_is_said_in_one_sentence(tmp_path):
    (tmp_path / "digest.db").write_bytes(b"this is no database at all, it only looks like a file")
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")

    with pytest.raises(StoreError, match="DIGEST_DATABASE_URL"):
        subject.require_schema(database)
    database.close()


def test_launches_placed_before_evidence_was_kept_are_placements_without_any(tmp_path):
    """So an editor's decision can move them like all others."""
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    config = subject.alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        columns = {
            "source": "hn", "native_id": "1", "title": "Ember", "name": "", "tagline": "",
            "description": "", "tags": "[]", "details": "{}", "flags": "[]", "capture_key": "",
            "researched_key": "", "first_seen_at": "2026-11-20 09:00:00",
            "seen_at": "2026-11-20 09:00:00", "tool": "ember",
        }  # fmt: skip
        names = ", ".join(columns)
        values = ", ".join(f":{name}" for name in columns)
        insert = sa.text(f"INSERT INTO launch ({names}) VALUES ({values})")
        connection.execute(insert, columns)
        connection.execute(insert, columns | {"native_id": "2", "tool": None})

    subject.migrate(database)

    with database.read() as session:
        (placed,) = placements.placements_at(session, ["ember"])
    assert (placed.launch, placed.keys, placed.rule_version) == (("hn", "1"), (), "0")
    database.close()


def test_facts_of_an_older_database_are_claims_of_launches(tmp_path):
    """Facts stored before tools' own pages were read have no page, and are kept."""
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    config = subject.alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            sa.text(
                "INSERT INTO fact (tool, kind, value, observed_at, capture_key, source, url, span)"
                " VALUES ('ember', 'docs', 'true', '2026-11-20 09:00:00', 'k', 's', 'u', 'w')"
            )
        )

    subject.migrate(database)

    with database.read() as session:
        (fact,) = facts_of(session, ["ember"])["ember"]
    assert (fact.kind, fact.value, fact.page) == ("docs", True, None)
    database.close()


def test_a_job_that_goes_by_another_name_now_is_renamed_where_it_stands(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    config = subject.alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        columns = {each["name"]: each for each in sa.inspect(connection).get_columns("tool")}
        given = {"slug": "ember", "job": "guard-model", "job_runner_up": "guard-model"}
        for name, column in columns.items():
            if not column["nullable"] and name not in {"id", *given}:
                is_time = "DATETIME" in str(column["type"])
                given[name] = "2026-11-20 09:00:00" if is_time else ""
        names = ", ".join(given)
        values = ", ".join(f":{name}" for name in given)
        connection.execute(sa.text(f"INSERT INTO tool ({names}) VALUES ({values})"), given)

    subject.migrate(database)

    with database.engine.connect() as connection:
        row = connection.execute(sa.text("SELECT job, job_runner_up FROM tool")).one()
    assert tuple(row) == ("guardrails", "guardrails")
    database.close()


def _row(connection: sa.Connection, table: str, **given: object) -> None:
    """Insert a row by what the table is at this moment; what is not given and must be is empty."""
    described = sa.Table(table, sa.MetaData(), autoload_with=connection)
    for column in described.columns:
        if not column.nullable and column.name != "id" and column.server_default is None:
            is_time = isinstance(column.type, sa.DateTime)
            number = 0 if isinstance(column.type, sa.Integer) else ""
            given.setdefault(column.name, NOW if is_time else number)
    connection.execute(described.insert(), given)


def test_a_database_of_before_the_plans_goes_up_and_down_with_what_it_holds(db: Database):
    """Reviews stay, the plan of an issue becomes its week's, and the way back keeps each review once."""
    config = subject.alembic_config()
    review = {"tool": "ember", "reviewer": "builder", "evidence_sha256": "e", "panel_version": "1"}
    with db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
        _row(connection, "review", **review, verdict="ship", document="{}")
        _row(connection, "issue", week="2026-W47", state="in_review", plan="{}", document="{}")

    subject.migrate(db)

    with db.engine.begin() as connection:
        plans = connection.execute(sa.text("SELECT week, document, wishes FROM plan")).all()
        kept = connection.execute(sa.text("SELECT tool, outcome, reason FROM review")).all()
        later = NOW + timedelta(days=1)
        _row(connection, "review", **review, verdict="skip", document="{}", reviewed_at=later)
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
        verdicts = connection.execute(sa.text("SELECT verdict FROM review")).scalars().all()
    assert plans == [("2026-W47", "{}", "[]")]
    assert kept == [("ember", "", "")]
    assert verdicts == ["skip"]
