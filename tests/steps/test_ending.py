"""The end of a send: nobody waits in an issue that is sent, or was cancelled, whatever ended a run."""

import pytest
from sqlmodel import select

from digest.errors import TransportError
from digest.model import DeliveryState, IssueState, OrderKind, SendOutcome, Settled
from digest.steps.ending import finish
from digest.steps.ordering import give_order
from digest.steps.shift import real_time
from digest.store import leases
from digest.store.engine import Database
from digest.store.tables import DeliveryRow
from tests.steps.released import NOW, WEEK, Scripted, release, send, state_of, states


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """One kind is enough: what differs is tried with the store."""
    return sqlite_db


def note_late(db: Database, number: int, state: DeliveryState) -> None:
    """Note what its sender says of a delivery long after it became uncertain."""
    now = real_time()
    with db.write() as session:
        row = session.exec(select(DeliveryRow).where(DeliveryRow.id == number)).one()
        assert row.leased_by
        settled = Settled(state, 1, now)
        leases.note(session, settled, [(number, "late")], worker=row.leased_by, now=now)


@pytest.mark.parametrize("state", [DeliveryState.DEFERRED, DeliveryState.QUEUED])
def test_what_a_late_answer_opens_again_of_a_sent_issue_is_sent(db: Database, state: DeliveryState):
    """Its sender stood still until others had finished, and then had a 4xx, or had given nothing."""
    release(db, 2)
    send(db, Scripted(lambda _message: SendOutcome.UNCERTAIN))
    assert state_of(db) is IssueState.SENT
    note_late(db, 1, state)

    transport = Scripted()
    count = send(db, transport)

    assert len(transport.given) == 1
    assert count.is_finished
    assert states(db) == {"accepted": 1, "uncertain": 1}
    assert state_of(db) is IssueState.SENT


def test_an_issue_of_which_something_was_opened_meanwhile_is_not_sent(db: Database):
    """The sender counted, and before it wrote that down somebody queued a mail again."""
    release(db, 2)
    send(db, Scripted(), stop=lambda: True)

    assert not finish(db, WEEK, now=NOW)

    assert state_of(db) is IssueState.SENDING


def test_a_run_that_ends_with_an_error_leaves_nobody_queued_of_a_cancelled_issue(db: Database):
    release(db, 4)

    def script(_message) -> SendOutcome:
        give_order(
            db, WEEK, OrderKind.CANCEL, by="Ada", because=None, now=NOW, real_now=real_time()
        )
        raise TransportError("mail:25", "it closes the connection", permanent=True)

    with pytest.raises(TransportError):
        send(db, Scripted(script))

    assert states(db) == {"suppressed": 4}
    assert state_of(db) is IssueState.CANCELLED
