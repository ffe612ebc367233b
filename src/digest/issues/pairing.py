"""
Plan a week's comparisons: which tools may meet, which pairs are best, and why the others are not.

Pure, and the same whatever the order of its input: candidates and history in, the whole record out.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from digest.issues.candidates import doubt, refusal
from digest.issues.config import PairingConfig
from digest.issues.following import Pins
from digest.issues.history import History, PublishedPair
from digest.issues.nearness import Near, shortlist
from digest.issues.pins import Asked, read_asked, spelled
from digest.issues.recording import Recorder
from digest.issues.scoring import Judge, Scored
from digest.issues.selection import Chosen, choose
from digest.issues.weeks import Window
from digest.model import Candidate, Job, Plan, Rejection

__all__ = ["PairingConfig", "PublishedPair", "plan_pairs"]

DEFAULT = PairingConfig()
ONE_PRODUCT = "both are one product"


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
    forced: Mapping[str, str] | None = None,
    replaced: Sequence[str] = (),
    ordered: Sequence[str] = (),
    rejections: Iterable[Rejection] = (),
    near: Near | None = None,
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
        forced: Pins of pairs that pass "one product" and "already published" too, each with the
            editor's note.
        replaced: Chosen pairs in whose place the next best is wanted.
        ordered: Pairs that stand first, in this order; one that is not chosen is passed over.
        rejections: Tools the caller did not make candidates, with the reason; part of the record.
        near: What each fresh tool may be paired with, from :func:`shortlist` over a larger
            catalogue; None: worked out from the candidates.

    Returns:
        The plan. Pinned pairs come first, the others in the order they were chosen; then the
        editor's order has its say.

    Raises:
        IssueError: A wish cannot be read, or a pin cannot be followed; the text says why.
    """
    planner = Planner(
        week=week,
        window=window,
        jobs={job.key: job for job in jobs},
        config=config,
        history=History(published, week=week),
        asked=read_asked(
            week,
            pinned=pinned,
            banned=banned,
            forced=forced,
            replaced=replaced,
            ordered=ordered,
        ),
    )
    found = sorted(candidates, key=lambda found: found.tool.slug)
    if near is None:
        fresh = {each.tool.slug for each in found if each.is_fresh}
        near = shortlist([each.tool for each in found], fresh, config=config)
    return planner.plan(found, rejections, near=near)


@dataclass(frozen=True, slots=True)
class Planner:
    """One planning: everything but the candidates."""

    week: str
    window: Window
    jobs: Mapping[str, Job]
    config: PairingConfig
    history: History
    asked: Asked

    def plan(
        self, candidates: Sequence[Candidate], before: Iterable[Rejection], *, near: Near
    ) -> Plan:
        """Plan with candidates in the order of their slugs."""
        refused = {rejection.tool: rejection for rejection in before}
        passed: dict[str, Candidate] = {}
        doubted: dict[str, Candidate] = {}
        for found in candidates:
            tool, reason = found.tool, self.refusal(found)
            is_pinned = self.asked.has_pinned(tool.slug)
            doubts = doubt(found, config=self.config, is_pinned=is_pinned)
            if reason or doubts:
                refused[tool.slug] = Rejection(
                    tool=tool.slug, reason=reason or doubts or "", name=tool.name
                )
            if not reason:
                (doubted if doubts else passed)[tool.slug] = found
        # what is only not known well enough is scored too: an editor sees what to look after
        scored = self.score_all([*passed.values(), *doubted.values()], near)
        chosen = self.choose(scored, passed, refused)
        return Plan(
            week=self.week,
            window_start=self.window.start,
            cutoff=self.window.cutoff,
            config_sha256=self.config_sha256,
            considered_tools=len(passed) + len(refused),
            passed=len(passed),
            fresh=sum(found.is_fresh for found in candidates),
            scored=len(scored),
            rejections=tuple(refused[tool] for tool in sorted(refused)),
            pinned=tuple(map(spelled, self.asked.pins)),
            banned=tuple(sorted(map(spelled, self.asked.bans))),
            forced=tuple(sorted(map(spelled, self.asked.forced or ()))),
            replaced=tuple(map(spelled, self.asked.replaced)),
            ordered=tuple(map(spelled, self.asked.ordered)),
            **Recorder(self.jobs, self.window.cutoff, self.config, self.asked).record(
                passed, scored, chosen
            ),
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
        """Say why a tool has no place in this issue; None where it may be known too little of."""
        slug = found.tool.slug
        is_pinned = self.asked.has_pinned(slug)
        if (slug,) in self.asked.bans:
            return "banned by an editor"
        reason = refusal(found, window=self.window, is_pinned=is_pinned)
        if reason:
            return reason
        if found.tool.job not in self.jobs:
            return "no job found"
        if not is_pinned and self.history.is_resting(found, self.config):
            return "in one of the last issues"
        return None

    def objection(self, first: Candidate, second: Candidate) -> str | None:
        """Say which hard rule forbids a pair, pinned or not; None where none does."""
        a, b = first.tool, second.tool
        pair = (min(a.slug, b.slug), max(a.slug, b.slug))
        is_forced = self.asked.note_on(pair) is not None
        if pair in self.asked.bans:
            return "banned by an editor"
        if a.product_key and a.product_key == b.product_key:
            return None if is_forced else ONE_PRODUCT
        if a.vendor_key and a.vendor_key == b.vendor_key:
            return "both are of one vendor"
        return None if is_forced else self.history.objection(first, second, self.config)

    def judge(self, job: str) -> Judge:
        """Give who scores the pairs of a job."""
        return Judge(self.jobs[job], self.window.cutoff, self.config)

    def score_all(self, passed: Iterable[Candidate], near: Near) -> list[Scored]:
        """Score the pairs inside each job that have a fresh side, in the order of their slugs."""
        by_job = sorted(passed, key=lambda found: found.tool.job)
        scored = [
            pair
            for job, group in groupby(by_job, key=lambda found: found.tool.job)
            for pair in self.judge(job).score_all(group, near)
        ]
        return sorted(scored, key=lambda pair: pair.key)

    def choose(
        self,
        scored: Sequence[Scored],
        passed: Mapping[str, Candidate],
        refused: Mapping[str, Rejection],
    ) -> Chosen:
        """Follow the pins, choose the others, and put all in the editor's order."""
        may_meet = [pair for pair in scored if set(pair.key) <= passed.keys()]
        pins = Pins(
            week=self.week,
            asked=self.asked,
            config=self.config,
            jobs=self.jobs,
            judge=self.judge,
            objection=self.objection,
            passed=passed,
            refused=refused,
            scored=may_meet,
        ).follow()
        pinned = {pair.key for pair in pins}
        others = {pair.key: self._why_not(pair, refused) for pair in scored}
        chosen = choose(
            [pair for pair in may_meet if not others[pair.key] and pair.key not in pinned],
            pinned=pins,
            config=self.config,
            categories={job.key: job.category for job in self.jobs.values()},
            replaced=self.asked.replaced,
        )
        return chosen.settled(others, order=self.asked.ordered)

    def _why_not(self, pair: Scored, refused: Mapping[str, Rejection]) -> str:
        """Say why a pair is in no pool to choose from; the empty text where it is."""
        objection = self.objection(pair.a, pair.b)
        if objection:
            return objection
        low = f"score below {self.config.floor:g}" if pair.score.total < self.config.floor else ""
        doubts = [
            f"{refused[slug].name or slug}: {refused[slug].reason}"
            for slug in pair.key
            if slug in refused
        ]
        return "; ".join(doubts) or low
