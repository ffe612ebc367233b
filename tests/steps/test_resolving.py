"""Uncertain mails: what the relay's log names was accepted, the others stay as they are."""

import sqlalchemy as sa

from digest.delivery.relaylog import taken
from digest.mail.wire import message_id
from digest.model import DeliveryState, SendOutcome
from digest.steps import resolving as subject
from digest.store.engine import Database
from digest.store.tables import DeliveryRow
from tests.steps.released import BRAND, NOW, SECRET, WEEK, Scripted, release, replies, send, states


def log_of(*numbers: int, status: str = "sent") -> list[str]:
    """Write what Postfix writes of the mails of these readers."""
    lines = []
    for number in numbers:
        name = message_id(SECRET, WEEK, f"reader-{number:09}", BRAND.domain)
        queue = f"4Abc{number:04}"
        lines += [
            f"Nov 20 09:00:01 relay postfix/cleanup[7]: {queue}: message-id={name}",
            f"Nov 20 09:00:01 relay postfix/qmgr[8]: {queue}: from=<a@b.example>, size=9, nrcpt=1",
            (
                f"Nov 20 09:00:02 relay postfix/smtp[9]: {queue}: to=<r@reader.example>, "
                f"relay=mx[192.0.2.9]:25, delay=1, dsn=2.0.0, status={status} (250 Ok)"
            ),
        ]
    return lines


def resolve(db: Database, lines: list[str], *, secret: bytes = SECRET, **more) -> subject.ByLog:
    found = taken(lines)
    return subject.resolve_by_log(
        db, WEEK, taken=found, secret=secret, domain=BRAND.domain, by="Ada", now=NOW, **more
    )


def test_what_the_log_names_is_accepted_with_its_queue_id(db: Database):
    release(db, 5)
    send(db, Scripted(lambda _message: SendOutcome.UNCERTAIN))

    assert resolve(db, log_of(0, 3)) == subject.ByLog(accepted=2, left=3)

    assert states(db) == {"accepted": 2, "uncertain": 3}
    assert replies(db, DeliveryState.ACCEPTED) == {
        f"queued as 4Abc000{number} by the relay's log, sent (250 Ok); Ada decided: it arrived"
        for number in (0, 3)
    }


def test_what_was_put_in_doubt_by_hand_is_settled_too(db: Database):
    """Such a row names no sender that held it."""
    release(db, 3)
    send(db, Scripted(lambda _message: SendOutcome.UNCERTAIN))
    with db.write() as session:
        session.execute(sa.update(DeliveryRow).values(leased_by=None, leased_until=None))

    assert resolve(db, log_of(0)) == subject.ByLog(accepted=1, left=2)
    decided = subject.resolve_uncertain(
        db, WEEK, address=None, state=DeliveryState.QUEUED, by="Ada", now=NOW
    )

    assert (decided, states(db)) == (2, {"accepted": 1, "queued": 2})


def test_the_same_log_again_changes_nothing(sqlite_db: Database):
    release(sqlite_db, 5)
    send(sqlite_db, Scripted(lambda _message: SendOutcome.UNCERTAIN))
    resolve(sqlite_db, log_of(0, 3))

    assert resolve(sqlite_db, log_of(0, 3)) == subject.ByLog(accepted=0, left=3)


def test_only_uncertain_ones_are_decided_about(sqlite_db: Database):
    release(sqlite_db, 3)
    send(sqlite_db, Scripted(lambda _message: SendOutcome.REJECTED), stop=lambda: True)

    assert resolve(sqlite_db, log_of(0, 1, 2)) == subject.ByLog(accepted=0, left=0)
    assert states(sqlite_db) == {"queued": 3}


def test_message_ids_of_another_key_name_nobody(sqlite_db: Database):
    release(sqlite_db, 3)
    send(sqlite_db, Scripted(lambda _message: SendOutcome.UNCERTAIN))

    assert resolve(sqlite_db, log_of(0, 1), secret=b"another") == subject.ByLog(0, 3)


def test_more_than_one_transaction_holds_are_all_looked_at(sqlite_db: Database):
    release(sqlite_db, 10)
    send(sqlite_db, Scripted(lambda _message: SendOutcome.UNCERTAIN))

    assert resolve(sqlite_db, log_of(1, 4, 8, 9), at_once=3) == subject.ByLog(accepted=4, left=6)
