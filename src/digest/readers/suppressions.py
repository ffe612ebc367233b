"""
The list of addresses that are not mailed: each known by a keyed hash, and what lifts which.

Pure. The state of a subscriber decides who is mailed; this list outlives the subscriber, and guards
what brings an address in: imports and new sign-ups. It holds no address. Whoever has the database
but not the secret cannot try addresses against it.
"""

import hashlib
import hmac
from datetime import datetime

from digest.model import Subscriber, SubscriberState, Suppression, SuppressionKind

STRENGTH = tuple(SuppressionKind)
"""Weakest first: a later reason replaces only a weaker one."""
ENDED = (SubscriberState.BOUNCED, SubscriberState.COMPLAINED)
"""States of a subscriber whose address is on the list."""
REASON_LIMIT = 200
NOWHERE = "forgotten.invalid"
"""Domain of what stands for an address that was taken out; no mail server can ever be there."""


def mark_of(address: str, *, secret: bytes) -> str:
    """Give the mark of a normalised address; upper and lower case are one, as for subscribers."""
    message = f"digest.suppression.v1\0{address.lower()}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def secret_mark(secret: bytes) -> str:
    """Give what tells whether a mark was made with this secret, and tells nothing else of it."""
    return hmac.new(secret, b"digest.suppression.secret.v1", hashlib.sha256).hexdigest()[:8]


def suppression(
    address: str, kind: SuppressionKind, *, reason: str, secret: bytes, now: datetime
) -> Suppression:
    """Give the entry of an address; of ``reason`` 200 characters are kept."""
    return Suppression(
        mark=mark_of(address, secret=secret),
        kind=kind,
        since=now,
        reason=reason[:REASON_LIMIT],
        secret_mark=secret_mark(secret),
    )


def stronger(known: Suppression | None, new: Suppression) -> Suppression:
    """Give which of two entries of one address stands: the earlier, unless it is the weaker one."""
    if known is None or STRENGTH.index(known.kind) < STRENGTH.index(new.kind):
        return new
    return known


def may_ask(subscriber: Subscriber | None, listed: SuppressionKind | None) -> bool:
    """
    Say whether a sign-up may be answered by a confirmation mail, which lifts a bounce when followed.

    Not where the address complained of us: that stays until an operator lifts it. Either says so,
    the subscriber or the list: a forgotten reader has only the second, a changed secret leaves only
    the first.
    """
    complained = subscriber is not None and subscriber.state is SubscriberState.COMPLAINED
    return not complained and listed is not SuppressionKind.COMPLAINT


def lifted(subscriber: Subscriber) -> Subscriber:
    """
    Give a subscriber as an operator's lifting leaves it: gone, and free to sign up again.

    Nobody is mailed for it: only a new confirmation does that.
    """
    if subscriber.state not in ENDED:
        return subscriber
    return subscriber.model_copy(update={"state": SubscriberState.UNSUBSCRIBED})


def is_forgotten(subscriber: Subscriber) -> bool:
    """Say whether the address was taken out: then no link that is still about brings anybody back."""
    return subscriber.address.endswith(f"@{NOWHERE}")


def forgotten(subscriber: Subscriber, *, now: datetime) -> Subscriber:
    """Give a subscriber without an address: it has left, whatever it was before."""
    changes: dict[str, object] = {
        "address": f"forgotten-{subscriber.public_id}@{NOWHERE}",
        "state": SubscriberState.UNSUBSCRIBED,
        "left_at": subscriber.left_at or now,
    }
    return subscriber.model_copy(update=changes)
