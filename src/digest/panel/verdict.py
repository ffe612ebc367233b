"""Count the panel: how many would ship, of how many that made a call; and watch how it leans."""

from collections.abc import Mapping, Sequence

from digest.model import Review, Reviewer, Tally, Verdict
from digest.model.wording import REVIEWERS

WATCHED = 30
"""A reviewer's last calls that are watched; of fewer nothing is said."""
FEWEST, MOST = 0.10, 0.80
"""Share of ships among them outside of which a reviewer hardly tells tools apart."""


def tally(reviews: Sequence[Review]) -> Tally:
    """Count one tool's reviews, one per reviewer."""
    calls = [review for review in reviews if review.verdict is not Verdict.NO_CALL]
    ships = sum(review.verdict is Verdict.SHIP for review in calls)
    return Tally(ships=ships, calls=len(calls), reviewers=len(reviews))


def leaning(calls: Mapping[Reviewer, Sequence[Verdict]]) -> tuple[str, ...]:
    """
    Say which reviewers hardly tell tools apart any more, a line each, in panel order.

    Args:
        calls: Each reviewer's last calls; those who made fewer than 30 are passed over.
    """
    lines = []
    for reviewer in Reviewer:
        last = calls.get(reviewer, ())[:WATCHED]
        ships = sum(verdict is Verdict.SHIP for verdict in last)
        if len(last) == WATCHED and not FEWEST <= ships / WATCHED <= MOST:
            side = "nearly everything" if ships > WATCHED / 2 else "hardly anything"
            lines.append(
                f"the {REVIEWERS[reviewer]} ships {side}: {ships} of its last {WATCHED} calls; "
                "look at what it knows of those tools before its verdicts are believed"
            )
    return tuple(lines)
