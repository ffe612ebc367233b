"""
Resting place ⑤: who holds which delivery, and what became of each.

What a sender does with what it holds is in leases.py; here is what everybody else asks and decides.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from digest.model import Delivery, DeliveryCount, DeliveryState
from digest.store.rows import as_nouns, columns_of
from digest.store.tables import DeliveryRow, IssueRow

_TABLE: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass


def note(session: Session, changes: Iterable[tuple[Delivery, Delivery]]) -> None:
    """
    Store what became of held deliveries.

    Args:
        session: A writing one.
        changes: Each delivery as it was held, and as it is now. Where the first's holder has lost
            it to another sender or to a person's decision, the row stays as it is; where it only
            turned ``uncertain`` meanwhile, the late answer is stored. Noting twice changes nothing.
    """
    values = [
        {
            **{f"new_{name}": getattr(after, name) for name in _CHANGING},
            "of_week": before.week,
            "of_subscriber": before.subscriber,
            "holder": before.leased_by,
        }
        for before, after in changes
    ]
    if values:
        session.execute(_NOTE, values)


_CHANGING = sorted(set(Delivery.model_fields) - {"week", "subscriber", "address"})
_NOTE = (
    sa.update(_TABLE)
    .where(
        _TABLE.c.week == sa.bindparam("of_week"),
        _TABLE.c.subscriber == sa.bindparam("of_subscriber"),
        # also equal where no holder is named: one that was put in doubt by hand can be settled
        _TABLE.c.leased_by.is_not_distinct_from(sa.bindparam("holder", type_=sa.String)),
        sa.or_(  # an IN cannot be executed many times at once
            _TABLE.c.state == DeliveryState.LEASED, _TABLE.c.state == DeliveryState.UNCERTAIN
        ),
    )
    .values({name: sa.bindparam(f"new_{name}") for name in _CHANGING})
)


def holders(session: Session, week: str) -> list[str]:
    """Give the names of all workers that hold deliveries of a week, sorted."""
    statement = (
        select(DeliveryRow.leased_by)
        .where(
            DeliveryRow.week == week,
            col(DeliveryRow.leased_by).is_not(None),
            DeliveryRow.state == DeliveryState.LEASED,
        )
        .distinct()
    )
    return sorted(name for name in session.exec(statement) if name)


def held(
    session: Session,
    week: str,
    *,
    by: Collection[str] = (),
    expired_at: datetime | None = None,
    limit: int | None = None,
) -> list[Delivery]:
    """
    Give leased deliveries that are to be taken from their holders, locked until the end.

    Args:
        session: A writing one.
        week: Of this issue.
        by: All held by any of these workers.
        expired_at: And all whose lease ended at or before this moment.
        limit: At most so many.
    """
    is_over = sa.false() if expired_at is None else col(DeliveryRow.leased_until) <= expired_at
    statement = (
        select(*columns_of(Delivery, DeliveryRow))
        .where(
            DeliveryRow.week == week,
            col(DeliveryRow.leased_by).is_not(None),
            DeliveryRow.state == DeliveryState.LEASED,
            sa.or_(col(DeliveryRow.leased_by).in_(by), is_over),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(as_nouns(Delivery, session.execute(statement)))


def count_taken_over(session: Session, week: str, number: int) -> None:
    """Remember that so many more were taken from senders that stopped in the middle."""
    statement = sa.update(IssueRow).where(col(IssueRow.week) == week)
    session.execute(statement.values(taken_over=IssueRow.taken_over + number))


def next_due(session: Session, week: str) -> datetime | None:
    """Give when the first waiting delivery may be claimed; None when none waits."""
    statement = select(func.min(DeliveryRow.next_attempt_at)).where(
        DeliveryRow.week == week, col(DeliveryRow.next_attempt_at).is_not(None)
    )
    moment: datetime | None = session.exec(statement).one()
    return moment


def audience(session: Session, week: str) -> int | None:
    """Give the size of the week's frozen audience; None before freezing."""
    return session.exec(select(IssueRow.audience).where(IssueRow.week == week)).first()


def count(session: Session, week: str) -> DeliveryCount | None:
    """
    Give how the week's deliveries stand, states without any left out; None before freezing.

    Counted by the database from the rows themselves, since it is what proves that nobody is missing.
    """
    row = session.get(IssueRow, week)
    if row is None or row.audience is None:
        return None
    statement = (
        select(DeliveryRow.state, func.count())
        .where(DeliveryRow.week == week)
        .group_by(col(DeliveryRow.state))
    )
    states = {DeliveryState(state): number for state, number in session.exec(statement)}
    return DeliveryCount(audience=row.audience, states=states, taken_over=row.taken_over)


def in_state(
    session: Session,
    week: str,
    state: DeliveryState,
    *,
    address: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Delivery]:
    """Give the week's deliveries in one state, to one address or all, oldest recipient first."""
    is_theirs = func.lower(DeliveryRow.address) == func.lower(address)
    statement = (
        select(*columns_of(Delivery, DeliveryRow))
        .where(DeliveryRow.week == week, DeliveryRow.state == state, *_HINTS.get(state, ()))
        .where(*([] if address is None else [is_theirs]))
        .order_by(col(DeliveryRow.id))
        .limit(limit)
        .offset(offset)
    )
    return list(as_nouns(Delivery, session.execute(statement)))


_WAITS = col(DeliveryRow.next_attempt_at).is_not(None)
_IS_HELD = col(DeliveryRow.leased_by).is_not(None)
_HINTS = {  # true of all in that state, and what an index is for
    DeliveryState.QUEUED: (_WAITS,),
    DeliveryState.DEFERRED: (_WAITS,),
    DeliveryState.LEASED: (_IS_HELD,),
}


def delivery_of(session: Session, week: str, subscriber: str) -> Delivery | None:
    """Give one reader's delivery of a week's issue; None if they are not in its audience."""
    statement = select(*columns_of(Delivery, DeliveryRow)).where(
        DeliveryRow.week == week, DeliveryRow.subscriber == subscriber
    )
    return next(iter(as_nouns(Delivery, session.execute(statement))), None)


def newest_reply(session: Session, week: str, state: DeliveryState) -> str | None:
    """Give the last words said about any of the week's deliveries in a state."""
    statement = (
        select(DeliveryRow.reply)
        .where(DeliveryRow.week == week, DeliveryRow.state == state)
        .order_by(col(DeliveryRow.changed_at).desc(), col(DeliveryRow.id).desc())
        .limit(1)
    )
    return session.exec(statement).first()
