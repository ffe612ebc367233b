"""What may stand in the way of a start: an old approval, another audience, a restored backup."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.delivery.marker import MarkerFile
from digest.errors import ApprovalError, IssueError, RestoredError
from digest.model import DeliveryState, IssueState, SendOutcome
from digest.steps.gate import SendRules
from digest.steps.resolving import resolve_uncertain
from digest.steps.starting import accept_restored, frozen_words
from digest.steps.weekly import approve_issue
from digest.store import issues as issue_store
from digest.store import sending as store
from digest.store.engine import Database
from tests.steps.released import (
    NOW,
    WEEK,
    Scripted,
    add_readers,
    release,
    replies,
    send,
    state_of,
    states,
)

NEXT = "2026-W48"
AGAIN = SendRules()


@pytest.fixture
def marker(tmp_path: Path) -> MarkerFile:
    return MarkerFile(tmp_path / "elsewhere" / "marker.json")


class House:
    """A SQLite database that can be copied away and put back, as a backup is."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.path, self.copy = db, Path(db.url.database), folder / "backup.db"

    def back_up(self) -> None:
        """Copy the database away."""
        with (
            closing(sqlite3.connect(self.path)) as now,
            closing(sqlite3.connect(self.copy)) as copy,
        ):
            now.backup(copy)

    def restore(self) -> Database:
        """Put the copy back."""
        self.db.close()
        for name in ("-wal", "-shm"):
            self.path.with_name(self.path.name + name).unlink(missing_ok=True)
        shutil.copyfile(self.copy, self.path)
        return self.db


@pytest.fixture
def house(sqlite_db: Database, tmp_path: Path) -> House:
    return House(sqlite_db, tmp_path)


def stopping_after(number: int):
    """Give a way out, and a stop that comes once it was given so many."""
    transport = Scripted()
    return transport, lambda: len(transport.given) >= number


def accept(db: Database, marker: MarkerFile, *, is_doubted: bool, week: str = WEEK):
    return accept_restored(
        db, week, is_doubted=is_doubted, rules=AGAIN, marker=marker, now=datetime.now(UTC)
    )


# --- a restored backup


def test_each_start_is_counted_in_the_database_and_outside_it(sqlite_db: Database, marker):
    release(sqlite_db)
    for _ in range(2):
        send(sqlite_db, Scripted(), marker=marker, stop=lambda: True)

    with sqlite_db.read() as session:
        epoch = store.epoch(session)
        sending = store.sending_of(session, WEEK)
    assert (epoch.count, sending.epoch) == (2, 2)
    mark = marker.read(epoch.database)
    assert (mark.count, dict(mark.weeks)) == (2, {WEEK: 2})


def test_a_backup_of_before_the_send_is_told_and_nothing_is_sent(house: House, marker):
    """The copy has no audience yet: without the guard everybody would get it twice."""
    release(house.db)
    house.back_up()
    send(house.db, Scripted(), marker=marker)
    db, transport = house.restore(), Scripted()

    with pytest.raises(RestoredError, match=f"digest send {WEEK} --after-restore uncertain"):
        send(db, transport, marker=marker)

    assert transport.given == []
    assert state_of(db) is IssueState.APPROVED


def test_a_backup_of_mid_send_is_told(house: House, marker):
    release(house.db, 30)
    transport, stop = stopping_after(10)
    send(house.db, transport, marker=marker, stop=stop)
    house.back_up()
    send(house.db, transport, marker=marker)
    db, again = house.restore(), Scripted()

    with pytest.raises(RestoredError):
        send(db, again, marker=marker)

    assert again.given == []


def test_after_a_restore_what_waits_is_in_doubt_until_somebody_decides(house: House, marker):
    """Nobody is sent to twice by itself; and nobody is lost."""
    release(house.db, 30)
    house.back_up()
    transport, stop = stopping_after(10)
    send(house.db, transport, marker=marker, stop=stop)
    db = house.restore()

    (done,) = accept(db, marker, is_doubted=True)

    assert done.in_doubt == 30
    assert states(db) == {"uncertain": 30}
    assert state_of(db) is IssueState.SENDING
    assert {each[:8] for each in replies(db, DeliveryState.UNCERTAIN)} == {"in doubt"}
    decide = {"by": "Ada", "now": NOW}
    for address in transport.given:
        resolve_uncertain(db, WEEK, address=address, state=DeliveryState.ACCEPTED, **decide)
    resolve_uncertain(db, WEEK, address=None, state=DeliveryState.QUEUED, **decide)
    assert send(db, transport, marker=marker, rules=SendRules(canary=5)).states == {"accepted": 30}
    assert len(set(transport.given)) == len(transport.given) == 30


def test_a_person_may_know_that_nothing_was_sent_since(house: House, marker):
    release(house.db, 3)
    house.back_up()
    send(house.db, Scripted(), marker=marker, stop=lambda: True)
    db = house.restore()

    accept(db, marker, is_doubted=False)

    assert send(db, Scripted(), marker=marker).states == {"accepted": 3}


