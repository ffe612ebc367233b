"""
Resting place ⑤: who holds which delivery, and what became of each.

Claims skip rows that another sender has locked, and every change of a held delivery names its
holder: whoever lost a lease changes nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from digest.model import Delivery, DeliveryCount, DeliveryState, SubscriberState
from digest.store.rows import as_noun
from digest.store.tables import DeliveryRow, IssueRow, SubscriberRow

LEFT = "no longer subscribed when its turn came"

_TABLE: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_WAITING = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
_SUPPRESSED = {"state": DeliveryState.SUPPRESSED, "reply": LEFT}


def claim(
    session: Session, week: str, *, limit: int, worker: str, now: datetime, until: datetime
) -> list[Delivery]:
    """
    Take deliveries whose turn has come, of readers who are still subscribed.

    Args:
        session: A writing one; the claim stands when it commits.
        week: Of this issue.
        limit: At most so many.
        worker: Who takes them.
        now: Deferred ones are due at or before this moment.
        until: When the lease ends unless it is renewed.

    Returns:
        What is now leased to ``worker``, oldest first. Fewer than ``limit``: nothing else is due;
        waiting deliveries of readers who have left are suppressed then.
    """
    is_due = sa.or_(
        col(DeliveryRow.next_attempt_at).is_(None), col(DeliveryRow.next_attempt_at) <= now
    )
    statement = (
        sa.update(_TABLE)
        .where(_TABLE.c.id.in_(_waiting(week, _is_subscribed(), is_due, limit=limit)))
        .values(
            state=DeliveryState.LEASED,
            leased_by=worker,
            leased_until=until,
            next_attempt_at=None,
            changed_at=now,
        )
        .returning(*_TABLE.c)
    )
    rows = sorted(session.execute(statement).mappings(), key=lambda row: row["id"])
    if len(rows) < limit:
        _suppress(session, week, now=now)
    return [_noun(row) for row in rows]


def _suppress(session: Session, week: str, *, now: datetime) -> None:
    """Suppress what waits for readers who are no longer subscribed, due or not."""
    statement = (
        sa.update(_TABLE)
        .where(_TABLE.c.id.in_(_waiting(week, ~_is_subscribed())))
        .values(**_SUPPRESSED, next_attempt_at=None, changed_at=now)
    )
    session.execute(statement)


def _waiting(week: str, *conditions: Any, limit: int | None = None) -> Any:
    """
    Select the ids of waiting deliveries that nobody else has locked.

    A CTE, since PostgreSQL may run a plain subselect with LIMIT more than once. In no order: sorting
    would read all that wait for every claim.
    """
    picked = (
        select(DeliveryRow.id)
        .where(DeliveryRow.week == week, col(DeliveryRow.state).in_(_WAITING), *conditions)
        .limit(limit)
        .with_for_update(skip_locked=True, of=_TABLE)
        .cte("picked")
    )
    return sa.select(picked.c.id)


def _is_subscribed() -> Any:
    return (
        sa.select(sa.literal(1))
        .where(
            SubscriberRow.public_id == DeliveryRow.subscriber,  # type: ignore[arg-type] # a column
            SubscriberRow.state == SubscriberState.CONFIRMED,  # type: ignore[arg-type] # a column
        )
        .exists()
    )


def mark_handed(
    session: Session,
    held: Sequence[Delivery],
    *,
    worker: str,
    now: datetime,
    until: datetime,
) -> list[Delivery]:
    """
    Note that the content of these deliveries is about to leave, and renew their leases.

    Returns:
        Those still leased to ``worker``, in the given order: nothing of the others may be sent.
        Those of readers who left since the claim are suppressed.
    """
    if not held:
        return []
    leased = sa.update(_TABLE).where(
        _TABLE.c.week == held[0].week,
        _TABLE.c.subscriber.in_([each.subscriber for each in held]),
        _TABLE.c.state == DeliveryState.LEASED,
        _TABLE.c.leased_by == worker,
    )
    marked = (
        leased.where(_is_subscribed())
        .values(handed_at=now, leased_until=until, changed_at=now)
        .returning(*_TABLE.c)
    )
    ours = {row["subscriber"]: _noun(row) for row in session.execute(marked).mappings()}
    if len(ours) < len(held):  # who leaves between these two statements has been marked
        session.execute(
            leased.where(_TABLE.c.handed_at.is_(None), ~_is_subscribed()).values(
                **_SUPPRESSED, leased_by=None, leased_until=None, changed_at=now
            )
        )
    return [ours[each.subscriber] for each in held if each.subscriber in ours]


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
        _TABLE.c.leased_by == sa.bindparam("holder"),
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
        .where(DeliveryRow.week == week, DeliveryRow.state == DeliveryState.LEASED)
        .distinct()
    )
    return sorted(name for name in session.exec(statement) if name)


def held(
    session: Session,
    week: str,
    *,
    by: Collection[str] = (),
    expired_at: datetime | None = None,
) -> list[Delivery]:
    """
    Give leased deliveries that are to be taken from their holders, locked until the end.

    Args:
        session: A writing one.
        week: Of this issue.
        by: All held by any of these workers.
        expired_at: And all whose lease ended at or before this moment.
    """
    is_over = sa.false() if expired_at is None else col(DeliveryRow.leased_until) <= expired_at
    statement = (
        select(DeliveryRow)
        .where(
            DeliveryRow.week == week,
            DeliveryRow.state == DeliveryState.LEASED,
            sa.or_(col(DeliveryRow.leased_by).in_(by), is_over),
        )
        .with_for_update(skip_locked=True)
    )
    return [as_noun(Delivery, row) for row in session.exec(statement)]


def next_due(session: Session, week: str) -> datetime | None:
    """Give when the first waiting delivery may be claimed; None when none waits."""
    soonest = func.min(func.coalesce(DeliveryRow.next_attempt_at, DeliveryRow.changed_at))
    statement = select(soonest).where(
        DeliveryRow.week == week, col(DeliveryRow.state).in_(_WAITING)
    )
    moment: datetime | None = session.exec(statement).one()
    return moment


def count(session: Session, week: str) -> DeliveryCount | None:
    """Give how the week's deliveries stand, states without any left out; None before freezing."""
    row = session.get(IssueRow, week)
    if row is None or row.audience is None:
        return None
    statement = (
        select(DeliveryRow.state, func.count())
        .where(DeliveryRow.week == week)
        .group_by(col(DeliveryRow.state))
    )
    states = {DeliveryState(state): number for state, number in session.exec(statement)}
    return DeliveryCount(audience=row.audience, states=states)


