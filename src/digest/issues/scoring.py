"""
Score the pairs of one job: five parts in [0, 1], and their weighted sum.

All parts are rounded, so that the same pairs get the same bytes on every machine.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.issues.cells import cells
from digest.issues.config import PairingConfig
from digest.issues.facets import Facets, facets, overlap
from digest.issues.rivalry import names, rivals, says, share_a_rival
from digest.model import Candidate, FactKind, Job, PairScore

__all__ = ["Judge", "Scored", "Sheet", "contrast", "freshness", "names", "rivalry"]

DECIMALS = 4
UNSURE = 0.5
"""Stands where a part, or a piece of one, cannot be known."""


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
class Sheet:
    """A candidate with what its pairs are scored by, worked out once."""

    found: Candidate
    cells: Mapping[FactKind, str]
    facets: Facets
    rivals: frozenset[str]
    text: str

    @classmethod
    def of(cls, found: Candidate) -> "Sheet":
        """Work it out."""
        return cls(
            found=found,
            cells=cells(found.facts),
            facets=facets(found),
            rivals=rivals(found),
            text=f"{found.tool.tagline}. {found.tool.description}",
        )

    def names(self, other: "Sheet") -> bool:
        """Say whether it sets itself against the other; see :func:`rivalry.names`."""
        name = other.found.tool.name.strip()
        if name.casefold() in self.rivals:
            return True
        return says(self.text, own=self.found.tool.name, name=name)


@dataclass(frozen=True, slots=True)
class Judge:
    """Scores pairs of one job."""

    job: Job
    cutoff: datetime
    config: PairingConfig

    def score_all(
        self, candidates: Iterable[Candidate], near: Mapping[str, Mapping[str, float | None]]
    ) -> list[Scored]:
        """
        Score every pair of a fresh tool and one that is near it.

        Args:
            candidates: Of this job.
            near: For each fresh tool those near it, with the rank of their texts' likeness.

        Returns:
            Pairs in the order of their slugs, the sides too.
        """
        sheets = {found.tool.slug: Sheet.of(found) for found in candidates}
        ranks: dict[tuple[str, str], float | None] = {}
        for slug in sorted(sheets.keys() & near.keys()):
            for other, rank in near[slug].items():
                if other in sheets:
                    ranks[min(slug, other), max(slug, other)] = rank
        return [
            self._score((sheets[a], sheets[b]), similarity=ranks[a, b]) for a, b in sorted(ranks)
        ]

    def score(self, a: Candidate, b: Candidate, *, similarity: float | None) -> Scored:
        """Score one pair; ``similarity`` is the rank of its texts in the job, None if unknown."""
        return self._score((Sheet.of(a), Sheet.of(b)), similarity=similarity)

    def _score(self, pair: tuple[Sheet, Sheet], *, similarity: float | None) -> Scored:
        ours, theirs = pair
        a, b = ours.found, theirs.found
        shared = overlap(ours.facets, theirs.facets)
        balance = (
            None
            if a.attention is None or b.attention is None
            else 1 - abs(a.attention - b.attention) / 100
        )
        joint = a.tool.job_confidence * b.tool.job_confidence
        pieces = {"joint": joint, "similarity": similarity, "overlap": shared, "balance": balance}
        parts = {
            "substitutability": joint / 2 + _or_unsure(similarity) / 4 + _or_unsure(shared) / 4,
            "rivalry": rivalry(ours, theirs),
            "freshness": freshness(a, b, cutoff=self.cutoff, days=self.config.freshness_days),
            "balance": _or_unsure(balance),
            "contrast": contrast(ours.cells, theirs.cells, self.job.fact_rows),
        }
        parts = {name: round(part, DECIMALS) for name, part in parts.items()}
        total = sum(getattr(self.config, name) * part for name, part in parts.items())
        score = PairScore(
            **parts,
            total=round(total, DECIMALS),
            joint=_rounded(joint),
            similarity=_rounded(similarity),
            overlap=_rounded(shared),
            defaulted=tuple(name for name, part in pieces.items() if part is None),
        )
        return Scored(a, b, score)


def _rounded(part: float | None) -> float | None:
    return None if part is None else round(part, DECIMALS)


def _or_unsure(part: float | None) -> float:
    return UNSURE if part is None else part


def rivalry(a: Sheet, b: Sheet) -> float:
    """1 where either side sets itself against the other, 0.5 where both name the same third, else 0."""
    if a.names(b) or b.names(a):
        return 1.0
    return UNSURE if share_a_rival(a.rivals, b.rivals) else 0.0


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
