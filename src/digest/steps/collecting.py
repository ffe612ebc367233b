"""
Empty a mailbox: read each mail, let it act, and only then let go of it.

Killed at any point and run again, nothing is lost and nothing counts twice: a mail leaves its
mailbox after what it says is stored, and what is stored already is not stored again. A mail that
breaks its reader three times is set aside, with a note; so is one that kills it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from digest.delivery.bounces import read_feedback
from digest.delivery.mailboxes.base import Mail, Mailbox
from digest.errors import MailboxError, StoreError
from digest.model import Feedback, FeedbackEffect, FeedbackKind
from digest.model.wording import span
from digest.steps.feedback import TakeReport, look_at_running, take
from digest.steps.refusals import take_refusals
from digest.store import mailboxes as store
from digest.store.engine import Database

log = logging.getLogger(__name__)

BATCH = 50
"""Mails in memory at once, each at most 1 MiB."""
TRIES = 3
"""Times a mail may break or kill its reader before it is set aside."""
FORGET_TRIES_AFTER = timedelta(days=30)
SOURCE = "mailbox"


@dataclass(frozen=True, slots=True)
class CollectParts:
    """What a collection works with."""

    db: Database
    secret: bytes
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What one collection did; every mail that was looked at is in exactly one count but ``read``."""

    read: int = 0
    """Mails that were looked at."""
    removed: int = 0
    """Dealt with, and deleted."""
    kept: int = 0
    """About no mail of ours that is proven, or no report: moved to a folder for a person."""
    set_aside: int = 0
    """Nobody could read them: moved to the same folder, with a note."""
    failed: int = 0
    """Could not be read this time, and stay where they are."""
    taken: TakeReport = field(default_factory=TakeReport)
    """Without the effects of single pieces: there may be a million."""
    troubles: tuple[MailboxError, ...] = ()
    """Of mailboxes that could not be read to their end."""

    def and_then(self, later: "CollectReport") -> "CollectReport":
        """Give this report with a later one added."""
        return CollectReport(
            self.read + later.read,
            self.removed + later.removed,
            self.kept + later.kept,
            self.set_aside + later.set_aside,
            self.failed + later.failed,
            self.taken.and_then(later.taken),
            self.troubles + later.troubles,
        )


def collect_all(
    mailboxes: Sequence[Mailbox], *, parts: CollectParts, stop: Callable[[], bool] = lambda: False
) -> CollectReport:
    """
    Take what servers said while they were sent to, then empty every mailbox.

    Returns:
        What was done; a mailbox that cannot be read is in ``troubles`` and keeps none of the others
        waiting.

    Raises:
        StoreError: The database is out of use; what was not let go of is read again.
    """
    refusals = take_refusals(parts.db, secret=parts.secret, now=parts.clock())
    report = CollectReport(taken=replace(refusals, effects={}))
    with parts.db.write() as session:
        store.forget_others(session, names=[mailbox.name for mailbox in mailboxes])
    for mailbox in mailboxes:
        if not stop():
            report = report.and_then(_collected(mailbox, parts=parts, stop=stop))
    warnings = look_at_running(parts.db, now=parts.clock())
    return report.and_then(CollectReport(taken=TakeReport(warnings=tuple(warnings))))


def overdue(db: Database, *, now: datetime) -> list[str]:
    """Give a sentence for each mailbox that has not been read for a day."""
    with db.read() as session:
        states = store.states(session)
    return [
        f"mailbox {each.name} was {_when(each.read_at, now=now)}, so bounces and complaints "
        f"have no effect; {each.trouble or 'no collection has run since: digest feedback collect'}"
        for each in states
        if each.is_overdue(now=now)
    ]


def _when(read_at: datetime | None, *, now: datetime) -> str:
    return f"last read {span(now - read_at)} ago" if read_at else "never read"


def _collected(mailbox: Mailbox, *, parts: CollectParts, stop: Callable[[], bool]) -> CollectReport:
    report = CollectReport()
    trouble: MailboxError | None = None
    try:
        for done in collect(mailbox, parts=parts):
            report = report.and_then(done)
            if stop():
                return report
    except MailboxError as error:
        trouble = error
        report = report.and_then(CollectReport(troubles=(error,)))
    finally:
        mailbox.close()
    now = parts.clock()
    with parts.db.write() as session:
        store.note_reading(session, mailbox.name, trouble=str(trouble or ""), now=now)
        store.forget_old_tries(session, before=now - FORGET_TRIES_AFTER)
    return report


