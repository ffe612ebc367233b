"""Keep reviews with their history, and judge again what was published when they changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from digest.issues.labels import labelled
from digest.issues.moves import revise
from digest.model import Job, Review, Revision
from digest.panel.changes import outcome, reason
from digest.steps.desk import Desk
from digest.store import reviews as store


def keep_reviews(session: Session, reviews: Sequence[Review], *, now: datetime) -> None:
    """
    Store the reviews that come to something else than the last of the same tool and reviewer.

    The last ones stay, with their date; the new ones say what changed. One that a model gave earlier
    and that stands again is stored once more: it is what is said now.
    """
    last = store.last_outcomes(session, {review.tool for review in reviews})
    other = [
        (review, came_to)
        for review in reviews
        if (came_to := outcome(review)) != last.get((review.tool, review.reviewer), (0, ""))[1]
    ]
    keys = {(review.tool, review.reviewer) for review, _ in other}
    former = store.reviews_numbered(session, [last[key][0] for key in keys if key in last])
    kept = []
    for review, came_to in other:
        before = former.get(last.get((review.tool, review.reviewer), (0, ""))[0])
        if before is None:
            kept.append((review, came_to, ""))
        elif outcome(before) != came_to:  # a row of an older program has no hash yet
            kept.append((review, came_to, reason(before, review)))
    store.put_reviews(session, kept, now=now)


def revisions(
    desk: Desk, *, jobs: Sequence[Job], labels: Mapping[str, str], now: datetime
) -> tuple[Revision, ...]:
    """Judge every published comparison anew; give those where a verdict or the answer moved."""
    by_key = {job.key: job for job in jobs}
    sides = {slug: item.side for slug, item in desk.told_tools.items()}
    found = (
        revise(
            each.last,
            original=each.original,
            sides=sides,
            job=by_key[each.original.job],
            reason=reason,
            now=now,
        )
        for each in desk.told
        if each.original.job in by_key
    )
    return tuple(
        item.model_copy(update={"comparison": labelled(item.comparison, labels)})
        for item in found
        if item
    )
