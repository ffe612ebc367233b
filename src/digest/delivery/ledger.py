"""
Decide what a delivery becomes next.

Pure: takes a delivery and what happened to it, gives the delivery as it stands afterwards. The
caller loads, sends and stores. The whole machine, every arrow of it:

    queued     → leased      a worker claims it
               → suppressed  its reader left after the audience was frozen
    leased     → accepted    2xx to the final dot
               → deferred    4xx: another try at a set time, until the deadline
               → rejected    5xx; 4xx past the deadline; it cannot be composed
               → uncertain   handed over and never answered, or its sender died having it handed over
               → queued      provably nothing was given to any server
               → suppressed  its reader left before it was handed over
    deferred   → leased, suppressed: as from queued, once its time has come
    uncertain  → accepted, deferred, rejected, queued: its sender, slow but alive, answers after all,
                 or a person decides (accepted, queued)
    accepted, rejected, suppressed: for good

Nothing but a claim makes a delivery leased, and nothing sends without a lease: so no reader gets an
issue twice unless the state was ``uncertain`` and a person ordered it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from digest.model import Delivery, DeliveryState, SendOutcome, SendResult

LEAVES_TO: Mapping[DeliveryState, frozenset[DeliveryState]] = MappingProxyType(
    {
        DeliveryState.QUEUED: frozenset({DeliveryState.LEASED, DeliveryState.SUPPRESSED}),
        DeliveryState.LEASED: frozenset(
            {
                DeliveryState.ACCEPTED,
                DeliveryState.DEFERRED,
                DeliveryState.REJECTED,
                DeliveryState.UNCERTAIN,
                DeliveryState.QUEUED,
                DeliveryState.SUPPRESSED,
            }
        ),
        DeliveryState.DEFERRED: frozenset({DeliveryState.LEASED, DeliveryState.SUPPRESSED}),
        DeliveryState.UNCERTAIN: frozenset(
            {
                DeliveryState.ACCEPTED,
                DeliveryState.DEFERRED,
                DeliveryState.REJECTED,
                DeliveryState.QUEUED,
            }
        ),
        DeliveryState.ACCEPTED: frozenset(),
        DeliveryState.REJECTED: frozenset(),
        DeliveryState.SUPPRESSED: frozenset(),
    }
)

DECISIONS = frozenset({DeliveryState.ACCEPTED, DeliveryState.QUEUED})
"""What a person can decide about an uncertain delivery."""

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120))
"""Waits after the first, second … refusal for now; the last one repeats until the deadline."""

REPLY_LIMIT = 500
"""Characters of a reply that are kept."""

NO_ANSWER = "handed over, but its sender stopped before an answer was noted"

ENOUGH_ANSWERS = 20
TOO_MANY_REJECTED = 0.5


def back_off(attempts: int) -> timedelta:
    """Give the wait after that many attempts, 1 or more."""
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def settle(
    delivery: Delivery, result: SendResult, *, now: datetime, deadline: datetime
) -> Delivery:
    """
    Give a leased delivery as the transport's result leaves it.

    Args:
        delivery: As it was claimed.
        result: What the transport says of its message.
        now: When the result came.
        deadline: No try is planned after this time: a 4xx then counts as a refusal.

    Returns:
        The delivery, an attempt richer unless nothing was given. An unsent one waits as after a
        first refusal, so that one message on which connections break cannot hold up the others.
    """
    reply = result.reply[:REPLY_LIMIT]
    attempts = delivery.attempts + 1
    match result.outcome:
        case SendOutcome.UNSENT:
            return _move(
                delivery, DeliveryState.QUEUED, now, reply=reply, next_attempt_at=now + back_off(1)
            )
        case SendOutcome.DEFERRED:
            retry_at = now + back_off(attempts)
            if retry_at <= deadline:
                return _move(
                    delivery,
                    DeliveryState.DEFERRED,
                    now,
                    reply=reply,
                    attempts=attempts,
                    next_attempt_at=retry_at,
                )
            reply = f"given up after {attempts} attempts: {reply}"[:REPLY_LIMIT]
            return _move(delivery, DeliveryState.REJECTED, now, reply=reply, attempts=attempts)
        case answered:
            state = DeliveryState(answered.value)
            return _move(delivery, state, now, reply=reply, attempts=attempts)


def put_back(delivery: Delivery, *, now: datetime) -> Delivery:
    """Give a leased delivery back to the queue: provably no server was given anything of it."""
    return _move(delivery, DeliveryState.QUEUED, now)


def release(delivery: Delivery, *, now: datetime) -> Delivery:
    """
    Take a delivery from a sender that died or let its lease run out.

    Returns:
        It goes back to the queue when its content cannot have left (``handed_at`` was not set);
        otherwise nobody knows, and it is ``uncertain``.
    """
    if delivery.handed_at is None:
        return put_back(delivery, now=now)
    return _move(delivery, DeliveryState.UNCERTAIN, now, reply=NO_ANSWER)


def decide(delivery: Delivery, *, state: DeliveryState, by: str, now: datetime) -> Delivery:
    """
    Give an uncertain delivery as a person decides about it.

    Args:
        delivery: An uncertain one.
        state: ``accepted``, because the reader or a log has it; or ``queued``: send it again.
        by: Who decides; kept with the decision.
        now: When.
    """
    if delivery.state is not DeliveryState.UNCERTAIN or state not in DECISIONS:
        raise ValueError(f"nobody decides that a delivery goes from {delivery.state} to {state}")
    said = "it arrived" if state is DeliveryState.ACCEPTED else "send it again"
    return _move(delivery, state, now, reply=f"{by} decided: {said}"[:REPLY_LIMIT])


def is_refusing(*, answered: int, rejected: int) -> bool:
    """
    Say whether a run must stop because the fault is more likely ours than the readers'.

    True when more than half of 20 or more answers were refusals for good; False before that.
    """
    return answered >= ENOUGH_ANSWERS and rejected > TOO_MANY_REJECTED * answered


def _move(
    delivery: Delivery,
    state: DeliveryState,
    now: datetime,
    *,
    reply: str | None = None,
    attempts: int | None = None,
    next_attempt_at: datetime | None = None,
) -> Delivery:
    if state not in LEAVES_TO[delivery.state]:
        raise ValueError(f"a delivery does not go from {delivery.state} to {state}")
    is_open = state in {DeliveryState.QUEUED, DeliveryState.DEFERRED}
    is_unknown = state is DeliveryState.UNCERTAIN
    return delivery.model_copy(
        update={
            "state": state,
            "attempts": delivery.attempts if attempts is None else attempts,
            # who had it is kept on an uncertain one: only that sender's late answer may settle it
            "leased_by": delivery.leased_by if is_unknown else None,
            "leased_until": None,
            "handed_at": None if is_open else delivery.handed_at,
            "next_attempt_at": next_attempt_at,
            "reply": delivery.reply if reply is None else reply,
            "changed_at": now,
        }
    )
