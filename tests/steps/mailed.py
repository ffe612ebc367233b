"""Readers who were mailed issues, as feedback finds them."""

from collections.abc import Sequence
from datetime import timedelta

from digest.model import DeliveryState, IssueState, SubscriberState
from digest.store.engine import Database
from digest.store.tables import DeliveryRow, IssueRow, SendingRow, SubscriberRow
from tests.conftest import NOW

SECRET = b"a secret of thirty-two characters"
DAY = timedelta(days=1)
WEEK = "2026-W47"


def reader(number: int) -> str:
    """The public id of a reader."""
    return f"reader{number:010}"


def add_readers(
    db: Database,
    size: int,
    *,
    weeks: Sequence[str] = (WEEK,),
    state: IssueState = IssueState.SENT,
    mail: DeliveryState = DeliveryState.ACCEPTED,
    replies: Sequence[str | None] = (),
) -> None:
    """Give a store confirmed readers 0, 1 … who were all mailed these issues, a day ago."""
    with db.write() as session:
        for number, week in enumerate(weeks, start=1):
            session.add(SendingRow(week=week, began_at=NOW - DAY, epoch=1))
            session.add(
                IssueRow(
                    week=week,
                    number=number,
                    state=state,
                    document="{}",
                    plan="{}",
                    audience=size,
                    changed_at=NOW,
                )
            )
        for number in range(size):
            address = f"R{number}@reader.example"
            session.add(
                SubscriberRow(
                    public_id=reader(number),
                    address=address,
                    state=SubscriberState.CONFIRMED,
                    created_at=NOW - 400 * DAY,
                    confirmed_at=NOW - 400 * DAY,
                )
            )
            for week in weeks:
                session.add(
                    DeliveryRow(
                        week=week,
                        subscriber=reader(number),
                        address=address,
                        state=mail,
                        reply=replies[number] if replies else None,
                        leased_by="sender" if mail is DeliveryState.UNCERTAIN else None,
                        next_attempt_at=NOW if mail is DeliveryState.DEFERRED else None,
                        handed_at=NOW - DAY,
                        changed_at=NOW - DAY,
                    )
                )
