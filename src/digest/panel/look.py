"""
The evidence as the questions of the panel look at it, and what an answer stands on.

Pure: takes evidence and a moment, gives facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from digest.model import Evidence, Fact, FactKind
from digest.panel.language import problems
from digest.panel.rulebook import Thresholds

LONGEST_VALUE = 40
"""Characters of a stored text that may stand inside a sentence; the citation shows it whole."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question, and what it stands on: a fact, or a count of our records."""

    answer: str
    fact: Fact | None = None
    record: str | None = None
    """Said instead of a quote where our own records are the source."""
    points: float | None = None
    """Computed points; None where the rules file has them by answer."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Words for the sentence's places."""
    short: str | None = None
    """The answer in a few words; None where the rules file says it."""


@dataclass(frozen=True, slots=True)
class Look:
    """The evidence as the checks look at it, at one moment."""

    evidence: Evidence
    now: datetime
    limits: Thresholds

    def newest(self, kind: FactKind) -> Fact | None:
        """Give the newest fact of a kind; evidence is sorted newest first."""
        return next((fact for fact in self.evidence.facts if fact.kind == kind), None)

    def dated(self, kind: FactKind) -> list[tuple[date, Fact]]:
        """Give the facts of a kind whose value is an ISO date, earliest date first."""
        found = [(_date(fact), fact) for fact in self.evidence.facts if fact.kind == kind]
        return sorted(
            ((moment, fact) for moment, fact in found if moment), key=lambda pair: pair[0]
        )

    def age_days(self, moment: date) -> int:
        """Give the whole days from that day to now, in UTC."""
        return (self.now.astimezone(UTC).date() - moment).days

    def dissent(self, fact: Fact) -> tuple[Fact, ...]:
        """Give the facts of the same kind that say otherwise than the one that stands."""
        return tuple(each for each in self.evidence.dissent if each.kind == fact.kind)

    def with_other(self, fact: Fact) -> "Look":
        """Give the evidence as it would be if this fact stood for its kind."""
        facts = (fact, *(each for each in self.evidence.facts if each.kind != fact.kind))
        evidence = self.evidence.model_copy(update={"facts": facts, "dissent": ()})
        return Look(evidence, self.now, self.limits)


def _date(fact: Fact) -> date | None:
    try:
        return datetime.fromisoformat(str(fact.value)).date()
    except ValueError:
        return None


def inline(value: object) -> str | None:
    """Give a stored text if it may stand inside our sentence: short, one line, nothing banned."""
    text = " ".join(str(value).split())
    if not text or len(text) > LONGEST_VALUE or "[" in text or problems(text):
        return None
    return text.rstrip(".")
