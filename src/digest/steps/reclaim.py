"""Take deliveries from senders that stopped in the middle: back to the queue, or uncertain."""

from collections.abc import Callable, Sequence
from datetime import datetime

from digest.delivery import ledger
from digest.store import deliveries
from digest.store.engine import Database

TAKEN_AT_ONCE = 500
"""Deliveries taken a transaction."""


def reclaim(db: Database, week: str, *, is_alive: Callable[[str], bool], now: datetime) -> None:
    """Take what dead senders hold of an issue, and what is held beyond its time."""
    with db.read() as session:
        others = deliveries.holders(session, week)
    if others:
        dead = [name for name in others if not is_alive(name)]
        release(db, week, by=dead, now=now, expired_at=now)


def release(
    db: Database,
    week: str,
    *,
    by: Sequence[str],
    now: datetime,
    expired_at: datetime | None = None,
) -> None:
    """Release what these workers hold of an issue, and what was held beyond ``expired_at``."""
    while True:
        with db.write() as session:
            stale = deliveries.held(
                session, week, by=by, expired_at=expired_at, limit=TAKEN_AT_ONCE
            )
            deliveries.note(session, ((each, ledger.release(each, now=now)) for each in stale))
            if stale:
                deliveries.count_taken_over(session, week, len(stale))
        if not stale:
            return
