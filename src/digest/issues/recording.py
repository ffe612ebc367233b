"""Write a planning down: the chosen pairs, the best of the others, and what became of each tool."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.issues.config import PairingConfig
from digest.issues.pins import Asked, spelled
from digest.issues.scoring import Scored
from digest.issues.selection import Chosen
from digest.issues.why import why
from digest.model import Candidate, Contender, Job, PairPlan

ALONE = "no other tool of its job may be paired this week"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Knows what a record needs besides the pairs."""

    jobs: Mapping[str, Job]
    cutoff: datetime
    config: PairingConfig
    asked: Asked

    def record(
        self, passed: Mapping[str, Candidate], scored: Sequence[Scored], chosen: Chosen
    ) -> dict[str, Any]:
        """Give the plan's ``chosen``, ``considered`` and ``candidates``."""
        taken = {pair.key for pair in chosen.pairs}
        ranked = sorted(
            (pair for pair in scored if pair.key not in taken),
            key=lambda pair: (-pair.score.total, pair.key),
        )
        kept = self._kept(ranked)
        return {
            "chosen": tuple(self._chosen(pair, chosen) for pair in chosen.pairs),
            "considered": tuple(self._pair(pair, reason=chosen.why_not[pair.key]) for pair in kept),
            "candidates": self._contenders(passed, ranked, chosen, kept),
        }

    def _kept(self, ranked: Sequence[Scored]) -> list[Scored]:
        """Give the best pairs, few of each fresh tool, and each one's own best; the best first."""
        kept: list[Scored] = []
        seen: Counter[str] = Counter()
        for pair in ranked:
            fresh = [each.tool.slug for each in (pair.a, pair.b) if each.is_fresh]
            is_among_best = len(kept) < self.config.kept and all(
                seen[slug] < self.config.kept_of_one for slug in fresh
            )
            if is_among_best or any(not seen[slug] for slug in fresh):
                kept.append(pair)
                seen.update(fresh)
        return kept

    def _contenders(
        self,
        passed: Mapping[str, Candidate],
        ranked: Sequence[Scored],
        chosen: Chosen,
        kept: Collection[Scored],
    ) -> tuple[Contender, ...]:
        best: dict[str, Key] = {}
        numbers: dict[str, int] = dict.fromkeys(passed, 0)
        for pair in (*chosen.pairs, *ranked):
            if set(pair.key) <= passed.keys():
                for slug in pair.key:
                    best.setdefault(slug, pair.key)
                    numbers[slug] += 1
        shown = {slug for pair in (*chosen.pairs, *kept) for slug in pair.key} & passed.keys()
        shown |= {slug for slug, found in passed.items() if found.is_fresh}
        reasons: dict[Key, str | None] = {**chosen.why_not}
        reasons |= {pair.key: None for pair in chosen.pairs}
        return tuple(
            _contender(
                passed[slug],
                pairs=numbers[slug],
                best=best.get(slug),
                reason=reasons[best[slug]] if slug in best else ALONE,
            )
            for slug in sorted(shown)
        )

    def _chosen(self, pair: Scored, chosen: Chosen) -> PairPlan:
        is_pinned = pair.key in self.asked.pins or any(
            (slug,) in self.asked.pins for slug in pair.key
        )
        note = self.asked.note_on(pair.key)
        replaces, following = chosen.replaces.get(pair.key), chosen.next_best.get(pair.key)
        made = self._pair(pair, reason=None, is_pinned=is_pinned)
        return made.model_copy(
            update={
                "is_forced": note is not None,
                "note": note or "",
                "replaces": spelled(replaces) if replaces else None,
                "next_best": spelled(following) if following else None,
            }
        )

    def _pair(self, pair: Scored, *, reason: str | None, is_pinned: bool = False) -> PairPlan:
        """Write a pair down in canonical order: the higher panel share first, then by slug."""
        a, b = sorted((pair.a, pair.b), key=lambda found: (-_share(found), found.tool.slug))
        job = self.jobs[a.tool.job]
        shown = Scored(a, b, pair.score)
        return PairPlan(
            a=a.tool.slug,
            b=b.tool.slug,
            job=a.tool.job,
            score=pair.score,
            is_pinned=is_pinned,
            reason=reason,
            why="" if reason else why(shown, job, cutoff=self.cutoff, is_pinned=is_pinned),
        )


def _share(found: Candidate) -> float:
    return found.ships / found.calls if found.calls else 0.0


def _contender(found: Candidate, *, pairs: int, best: Key | None, reason: str | None) -> Contender:
    return Contender(
        tool=found.tool.slug,
        name=found.tool.name,
        job=found.tool.job,
        job_confidence=found.tool.job_confidence,
        is_fresh=found.is_fresh,
        coverage=round(found.coverage, 4),
        attention=found.attention,
        calls=found.calls,
        ships=found.ships,
        pairs=pairs,
        best=spelled(best) if best else None,
        reason=reason,
    )
