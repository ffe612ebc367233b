"""
From an approved issue (④) to deliveries with a named end (⑤): gate, freeze, send, note.

Only the very edition an editor released leaves the house. May be killed and run again at any
moment; an issue that is sent is only counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from digest.delivery import ledger, workers
from digest.delivery.audience import freeze as frozen_audience
from digest.delivery.pace import STEADY
from digest.delivery.transports.base import Transport
from digest.errors import ApprovalError, IssueError, NotFoundError
from digest.issues import approval as approval_rules
from digest.mail.dkim.keys import DkimKey
from digest.mail.preflight import preflight
from digest.mail.stationery import Brand
from digest.model import (
    Delivery,
    DeliveryCount,
    DeliveryState,
    Edition,
    Issue,
    IssueState,
    SendResult,
)
from digest.steps.composing import composer, require_intact
from digest.steps.drain import drain
from digest.store import audience
from digest.store import deliveries as store
from digest.store import issues as issue_store
from digest.store.engine import Database

SENDABLE = (IssueState.APPROVED, IssueState.SENDING)
GIVE_UP_AFTER = timedelta(hours=24)
"""Time after the start of a run at which a delivery still refused for now is rejected."""
TESTER = "test-copy-no-one"
"""Stands for a reader in the links of a test copy, which lead to nobody's subscription."""


@dataclass(frozen=True, slots=True)
class SendParts:
    """What a send works with."""

    db: Database
    brand: Brand
    secret: bytes
    clock: Callable[[], datetime]
    """Dates the messages; leases and tries go by the real time, which never stands still."""
    lease: timedelta
    keys: tuple[DkimKey, ...] = ()
    """They sign every mail; without any it leaves unsigned."""


def freeze(db: Database, week: str, *, now: datetime) -> int:
    """
    Write down who gets the issue: everyone who has confirmed by now. Once: later it only counts.

    An audience of nobody is not written down, so that a later run can freeze a real one.

    Returns:
        The size of the audience.

    Raises:
        NotFoundError: There is no such issue.
    """
    with db.write() as session:
        frozen = audience.lock_audience(session, week)
        if frozen is not None:
            return frozen
        readers = audience.confirmed_subscribers(session)
        chosen = frozen_audience(readers, week=week, now=now)
        return audience.freeze_audience(session, week, chosen) if chosen else 0


def send_issue(
    week: str,
    *,
    parts: SendParts,
    transport: Transport,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], None] = lambda _done, _audience: None,
) -> DeliveryCount:
    """
    Send the week's issue to everybody in its frozen audience.

    Args:
        week: ISO week of the issue.
        parts: What the send works with.
        transport: The way out; closing it is the caller's.
        stop: Asked between pieces of work; True ends the run tidily, the rest stays queued.
        on_progress: Told how many recipients have a named end, and how many there are.

    Returns:
        How all deliveries stand; the issue is ``sent`` once the states add up with none open.

    Raises:
        NotFoundError: There is no such issue.
        ApprovalError: Nobody released it, or what was released is not what would be sent.
        IssueError: It is in a state that cannot be sent, or nobody has confirmed.
        TransportError: The mail server cannot be used; what was not sent stays queued.
    """
    sent = _sent_before(parts.db, week)
    if sent is not None:
        on_progress(sent.settled, sent.audience)
        return sent
    edition, issue = released_edition(parts.db, week)
    if not freeze(parts.db, week, now=parts.clock()):
        raise IssueError(
            week, "nobody has confirmed a subscription; digest subscribers import FILE --confirmed"
        )
    _begin(parts.db, edition, now=parts.clock())
    count = drain(
        parts.db,
        week,
        transport=transport,
        compose=composer(
            edition,
            issue,
            brand=parts.brand,
            secret=parts.secret,
            clock=parts.clock,
            keys=parts.keys,
        ),
        clock=_real_time,
        worker=workers.this_worker(),
        deadline=_real_time() + GIVE_UP_AFTER,
        pace=replace(STEADY, lease=parts.lease),
        stop=stop,
        on_progress=_counting(parts.db, week, on_progress),
    )
    if count.is_finished:
        with parts.db.write() as session:
            issue_store.set_state(session, week, IssueState.SENT, now=parts.clock())
    return count


