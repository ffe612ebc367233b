"""
The canary: let the first few of an issue go, wait, look at what came back, go on or pause.

How far it is stands in the ledger and in the issue's ``sending``: a sender that dies loses nothing
of it, and what an editor resumes is not tried again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from digest.delivery import canary, orders
from digest.delivery.canary import FirstOnes, Step
from digest.model import DeliveryState, IssueState, Order, OrderKind, Sending
from digest.store import deliveries
from digest.store import issues as issue_store
from digest.store import sending as store

ASK_AGAIN = timedelta(seconds=1)
"""When to look again for answers that another sender waits for."""


@dataclass(frozen=True, slots=True)
class Room:
    """What may be claimed as far as the canary is concerned."""

    limit: int
    again_at: datetime | None = None


SHUT = Room(0)
"""The issue is not to be sent any more."""


def first_ones(session: Session, week: str, *, wanted: int, wait: timedelta, now: datetime) -> Room:
    """
    Say what may be claimed before the canary is over, and store how far it is.

    Args:
        session: The claim's own, a writing one; senders get past here one after the other.
        week: Of this issue, whose canary was not over a moment ago.
        wanted: Deliveries that would be claimed without it.
        wait: Time between the last answer and the look at what came back.
        now: The real time.
    """
    if issue_store.issue_state(session, week, holds=True) is not IssueState.SENDING:
        return SHUT
    sending = store.sending_of(session, week, holds=True)
    if sending is None or sending.canary_passed_at is not None:
        return Room(wanted)  # another sender has let the others go just now
    answered_at = sending.canary_answered_at
    if answered_at is not None and now < answered_at + wait:
        return Room(0, again_at=answered_at + wait)
    found = canary.decide(sending, counted_first(session, week), wait=wait, now=now)
    return _done(session, sending, found, wanted=wanted, now=now)


def counted_first(session: Session, week: str) -> FirstOnes:
    """Count how the first recipients of an issue stand, before any other was claimed."""
    count = deliveries.count(session, week)
    bounced, complaints = store.came_back(session, week)
    refusal = deliveries.newest_reply(session, week, DeliveryState.REJECTED) or ""
    return FirstOnes(
        count.states if count else {},
        bounced=bounced,
        complaints=complaints,
        newest_refusal=refusal,
    )


def _done(
    session: Session, sending: Sending, found: canary.Decision, *, wanted: int, now: datetime
) -> Room:
    """Do what was decided."""
    match found.step:
        case Step.GIVE:
            return Room(min(found.room, wanted))
        case Step.ANSWERS:
            return Room(0, again_at=now + ASK_AGAIN)
        case Step.WAIT:
            _put(session, sending, canary_answered_at=now)
            return Room(0, again_at=found.until)
        case Step.GO_ON:
            _put(session, sending, canary_passed_at=now)
            return Room(wanted)
        case Step.PAUSE:
            _pause(session, sending.week, found.reason, now=now)
            return SHUT


def _pause(session: Session, week: str, reason: str, *, now: datetime) -> None:
    issue_store.set_state(session, week, IssueState.PAUSED, now=now)
    order = Order(
        week=week,
        kind=OrderKind.PAUSE,
        by=canary.BY,
        because=reason[: orders.LONGEST_REASON],
        was=IssueState.SENDING,
        ordered_at=now,
    )
    store.put_order(session, order)


def _put(session: Session, sending: Sending, **changes: datetime) -> None:
    store.put_sending(session, sending.model_copy(update=changes))
