"""
Decide about uncertain deliveries: a person by what is known, or the relay's own log.

What the log names, the relay has: that delivery is accepted. Of the others it proves nothing, since
a log may be of another relay, or not whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from digest.delivery import ledger
from digest.delivery.relaylog import Taken
from digest.errors import IssueError, NotFoundError
from digest.mail.wire import message_id
from digest.model import Delivery, DeliveryState, IssueState
from digest.store import deliveries as store
from digest.store import issues as issue_store
from digest.store import sending as sending_store
from digest.store.engine import Database

DECIDED_AT_ONCE = 500
"""Uncertain deliveries that are decided about in one transaction."""


@dataclass(frozen=True, slots=True)
class ByLog:
    """What a log has decided."""

    accepted: int
    left: int
    """Still uncertain: the log does not name them."""


def resolve_by_log(
    db: Database,
    week: str,
    *,
    taken: Mapping[str, Taken],
    secret: bytes,
    domain: str,
    by: str,
    now: datetime,
    at_once: int = DECIDED_AT_ONCE,
) -> ByLog:
    """
    Accept every uncertain delivery of an issue whose message the relay took.

    Args:
        db: The store.
        week: ISO week of the issue.
        taken: What the relay's log says, by Message-ID.
        secret: The key that Message-IDs are made with.
        domain: The one they end with.
        by: Who gave the log; kept with each.
        now: When.
        at_once: Deliveries that are looked at in one transaction.

    Raises:
        NotFoundError: There is no such issue.
    """
    accepted = left = 0
    while True:
        with db.write() as session:
            issue_store.issue_row(session, week)
            uncertain = store.in_state(
                session, week, DeliveryState.UNCERTAIN, limit=at_once, offset=left
            )
            found = [
                (each, taken[name])
                for each in uncertain
                if (name := message_id(secret, week, each.subscriber, domain)) in taken
            ]
            store.note(session, ((each, _proven(each, log, by=by, now=now)) for each, log in found))
        if not uncertain:
            return ByLog(accepted, left)
        accepted += len(found)
        left += len(uncertain) - len(found)


def _proven(delivery: Delivery, log: Taken, *, by: str, now: datetime) -> Delivery:
    decided = ledger.decide(delivery, state=DeliveryState.ACCEPTED, by=by, now=now)
    words = f"{log.reply}; {decided.reply}"[: ledger.REPLY_LIMIT]
    return decided.model_copy(update={"reply": words})


def resolve_uncertain(
    db: Database,
    week: str,
    *,
    address: str | None,
    state: DeliveryState,
    by: str,
    now: datetime,
) -> int:
    """
    Store a person's decision about uncertain deliveries of an issue.

    Args:
        db: The store.
        week: ISO week of the issue.
        address: Only this recipient; None is all uncertain ones.
        state: ``accepted`` or ``queued``; queued ones go out at the next send.
        by: Who decides.
        now: When.

    Returns:
        How many were decided about.

    Raises:
        NotFoundError: There is no such issue, or no uncertain delivery to that address.
        IssueError: It was cancelled, and nothing of it is sent again.
    """
    with db.read() as session:
        issue_store.issue_row(session, week)
    if state is DeliveryState.QUEUED:
        _refuse_cancelled(db, week)
    now = min(now, datetime.now(UTC))  # what is queued for a rehearsal's future would not be sent
    decided = 0
    while True:
        with db.write() as session:
            uncertain = store.in_state(
                session, week, DeliveryState.UNCERTAIN, address=address, limit=DECIDED_AT_ONCE
            )
            store.note(
                session,
                ((each, ledger.decide(each, state=state, by=by, now=now)) for each in uncertain),
            )
            _reopen(
                session, week, is_again=bool(uncertain) and state is DeliveryState.QUEUED, now=now
            )
        if not uncertain:
            break
        decided += len(uncertain)
    if address is not None and not decided:
        raise NotFoundError(
            "uncertain delivery",
            address,
            f"those of {week}: digest deliveries {week} --state uncertain",
        )
    return decided


def _reopen(session: Session, week: str, *, is_again: bool, now: datetime) -> None:
    """Let an issue be sent on when something of it is to be sent again; its deadline counts anew."""
    if not is_again:
        return
    # held: a sender that moves it to sent just now has done so before us, or counts after us
    if issue_store.issue_state(session, week, holds=True) is IssueState.SENT:
        issue_store.set_state(session, week, IssueState.SENDING, now=now)
    sending = sending_store.sending_of(session, week, holds=True)
    if sending is not None:
        sending_store.put_sending(
            session, sending.model_copy(update={"began_at": datetime.now(UTC)})
        )


def _refuse_cancelled(db: Database, week: str) -> None:
    with db.read() as session:
        if issue_store.issue_state(session, week) is IssueState.CANCELLED:
            raise IssueError(
                week, "it was cancelled, so nothing of it is sent again; only --as accepted is left"
            )
