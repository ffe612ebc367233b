"""What readers do: sign up, confirm, leave, come back, vote; and lists that an operator brings."""

import csv
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from digest.errors import AddressError, DigestError, LinkError
from digest.model import ConsentEvent, Subscriber, SubscriberState, SuppressionKind, Vote
from digest.readers import subscriptions, suppressions
from digest.readers.subscriptions import Imported
from digest.store import readers as store
from digest.store import suppressions as suppression_store
from digest.store.engine import Database


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the lines of an imported list; every line is in exactly one count."""

    added: int = 0
    known: int = 0
    left: int = 0
    """Known to have left: their consent is not raised."""
    suppressed: Mapping[SuppressionKind, int] = field(default_factory=dict)
    """On the list of addresses that are not mailed, by the reason: nothing is done with them."""
    invalid: tuple[str, ...] = field(default=())
    """A sentence for each line that holds no usable address, in order."""


def fresh_public_id() -> str:
    """Give a random id that stands for a subscriber in links."""
    return secrets.token_urlsafe(12)


def sign_up(db: Database, address: str, *, secret: bytes, now: datetime) -> Subscriber | None:
    """
    Note a wish to subscribe; signing up again changes nothing.

    Returns:
        The subscriber to be mailed a confirmation; None where none is due (confirmed already,
        mailed too often, or complained of us). The caller answers the same in all cases.

    Raises:
        AddressError: Not an address.
    """
    wanted = subscriptions.normalise_address(address)
    with db.write() as session:
        known = store.subscriber_by_address(session, wanted)
        if not suppressions.may_ask(known, _listed(session, wanted, secret=secret)):
            return None
        subscriber = known or _new(session, wanted, now=now)
        sent, failed = (
            store.event_times(session, subscriber.public_id, event)
            for event in (ConsentEvent.CONFIRMATION_SENT, ConsentEvent.CONFIRMATION_FAILED)
        )
        if not subscriptions.confirmation_due(subscriber, sent=sent, failed=failed, now=now):
            return None
        # Noted before the mail leaves: a crash in between costs one mail, never floods a mailbox.
        _note(session, ConsentEvent.CONFIRMATION_SENT, subscriber, now=now)
        return subscriber


def confirmation_failed(db: Database, subscriber: Subscriber, *, asked_at: datetime) -> None:
    """Note that no server took the mail of the sign-up at ``asked_at``: another may be tried."""
    with db.write() as session:
        _note(session, ConsentEvent.CONFIRMATION_FAILED, subscriber, now=asked_at)


def _listed(session: Session, address: str, *, secret: bytes) -> SuppressionKind | None:
    mark = suppressions.mark_of(address, secret=secret)
    entry = suppression_store.listed(session, [mark]).get(mark)
    return entry.kind if entry else None


def _new(session: Session, address: str, *, now: datetime) -> Subscriber:
    new = subscriptions.new_subscriber(address, public_id=fresh_public_id(), now=now)
    store.put_subscribers(session, [new])
    # Read back: on PostgreSQL another process may have been first with the same address.
    stored = store.subscriber_by_address(session, address) or new
    _note(session, ConsentEvent.SIGNED_UP, stored, now=now)
    return stored


def confirm(
    db: Database, public_id: str, *, secret: bytes, issued_at: datetime, now: datetime
) -> None:
    """
    Confirm a sign-up by a link made at ``issued_at``; it takes a bounced address off the list.

    Raises:
        LinkError: Nothing to confirm, a link from before the reader left, or one who complained.
    """
    with db.write() as session:
        before = store.subscriber_by_public_id(session, public_id)
        if before is None or suppressions.is_forgotten(before):
            raise LinkError("this sign-up is no longer stored; sign up again")
        if not suppressions.may_ask(before, _listed(session, before.address, secret=secret)):
            raise LinkError(
                "a mail of ours was reported as spam from this address, so we write there no more; "
                "if that was a mistake, tell us"
            )
        after = subscriptions.confirm(before, issued_at=issued_at, now=now)
        _change(session, before, after, ConsentEvent.CONFIRMED, now=now)
        suppression_store.take_off(session, suppressions.mark_of(before.address, secret=secret))


def unsubscribe(db: Database, public_id: str, *, now: datetime) -> bool:
    """
    End a subscription; ending it again changes nothing.

    Returns:
        True if it can be taken back now; False if not, also where no such subscriber is stored.
    """
    with db.write() as session:
        before = store.subscriber_by_public_id(session, public_id)
        if before is None:
            return False
        after = subscriptions.leave(before, SubscriberState.UNSUBSCRIBED, now=now)
        _change(session, before, after, ConsentEvent.UNSUBSCRIBED, now=now)
        return subscriptions.can_undo(after, now=now)


def undo_unsubscribe(db: Database, public_id: str, *, now: datetime) -> None:
    """Take leaving back. Raises LinkError when it is too late."""
    with db.write() as session:
        before = store.subscriber_by_public_id(session, public_id)
        if before is None or suppressions.is_forgotten(before):
            raise LinkError("this subscription is no longer stored; sign up again")
        after = subscriptions.undo(before, now=now)
        _change(session, before, after, ConsentEvent.RESUBSCRIBED, now=now)


def cast_vote(db: Database, vote: Vote) -> None:
    """
    Store a vote; the last one of a subscriber counts.

    Raises:
        LinkError: The voter is no confirmed subscriber (any more).
    """
    with db.write() as session:
        voter = store.subscriber_by_public_id(session, vote.subscriber)
        if voter is None or voter.state is not SubscriberState.CONFIRMED:
            raise LinkError("votes are for subscribers, and this subscription has ended")
        store.put_vote(session, vote)


def import_subscribers(
    db: Database,
    lines: Iterable[str],
    *,
    is_confirmed: bool,
    secret: bytes,
    now: datetime,
    detail: str = "",
) -> ImportReport:
    """
    Take a CSV list over, in one transaction; a second time adds nothing.

    Args:
        db: Where subscribers rest.
        lines: CSV text with a header line that names a column ``email``, in any case.
        is_confirmed: There is proof of consent; else the new ones are pending and get no issue.
        secret: What marks of addresses are made with.
        now: The moment of the import.
        detail: Where the list is from, kept with the consent.

    Raises:
        DigestError: There is no column ``email``, or the text is no CSV.
    """
    entries = _emails(lines)
    with db.write() as session:
        ledger = _Import(
            known={s.address.lower(): s for s in store.all_subscribers(session)},
            listed={entry.mark: entry.kind for entry in suppression_store.all_listed(session)},
            secret=secret,
            now=now,
        )
        for line, text in entries:
            ledger.take(text, line=line, is_confirmed=is_confirmed)
        store.put_subscribers(session, list(ledger.changed.values()))
        changed = [subscriber.public_id for subscriber in ledger.changed.values()]
        store.put_events(session, ConsentEvent.IMPORTED, changed, now=now, detail=detail)
    return ledger.report()


def _emails(lines: Iterable[str]) -> list[tuple[int, str]]:
    """Give (line number, text) of the email column."""
    rows = csv.DictReader(lines)
    try:
        names = rows.fieldnames or ()
        column = next((name for name in names if name.strip(" \ufeff").lower() == "email"), None)
        if column is None:
            raise DigestError("the list has no column email; its first line must name the columns")
        return [(rows.line_num, row[column] or "") for row in rows]
    except csv.Error as error:
        raise DigestError(f"the list is no CSV after line {rows.line_num}: {error}") from error


class _Import:
    """The state of one import: who is known, what changed, and the counts."""

    def __init__(
        self,
        *,
        known: dict[str, Subscriber],
        listed: Mapping[str, SuppressionKind],
        secret: bytes,
        now: datetime,
    ) -> None:
        self.known = known
        self.listed = listed
        self.secret = secret
        self.now = now
        self.changed: dict[str, Subscriber] = {}
        self._counts: Counter[Imported] = Counter()
        self._suppressed: Counter[SuppressionKind] = Counter()
        self._invalid: list[str] = []

    def take(self, text: str, *, line: int, is_confirmed: bool) -> None:
        try:
            address = subscriptions.normalise_address(text)
        except AddressError as error:
            self._invalid.append(f"line {line}: {error}")
            return
        kind = self._kind(address)
        if kind:
            self._suppressed[kind] += 1
            return
        before = self.known.get(address.lower())
        outcome, after = subscriptions.import_address(
            before, address, is_confirmed=is_confirmed, public_id=fresh_public_id(), now=self.now
        )
        self._counts[outcome] += 1
        if after != before:
            self.known[address.lower()] = self.changed[address.lower()] = after

    def _kind(self, address: str) -> SuppressionKind | None:
        """Give why an address is on the list; None where it is not."""
        if not self.listed:  # a hash for each line of a long list is not for nothing
            return None
        return self.listed.get(suppressions.mark_of(address, secret=self.secret))

    def report(self) -> ImportReport:
        return ImportReport(
            added=self._counts[Imported.ADDED],
            known=self._counts[Imported.KNOWN],
            left=self._counts[Imported.LEFT],
            suppressed=dict(sorted(self._suppressed.items())),
            invalid=tuple(self._invalid),
        )


def _change(
    session: Session, before: Subscriber, after: Subscriber, event: ConsentEvent, *, now: datetime
) -> None:
    if after != before:
        store.put_subscribers(session, [after])
        _note(session, event, after, now=now)


def _note(session: Session, event: ConsentEvent, subscriber: Subscriber, *, now: datetime) -> None:
    store.put_events(session, event, [subscriber.public_id], now=now)
