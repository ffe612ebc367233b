"""The nouns of popularity: a count over time, and what a tool counted at a certain age."""

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value

RANK = "rank"
"""Metric of sources that only say a place on a list, 1 the first."""
COMMENTS = "comments"
"""Metric of what is said about a launch; it may fall, when comments are taken away."""


class Count(Value):
    """One count of one launch, from the first to the last time in a row that it was seen."""

    source: str = Field(max_length=60)
    native_id: str = Field(max_length=300)
    metric: str = Field(max_length=20)
    """A ``Popularity``, ``comments`` or ``rank``."""
    first_at: AwareDatetime
    last_at: AwareDatetime
    value: int = Field(ge=0)
    list_length: int | None = None
    """Items of the list, for a rank."""

    @property
    def series(self) -> tuple[str, str, str]:
        """What it is a count of: source, native id and metric."""
        return self.source, self.native_id, self.metric


class AgedCount(Value):
    """What one launch of a tool counted when it was so many hours old: comparable in one source."""

    source: str
    metric: str
    hours: int = Field(gt=0)
    value: float = Field(ge=0)
