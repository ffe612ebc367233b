"""From an approved issue (④) to deliveries with a named end (⑤): freeze who gets it, send, note."""

from datetime import datetime

from digest.delivery.audience import freeze as frozen_audience
from digest.delivery.pace import Pace
from digest.steps.drain import drain
from digest.store import audience
from digest.store.engine import Database

__all__ = ["Pace", "drain", "freeze"]


def freeze(db: Database, week: str, *, now: datetime) -> int:
    """
    Write down who gets the issue: everyone who has confirmed by now. Once: later it only counts.

    Returns:
        The size of the audience.

    Raises:
        NotFoundError: There is no such issue.
    """
    with db.write() as session:
        frozen = audience.lock_audience(session, week)
        if frozen is not None:
            return frozen
        readers = audience.confirmed_subscribers(session)
        chosen = frozen_audience(readers, week=week, now=now)
        return audience.freeze_audience(session, week, chosen)
