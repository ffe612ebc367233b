"""Pause, resume, cancel: at any moment, on both databases, and every reader still has a state."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import HaltedError, IssueError, NotFoundError
from digest.model import DeliveryState, IssueState, OrderKind, SendOutcome
from digest.steps.ordering import end_cancelled, give_order
from digest.store import issues as issue_store
from digest.store import leases
from digest.store import sending as store
from digest.store.engine import Database
from tests.steps.released import (
    NOW,
    WEEK,
    Scripted,
    release,
    replies,
    send,
    state_of,
    states,
)

PAUSE, RESUME, CANCEL = OrderKind.PAUSE, OrderKind.RESUME, OrderKind.CANCEL
LEASE = timedelta(seconds=60)


def order(db: Database, kind: OrderKind, *, because: str | None = None, **more):
    return give_order(
        db,
        WEEK,
        kind,
        by="Ada",
        because=because,
        now=NOW,
        real_now=more.pop("at", datetime.now(UTC)),
        **more,
    )


def ordering(db: Database, kind: OrderKind, *, after: int = 2):
    """Give a way out in whose midst somebody orders something."""
    transport = Scripted()

    def script(_message) -> SendOutcome:
        if len(transport.given) == after:
            order(db, kind, because="a wrong price")
        return SendOutcome.ACCEPTED

    transport.script = script
    return transport


def begin(db: Database, readers: int) -> None:
    """Begin to send, and send nothing yet."""
    release(db, readers)
    send(db, Scripted(), stop=lambda: True)


def lease(db: Database, number: int, *, is_handed: int = 0) -> None:
    """Leave the store as a sender leaves it that stops in the middle."""
    now = datetime.now(UTC)
    given = {"worker": "elsewhere", "now": now, "until": now + LEASE}
    with db.write() as session:
        held = leases.claim(session, WEEK, limit=number, **given)
        leases.mark(session, WEEK, held[:is_handed], **given)


def test_a_paused_issue_is_not_sent_and_says_what_to_do(sqlite_db: Database):
    release(sqlite_db)
    order(sqlite_db, PAUSE, because="a wrong price")
    transport = Scripted()

    with pytest.raises(HaltedError) as caught:
        send(sqlite_db, transport)

    assert str(caught.value) == (
        f"issue {WEEK}: it is paused by Ada: a wrong price; to go on: "
        f"digest resume {WEEK} --by NAME, then digest send {WEEK}"
    )
    assert transport.given == []


def test_before_a_send_pausing_is_undone_by_resuming(sqlite_db: Database):
    release(sqlite_db)
    order(sqlite_db, PAUSE)

    assert order(sqlite_db, RESUME).state is IssueState.APPROVED
    assert send(sqlite_db, Scripted()).states == {"accepted": 6}
    assert state_of(sqlite_db) is IssueState.SENT


def test_a_pause_in_mid_send_ends_the_run_and_what_was_handed_over_is_answered(db: Database):
    """A first mark takes ten: those are sent and noted, and nothing else is."""
    release(db, 30)
    transport = ordering(db, PAUSE)

    with pytest.raises(HaltedError, match="it is paused by Ada: a wrong price"):
        send(db, transport)

    assert len(transport.given) == 10
    assert states(db) == {"accepted": 10, "queued": 20}
    assert state_of(db) is IssueState.PAUSED


def test_a_resumed_send_goes_on_and_sends_nobody_twice(db: Database):
    release(db, 30)
    transport = ordering(db, PAUSE)
    with pytest.raises(HaltedError):
        send(db, transport)

    assert order(db, RESUME).state is IssueState.SENDING
    assert send(db, transport).states == {"accepted": 30}
    assert sorted(transport.given) == sorted({f"r{number}@reader.example" for number in range(30)})
    assert state_of(db) is IssueState.SENT


def test_cancelling_in_mid_send_suppresses_what_waits_with_the_reason(db: Database):
    release(db, 30)
    transport = ordering(db, CANCEL)

    with pytest.raises(HaltedError, match=r"it was cancelled by Ada: a wrong price, for good"):
        send(db, transport)

    assert states(db) == {"accepted": 10, "suppressed": 20}
    assert replies(db, DeliveryState.SUPPRESSED) == {
        "the issue was cancelled by Ada: a wrong price"
    }
    assert state_of(db) is IssueState.CANCELLED


def test_uncertain_ones_of_a_cancelled_issue_stay_listed_and_are_not_sent_again(
    sqlite_db: Database,
):
    release(sqlite_db, 3)
    send(sqlite_db, Scripted(lambda _message: SendOutcome.UNCERTAIN))
    with sqlite_db.write() as session:
        issue_store.set_state(session, WEEK, IssueState.SENDING, now=NOW)

    order(sqlite_db, CANCEL)

    assert states(sqlite_db) == {"uncertain": 3}
    with pytest.raises(HaltedError):
        send(sqlite_db, Scripted())
    assert states(sqlite_db) == {"uncertain": 3}


def test_what_a_dead_sender_held_is_ended_by_cancelling(db: Database):
    """Not handed over: suppressed. Handed over: uncertain, as ever."""
    begin(db, 6)
    lease(db, 4, is_handed=1)

    done = order(db, CANCEL, is_alive=lambda _name: False)

    assert states(db) == {"suppressed": 5, "uncertain": 1}
    assert done.count.states == {"suppressed": 5, "uncertain": 1}


def test_what_a_living_sender_elsewhere_held_is_ended_once_its_lease_is_over(db: Database):
    begin(db, 6)
    lease(db, 6)
    order(db, CANCEL)
    assert states(db) == {"leased": 6}

    end_cancelled(db, WEEK, now=datetime.now(UTC) + LEASE)

    assert states(db) == {"suppressed": 6}


def test_a_cancel_between_two_senders_leaves_nobody_without_an_end(db: Database, db_url: str):
    """From another thread, at any moment: what was not handed over is suppressed, the rest sent."""
    release(db, 400)
    send(db, Scripted(), stop=lambda: True)
    given: list[str] = []

    def script(_message) -> SendOutcome:
        time.sleep(0.001)
        return SendOutcome.ACCEPTED

    def run() -> None:
        database = Database(db_url)
        with suppress(HaltedError):
            send(database, Scripted(script, given))
        database.close()

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run) for _ in range(2)]
        while not given:
            time.sleep(0.001)
        order(db, CANCEL)
        for each in runs:
            each.result()

    found = states(db)
    assert found.keys() == {"accepted", "suppressed"}
    assert found["accepted"] == len(given) == len(set(given))


def test_an_order_that_makes_no_sense_changes_nothing(sqlite_db: Database):
    release(sqlite_db)

    with pytest.raises(IssueError, match="it is approved, not paused"):
        order(sqlite_db, RESUME)
    with pytest.raises(NotFoundError, match="no issue '2026-W01'"):
        give_order(sqlite_db, "2026-W01", PAUSE, by="Ada", because=None, now=NOW, real_now=NOW)

    assert state_of(sqlite_db) is IssueState.APPROVED
    with sqlite_db.read() as session:
        assert store.orders_of(session, WEEK) == []


def test_every_order_is_kept_with_its_name_and_reason(sqlite_db: Database):
    release(sqlite_db)
    order(sqlite_db, PAUSE, because="a wrong price")
    order(sqlite_db, RESUME, because="it is right")
    order(sqlite_db, CANCEL)

    with sqlite_db.read() as session:
        kept = [(each.kind, each.words, each.was) for each in store.orders_of(session, WEEK)]
    assert kept == [
        (PAUSE, "Ada: a wrong price", IssueState.APPROVED),
        (RESUME, "Ada: it is right", IssueState.PAUSED),
        (CANCEL, "Ada", IssueState.APPROVED),
    ]
