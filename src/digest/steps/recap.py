"""What became of the issue before: how readers voted on its lead."""

from datetime import datetime

from digest.model import PastVote
from digest.readers.votes import preferred
from digest.store import issues as store
from digest.store import readers as reader_store
from digest.store.engine import Database


def last_vote(db: Database, *, before: str, now: datetime) -> PastVote | None:
    """
    Give the count of votes on the lead of the newest released issue of an earlier week.

    Args:
        db: The database.
        before: ISO week that is being built.
        now: When votes are counted; aware.

    Returns:
        The count, or None where there is no such issue or nobody voted.
    """
    with db.read() as session:
        past = store.past_comparisons(session, before=before)
        if not past:
            return None
        week = past[-1].week
        lead = next(item for item in past if item.week == week)
        votes = reader_store.community_of(session, week, lead.slug)
    if not votes.votes:
        return None
    return PastVote(
        week=week,
        slug=lead.slug,
        a=lead.a.name,
        b=lead.b.name,
        community=votes,
        preferred=preferred(votes),
        counted_at=now,
    )
