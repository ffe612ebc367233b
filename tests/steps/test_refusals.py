"""What a server says while a mail is sent is a bounce like any other, and is read once."""

from datetime import timedelta

import pytest
from sqlmodel import select

from digest.model import DeliveryState, FeedbackEffect, FeedbackKind, IssueState
from digest.steps import refusals as subject
from digest.store import feedback as store
from digest.store import readers as reader_store
from digest.store.engine import Database
from digest.store.tables import FeedbackRow
from tests.conftest import NOW
from tests.steps.mailed import SECRET, WEEK, add_readers


def refuse(
    db: Database, *replies: str, state=DeliveryState.REJECTED, issue=IssueState.SENT
) -> None:
    """Store an issue whose readers' mails ended with these replies."""
    add_readers(db, len(replies), state=issue, mail=state, replies=replies)


def taken(db: Database, now=NOW) -> dict[FeedbackEffect, int]:
    return dict(subject.take_refusals(db, secret=SECRET, now=now).new)


@pytest.mark.parametrize(
    ("reply", "kind", "status", "effect"),
    [
        ("550 5.1.1 no such user", FeedbackKind.HARD, "5.1.1", FeedbackEffect.BOUNCED),
        ("550 5.1.2 no such host", FeedbackKind.HARD, "5.1.2", FeedbackEffect.COUNTED),
        ("552 5.2.2 mailbox full", FeedbackKind.SOFT, "5.2.2", FeedbackEffect.COUNTED),
        ("550 5.7.515 level of authentication", FeedbackKind.POLICY, "5.7.515", "alerted"),
        ("given up after 9 attempts: 451 4.2.1 later", FeedbackKind.SOFT, "4.2.1", "counted"),
        (
            "given up after 9 attempts: 421 4.7.0 too many of you",
            FeedbackKind.SOFT,
            "4.7.0",
            "alerted",
        ),
        ("given up after 9 attempts: 429 Too Many Requests", FeedbackKind.NONE, None, "noted"),
        ("422 Invalid From address", FeedbackKind.NONE, None, "noted"),
        ("larger than the 512 octets it takes", FeedbackKind.NONE, None, "noted"),
        ("could not be composed: the template 550 is gone", FeedbackKind.NONE, None, "noted"),
        ("", FeedbackKind.NONE, None, FeedbackEffect.NOTED),
    ],
)
def test_a_refusal_is_judged_by_its_reply(sqlite_db: Database, reply, kind, status, effect):
    refuse(sqlite_db, reply)

    assert taken(sqlite_db) == {effect: 1}

    with sqlite_db.read() as session:
        (kept,) = store.listed(session)
    assert (kept.source, kept.kind, kept.status) == ("smtp", kind, status)


def test_every_refusal_is_read_once(db: Database, monkeypatch):
    monkeypatch.setattr(subject, "BATCH", 3)
    refuse(db, *["550 5.1.1 no such user"] * 7)

    assert taken(db) == {FeedbackEffect.BOUNCED: 7}
    assert taken(db) == {}
    with db.read() as session:
        assert reader_store.count_subscribers(session) == {"bounced": 7}


def test_what_was_not_refused_is_not_read(sqlite_db: Database):
    refuse(sqlite_db, "450 4.2.1 later", state=DeliveryState.DEFERRED)

    assert taken(sqlite_db) == {}


@pytest.mark.parametrize(
    ("issue", "minutes", "is_read"),
    [
        (IssueState.SENT, [59, 62], True),
        (IssueState.SENT, [60, 62], False),
        (IssueState.SENDING, [600, 602], True),
    ],
)
def test_an_issue_is_gone_through_until_it_stands_still_for_an_hour(
    sqlite_db: Database, issue, minutes, is_read
):
    """Its deliveries may be a million, and no index says which of them were refused."""
    refuse(sqlite_db, "550 5.1.1 no such user", issue=issue)
    first, second = (NOW + timedelta(minutes=each) for each in minutes)
    taken(sqlite_db, now=first)
    with sqlite_db.write() as session:
        session.delete(session.exec(select(FeedbackRow)).one())

    assert bool(taken(sqlite_db, now=second)) is is_read


def test_the_reading_of_a_million_refusals_holds_few_at_a_time(db: Database):
    refuse(db, *["550 5.1.1 no such user"] * 5)
    with db.read() as session:
        sizes = [len(some) for some in store.unread_refusals(session, WEEK, size=2)]

    assert sizes == [2, 2, 1]
