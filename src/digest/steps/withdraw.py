"""Take a published comparison back, or let it stand again."""

from datetime import datetime

from sqlmodel import Session

from digest.errors import IssueError, NotFoundError
from digest.model import Comparison, Withdrawal
from digest.store import issues as store
from digest.store.engine import Database


def withdraw(db: Database, slug: str, *, by: str, reason: str, now: datetime) -> Withdrawal:
    """
    Take the newest published comparison with this slug back: from now on its page only says so.

    Args:
        db: The database.
        slug: As in the address of its page.
        by: The editor.
        reason: Told to readers; without a full stop.
        now: When; aware.

    Raises:
        NotFoundError: No such comparison is public.
        IssueError: The editor's name or the reason is missing.
    """
    with db.write() as session:
        found = _public(session, slug)
        name, why = " ".join(by.split()), " ".join(reason.split()).rstrip(".")
        if not (name and why):
            raise IssueError(found.week, "to take a comparison back, give --by and --reason")
        withdrawal = Withdrawal(
            week=found.week, slug=slug, by=name, reason=why[:300], withdrawn_at=now
        )
        store.put_withdrawal(session, withdrawal)
    return withdrawal


def restore(db: Database, slug: str) -> Comparison:
    """
    Let a comparison that was taken back stand again.

    Raises:
        NotFoundError: No such comparison is public.
        IssueError: It was not taken back.
    """
    with db.write() as session:
        found = _public(session, slug)
        if store.withdrawal_of(session, found.week, slug) is None:
            raise IssueError(found.week, f"{slug} was not taken back; there is nothing to undo")
        store.drop_withdrawal(session, found.week, slug)
    return found


def _public(session: Session, slug: str) -> Comparison:
    found = store.comparison_by_slug(session, slug)
    if found is None:
        raise NotFoundError("comparison", slug)
    return found
