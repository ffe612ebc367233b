"""
The rules of a subscription: which address is one, and which state may follow which.

``pending → confirmed → unsubscribed | bounced | complained``. Whoever left comes back only by a
confirmation asked for after leaving, or by taking the leaving back within a day. An import never
raises the consent of someone who left.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

from digest.errors import AddressError, LinkError
from digest.model import Subscriber, SubscriberState

LEFT = (SubscriberState.BOUNCED, SubscriberState.UNSUBSCRIBED, SubscriberState.COMPLAINED)
"""States without consent, weakest first: a later reason replaces only a weaker one."""
UNDO_HOURS = 24
CONFIRM_PAUSE = timedelta(minutes=15)
"""Least time between two confirmation mails to one address."""
CONFIRM_DAILY = 3
"""Most confirmation mails to one address in 24 hours: nobody's mailbox is flooded through us."""
CONFIRM_TRIES = 10
"""Most tries in 24 hours, those included that no server took: nor is the server flooded."""


class Imported(StrEnum):
    """What an import does with one address."""

    ADDED = "added"
    KNOWN = "known"
    LEFT = "left"


def normalise_address(text: str) -> str:
    """
    Give the one spelling of an address: domain in lower-case A-labels, local part as given.

    Raises:
        AddressError: No address, or one whose local part is not ASCII (few servers take those).
    """
    given = text.strip()
    try:
        found = validate_email(given, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise AddressError(given, str(error).rstrip(".")) from error
    return f"{found.ascii_local_part}@{found.ascii_domain}"


def new_subscriber(address: str, *, public_id: str, now: datetime) -> Subscriber:
    """Give the pending subscriber a first sign-up makes; ``address`` is normalised."""
    return Subscriber(public_id=public_id, address=address, created_at=now)


def confirmation_due(
    subscriber: Subscriber,
    *,
    sent: Sequence[datetime],
    failed: Sequence[datetime] = (),
    now: datetime,
) -> bool:
    """
    Say whether a sign-up should be answered by a confirmation mail.

    Args:
        subscriber: As it stands.
        sent: When confirmations went to it before, any order.
        failed: Which of these moments were of mails that no server took: they count as tries only.
        now: The moment of the sign-up.

    Returns:
        True if one is to be sent; False if it is confirmed already or was mailed too often.
    """
    if subscriber.state is SubscriberState.CONFIRMED:
        return False
    tries = [moment for moment in sent if now - moment < timedelta(hours=24)]
    taken = Counter(tries) - Counter(failed)
    return (
        len(tries) < CONFIRM_TRIES
        and taken.total() < CONFIRM_DAILY
        and all(now - at >= CONFIRM_PAUSE for at in taken)
    )


def confirm(subscriber: Subscriber, *, issued_at: datetime, now: datetime) -> Subscriber:
    """
    Give the subscriber confirmed; one that is confirmed already stays as it is.

    Raises:
        LinkError: The link is from before the person left: that needs a new one.
    """
    if subscriber.state is SubscriberState.CONFIRMED:
        return subscriber
    if subscriber.left_at and issued_at < subscriber.left_at.replace(microsecond=0):
        raise LinkError("this link is from before you left; sign up again for a new one")
    changes = {"state": SubscriberState.CONFIRMED, "confirmed_at": now, "left_at": None}
    return subscriber.model_copy(update=changes)


def leave(subscriber: Subscriber, state: SubscriberState, *, now: datetime) -> Subscriber:
    """Give the subscriber in a state of LEFT; a weaker reason changes nothing."""
    rank = LEFT.index(state)
    if subscriber.state in LEFT and LEFT.index(subscriber.state) >= rank:
        return subscriber
    return subscriber.model_copy(update={"state": state, "left_at": now})


def undo(subscriber: Subscriber, *, now: datetime) -> Subscriber:
    """
    Take leaving back; one that is subscribed stays as it is.

    Raises:
        LinkError: More than UNDO_HOURS went by, or it was no unsubscribing that ended it.
    """
    if subscriber.state not in LEFT:
        return subscriber
    if not can_undo(subscriber, now=now):
        raise LinkError(f"leaving can be taken back for {UNDO_HOURS} hours; sign up again instead")
    before = SubscriberState.CONFIRMED if subscriber.confirmed_at else SubscriberState.PENDING
    return subscriber.model_copy(update={"state": before, "left_at": None})


def can_undo(subscriber: Subscriber, *, now: datetime) -> bool:
    """Say whether the subscriber left by the link and less than UNDO_HOURS ago."""
    return (
        subscriber.state is SubscriberState.UNSUBSCRIBED
        and subscriber.left_at is not None
        and now - subscriber.left_at <= timedelta(hours=UNDO_HOURS)
    )


def import_address(
    known: Subscriber | None, address: str, *, is_confirmed: bool, public_id: str, now: datetime
) -> tuple[Imported, Subscriber]:
    """
    Give what one line of an import makes of an address.

    Args:
        known: The subscriber with this address, if there is one.
        address: Normalised.
        is_confirmed: The importer has proof of consent; else the address is only pending.
        public_id: For a new subscriber.
        now: The moment of the import.
    """
    if known and known.state in LEFT:
        return Imported.LEFT, known
    subscriber = known or new_subscriber(address, public_id=public_id, now=now)
    if is_confirmed and subscriber.state is SubscriberState.PENDING:
        subscriber = confirm(subscriber, issued_at=now, now=now)
    return (Imported.KNOWN if known else Imported.ADDED), subscriber
