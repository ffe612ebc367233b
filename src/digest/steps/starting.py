"""
The start of a send, and what may stand in its way: an old approval, a restored backup.

Each start is counted in the database and in a file outside it; a database that has lost a start was
restored from a backup, and who got mail since then stands in no row of it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from digest.delivery.audience import MAILED, a_label
from digest.delivery.marker import Mark, MarkerFile
from digest.errors import IssueError, RestoredError
from digest.model import DeliveryState, IssueState, Sending
from digest.model.wording import counted
from digest.steps.gate import SendRules
from digest.store import audience, deliveries
from digest.store import issues as issue_store
from digest.store import sending as store
from digest.store.engine import Database

DRIFT = 0.01
"""Share by which an audience may differ from the one at approval before somebody is told."""
BEFORE = "a sender after the backup"
"""Stands for whoever may have sent what is in doubt."""
DOUBT = "in doubt: its database was restored from a backup, and this mail may have gone out since"


@dataclass(frozen=True, slots=True)
class Begun:
    """A start that was counted."""

    sending: Sending
    mark: Mark
    """To be kept by the marker once the transaction is over."""
    database: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done about one issue after a restore."""

    week: str
    in_doubt: int


def note_start(
    session: Session, week: str, *, rules: SendRules, mark: Mark, now: datetime
) -> Begun:
    """
    Count a start of the week's sending; in the transaction that moves the issue to sending.

    Args:
        session: A writing one.
        week: Of this issue.
        rules: What the first start writes down: its canary.
        mark: What this machine's marker says.
        now: The real time.
    """
    epoch = store.raise_epoch(session, beyond=mark.count)
    before = store.sending_of(session, week, holds=True)
    if before is None:
        sending = Sending(week=week, began_at=now, epoch=epoch.count, canary=rules.canary)
    else:
        sending = before.model_copy(update={"epoch": epoch.count})
    store.put_sending(session, sending)
    return Begun(sending, mark.raised(epoch, week), epoch.database)


def mark_of(db: Database, marker: MarkerFile | None) -> Mark:
    """Give what this machine's marker says of a database; an empty one where none is kept."""
    if marker is None:
        return Mark()
    with db.read() as session:
        return marker.read(store.epoch(session).database)


def is_restored(db: Database, week: str, mark: Mark) -> bool:
    """Say whether the database has lost a start that this machine's marker knows."""
    with db.read() as session:
        epoch = store.epoch(session)
        return mark.is_ahead(epoch, week, store.sending_of(session, week))


def refuse_restored(db: Database, week: str, mark: Mark) -> None:
    """
    Stop where the database was restored from a backup.

    Raises:
        RestoredError: It was; the sentence says what to do.
    """
    if is_restored(db, week, mark):
        raise RestoredError(
            week,
            "the database is older than what this machine has sent: it was restored from a backup, "
            "and does not know who has got mail since. Put what waits in doubt with "
            f"digest send {week} --after-restore uncertain and decide by the relay's log, or, if "
            f"nothing was sent since that backup, digest send {week} --after-restore queued",
        )


def accept_restored(
    db: Database,
    week: str,
    *,
    is_doubted: bool,
    rules: SendRules,
    marker: MarkerFile,
    now: datetime,
) -> list[Restored]:
    """
    Take a restored database for what it is from now on.

    Args:
        db: The store.
        week: Of the issue that is to be sent; approved, or on its way.
        is_doubted: Put what waits in doubt, of this issue and of every other one that this machine
            has begun to send, or whose audience is frozen. False: leave it waiting, since a person
            knows that nothing was sent after the backup.
        rules: As for a send.
        marker: This machine's.
        now: The real time.

    Returns:
        The issues it was done for, with how many deliveries are in doubt now.

    Raises:
        IssueError: Nothing was restored.
    """
    mark = mark_of(db, marker)
    if not is_restored(db, week, mark):
        raise IssueError(week, f"no backup was restored; leave that option out: digest send {week}")
    with db.write() as session:
        under_way = store.weeks_under_way(session)
        if week not in under_way:
            state = issue_store.issue_row(session, week).state
            raise IssueError(week, f"it is {state}; only an approved issue can be sent")
        done = []
        for each in (week, *(other for other in under_way if other != week)):
            if each == week or each in mark.weeks or deliveries.audience(session, each):
                in_doubt = _doubt(session, each, now=now) if is_doubted else 0
                begun = note_start(session, each, rules=rules, mark=mark, now=now)
                mark, database = begun.mark, begun.database
                if is_doubted:
                    _let_go(session, begun.sending, now=now)
                done.append(Restored(each, in_doubt))
    marker.write(database, mark)
    return done


def frozen_words(approved: int | None, frozen: int) -> str | None:
    """Say that an audience is another than the one at approval; None while it is about the same."""
    if approved is None or abs(frozen - approved) <= DRIFT * max(approved, 1):
        return None
    return (
        f"{counted(frozen, 'reader')} get it now, {approved:,} had confirmed when it was approved; "
        "if that is not what you expect: digest pause"
    )


def _doubt(session: Session, week: str, *, now: datetime) -> int:
    """Put all that waits of an issue in doubt: everybody, where the backup has no audience yet."""
    audience.freeze_audience(session, week, states=MAILED, a_label=a_label, now=now, due=now)
    return store.end_waiting(
        session,
        week,
        state=DeliveryState.UNCERTAIN,
        reply=DOUBT,
        now=now,
        also=(DeliveryState.LEASED,),
        holder=BEFORE,
    )


def _let_go(session: Session, sending: Sending, *, now: datetime) -> None:
    """Leave no canary to be looked at, and an approved issue on its way: some may have it."""
    store.put_sending(session, sending.model_copy(update={"canary_passed_at": now}))
    if issue_store.issue_state(session, sending.week, holds=True) is IssueState.APPROVED:
        issue_store.set_state(session, sending.week, IssueState.SENDING, now=now)
