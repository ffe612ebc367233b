"""Count the panel: how many would ship, of how many that made a call."""

from collections.abc import Sequence

from digest.model import Review, Tally, Verdict


def tally(reviews: Sequence[Review]) -> Tally:
    """Count one tool's reviews, one per reviewer."""
    calls = [review for review in reviews if review.verdict is not Verdict.NO_CALL]
    ships = sum(review.verdict is Verdict.SHIP for review in calls)
    return Tally(ships=ships, calls=len(calls), reviewers=len(reviews))
