"""Decide who gets an issue: takes subscribers, gives one queued delivery for each that may."""

from collections.abc import Iterable
from datetime import datetime

from digest.model import Delivery, Subscriber, SubscriberState


def may_mail(state: SubscriberState) -> bool:
    """Say whether a reader in this state may be sent an issue: only one who confirmed."""
    return state is SubscriberState.CONFIRMED


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
                changed_at=now,
            )
    return tuple(chosen.values())


def _mailbox(address: str) -> str:
    """Give the address with its domain in lower case; the local part is its host's business."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.lower()}"
