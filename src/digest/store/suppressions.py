"""Addresses that are not mailed, at rest: looked up by mark, put on the list, taken off it."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from digest.model import Subscriber, Suppression
from digest.store.rows import as_noun, as_values, in_chunks, upsert
from digest.store.tables import DeliveryRow, FeedbackRow, SubscriberRow, SuppressionRow


def listed(session: Session, marks: Collection[str]) -> dict[str, Suppression]:
    """Give the entries of these marks, by mark."""
    found: dict[str, Suppression] = {}
    for chunk in in_chunks(marks):
        rows = session.exec(select(SuppressionRow).where(col(SuppressionRow.mark).in_(chunk)))
        found |= {row.mark: as_noun(Suppression, row) for row in rows}
    return found


def all_listed(session: Session) -> list[Suppression]:
    """Give every entry, the newest first."""
    statement = select(SuppressionRow).order_by(
        col(SuppressionRow.since).desc(), col(SuppressionRow.mark)
    )
    return [as_noun(Suppression, row) for row in session.exec(statement)]


def put(session: Session, entries: Sequence[Suppression]) -> None:
    """Store entries; one that is there already is replaced."""
    upsert(
        session,
        SuppressionRow,
        [as_values(entry) for entry in entries],
        key=["mark"],
        update=["kind", "since", "reason", "secret_mark"],
    )


def wipe_address(session: Session, subscriber: Subscriber) -> None:
    """
    Put the subscriber's address as it is now in place of the one that is stored, everywhere.

    Servers' replies to their mails go as well: most name whom they are about.
    """
    row = session.exec(
        select(SubscriberRow).where(SubscriberRow.public_id == subscriber.public_id)
    ).one()
    of_reports = func.lower(FeedbackRow.recipient) == row.address.lower()
    session.execute(update(FeedbackRow).where(of_reports).values(recipient=None))
    session.execute(
        update(DeliveryRow)
        .where(col(DeliveryRow.subscriber) == subscriber.public_id)
        .values(
            address=subscriber.address,
            domain=subscriber.address.rpartition("@")[2],
            reply=None,
        )
    )
    row.address = subscriber.address


def take_off(session: Session, mark: str) -> None:
    """Take a mark off the list; one that is not there changes nothing."""
    session.execute(delete(SuppressionRow).where(col(SuppressionRow.mark) == mark))
