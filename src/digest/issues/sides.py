"""One side of a comparison: the tool with all that is known and said of it."""

from digest.model import Fact, Review, Tally, Tool, Value


class Side(Value):
    """A tool as a comparison is written from it."""

    tool: Tool
    facts: tuple[Fact, ...]
    dissent: tuple[Fact, ...] = ()
    """Facts that say otherwise than one of ``facts``: shown beside it, never chosen in silence."""
    reviews: tuple[Review, ...]
    """One per reviewer, in panel order."""
    panel: Tally

    @property
    def settled(self) -> tuple[Fact, ...]:
        """Facts that can be said alone: no source says otherwise, or the tool's own page settles it."""
        disputed = {fact.kind for fact in self.dissent}
        return tuple(
            fact for fact in self.facts if fact.page is not None or fact.kind not in disputed
        )

    @property
    def mean_score(self) -> float:
        """Mean score of the calls made; 0 where none was."""
        scores = [review.score for review in self.reviews if review.score is not None]
        return sum(scores) / len(scores) if scores else 0.0
