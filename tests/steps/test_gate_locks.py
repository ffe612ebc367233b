"""Senders that let answers be heard and claim, at once on one PostgreSQL: none undoes another."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from digest.steps.gate import Gate, SendRules
from digest.store.engine import Database
from tests.steps.released import NOW, WEEK
from tests.steps.test_gate import start

pytestmark = pytest.mark.postgres


@pytest.fixture
def db_kind() -> str:
    """The only kind of database with locks of rows."""
    return "postgresql"


def until_somebody_waits(db: Database) -> None:
    statement = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 30
    while True:
        with db.read() as session:
            if session.execute(statement).scalar():
                return
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_4xx_in_the_canary_and_a_claim_of_another_do_not_wait_for_each_other(
    db: Database, db_url: str
):
    start(db, canary=5, lake=9)
    put_off = [("lake.example", True, "450 later")]
    with db.write() as session:
        Gate(WEEK, SendRules()).heard(session, put_off, now=NOW)

    def claim() -> int:
        other = Database(db_url)
        with other.write() as session:
            limit = Gate(WEEK, SendRules()).open(session, wanted=5, now=NOW).limit
        other.close()
        return limit

    ours = Gate(WEEK, SendRules())
    with ThreadPoolExecutor(1) as pool:
        with db.write() as session:
            ours.heard(session, put_off, now=NOW)
            theirs = pool.submit(claim)
            until_somebody_waits(db)
            assert ours.open(session, wanted=5, now=NOW).limit == 5
        assert theirs.result() == 5