def send_test(week: str, *, recipient: str, parts: SendParts, transport: Transport) -> SendResult:
    """Send one copy of the standing edition to a tester; no ledger row, links that lead nowhere."""
    with parts.db.read() as session:
        edition, issue = _standing(session, week)
    preflight(edition, week=week)
    compose = composer(
        edition,
        issue,
        brand=parts.brand,
        secret=parts.secret,
        clock=parts.clock,
        keys=parts.keys,
    )
    delivery = Delivery(week=week, subscriber=TESTER, address=recipient, changed_at=parts.clock())
    return next(result for result in transport.send([compose(delivery)]) if result)


def released_edition(db: Database, week: str) -> tuple[Edition, Issue]:
    """
    Give the edition that may leave the house, and its issue.

    Raises:
        NotFoundError, ApprovalError, IssueError: As for ``send_issue``.
        PreflightError: It would break a promise to its readers.
    """
    with db.read() as session:
        edition, issue = _standing(session, week)
        approval = issue_store.approval_of(session, week)
        state = issue_store.issue_row(session, week).state
    approval_rules.check(approval, edition)
    if state not in SENDABLE:
        raise IssueError(week, f"it is {state}; only an approved issue can be sent")
    require_intact(edition)
    preflight(edition, week=week)
    return edition, issue


def deliveries_of(
    db: Database, week: str, *, state: DeliveryState | None
) -> tuple[DeliveryCount, list[Delivery]]:
    """Give how an issue's deliveries stand, and those in one state. Raises NotFoundError."""
    with db.read() as session:
        issue_store.issue_row(session, week)
        count = store.count(session, week) or DeliveryCount(audience=0, states={})
        return count, list(store.in_state(session, week, state)) if state else []


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
    """
    with db.write() as session:
        row = issue_store.issue_row(session, week)
        uncertain = [
            delivery
            for delivery in store.in_state(session, week, DeliveryState.UNCERTAIN)
            if address is None or delivery.address.lower() == address.lower()
        ]
        if address is not None and not uncertain:
            raise NotFoundError("uncertain delivery", address, f"of issue {week}")
        decided = [ledger.decide(item, state=state, by=by, now=now) for item in uncertain]
        store.note(session, zip(uncertain, decided, strict=True))
        if decided and state is DeliveryState.QUEUED and row.state is IssueState.SENT:
            issue_store.set_state(session, week, IssueState.SENDING, now=now)
    return len(decided)


def _standing(session: Session, week: str) -> tuple[Edition, Issue]:
    issue_store.issue_row(session, week)
    edition = issue_store.edition_of(session, week)
    issue = issue_store.issue_of(session, week)
    if edition is None or issue is None:
        raise IssueError(week, f"it has no edition yet: digest build --week {week}")
    return edition, issue


def _sent_before(db: Database, week: str) -> DeliveryCount | None:
    with db.read() as session:
        if issue_store.issue_row(session, week).state is not IssueState.SENT:
            return None
        return store.count(session, week)


def _begin(db: Database, edition: Edition, *, now: datetime) -> None:
    """Move the issue to sending, unless it was built anew since the gate looked at it."""
    with db.write() as session:
        state = issue_store.issue_state(session, edition.week, holds=True)
        standing = issue_store.edition_of(session, edition.week)
        if state not in SENDABLE or standing != edition:
            raise ApprovalError(
                edition.week,
                "it was built again just now; look at it, release it, and send it then",
            )
        issue_store.set_state(session, edition.week, IssueState.SENDING, now=now)


def _counting(
    db: Database, week: str, on_progress: Callable[[int, int], None]
) -> Callable[[Sequence[Delivery]], None]:
    """Turn "these were noted" into "so many of so many", counting from where the ledger stands."""
    with db.read() as session:
        before = store.count(session, week) or DeliveryCount(audience=0, states={})
    done = before.settled
    on_progress(done, before.audience)

    def note(noted: Sequence[Delivery]) -> None:
        nonlocal done
        done += sum(delivery.state is not DeliveryState.DEFERRED for delivery in noted)
        on_progress(min(done, before.audience), before.audience)

    return note


def _real_time() -> datetime:
    return datetime.now(UTC)
