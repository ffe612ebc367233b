"""
Sends as a whole: what people ordered, how far each is, how often one was started.

The waiting deliveries of an issue are ended here in one statement where it is over for all of them
at once: cancelled, out of time, or in doubt after a restored backup.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from digest.model import (
    DeliveryState,
    Epoch,
    FeedbackKind,
    IssueState,
    Order,
    OrderKind,
    Sending,
)
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import DeliveryRow, EpochRow, IssueRow, OrderRow, SendingRow

WAITING = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
CAME_BACK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bounced": (FeedbackKind.HARD, FeedbackKind.POLICY),
        "complained": (FeedbackKind.COMPLAINT,),
    }
)
UNDER_WAY = (IssueState.APPROVED, IssueState.SENDING, IssueState.PAUSED)


def put_order(session: Session, order: Order) -> None:
    """Append an order; moving the issue is the caller's."""
    session.add(OrderRow(**as_values(order)))


def last_order(session: Session, week: str, kind: OrderKind | None = None) -> Order | None:
    """Give the newest order of an issue, or the newest of a kind; None where there is none."""
    wanted = (
        (OrderRow.week == week)
        if kind is None
        else sa.and_(col(OrderRow.week) == week, col(OrderRow.kind) == kind)
    )
    statement = select(OrderRow).where(wanted).order_by(col(OrderRow.id).desc()).limit(1)
    row = session.exec(statement).first()
    return as_noun(Order, row) if row else None


def orders_of(session: Session, week: str) -> list[Order]:
    """Give all orders of an issue, oldest first."""
    statement = select(OrderRow).where(OrderRow.week == week).order_by(col(OrderRow.id))
    return [as_noun(Order, row) for row in session.exec(statement)]


def sending_of(session: Session, week: str, *, holds: bool = False) -> Sending | None:
    """
    Give how far the sending of an issue is; None before its first start.

    With ``holds`` no other sender's claim that asks so gets past here until this transaction ends.
    """
    statement = select(SendingRow).where(SendingRow.week == week)
    row = session.exec(statement.with_for_update() if holds else statement).first()
    return as_noun(Sending, row) if row else None


def put_sending(session: Session, sending: Sending) -> None:
    """Store how far the sending of an issue is."""
    values = as_values(sending)
    upsert(session, SendingRow, [values], key=["week"], update=set(values) - {"week"})


def epoch(session: Session, *, holds: bool = False) -> Epoch:
    """Give how often a send was started on this database; with ``holds`` nobody else raises it."""
    statement = select(EpochRow)
    row = session.exec(statement.with_for_update() if holds else statement).first()
    if row is None:  # taken away by hand: then it is a new database to every marker
        row = EpochRow(database=uuid4().hex, count=0)
        session.add(row)
        session.flush()
    return as_noun(Epoch, row)


def raise_epoch(session: Session, *, beyond: int = 0) -> Epoch:
    """Count one more start, also beyond what a marker has seen; gives the new count."""
    now = epoch(session, holds=True)
    raised = now.model_copy(update={"count": max(now.count, beyond) + 1})
    upsert(session, EpochRow, [as_values(raised)], key=["database"], update=["count"])
    return raised


def weeks_under_way(session: Session) -> list[str]:
    """Give the weeks whose issue is approved, being sent or paused, oldest first."""
    statement = (
        select(IssueRow.week).where(col(IssueRow.state).in_(UNDER_WAY)).order_by(col(IssueRow.week))
    )
    return list(session.exec(statement))


def end_waiting(
    session: Session,
    week: str,
    *,
    state: DeliveryState,
    reply: str,
    now: datetime,
    also: tuple[DeliveryState, ...] = (),
    holder: str | None = None,
) -> int:
    """
    Move every delivery of an issue that waits to one end.

    Args:
        session: A writing one.
        week: Of this issue.
        state: ``suppressed``, ``rejected`` or ``uncertain``.
        reply: Why; kept with each.
        now: When.
        also: Further states to be moved than queued and deferred.
        holder: Who is said to have had them; an uncertain delivery has one.

    Returns:
        How many were moved.
    """
    table: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined] # set by the metaclass
    values: Mapping[str, Any] = {
        "state": state,
        "reply": reply,
        "next_attempt_at": None,
        "leased_by": holder,
        "leased_until": None,
        "changed_at": now,
    }
    in_order = (  # two that end the same rows at once do not wait for each other in a circle
        sa.select(table.c.id)
        .where(table.c.week == week, table.c.state.in_((*WAITING, *also)))
        .order_by(table.c.id)
        .with_for_update()
    )
    statement = sa.update(table).where(table.c.id.in_(in_order)).values(**values)
    return session.execute(statement).rowcount  # type: ignore[attr-defined, no-any-return] # of an UPDATE


def came_back(session: Session, week: str) -> tuple[int, int]:
    """
    Count the readers whose mail of an issue came back, or who complained of it.

    Returns:
        Bounces for good or for what we are, after the mail was accepted; and complaints.
    """
    if not sa.inspect(session.connection()).has_table("feedback"):
        return 0, 0
    table = sa.table("feedback", *map(sa.column, ("week", "kind", "source", "subscriber")))
    kinds = {
        kind: session.execute(
            sa.select(sa.func.count(sa.distinct(table.c.subscriber))).where(
                table.c.week == week,
                table.c.kind.in_(kinds),
                table.c.source != "smtp",  # the ledger has what was refused at once
            )
        ).scalar_one()
        for kind, kinds in CAME_BACK.items()
    }
    return kinds["bounced"], kinds["complained"]
