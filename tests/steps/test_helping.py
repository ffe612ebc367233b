"""Helping a send of another process: only the very edition that one sends."""

from datetime import timedelta

import pytest

from digest.errors import ApprovalError, IssueError
from digest.model import DeliveryState
from digest.steps.helping import help_send
from digest.steps.send import SendParts
from digest.store import deliveries
from digest.store import issues as issue_store
from digest.store.engine import Database
from tests.steps.released import BRAND, NOW, SECRET, WEEK, Scripted, release


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """One kind is enough: what differs is tried with the store."""
    return sqlite_db


@pytest.fixture
def assist(db: Database):
    """Help with the edition of a hash; gives who was sent to."""

    def run(sha256: str) -> list[str]:
        transport = Scripted()
        help_send(
            WEEK,
            sha256,
            parts=SendParts(
                db=db, brand=BRAND, secret=SECRET, clock=lambda: NOW, lease=timedelta(minutes=2)
            ),
            transport=transport,
            stop=lambda: False,
            on_progress=lambda _ended: None,
            on_trouble=lambda _sentence: None,
        )
        return transport.given

    return run


def test_a_helper_for_another_edition_refuses(db, assist):
    release(db)

    with pytest.raises(ApprovalError, match="what is sent was replaced"):
        assist("0" * 64)


def test_a_helper_begins_nothing_by_itself(db, assist):
    release(db)
    with db.read() as session:
        edition = issue_store.edition_of(session, WEEK)
        assert edition is not None
        assert deliveries.audience(session, WEEK) is None

    with pytest.raises(IssueError, match="its sending has not begun"):
        assist(edition.sha256)

    with db.read() as session:
        assert deliveries.in_state(session, WEEK, DeliveryState.ACCEPTED) == []