def in_state(
    session: Session, week: str, state: DeliveryState, *, limit: int | None = None
) -> list[Delivery]:
    """Give the week's deliveries in one state, oldest recipient first."""
    statement = (
        select(DeliveryRow)
        .where(DeliveryRow.week == week, DeliveryRow.state == state)
        .order_by(col(DeliveryRow.id))
        .limit(limit)
    )
    return [as_noun(Delivery, row) for row in session.exec(statement)]


def delivery_of(session: Session, week: str, subscriber: str) -> Delivery | None:
    """Give one reader's delivery of a week's issue; None if they are not in its audience."""
    statement = select(DeliveryRow).where(
        DeliveryRow.week == week, DeliveryRow.subscriber == subscriber
    )
    row = session.exec(statement).first()
    return as_noun(Delivery, row) if row else None


def newest_reply(session: Session, week: str, state: DeliveryState) -> str | None:
    """Give the last words said about any of the week's deliveries in a state."""
    statement = (
        select(DeliveryRow.reply)
        .where(DeliveryRow.week == week, DeliveryRow.state == state)
        .order_by(col(DeliveryRow.changed_at).desc(), col(DeliveryRow.id).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def _noun(row: sa.RowMapping) -> Delivery:
    return Delivery.model_validate({name: row[name] for name in Delivery.model_fields})