def test_all_issues_on_their_way_are_put_in_doubt_together(house: House, marker):
    """The one in mid-send, and the one whose send the backup knows nothing of."""
    release(house.db, 30)
    transport, stop = stopping_after(10)
    send(house.db, transport, marker=marker, stop=stop)
    release(house.db, 30, week=NEXT, number=3)
    house.back_up()
    send(house.db, transport, marker=marker)
    send(house.db, transport, marker=marker, week=NEXT)
    db = house.restore()

    done = accept(db, marker, is_doubted=True)

    assert {each.week: each.in_doubt for each in done} == {WEEK: 20, NEXT: 30}
    assert states(db, NEXT) == {"uncertain": 30}


def test_an_issue_built_again_after_a_restore_is_told_as_well(house: House, marker):
    """Its count has caught up, but this machine remembers the week."""
    house.back_up()
    release(house.db, 3)
    send(house.db, Scripted(), marker=marker)
    db = house.restore()
    release(db, 3, week=NEXT, number=3)
    accept(db, marker, is_doubted=False, week=NEXT)
    send(db, Scripted(), marker=marker, week=NEXT)
    release(db, 3)

    with pytest.raises(RestoredError):
        send(db, Scripted(), marker=marker)


def test_where_nothing_was_restored_there_is_nothing_to_accept(sqlite_db: Database, marker):
    release(sqlite_db, 3)

    with pytest.raises(IssueError, match="no backup was restored; leave that option out"):
        accept(sqlite_db, marker, is_doubted=True)


def test_another_machine_and_another_database_are_not_taken_for_a_restored_one(
    sqlite_db: Database, marker, tmp_path
):
    release(sqlite_db, 3)
    send(sqlite_db, Scripted(), marker=marker, stop=lambda: True)

    elsewhere = MarkerFile(tmp_path / "machine-b.json")
    send(sqlite_db, Scripted(), marker=elsewhere, stop=lambda: True)

    assert send(sqlite_db, Scripted(), marker=marker).states == {"accepted": 3}


# --- an old approval, another audience


def test_an_approval_holds_for_so_many_days(sqlite_db: Database):
    release(sqlite_db, 3)
    late = NOW + timedelta(days=7, seconds=1)

    with pytest.raises(ApprovalError, match="more than 7 days ago; if it should still go out"):
        send(sqlite_db, Scripted(), now=late)
    approve_issue(sqlite_db, WEEK, by="Ada", now=late)

    assert send(sqlite_db, Scripted(), now=late).states == {"accepted": 3}


def test_a_send_that_has_begun_goes_on_however_old_its_approval(sqlite_db: Database):
    release(sqlite_db, 3)
    send(sqlite_db, Scripted(), stop=lambda: True)

    assert send(sqlite_db, Scripted(), now=NOW + timedelta(days=30)).states == {"accepted": 3}


def test_an_audience_that_is_another_than_at_approval_is_said_once(sqlite_db: Database):
    release(sqlite_db, 3)
    add_readers(sqlite_db, range(3, 5))
    said: list[str] = []

    send(sqlite_db, Scripted(), on_remark=said.append, stop=lambda: True)
    send(sqlite_db, Scripted(), on_remark=said.append)

    assert said == [
        (
            "5 readers get it now, 3 had confirmed when it was approved; "
            "if that is not what you expect: digest pause"
        )
    ]


@pytest.mark.parametrize(
    ("approved", "frozen", "is_said"),
    [(1000, 1010, False), (1000, 1011, True), (1000, 989, True), (0, 1, True), (None, 5, False)],
)
def test_a_hundredth_more_or_less_is_about_the_same(approved, frozen, is_said):
    assert (frozen_words(approved, frozen) is not None) is is_said


# --- a cancelled issue


def test_a_cancelled_issue_is_neither_approved_nor_sent_again(sqlite_db: Database):
    release(sqlite_db, 3)
    with sqlite_db.write() as session:
        issue_store.set_state(session, WEEK, IssueState.CANCELLED, now=NOW)

    with pytest.raises(IssueError, match="it is cancelled, so there is nothing to release"):
        approve_issue(sqlite_db, WEEK, by="Ada", now=NOW)


def test_uncertain_mail_of_a_cancelled_issue_is_not_queued_again(sqlite_db: Database):
    release(sqlite_db, 2)
    send(sqlite_db, Scripted(lambda _message: SendOutcome.UNCERTAIN))
    with sqlite_db.write() as session:
        issue_store.set_state(session, WEEK, IssueState.CANCELLED, now=NOW)
    decide = {"address": None, "by": "Ada", "now": NOW}

    with pytest.raises(IssueError, match="only --as accepted is left"):
        resolve_uncertain(sqlite_db, WEEK, state=DeliveryState.QUEUED, **decide)

    assert resolve_uncertain(sqlite_db, WEEK, state=DeliveryState.ACCEPTED, **decide) == 2
