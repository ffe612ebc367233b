"""
Plan a week's comparisons: which tools may meet, which pairs are best, and why the others are not.

Pure, and the same whatever the order of its input: candidates and history in, the whole record out.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from digest.errors import IssueError
from digest.issues.candidates import refusal
from digest.issues.config import PairingConfig
from digest.issues.history import History, PublishedPair
from digest.issues.pins import Wish, read_wishes
from digest.issues.scoring import Judge, Scored
from digest.issues.selection import choose
from digest.issues.weeks import Window
from digest.issues.why import why
from digest.model import Candidate, Job, PairPlan, Plan, Rejection

__all__ = ["PairingConfig", "PublishedPair", "plan_pairs"]

DEFAULT = PairingConfig()
PAIR = 2


def plan_pairs(
    candidates: Iterable[Candidate],
    *,
    week: str,
    window: Window,
    jobs: Iterable[Job],
    config: PairingConfig = DEFAULT,
    published: Iterable[PublishedPair] = (),
    pinned: Sequence[str] = (),
    banned: Collection[str] = (),
    rejections: Iterable[Rejection] = (),
) -> Plan:
    """
    Choose the week's pairs.

    Args:
        candidates: Tools with evidence, in any order, one per slug.
        week: ISO year and week of the issue.
        window: Its seven days.
        jobs: The taxonomy: category, neighbours and fact rows of each job.
        config: Weights, floors and caps.
        published: Comparisons of released issues; those of this week and later are passed over.
        pinned: ``slug+slug`` or ``slug``, in the editor's order: passes floor, caps, freshness, rest,
            doubt about the job and the sponsored flag, and nothing else.
        banned: ``slug`` or ``slug+slug`` that may not be in this issue.
        rejections: Tools the caller did not make candidates, with the reason; part of the record.

    Returns:
        The plan. ``considered_tools`` counts all tools looked at, ``fresh`` the fresh among all
        candidates given, ``candidates`` those that passed; the rest are rejections. Pinned pairs come first, the others in the order they were chosen.

    Raises:
        IssueError: A wish cannot be read, or a pin cannot be followed; the text says why.
    """
    planner = Planner(
        week=week,
        window=window,
        jobs={job.key: job for job in jobs},
        config=config,
        history=History(published, week=week),
        pins=read_wishes(pinned, week=week),
        bans=frozenset(read_wishes(banned, week=week)),
    )
    ordered = sorted(candidates, key=lambda found: found.tool.slug)
    return planner.plan(ordered, rejections)


@dataclass(frozen=True, slots=True)
class Planner:
    """One planning: everything but the candidates."""

    week: str
    window: Window
    jobs: Mapping[str, Job]
    config: PairingConfig
    history: History
    pins: tuple[Wish, ...]
    bans: frozenset[Wish]

    def plan(self, candidates: Sequence[Candidate], before: Iterable[Rejection]) -> Plan:
        """Plan with candidates in the order of their slugs."""
        refused = {rejection.tool: rejection.reason for rejection in before}
        passed: dict[str, Candidate] = {}
        for found in candidates:
            reason = self.refusal(found)
            if reason is None:
                passed[found.tool.slug] = found
            else:
                refused[found.tool.slug] = reason
        chosen, considered = self.pairs(passed, refused)
        return Plan(
            week=self.week,
            window_start=self.window.start,
            cutoff=self.window.cutoff,
            config_sha256=self.config_sha256,
            considered_tools=len(passed) + len(refused),
            candidates=len(passed),
            fresh=sum(found.is_fresh for found in candidates),
            chosen=chosen,
            considered=considered,
            rejections=tuple(
                Rejection(tool=tool, reason=refused[tool]) for tool in sorted(refused)
            ),
            pinned=tuple("+".join(wish) for wish in self.pins),
            banned=tuple(sorted("+".join(wish) for wish in self.bans)),
        )

    @property
    def config_sha256(self) -> str:
        """Hash of all that is set rather than found: the numbers, and the jobs pairs depend on."""
        text = {
            "config": self.config.model_dump(),
            "jobs": [
                [job.key, job.category, sorted(job.adjacent), list(job.fact_rows)]
                for _, job in sorted(self.jobs.items())
            ],
        }
        return hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()

    def refusal(self, found: Candidate) -> str | None:
        """Say why a tool may not be in this issue; None where it may."""
        slug = found.tool.slug
        is_pinned = any(slug in wish for wish in self.pins)
        if (slug,) in self.bans:
            return "banned by an editor"
        reason = refusal(found, window=self.window, config=self.config, is_pinned=is_pinned)
        if reason:
            return reason
        if found.tool.job not in self.jobs:
            return "no job found"
        if not is_pinned and self.history.is_resting(found, self.config):
            return "in one of the last issues"
        return None

    def objection(self, pair: Scored) -> str | None:
        """Say which hard rule forbids a pair, pinned or not; None where none does."""
        a, b = pair.a.tool, pair.b.tool
        if pair.key in self.bans:
            return "banned by an editor"
        if a.product_key and a.product_key == b.product_key:
            return "both are one product"
        if a.vendor_key and a.vendor_key == b.vendor_key:
            return "both are of one vendor"
        return self.history.objection(pair, self.config)

    def judge(self, job: str) -> Judge:
        """Give who scores the pairs of a job."""
        return Judge(self.jobs[job], self.window.cutoff, self.config)

    def pairs(
        self, passed: Mapping[str, Candidate], refused: Mapping[str, str]
    ) -> tuple[tuple[PairPlan, ...], tuple[PairPlan, ...]]:
        """Score, choose, and give the chosen pairs and the best of the others."""
        scored = self.score_all(passed.values())
        objections = {pair.key: self.objection(pair) for pair in scored}
        pins = Pins(self, passed, refused, scored).follow()
        pinned = {pair.key for pair in pins}
        others = [pair for pair in scored if pair.key not in pinned]
        floor = self.config.floor
        pool = [pair for pair in others if not objections[pair.key] and pair.score.total >= floor]
        categories = {job.key: job.category for job in self.jobs.values()}
        chosen, why_not = choose(pool, pinned=pins, config=self.config, categories=categories)
        taken = {pair.key for pair in chosen}

        def reason(pair: Scored) -> str:
            if pair.score.total < floor and not objections[pair.key]:
                return f"score below {floor:g}"
            return objections[pair.key] or why_not(pair)

        rest = [pair for pair in others if pair.key not in taken]
        rest.sort(key=lambda pair: (-pair.score.total, pair.key))
        return (
            tuple(self.record(pair, is_pinned=pair.key in pinned) for pair in chosen),
            tuple(self.record(pair, reason=reason(pair)) for pair in rest[: self.config.kept]),
        )

    def score_all(self, passed: Iterable[Candidate]) -> list[Scored]:
        """Score all pairs inside a job with a fresh side, in the order of their slugs."""
        by_job = sorted(passed, key=lambda found: found.tool.job)
        scored = [
            pair
            for job, group in groupby(by_job, key=lambda found: found.tool.job)
            for pair in self.judge(job).score_all(list(group))
        ]
        return sorted(scored, key=lambda pair: pair.key)

    def record(
        self, pair: Scored, *, is_pinned: bool = False, reason: str | None = None
    ) -> PairPlan:
        """Write a pair down in canonical order: the higher panel share first, then by slug."""
        a, b = sorted((pair.a, pair.b), key=lambda found: (-_share(found), found.tool.slug))
        shown, job, cutoff = Scored(a, b, pair.score), self.jobs[a.tool.job], self.window.cutoff
        return PairPlan(
            a=a.tool.slug,
            b=b.tool.slug,
            job=a.tool.job,
            score=pair.score,
            is_pinned=is_pinned,
            reason=reason,
            why="" if reason else why(shown, job, cutoff=cutoff, is_pinned=is_pinned),
        )


def _share(found: Candidate) -> float:
    return found.ships / found.calls


@dataclass(frozen=True, slots=True)
class Pins:
    """The editor's pins, to be turned into pairs."""

    planner: Planner
    passed: Mapping[str, Candidate]
    refused: Mapping[str, str]
    scored: Sequence[Scored]

    def follow(self) -> list[Scored]:
        """Give the pinned pairs: first those named whole, then the best rival of each single tool."""
        found: list[Scored] = []
        wishes = sorted(self.planner.pins, key=lambda wish: -len(wish))
        for wish in wishes:
            pair = self.pair(wish) if len(wish) == PAIR else self.best_rival(wish[0], found)
            used = {slug for other in found for slug in other.key} & set(pair.key)
            if used:
                raise self.error(wish, f"{min(used)} is in another pinned pair")
            found.append(pair)
        if len(found) > self.planner.config.maximum:
            most = self.planner.config.maximum
            raise IssueError(
                self.planner.week, f"{len(found)} pins, and an issue has at most {most}"
            )
        return found

    def pair(self, wish: Wish) -> Scored:
        """Give a pair named whole."""
        a, b = (self.candidate(slug, wish) for slug in wish)
        job = self.planner.jobs[a.tool.job]
        other = self.planner.jobs[b.tool.job]
        if job.key != other.key and not (other.key in job.adjacent or job.key in other.adjacent):
            raise self.error(wish, f"they do different jobs: {job.label}, and {other.label}")
        ready = next((pair for pair in self.scored if pair.key == wish), None)
        pair = ready or self.planner.judge(job.key).score(a, b, similarity=None)
        objection = self.planner.objection(pair)
        if objection:
            raise self.error(wish, objection)
        return pair

    def best_rival(self, slug: str, found: Sequence[Scored]) -> Scored:
        """Give the best pair of a tool with one that no other pin has."""
        self.candidate(slug, (slug,))
        used = {name for pair in found for name in pair.key} - {slug}
        rivals = [
            pair
            for pair in self.scored
            if slug in pair.key and not used & set(pair.key) and not self.planner.objection(pair)
        ]
        if not rivals:
            raise self.error((slug,), "no other tool of its job can stand against it this week")
        return max(rivals, key=lambda pair: pair.score.total)

    def candidate(self, slug: str, wish: Wish) -> Candidate:
        """Give a pinned tool."""
        if slug not in self.passed:
            reason = self.refused.get(slug, "no such tool is known")
            raise self.error(wish, f"{slug}: {reason}")
        return self.passed[slug]

    def error(self, wish: Wish, reason: str) -> IssueError:
        """Say that a pin cannot be followed."""
        return IssueError(self.planner.week, f"pin {'+'.join(wish)} cannot be followed: {reason}")
