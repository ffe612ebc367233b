"""
From an approved issue (④) to deliveries with a named end (⑤): gate, freeze, send, note.

Only the very edition an editor released leaves the house. May be killed and run again at any
moment; an issue that is sent is only counted.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlmodel import Session

from digest.delivery import workers
from digest.delivery.audience import MAILED, a_label
from digest.delivery.marker import Mark
from digest.delivery.transports.base import Transport
from digest.errors import ApprovalError, DigestError, IssueError, StoreError
from digest.issues import approval as approval_rules
from digest.mail.preflight import preflight
from digest.model import (
    Delivery,
    DeliveryCount,
    DeliveryState,
    Edition,
    Issue,
    IssueState,
    Sending,
    SendResult,
)
from digest.steps.composing import require_intact
from digest.steps.drain import log_trouble
from digest.steps.ending import finish, sent_before
from digest.steps.gate import deadline
from digest.steps.ordering import end_cancelled, refuse_halted
from digest.steps.shift import SendParts, real_time, work
from digest.steps.starting import frozen_words, mark_of, note_start, refuse_restored
from digest.steps.team import team
from digest.store import audience
from digest.store import deliveries as store
from digest.store import issues as issue_store
from digest.store.engine import Database

SENDABLE = (IssueState.APPROVED, IssueState.SENDING)
TESTER = "test-copy-no-one"
"""Stands for a reader in the links of a test copy, which lead to nobody's subscription."""


def freeze(db: Database, week: str, *, now: datetime, due: datetime | None = None) -> int:
    """
    Write down who gets the issue: everyone who has confirmed by now. Once: later it only counts.

    An audience of nobody is not written down, so that a later run can freeze a real one. ``due`` is
    the time from when it may be sent, by the clock that sends it; unset, now.

    Returns:
        The size of the audience.

    Raises:
        NotFoundError: There is no such issue.
    """
    with db.write() as session:
        return audience.freeze_audience(
            session, week, states=MAILED, a_label=a_label, now=now, due=due or now
        )


def send_issue(
    week: str,
    *,
    parts: SendParts,
    transport: Transport,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], None] = lambda _done, _audience: None,
    on_trouble: Callable[[str], None] = log_trouble,
    on_remark: Callable[[str], None] = lambda _sentence: None,
    on_share: Callable[[int], None] = lambda _ended: None,
) -> DeliveryCount:
    """
    Send the week's issue to everybody in its frozen audience.

    Args:
        week: ISO week of the issue.
        parts: What the send works with.
        transport: The way out; closing it is the caller's.
        stop: Asked between pieces of work; True ends the run tidily, the rest stays queued.
        on_progress: Told how many recipients have a named end, and how many there are.
        on_trouble: Told in a sentence when the mail server or the database is away and waited for;
            with an empty one when it is back. Unless given, the log is told.
        on_remark: Told in a sentence what an operator should know, and what stops nothing.
        on_share: Told how many got their named end here so far, by this process and its helpers.

    Returns:
        How all deliveries stand; the issue is ``sent`` once the states add up with none open.

    Raises:
        NotFoundError: There is no such issue.
        HaltedError: It is paused or cancelled, or was while it was being sent.
        RestoredError: The database is older than what this machine has sent.
        SettingsError: The marker cannot be used.
        ApprovalError: Nobody released it, or what was released is not what would be sent.
        IssueError: It is in a state that cannot be sent, or nobody has confirmed.
        TransportError: The mail server cannot be used; what was not sent stays queued.
    """
    sent = sent_before(parts.db, week, now=parts.clock())
    if sent is not None:
        on_progress(sent.settled, sent.audience)
        return sent
    edition, issue, sending = begin_send(week, parts=parts, on_remark=on_remark)
    try:
        count = _sent_together(
            edition,
            issue,
            parts=parts,
            deadline=deadline(sending, parts.rules),
            transport=transport,
            stop=stop,
            on_progress=on_progress,
            on_trouble=on_trouble,
            on_share=on_share,
        )
    except (
        DigestError
    ):  # also then nothing may stay queued of an issue that was cancelled meanwhile
        with suppress(StoreError):
            end_cancelled(parts.db, week, now=real_time())
        raise
    refuse_halted(parts.db, week, now=real_time())
    if count.is_finished:
        finish(parts.db, week, now=parts.clock())
    return count


def begin_send(
    week: str, *, parts: SendParts, on_remark: Callable[[str], None] = lambda _sentence: None
) -> tuple[Edition, Issue, Sending]:
    """
    Let an issue pass the gate, freeze its audience, count a start: it is being sent from now on.

    Any number of senders may do so, at once or one after the other. Raises as ``send_issue``.
    """
    refuse_halted(parts.db, week, now=real_time())
    mark = mark_of(parts.db, parts.marker)
    refuse_restored(parts.db, week, mark)
    edition, issue = released_edition(parts.db, week, parts=parts)
    _frozen(parts, week, on_remark=on_remark)
    return edition, issue, _begin(parts, edition, mark=mark)


