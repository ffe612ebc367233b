"""Resting place ④: who gets an issue, written down once."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from digest.model import Delivery, Subscriber, SubscriberState
from digest.store.issues import issue_row
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import DeliveryRow, IssueRow, SubscriberRow


def confirmed_subscribers(session: Session) -> list[Subscriber]:
    """Give everyone who has confirmed, oldest subscription first."""
    statement = (
        select(SubscriberRow)
        .where(SubscriberRow.state == SubscriberState.CONFIRMED)
        .order_by(col(SubscriberRow.id))
    )
    return [as_noun(Subscriber, row) for row in session.exec(statement)]


def lock_audience(session: Session, week: str) -> int | None:
    """
    Give the size of the week's frozen audience, None before it is frozen.

    Until this transaction ends nobody else can freeze it. Raises NotFoundError without an issue.
    """
    issue_row(session, week)
    statement = select(IssueRow.audience).where(IssueRow.week == week).with_for_update()
    return session.exec(statement).one()


def freeze_audience(session: Session, week: str, deliveries: Sequence[Delivery]) -> int:
    """
    Store the audience of an issue, once: a second time it stays as it was.

    Args:
        session: A writing one.
        week: The issue's week; all deliveries are of it.
        deliveries: One for each recipient, queued.

    Returns:
        The size of the frozen audience. Raises NotFoundError without an issue.
    """
    frozen = lock_audience(session, week)
    if frozen is not None:
        return frozen
    upsert(
        session, DeliveryRow, [as_values(each) for each in deliveries], key=("week", "subscriber")
    )
    size = session.exec(select(func.count()).where(DeliveryRow.week == week)).one()
    issue_row(session, week).audience = size
    return size