def collect(mailbox: Mailbox, *, parts: CollectParts) -> Iterator[CollectReport]:
    """Read the mails that are there now; gives a report for each batch once it is let go of."""
    for batch in mailbox.batches(BATCH):
        yield _Work(mailbox, parts).batch(batch)


@dataclass(frozen=True, slots=True)
class _Work:
    """The handling of batches of one mailbox."""

    mailbox: Mailbox
    parts: CollectParts

    def batch(self, mails: Sequence[Mail]) -> CollectReport:
        """Look at some mails; one that was left unfinished before is looked at alone."""
        with self.parts.db.write() as session:
            tries = store.begin(session, {_key(mail) for mail in mails}, now=self.parts.clock())
        groups = [[mail for mail in mails if tries[_key(mail)] == 1]]
        groups += [[mail] for mail in mails if 1 < tries[_key(mail)] <= TRIES]
        report = CollectReport()
        for group in groups:
            report = report.and_then(self._settled(group, tries=tries))
        for mail in mails:
            if tries[_key(mail)] > TRIES:
                report = report.and_then(self._set_aside(mail))
        return report

    def _settled(self, group: Sequence[Mail], *, tries: dict[str, int]) -> CollectReport:
        if not group:
            return CollectReport()
        try:
            said = [
                read_feedback(m.content, received_at=m.received_at, source=SOURCE) for m in group
            ]
            taken = take(
                self.parts.db,
                [piece for pieces in said for piece in pieces],
                secret=self.parts.secret,
                now=self.parts.clock(),
            )
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 # whatever a mail does to us, the others go on
            return self._broken(group, error, tries=tries)
        gone: list[Mail] = []
        kept: list[Mail] = []
        for mail, pieces in zip(group, said, strict=True):
            (kept if _wants_a_person(pieces, taken) else gone).append(mail)
        self._let_go(gone, kept)
        lean = replace(taken, effects={})
        return CollectReport(read=len(group), removed=len(gone), kept=len(kept), taken=lean)

    def _broken(
        self, group: Sequence[Mail], error: Exception, *, tries: dict[str, int]
    ) -> CollectReport:
        """Find the mail that breaks its reader; it has two more tries, and the others none to lose."""
        if len(group) > 1:
            report = CollectReport()
            for mail in group:
                report = report.and_then(self._settled([mail], tries=tries))
            return report
        (mail,) = group
        key = _key(mail)
        log.warning("a mail in %s cannot be read", self.mailbox.name, exc_info=error)
        with self.parts.db.write() as session:
            store.note_trouble(session, key, _told(error))
        if tries[key] >= TRIES:
            return self._set_aside(mail)
        return CollectReport(read=1, failed=1)

    def _set_aside(self, mail: Mail) -> CollectReport:
        key = _key(mail)
        with self.parts.db.read() as session:
            trouble = store.trouble_of(session, key) or "its reader was killed each time"
        note = Feedback(
            kind=FeedbackKind.NONE,
            source=SOURCE,
            key=key,
            received_at=mail.received_at,
            diagnostic=f"set aside after {TRIES} tries: {trouble}",
        )
        taken = take(self.parts.db, [note], secret=self.parts.secret, now=self.parts.clock())
        self._let_go([], [mail])
        return CollectReport(read=1, set_aside=1, taken=replace(taken, effects={}))

    def _let_go(self, gone: Sequence[Mail], kept: Sequence[Mail]) -> None:
        """What the mails say is stored: their tries are over, and they may leave the mailbox."""
        with self.parts.db.write() as session:
            store.end(session, [_key(mail) for mail in (*gone, *kept)])
        self.mailbox.remove(gone)
        self.mailbox.keep(kept)


def _key(mail: Mail) -> str:
    return sha256(mail.content).hexdigest()


def _told(error: Exception) -> str:
    """Give an error's words as any database takes them: a mail may have put a NUL in."""
    words = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(error))
    return f"{type(error).__name__}: {words}"


def _wants_a_person(pieces: Sequence[Feedback], taken: TakeReport) -> bool:
    """
    Return True where nothing in a mail is proven to be ours, or it is no report: a letter, noise.

    A letter to the address that one mail's bounces go to is proven, and is for a person all the same.
    """
    effects = {taken.effects[piece.source, piece.key] for piece in pieces}
    is_report = any(piece.kind is not FeedbackKind.NONE or piece.recipient for piece in pieces)
    return effects == {FeedbackEffect.UNPROVEN} or not is_report
