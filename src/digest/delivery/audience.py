"""
Decide who gets an issue: takes subscribers, gives one queued delivery for each that may.

Pure. The store does the same for a whole list in one statement, and is held against this in tests.
"""

from collections.abc import Iterable
from datetime import datetime

import idna

from digest.model import Delivery, Subscriber, SubscriberState


def may_mail(state: SubscriberState) -> bool:
    """Say whether a reader in this state may be sent an issue: only one who confirmed."""
    return state is SubscriberState.CONFIRMED


MAILED = frozenset(state for state in SubscriberState if may_mail(state))
"""States of readers who may be sent an issue."""


def domain_of(address: str) -> str:
    """Give the domain of an address in lower case and A-labels, what limits for each go by."""
    return a_label(address.rpartition("@")[2])


def a_label(domain: str) -> str:
    """Give a domain in lower case and A-labels; one that has none only in lower case."""
    lower = domain.lower()
    if lower.isascii():
        return lower
    try:
        return idna.encode(lower, uts46=True).decode()
    except idna.IDNAError:  # no server will be found for it either
        return lower


def freeze(subscribers: Iterable[Subscriber], *, week: str, now: datetime) -> tuple[Delivery, ...]:
    """
    Give the frozen audience of one issue.

    Args:
        subscribers: Any states, any order.
        week: The issue's week, such as ``2026-W29``.
        now: The moment of freezing; who confirms later waits for the next issue.

    Returns:
        One queued delivery per confirmed normalised address, in the order given; of two
        subscribers with one address the first.
    """
    chosen: dict[str, Delivery] = {}
    for subscriber in subscribers:
        key = _mailbox(subscriber.address)
        if may_mail(subscriber.state) and key not in chosen:
            chosen[key] = Delivery(
                week=week,
                subscriber=subscriber.public_id,
                address=subscriber.address,
                next_attempt_at=now,
                changed_at=now,
            )
    return tuple(chosen.values())


def _mailbox(address: str) -> str:
    """Give the address with its domain in lower case; the local part is its host's business."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.lower()}"
