"""
Pause, resume or cancel an issue at any moment: store a person's order, and what it ends.

A sender on any machine sees it at its next claim and its next mark; what was handed over by then is
still answered and noted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from digest.delivery import orders, workers
from digest.delivery.canary import BY as CANARY
from digest.errors import HaltedError
from digest.model import DeliveryCount, DeliveryState, IssueState, Order, OrderKind
from digest.steps.reclaim import reclaim
from digest.store import deliveries
from digest.store import issues as issue_store
from digest.store import sending as store
from digest.store.engine import Database

HALTED = (IssueState.PAUSED, IssueState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an order came to."""

    order: Order
    state: IssueState
    """Where the issue stands now."""
    count: DeliveryCount
    """How its deliveries stand now; an audience of 0 before it is frozen."""


def give_order(
    db: Database,
    week: str,
    kind: OrderKind,
    *,
    by: str,
    because: str | None,
    now: datetime,
    real_now: datetime,
    is_alive: Callable[[str], bool] = workers.is_alive,
) -> Ordered:
    """
    Pause, resume or cancel an issue.

    Args:
        db: The store.
        week: ISO week of the issue.
        kind: What is ordered.
        by: Name of who orders it.
        because: Why; kept with it.
        now: Dates the order.
        real_now: What leases and the deadline go by; resuming starts the deadline anew.
        is_alive: Whether a holder of a lease may still be sending.

    Raises:
        NotFoundError: There is no such issue.
        IssueError: The order makes no sense where the issue stands, or nobody signs it.
    """
    if kind is OrderKind.CANCEL:
        end_cancelled(db, week, now=real_now, is_alive=is_alive)  # what an earlier one left over
    with db.write() as session:
        state = issue_store.issue_state(session, week, holds=True)
        state = state or issue_store.issue_row(session, week).state
        order = orders.order(week, kind, state=state, by=by, because=because, now=now)
        paused = store.last_order(session, week, OrderKind.PAUSE)
        after = orders.after(order, paused=paused)
        store.put_order(session, order)
        issue_store.set_state(session, week, after, now=now)
        if kind is OrderKind.RESUME:
            _resume_sending(session, week, paused=paused, now=real_now)
    if kind is OrderKind.CANCEL:
        end_cancelled(db, week, now=real_now, is_alive=is_alive)
    with db.read() as session:
        count = deliveries.count(session, week) or DeliveryCount(audience=0, states={})
    return Ordered(order, after, count)


def end_cancelled(
    db: Database,
    week: str,
    *,
    now: datetime,
    is_alive: Callable[[str], bool] = workers.is_alive,
) -> int:
    """
    Suppress what waits of a cancelled issue, also what dead senders held; give how much that was.

    A live sender keeps what it has handed over, gives the rest back, and calls this at its end.
    """
    with db.read() as session:
        if issue_store.issue_state(session, week) is not IssueState.CANCELLED:
            return 0
    reclaim(db, week, is_alive=is_alive, now=now)
    with db.write() as session:
        order = store.last_order(session, week, OrderKind.CANCEL)
        return store.end_waiting(
            session,
            week,
            state=DeliveryState.SUPPRESSED,
            reply=orders.cancelled_words(order),
            now=now,
        )


def refuse_halted(db: Database, week: str, *, now: datetime) -> None:
    """
    Stop where an issue is paused or cancelled.

    Raises:
        HaltedError: It is; the sentence says by whom, why, and what to do.
    """
    with db.read() as session:
        state = issue_store.issue_state(session, week)
        if state not in HALTED:
            return
        kind = OrderKind.PAUSE if state is IssueState.PAUSED else OrderKind.CANCEL
        last = store.last_order(session, week, kind)
    if state is IssueState.CANCELLED:
        end_cancelled(db, week, now=now)
    raise HaltedError(week, orders.halted_words(week, state, last))


def _resume_sending(session: Session, week: str, *, paused: Order | None, now: datetime) -> None:
    """Let the deadline count anew; who goes on after the canary's objection has heard it."""
    sending = store.sending_of(session, week, holds=True)
    if sending is None:
        return
    changes: dict[str, datetime] = {"began_at": now}
    if paused is not None and paused.by == CANARY and sending.canary_passed_at is None:
        changes["canary_passed_at"] = now
    store.put_sending(session, sending.model_copy(update=changes))
