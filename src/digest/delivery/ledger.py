"""
Decide what a delivery becomes next.

Pure: takes what happened to deliveries, gives how they stand afterwards. The caller loads, sends and
stores. The whole machine, every arrow of it:

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

from digest.model import Delivery, DeliveryState, SendOutcome, Settled

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
TAKEN_BACK = "taken back before it was handed over, since its sender stopped"

ENOUGH_ANSWERS = 20
TOO_MANY_REJECTED = 0.5


def back_off(attempts: int) -> timedelta:
    """Give the wait after that many attempts, 1 or more."""
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def words(settled: Settled, reply: str) -> str:
    """Give the words to keep: the remark and the server's, printable, cut to what is kept."""
    said = f"{settled.remark}{reply[:REPLY_LIMIT]}"[:REPLY_LIMIT]
    if said.isprintable():
        return said
    # no database takes a NUL or half a character, and one such reply must not keep all others out
    return "".join(char if char.isprintable() else " " for char in said)


def settle(outcome: SendOutcome, *, attempts: int, now: datetime, deadline: datetime) -> Settled:
    """
    Give how leased deliveries stand after the transport's answer.

    Args:
        outcome: What the transport says of their messages.
        attempts: Tries before this one.
        now: When the answer came.
        deadline: No try is planned after this time: a 4xx then counts as a refusal.

    Returns:
        One attempt more, unless nothing was given. What is unsent waits as after a first refusal,
        so that one message on which connections break cannot hold up the others.
    """
    match outcome:
        case SendOutcome.UNSENT:
            return Settled(DeliveryState.QUEUED, attempts, now + back_off(1))
        case SendOutcome.DEFERRED:
            retry_at = now + back_off(attempts + 1)
            if retry_at <= deadline:
                return Settled(DeliveryState.DEFERRED, attempts + 1, retry_at)
            remark = f"given up after {attempts + 1} attempts: "
            return Settled(DeliveryState.REJECTED, attempts + 1, remark=remark)
        case answered:
            return Settled(DeliveryState(answered.value), attempts + 1)


def release(delivery: Delivery, *, now: datetime) -> Delivery:
    """
    Take a delivery from a sender that died or let its lease run out.

    Returns:
        It goes back to the queue when its content cannot have left (``handed_at`` was not set);
        otherwise nobody knows, and it is ``uncertain``. Its reply says what happened.
    """
    if delivery.handed_at is None:
        return _move(delivery, DeliveryState.QUEUED, now, reply=TAKEN_BACK)
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
    reply: str,
) -> Delivery:
    if state not in LEAVES_TO[delivery.state]:
        raise ValueError(f"a delivery does not go from {delivery.state} to {state}")
    is_open = state is DeliveryState.QUEUED
    is_unknown = state is DeliveryState.UNCERTAIN
    return delivery.model_copy(
        update={
            "state": state,
            # who had it is kept on an uncertain one: only that sender's late answer may settle it
            "leased_by": delivery.leased_by if is_unknown else None,
            "leased_until": None,
            "handed_at": None if is_open else delivery.handed_at,
            "next_attempt_at": now if is_open else None,
            "reply": reply,
            "changed_at": now,
        }
    )
