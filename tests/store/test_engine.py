"""Transactions: whole or nothing, none lost, and trouble said in a sentence."""

import multiprocessing

import pytest
from sqlmodel import select

from digest.errors import StoreError
from digest.model import SourceState
from digest.store import sources
from digest.store.engine import Database
from digest.store.tables import SourceRow


def test_a_write_that_fails_stores_nothing(db: Database):
    def write_and_fail() -> None:
        with db.write() as session:
            state = SourceState(source="hn", kind="feed", url="https://x")
            sources.put_source_state(session, state)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()

    with db.read() as session:
        assert sources.source_states(session) == {}


def _count_up(url: str, times: int) -> None:
    database = Database(url)
    for _ in range(times):
        with database.write() as session:
            row = session.exec(select(SourceRow).with_for_update()).one()
            row.items += 1
    database.close()


def test_two_processes_that_read_and_write_lose_no_update(db: Database, db_url: str):
    with db.write() as session:
        sources.put_source_state(session, SourceState(source="hn", kind="feed", url="https://x"))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_count_up, args=(db_url, 50)) for _ in range(2)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with db.read() as session:
        assert sources.source_states(session)["hn"].items == 100


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@localhost/x", "foo://x"])
def test_a_database_url_that_cannot_be_used_names_the_setting_and_the_forms(url: str):
    with pytest.raises(StoreError, match=r"DIGEST_DATABASE_URL.*sqlite"):
        Database(url)
