"""How a send stands, in one look: states, doubts, what slows it, what people ordered, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.delivery import throttle
from digest.delivery.throttle import ALL
from digest.model import (
    Bucket,
    Delivery,
    DeliveryCount,
    DeliveryState,
    IssueState,
    Order,
    Sending,
)
from digest.model.wording import counted
from digest.steps.gate import SendRules, deadline
from digest.store import deliveries, throttles
from digest.store import issues as issue_store
from digest.store import sending as store
from digest.store.engine import Database

SHOWN = 50
"""Uncertain deliveries that are shown; all of them are counted."""
WAITING = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Slow:
    """A domain, or all mail together, whose speed is limited."""

    domain: str
    """Empty for all mail together."""
    a_minute: float
    """Messages, as it is now."""
    limit_a_minute: float | None
    """Messages, as an operator set it; None where replies alone slow it."""
    is_slowed: bool
    """True while replies hold it below what was set."""
    next_at: datetime
    """When the next message may go."""
    reply: str | None
    """The words it was last slowed by."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How the send of one issue stands."""

    week: str
    state: IssueState
    count: DeliveryCount
    """An audience of 0 before it is frozen."""
    uncertain: Sequence[Delivery]
    """The first of them."""
    orders: Sequence[Order]
    """Oldest first."""
    slow: Sequence[Slow]
    sending: Sending | None
    stops_at: datetime | None
    """When what still waits is rejected; None before the first start."""

    @property
    def doubts(self) -> int:
        """How many are uncertain."""
        return self.count.states.get(DeliveryState.UNCERTAIN, 0)

    @property
    def waiting(self) -> int:
        """How many need a sender."""
        return sum(self.count.states.get(state, 0) for state in WAITING)


def overview(db: Database, week: str, *, rules: SendRules, now: datetime) -> Overview:
    """Look at one issue's send. Raises NotFoundError."""
    with db.read() as session:
        state = IssueState(issue_store.issue_row(session, week).state)
        sending = store.sending_of(session, week)
        return Overview(
            week=week,
            state=state,
            count=deliveries.count(session, week) or DeliveryCount(audience=0, states={}),
            uncertain=tuple(
                deliveries.in_state(session, week, DeliveryState.UNCERTAIN, limit=SHOWN)
            ),
            orders=tuple(store.orders_of(session, week)),
            slow=_slow(throttles.buckets(session), rules, now=now),
            sending=sending,
            stops_at=deadline(sending, rules) if sending else None,
        )


def slow_domains(db: Database, *, rules: SendRules, now: datetime) -> tuple[Slow, ...]:
    """Give what is limited just now, all mail together first, then the slowest."""
    with db.read() as session:
        return _slow(throttles.buckets(session), rules, now=now)


def weeks_with_issue(db: Database) -> frozenset[str]:
    """Give the weeks that have an issue, in whatever state."""
    with db.read() as session:
        return frozenset(issue_store.issue_states(session))


def next_steps(seen: Overview, *, with_doubts: bool = True) -> list[str]:
    """Say what a person can do next, a line each; none where nothing is left to do, but doubts."""
    week, doubts = seen.week, seen.doubts
    lines = []
    if doubts and with_doubts:
        lines.append(
            f"{counted(doubts, 'mail')} may or may not have arrived: digest deliveries resolve "
            f"{week} --log FILE --by NAME reads the relay's log, --as accepted or --as queued decides"
        )
    match seen.state:
        case IssueState.APPROVED:
            lines.append(f"approved and not yet sent: digest send {week}")
        case IssueState.SENDING | IssueState.SENT if seen.waiting:
            lines.append(f"{counted(seen.waiting, 'mail')} not yet sent: digest send {week}")
        case IssueState.PAUSED:
            lines.append(f"to go on: digest resume {week} --by NAME, then digest send {week}")
        case IssueState.CANCELLED if seen.waiting:
            lines.append(
                f"{counted(seen.waiting, 'mail')} of it still held by a sender: digest send {week} "
                "ends them once it is gone"
            )
        case _:
            pass
    return lines


def _slow(stored: dict[str, Bucket], rules: SendRules, *, now: datetime) -> tuple[Slow, ...]:
    buckets = throttle.limited(stored, rules.limits, now=now).values()
    ordered = sorted(buckets, key=lambda each: (each.domain != ALL, each.rate, each.domain))
    return tuple(
        Slow(
            domain=each.domain,
            a_minute=round(each.rate * 60, 3),
            limit_a_minute=None if each.limit is None else round(each.limit * 60, 3),
            is_slowed=each.is_slowed,
            next_at=throttle.next_at(each),
            reply=each.reply,
        )
        for each in ordered
    )
