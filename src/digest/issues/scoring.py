"""
Score the pairs of one job: five parts in [0, 1], and their weighted sum.

All parts are rounded, so that the same pairs get the same bytes on every machine.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.issues.cells import cells
from digest.issues.config import PairingConfig
from digest.issues.similarity import likeness
from digest.model import Candidate, FactKind, Job, PairScore

DECIMALS = 4
UNSURE = 0.5
"""Stands where a part, or a piece of one, cannot be known."""
FEW_PAIRS = 3
"""Pairs in a job below which a rank among them says nothing."""
SHORTEST_NAME = 3
"""Letters of a name below which finding it in a text is chance."""
_BEFORE = r"alternatives? to|replacement for|instead of|compared (?:to|with)|versus|vs\.?|unlike"
_AFTER = r"alternatives?|replacements?|competitors?|rivals?"


@dataclass(frozen=True, slots=True)
class Scored:
    """Two candidates that could meet, by slug, and what speaks for it."""

    a: Candidate
    b: Candidate
    score: PairScore

    @property
    def key(self) -> tuple[str, str]:
        """The slugs, sorted: one spelling of the pair."""
        first, second = sorted((self.a.tool.slug, self.b.tool.slug))
        return (first, second)


@dataclass(frozen=True, slots=True)
class Judge:
    """Scores pairs of one job."""

    job: Job
    cutoff: datetime
    config: PairingConfig

    def score_all(self, candidates: Sequence[Candidate]) -> list[Scored]:
        """
        Score every pair with at least one fresh side.

        Args:
            candidates: Of this job, sorted by slug.

        Returns:
            Pairs in the order of their slugs.
        """
        fresh = [n for n, found in enumerate(candidates) if found.is_fresh]
        pairs = sorted({(min(i, j), max(i, j)) for i in fresh for j in range(len(candidates))})
        pairs = [(i, j) for i, j in pairs if i != j]
        if not pairs:
            return []
        alike = likeness([found.text for found in candidates], fresh)
        cosines = [
            round(alike(i, j) if candidates[i].is_fresh else alike(j, i), 6) for i, j in pairs
        ]
        ranked = sorted(cosines)
        known = [cells(found.facts) for found in candidates]
        return [
            self._score(
                (candidates[i], candidates[j]),
                similarity=_percentile(cosine, ranked),
                differs=contrast(known[i], known[j], self.job.fact_rows),
            )
            for (i, j), cosine in zip(pairs, cosines, strict=True)
        ]

    def score(self, a: Candidate, b: Candidate, *, similarity: float | None) -> Scored:
        """Score one pair; ``similarity`` is the rank of its texts in the job, None if unknown."""
        differs = contrast(cells(a.facts), cells(b.facts), self.job.fact_rows)
        return self._score((a, b), similarity=similarity, differs=differs)

    def _score(
        self, pair: tuple[Candidate, Candidate], *, similarity: float | None, differs: float
    ) -> Scored:
        a, b = pair
        shared = jaccard(a, b)
        balance = (
            None
            if a.attention is None or b.attention is None
            else 1 - abs(a.attention - b.attention) / 100
        )
        defaulted = {"similarity": similarity, "tags": shared, "balance": balance}
        joint = a.tool.job_confidence * b.tool.job_confidence
        parts = {
            "substitutability": joint / 2 + _or_unsure(similarity) / 4 + _or_unsure(shared) / 4,
            "rivalry": rivalry(a, b),
            "freshness": freshness(a, b, cutoff=self.cutoff, days=self.config.freshness_days),
            "balance": _or_unsure(balance),
            "contrast": differs,
        }
        parts = {name: round(part, DECIMALS) for name, part in parts.items()}
        total = sum(getattr(self.config, name) * part for name, part in parts.items())
        score = PairScore(
            **parts,
            total=round(total, DECIMALS),
            defaulted=tuple(name for name, part in defaulted.items() if part is None),
        )
        return Scored(a, b, score)


def _or_unsure(part: float | None) -> float:
    return UNSURE if part is None else part


def _percentile(value: float, ranked: Sequence[float]) -> float | None:
    """Give the mid-rank of a value in [0, 1]; None among too few."""
    if len(ranked) < FEW_PAIRS:
        return None
    return (bisect_left(ranked, value) + bisect_right(ranked, value)) / (2 * len(ranked))


def jaccard(a: Candidate, b: Candidate) -> float | None:
    """Share of tags and platforms in common; None where one side has none."""
    ours, theirs = _tags(a), _tags(b)
    if not ours or not theirs:
        return None
    return len(ours & theirs) / len(ours | theirs)


def _tags(found: Candidate) -> set[str]:
    platforms = [
        part
        for fact in found.facts
        if fact.kind is FactKind.PLATFORMS
        for part in str(fact.value).split(",")
    ]
    return {tag.strip().casefold() for tag in (*found.tool.tags, *platforms)} - {""}


def rivalry(a: Candidate, b: Candidate) -> float:
    """1 where either side names the other, 0.5 where both name the same third, else 0."""
    if names(a, b) or names(b, a):
        return 1.0
    return 0.5 if _rivals(a) & _rivals(b) else 0.0


def names(found: Candidate, other: Candidate) -> bool:
    """
    Say whether a tool's own text or facts name the other as what it stands against.

    A name of one word is taken for a name only inside a sentence or after words such as
    "alternative to": "Make" at the start of a sentence is a verb.
    """
    name = other.tool.name.strip()
    if name.casefold() in _rivals(found):
        return True
    text = f"{found.tool.tagline}. {found.tool.description}"
    if name not in text or len(name) < SHORTEST_NAME:
        return False
    if name.casefold() in found.tool.name.casefold():
        return False
    whole = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    inside = whole if " " in name else rf"(?<=[a-z,] ){whole}"
    ways = (rf"\b(?i:{_BEFORE})\s+{whole}", rf"{whole}\s+(?i:{_AFTER})\b", inside)
    return any(re.search(way, text) for way in ways)


def _rivals(found: Candidate) -> set[str]:
    return {
        str(fact.value).strip().casefold()
        for fact in found.facts
        if fact.kind is FactKind.RIVAL_NAMED
    }


def freshness(a: Candidate, b: Candidate, *, cutoff: datetime, days: float) -> float:
    """Fall from 1 at the cut-off to 1/e at ``days`` before it, by the newer of the two."""
    newer = max(a.tool.launched_at, b.tool.launched_at)
    age = max(cutoff - newer, timedelta(0)) / timedelta(days=1)
    return math.exp(-age / days)


def contrast(
    ours: Mapping[FactKind, str], theirs: Mapping[FactKind, str], rows: Sequence[FactKind]
) -> float:
    """Share of the job's fact rows whose cells are known on both sides and differ."""
    differing = [
        kind for kind in rows if kind in ours and kind in theirs and ours[kind] != theirs[kind]
    ]
    return len(differing) / len(rows) if rows else 0.0
