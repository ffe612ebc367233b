"""Let the replies act that refused mails while they were sent: the first and surest bounces."""

import re
from datetime import datetime

from digest.delivery.bounces.status import judged
from digest.model import Delivery, Feedback, FeedbackKind
from digest.steps.feedback import BATCH, TakeReport, take_known
from digest.steps.proving import Proven
from digest.store import feedback as store
from digest.store.engine import Database

REFUSALS_OF = 6
"""Newest issues whose refusals are read."""
NOT_COMPOSED = "could not be composed"
"""How the reply of a mail begins that never left: it says nothing of its reader."""
_CODE = re.compile(r"(?<![\d.])[45]\d\d(?![\d.])")


def take_refusals(db: Database, *, secret: bytes, now: datetime) -> TakeReport:
    """Take each refusal of the newest issues once. Raises StoreError."""
    with db.read() as session:
        weeks = store.recent_weeks(session, limit=REFUSALS_OF)
    report = TakeReport()
    for week in weeks:
        while True:
            with db.read() as session:
                refused = store.unread_refusals(session, week, limit=BATCH)
            pieces = [_of_reply(each) for each in refused]
            whose = (Proven(each.subscriber, week) for each in refused)
            known = dict(zip(((piece.source, piece.key) for piece in pieces), whose, strict=True))
            taken = take_known(db, pieces, known=known, secret=secret, now=now)
            report = report.and_then(taken)
            if not taken.new:
                break
    return report


def _of_reply(delivery: Delivery) -> Feedback:
    """Give what a reply that refused a mail for good says of its reader."""
    reply = delivery.reply or ""
    kind, status = FeedbackKind.NONE, None
    if _CODE.search(reply) and not reply.startswith(NOT_COMPOSED):
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
