"""
Find out whose mail a piece of feedback is about, by what only we can have made.

A token names week and reader, or the reader. Without one the recipient and the Message-ID must both
be of one mail of ours: anybody can write a bounce that names somebody else's address, and nobody can
guess the Message-ID that went there.
"""

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from digest.errors import LinkError
from digest.mail.wire import message_id
from digest.model import Feedback
from digest.readers import links
from digest.store import readers as reader_store

Key = tuple[str, str]
"""Source and key of feedback."""
_OUR_ID = re.compile(r"<?([A-Za-z0-9_-]{24})(?:@|>|$)")
"""What stands before the @ in a Message-ID of ours; a provider may have changed what follows."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Who feedback is about, and which issue where that is known."""

    subscriber: str
    week: str | None = None


def prove(
    session: Session, feedback: Iterable[Feedback], *, weeks: Sequence[str], secret: bytes
) -> dict[Key, Proven]:
    """
    Give who each piece of feedback is about, by (source, key); what proves nothing is left out.

    Args:
        session: To look addresses up.
        feedback: Any, in any order.
        weeks: Issues a Message-ID is looked for in.
        secret: What tokens and Message-IDs are made with.
    """
    found: dict[Key, Proven] = {}
    unsure: list[tuple[Feedback, str, str]] = []
    for each in feedback:
        proven = _by_token(each.token or "", secret=secret)
        mail = _our_id(each.message_id)
        if proven and proven.week is None and mail:
            proven = _by_message(proven.subscriber, mail, weeks, secret=secret) or proven
        if proven:
            found[each.source, each.key] = proven
        elif mail and (address := _address(each.recipient)):
            unsure.append((each, address, mail))
    known = reader_store.public_ids_by_address(session, [address for _, address, _ in unsure])
    for each, address, mail in unsure:
        proven = _by_message(known.get(address, ""), mail, weeks, secret=secret)
        if proven:
            found[each.source, each.key] = proven
    return found


def _by_token(token: str, *, secret: bytes) -> Proven | None:
    if not token.isascii():
        return None
    try:
        week, subscriber = links.read_bounce_token(token, secret=secret)
    except LinkError:
        try:
            return Proven(links.read_unsubscribe_token(token, secret=secret))
        except LinkError:
            return None
    return Proven(subscriber, week)


def _by_message(
    subscriber: str, mail: str, weeks: Sequence[str], *, secret: bytes
) -> Proven | None:
    """Give the subscriber with the week whose mail has this id; None where none has."""
    for week in weeks if subscriber else ():
        ours = message_id(secret, week, subscriber, "")
        if hmac.compare_digest(ours, f"<{mail}@>"):
            return Proven(subscriber, week)
    return None


def _our_id(given: str | None) -> str | None:
    found = _OUR_ID.match((given or "").strip())
    return found[1] if found else None


def _address(given: str | None) -> str:
    """Give an address as it can be looked up; empty where it cannot be one of ours."""
    address = (given or "").strip().lower()
    return address if address.isascii() and address.isprintable() else ""
