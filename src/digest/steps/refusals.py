"""Let the replies act that refused mails while they were sent: the first and surest bounces."""

import re
from collections.abc import Sequence
from datetime import datetime

from digest.delivery.bounces.status import judged
from digest.model import Delivery, Feedback, FeedbackKind
from digest.steps.feedback import BATCH, TakeReport, take_known
from digest.steps.proving import Proven
from digest.store import feedback as store
from digest.store.engine import Database

REFUSALS_OF = 6
"""Newest issues whose refusals are read."""
_REPLY = re.compile(r"(?:given up after \d+ attempts: (?:421|432|45\d)|5[0-7]\d)[ -]")
"""How a reply begins that an SMTP server gave and that was the last word: what we say ourselves of a
mail that never left has no code in front, and what a service answers by HTTP (400, 422, 429) says more
of our call than of the reader, whose bounce comes by its webhook."""


def take_refusals(db: Database, *, secret: bytes, now: datetime) -> TakeReport:
    """Take each refusal of the newest issues once. Raises StoreError."""
    with db.read() as session:
        weeks = store.refusals_due(session, limit=REFUSALS_OF)
    report = TakeReport()
    for week in weeks:
        with db.read() as session:
            for refused in store.unread_refusals(session, week, size=BATCH):
                report = report.and_then(_taken(db, refused, secret=secret, now=now))
        with db.write() as session:
            store.note_refusals_read(session, week, now=now)
    return report


def _taken(
    db: Database, refused: Sequence[Delivery], *, secret: bytes, now: datetime
) -> TakeReport:
    """Let refusals act; whom they are about needs no proof."""
    pieces = [_of_reply(each) for each in refused]
    known = {
        (piece.source, piece.key): Proven(each.subscriber, each.week)
        for piece, each in zip(pieces, refused, strict=True)
    }
    return take_known(db, pieces, known=known, secret=secret, now=now)


def _of_reply(delivery: Delivery) -> Feedback:
    """Give what a reply that refused a mail for good says of its reader."""
    reply = delivery.reply or ""
    kind, status = FeedbackKind.NONE, None
    if _REPLY.match(reply):
        kind, status = judged(None, reply)
    return Feedback(
        kind=kind,
        source=store.SMTP,
        key=f"{delivery.week}/{delivery.subscriber}",
        received_at=delivery.changed_at,
        recipient=delivery.address,
        status=status,
        diagnostic=reply,
    )