def _sent_together(
    edition: Edition,
    issue: Issue,
    *,
    parts: SendParts,
    deadline: datetime,
    transport: Transport,
    stop: Callable[[], bool],
    on_progress: Callable[[int, int], None],
    on_trouble: Callable[[str], None],
    on_share: Callable[[int], None],
) -> DeliveryCount:
    """Send in this process and in those that help it; give how all deliveries stand."""
    with parts.db.read() as session:
        before = store.count(session, edition.week) or DeliveryCount(audience=0, states={})
    on_progress(before.settled, before.audience)
    number = _helpers(parts, waiting=before.audience - before.settled)
    command = (*parts.helper, edition.week, edition.sha256)
    ended = 0

    def show(more: int) -> None:
        nonlocal ended
        ended += more
        helpers.listen()
        on_share(ended + helpers.ended)
        done = before.settled + ended + helpers.ended
        on_progress(min(done, before.audience), before.audience)

    with team(command, number=number, stop=stop, on_trouble=on_trouble) as helpers:
        count = work(
            edition,
            issue,
            parts=parts,
            deadline=deadline,
            transport=transport,
            stop=stop,
            on_progress=show,
            on_trouble=on_trouble,
        )
    on_share(ended + helpers.ended)
    if not number:
        return count
    with parts.db.read() as session:
        count = store.count(session, edition.week) or count
    on_progress(count.settled, count.audience)
    return count


def _helpers(parts: SendParts, *, waiting: int) -> int:
    """Give how many processes are to help this one."""
    if not parts.helper:
        return 0
    return workers.senders(parts.workers, waiting=waiting, cores=workers.cores()) - 1


def send_test(week: str, *, recipient: str, parts: SendParts, transport: Transport) -> SendResult:
    """Send one copy of the standing edition to a tester; no ledger row, links that lead nowhere."""
    with parts.db.read() as session:
        edition, issue = _standing(session, week)
    preflight(edition, week=week)
    compose = parts.composer(edition, issue)
    delivery = Delivery(week=week, subscriber=TESTER, address=recipient, changed_at=parts.clock())
    return next(result for result in transport.send([compose(delivery)]) if result)


def released_edition(
    db: Database, week: str, *, parts: SendParts | None = None
) -> tuple[Edition, Issue]:
    """
    Give the edition that may leave the house, and its issue.

    With ``parts`` an approval that is too old is none, unless its sending has begun.

    Raises:
        NotFoundError, ApprovalError, IssueError: As for ``send_issue``.
        PreflightError: It would break a promise to its readers.
    """
    with db.read() as session:
        edition, issue = _standing(session, week)
        approval = issue_store.approval_of(session, week)
        state = issue_store.issue_row(session, week).state
    checked = approval_rules.check(approval, edition)
    if state not in SENDABLE:
        raise IssueError(week, f"it is {state}; only an approved issue can be sent")
    if parts is not None and state is IssueState.APPROVED:
        approval_rules.require_fresh(checked, holds=parts.rules.approval_holds, now=parts.clock())
    require_intact(edition)
    preflight(edition, week=week)
    return edition, issue


def deliveries_of(
    db: Database, week: str, *, state: DeliveryState | None, limit: int | None = None
) -> tuple[DeliveryCount, list[Delivery]]:
    """Give how an issue's deliveries stand, and the first in one state. Raises NotFoundError."""
    with db.read() as session:
        issue_store.issue_row(session, week)
        count = store.count(session, week) or DeliveryCount(audience=0, states={})
        return count, store.in_state(session, week, state, limit=limit) if state else []


def _standing(session: Session, week: str) -> tuple[Edition, Issue]:
    issue_store.issue_row(session, week)
    edition = issue_store.edition_of(session, week)
    issue = issue_store.issue_of(session, week)
    if edition is None or issue is None:
        raise IssueError(week, f"it has no edition yet: digest build --week {week}")
    return edition, issue


def _frozen(parts: SendParts, week: str, *, on_remark: Callable[[str], None]) -> None:
    """Freeze the audience; say so where it is another than the one an editor approved for."""
    with parts.db.read() as session:
        approval = issue_store.approval_of(session, week)
        before = store.audience(session, week)
    size = freeze(parts.db, week, now=parts.clock(), due=real_time())
    if not size:
        mend = "digest subscribers import FILE --confirmed"
        raise IssueError(week, f"nobody has confirmed a subscription; {mend}")
    words = frozen_words(approval.audience if approval else None, size)
    if words and before is None:
        on_remark(words)


def _begin(parts: SendParts, edition: Edition, *, mark: Mark) -> Sending:
    """Move the issue to sending, unless it was built anew since the gate looked at it."""
    week = edition.week
    with parts.db.write() as session:
        state = issue_store.issue_state(session, week, holds=True)
        standing = issue_store.edition_of(session, week)
        if state not in SENDABLE or standing != edition:
            mend = "look at it, release it, and send it then"
            raise ApprovalError(week, f"it was built again just now, or paused; {mend}")
        issue_store.set_state(session, week, IssueState.SENDING, now=parts.clock())
        begun = note_start(session, week, rules=parts.rules, mark=mark, now=real_time())
    if parts.marker is not None:  # before the first mail leaves: what is sent is known to it
        parts.marker.write(begun.database, begun.mark)
    return begun.sending
