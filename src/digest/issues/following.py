"""Follow an editor's pins: a pair named whole, or a tool with the best rival that is left for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from digest.errors import IssueError
from digest.issues.config import PairingConfig
from digest.issues.pins import PAIR, Asked, Slugs, spelled
from digest.issues.scoring import Judge, Scored
from digest.model import Candidate, Job, Rejection


@dataclass(frozen=True, slots=True)
class Pins:
    """The editor's pins, to be turned into pairs."""

    week: str
    asked: Asked
    config: PairingConfig
    jobs: Mapping[str, Job]
    judge: Callable[[str], Judge]
    objection: Callable[[Candidate, Candidate], str | None]
    passed: Mapping[str, Candidate]
    refused: Mapping[str, Rejection]
    scored: Sequence[Scored]

    def follow(self) -> list[Scored]:
        """
        Give the pinned pairs: first those named whole, then the best rival of each single tool.

        A single tool that is in one of the pairs already has what was asked for it.
        """
        found: list[Scored] = []
        for wish in sorted(self.asked.pins, key=lambda wish: -len(wish)):
            if len(wish) < PAIR and any(wish[0] in other.key for other in found):
                continue
            pair = self._pair(wish) if len(wish) == PAIR else self._best_rival(wish[0], found)
            used = {slug for other in found for slug in other.key} & set(pair.key)
            if used:
                raise self._error(wish, f"{min(used)} is in another pinned pair")
            found.append(pair)
        if len(found) > self.config.maximum:
            raise IssueError(
                self.week, f"{len(found)} pins, and an issue has at most {self.config.maximum}"
            )
        return found

    def _pair(self, wish: Slugs) -> Scored:
        a, b = (self._candidate(slug, wish) for slug in wish)
        job, other = self.jobs[a.tool.job], self.jobs[b.tool.job]
        if job.key != other.key and not (other.key in job.adjacent or job.key in other.adjacent):
            raise self._error(wish, f"they do different jobs: {job.label}, and {other.label}")
        objection = self.objection(a, b)
        if objection:
            raise self._error(wish, objection)
        ready = next((pair for pair in self.scored if pair.key == wish), None)
        return ready or self.judge(job.key).score(a, b, similarity=None)

    def _best_rival(self, slug: str, found: Sequence[Scored]) -> Scored:
        own = self._candidate(slug, (slug,))
        used = {name for pair in found for name in pair.key}
        scored = [pair for pair in self.scored if slug in pair.key]
        # a new tool is scored with those near it alone: an older one may be near none, and is pinned
        rivals = self._allowed(scored, used) or self._allowed(self._with_all(own), used)
        if not rivals:
            raise self._error((slug,), "no other tool of its job can stand against it this week")
        return max(rivals, key=lambda pair: pair.score.total)

    def _with_all(self, own: Candidate) -> list[Scored]:
        """Score a tool with every other of its job that may be paired, in the order of slugs."""
        others = [
            other
            for _, other in sorted(self.passed.items())
            if other.tool.job == own.tool.job and other.tool.slug != own.tool.slug
        ]
        judge = self.judge(own.tool.job)
        return [judge.score(own, other, similarity=None) for other in others]

    def _allowed(self, pairs: Sequence[Scored], used: Collection[str]) -> list[Scored]:
        """Give those that no rule, no other pin and no wish for another keeps out."""
        return [
            pair
            for pair in pairs
            if not set(used) & set(pair.key)
            and pair.key not in set(self.asked.replaced)
            and not self.objection(pair.a, pair.b)
        ]

    def _candidate(self, slug: str, wish: Slugs) -> Candidate:
        if slug not in self.passed:
            refused = self.refused.get(slug)
            reason = refused.reason if refused else "no such tool is known"
            raise self._error(wish, f"{slug}: {reason}")
        return self.passed[slug]

    def _error(self, wish: Slugs, reason: str) -> IssueError:
        return IssueError(
            self.week, f"pin {spelled(wish)} cannot be followed: {reason}; drop or undo it"
        )
