"""The end of a send: an issue is ``sent`` once its states add up with none open, and no longer."""

from datetime import datetime

from digest.model import DeliveryCount, IssueState
from digest.store import deliveries
from digest.store import issues as issue_store
from digest.store.engine import Database


def sent_before(db: Database, week: str, *, now: datetime) -> DeliveryCount | None:
    """
    Give how the deliveries of an issue stand that is sent; None where there is something to do.

    A sender that stood still until others had finished may bring an open delivery back: its late
    answer was a 4xx, or it had handed nothing over. Such an issue is being sent again from here on.

    Raises:
        NotFoundError: There is no such issue.
    """
    with db.read() as session:
        if issue_store.issue_row(session, week).state is not IssueState.SENT:
            return None
        count = deliveries.count(session, week)
    if count is not None and not count.is_finished:
        with db.write() as session:
            if issue_store.issue_state(session, week, holds=True) is IssueState.SENT:
                issue_store.set_state(session, week, IssueState.SENDING, now=now)
        return None
    return count


def finish(db: Database, week: str, *, now: datetime) -> bool:
    """
    Move an issue to sent, unless somebody paused it, or opened a delivery again, meanwhile.

    Returns:
        True if it is sent now; False if it is not.
    """
    with db.write() as session:
        if issue_store.issue_state(session, week, holds=True) is not IssueState.SENDING:
            return False
        count = deliveries.count(
            session, week
        )  # anew: whoever reopens it waits for us, or we saw it
        if count is None or not count.is_finished:
            return False
        issue_store.set_state(session, week, IssueState.SENT, now=now)
    return True
