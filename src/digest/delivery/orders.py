"""
Decide what a person's order makes of an issue: pause, resume, cancel.

Pure: takes where the issue stands and what is ordered, gives where it stands then, or says why not.

    approved, sending                               → paused      pause
    paused                                          → approved or sending, as it was: resume
    draft, in_review, approved, sending, paused     → cancelled   cancel, for good
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from digest.errors import IssueError
from digest.model import IssueState, Order, OrderKind

LONGEST_NAME = 120
LONGEST_REASON = 300
PAUSABLE = (IssueState.APPROVED, IssueState.SENDING)

_DONE: Mapping[IssueState, str] = MappingProxyType(
    {
        IssueState.PAUSED: "it is paused already",
        IssueState.CANCELLED: "it was cancelled, which is for good",
        IssueState.SENT: "it is sent: every mail of it has its end",
    }
)
_NOT_YET = "it is {state}: nothing is sent before it is approved"


def order(
    week: str,
    kind: OrderKind,
    *,
    state: IssueState,
    by: str,
    because: str | None,
    now: datetime,
) -> Order:
    """
    Give the order to be kept.

    Args:
        week: Of this issue.
        kind: What is ordered.
        state: Where the issue stands.
        by: Name of who orders it.
        because: Why; None where nothing is said.
        now: When; aware.

    Raises:
        IssueError: It makes no sense where the issue stands, or nobody signs it.
    """
    if objection := _objection(kind, state):
        raise IssueError(week, objection)
    name = " ".join(by.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise IssueError(
            week,
            f"to {kind} it, give the name of a person: --by NAME, at most {LONGEST_NAME} characters",
        )
    reason = " ".join((because or "").split()).rstrip(".")[:LONGEST_REASON]
    return Order(week=week, kind=kind, by=name, because=reason or None, was=state, ordered_at=now)


def after(order: Order, *, paused: Order | None) -> IssueState:
    """
    Give where the issue stands after an order.

    Args:
        order: From ``order``.
        paused: The last pause of the issue; only a resume looks at it.
    """
    match order.kind:
        case OrderKind.PAUSE:
            return IssueState.PAUSED
        case OrderKind.CANCEL:
            return IssueState.CANCELLED
        case OrderKind.RESUME:
            return paused.was if paused else IssueState.APPROVED


def cancelled_words(order: Order | None) -> str:
    """Give what a delivery says that was not sent, since its issue was cancelled."""
    return f"the issue was cancelled by {order.words}" if order else "the issue was cancelled"


def halted_words(week: str, state: IssueState, last: Order | None) -> str:
    """Say that a paused or cancelled issue is not sent, who ordered it, and what to do."""
    who = f" by {last.words}" if last else ""
    if state is IssueState.PAUSED:
        mend = f"digest resume {week} --by NAME, then digest send {week}"
        return f"it is paused{who}; to go on: {mend}"
    return f"it was cancelled{who}, for good: nothing more of it is sent"


def _objection(kind: OrderKind, state: IssueState) -> str | None:
    match kind:
        case OrderKind.PAUSE:
            if state in PAUSABLE:
                return None
            return _DONE.get(state) or _NOT_YET.format(state=state)
        case OrderKind.CANCEL:
            return None if state is IssueState.PAUSED else _final(state)
        case OrderKind.RESUME:
            if state is IssueState.PAUSED:
                return None
            return _final(state) or f"it is {state}, not paused: there is nothing to resume"


def _final(state: IssueState) -> str | None:
    return None if state is IssueState.PAUSED else _DONE.get(state)
