"""
The model panel: each tool laid before four reviewers who are language models, or the checklist's word.

What was answered before on the same evidence is taken again. Whatever a model or its server does, a
build gets four reviews of each tool: where a model gives none, the checklist's stands, marked as such.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from pydantic import ValidationError
from pydantic_ai.models import Model

from digest.model import PanelRun, Review, Reviewer, Subject, Usage
from digest.model.wording import counted
from digest.panel.base import Estimate, Memory
from digest.panel.llm.asking import Asked, Bench, Order
from digest.panel.llm.caps import Price
from digest.panel.llm.checks import review_complaints
from digest.panel.llm.judges import Judge, choose
from digest.panel.llm.judging import Filing, is_stale, judge
from digest.panel.llm.prompts import (
    keys_of,
    prompt_version,
    review_instructions,
    review_message,
)
from digest.panel.llm.questions import Questions
from digest.panel.llm.schema import SCHEMA_VERSION, ReviewAnswer
from digest.panel.llm.setup import Setup
from digest.panel.rulebook import Rules
from digest.panel.snippets import Exhibit, exhibit

EXPECTED_OUT = 500
"""Tokens that an answer has, about; for estimates."""
OCTETS_A_TOKEN = 4
FORM_OCTETS = 3_000
"""The form of an answer, sent along with every request; for estimates."""


@dataclass(frozen=True, slots=True)
class Case:
    """One reviewer on one tool: what will be asked, of whom, and under which key it is kept."""

    subject: Subject
    reviewer: Reviewer
    exhibit: Exhibit
    judge: Judge
    conflict: str | None
    evidence_sha256: str
    panel_version: str

    @property
    def key(self) -> str:
        """What an answer is kept under: evidence, prompt, form, model and settings, hashed."""
        parts = (self.reviewer, self.subject.tool.slug, self.evidence_sha256, self.panel_version)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def checklist(self) -> Review:
        """What stands where the model gives nothing."""
        return next(each for each in self.subject.reviews if each.reviewer is self.reviewer)


@dataclass(frozen=True, slots=True)
class _Cost:
    tokens_in: int
    tokens_out: int
    usd: float | None
    worst_tokens: int
    worst_usd: float | None


@dataclass(frozen=True)
class LlmPanel:
    """Four reviewers asked of language models."""

    setup: Setup
    rules: Rules
    questions: Questions
    opened: Callable[[Judge], Model]
    """Gives the model of a judge."""
    priced: Callable[[Judge], Price]

    reads_pages = True

    def review(self, subjects: Sequence[Subject], *, memory: Memory, now: datetime) -> PanelRun:
        """Review each tool by itself; what is kept in memory is not asked again."""
        cases = self.cases(subjects)
        kept = _recalled(cases, memory)
        fresh = [case for case in cases if case.key not in kept]
        made, usage, down = (
            asyncio.run(self._ask_all(fresh, memory, now)) if fresh else ({}, Usage(), {})
        )
        found = {**kept, **made}
        reviews = {
            each.tool.slug: tuple(found[case.key] for case in cases if case.subject is each)
            for each in subjects
        }
        return PanelRun(
            reviews=reviews,
            usage=usage,
            reused=len(kept),
            remarks=_remarks(cases, reviews, usage, down=down, reused=len(kept)),
        )

    def estimate(self, subjects: Sequence[Subject], *, memory: Memory, now: datetime) -> Estimate:
        """Say what a review of these tools would cost, without asking anybody."""
        cases = self.cases(subjects)
        kept = _recalled(cases, memory)
        costs = [self._expected(case, now) for case in cases if case.key not in kept]
        return Estimate(
            reviews=len(cases),
            reused=len(kept),
            calls=len(costs),
            tokens_in=sum(each.tokens_in for each in costs),
            tokens_out=sum(each.tokens_out for each in costs),
            usd=_sum(each.usd for each in costs),
            worst_tokens=sum(each.worst_tokens for each in costs),
            worst_usd=_sum(each.worst_usd for each in costs),
            models=tuple(each.name for each in self.setup.all_judges),
        )

    def cases(self, subjects: Sequence[Subject]) -> list[Case]:
        """Give what is to be asked, tool by tool, each in panel order."""
        return [case for subject in subjects for case in self._cases_of(subject)]

    def _cases_of(self, subject: Subject) -> list[Case]:
        shown = exhibit(subject, self.rules)
        cases = []
        for reviewer in Reviewer:
            own, *others = dict.fromkeys((self.setup.judges[reviewer], *self.setup.all_judges))
            chosen, conflict = choose(own, others, subject.tool)
            stale = is_stale(reviewer, subject.evidence, self.rules, subject.evidence.taken_at)
            cases.append(
                Case(
                    subject=subject,
                    reviewer=reviewer,
                    exhibit=shown,
                    judge=chosen,
                    conflict=conflict,
                    evidence_sha256=hashlib.sha256(f"{shown.sha256}{stale}".encode()).hexdigest(),
                    panel_version=self._version(reviewer, chosen),
                )
            )
        return cases

    @cached_property
    def _instructions(self) -> Mapping[Reviewer, str]:
        return {each: review_instructions(each, self.questions, self.rules) for each in Reviewer}

    def _version(self, reviewer: Reviewer, chosen: Judge) -> str:
        """Name prompt, form, rules, model and settings in as many characters as the store has."""
        setup = self.setup
        parts = (
            *(self.rules.panel_version, SCHEMA_VERSION, self._instructions[reviewer]),
            *(chosen.name, chosen.base_url, setup.form, setup.temperature, setup.most_out),
        )
        return f"model-{SCHEMA_VERSION}+{prompt_version(repr(parts))}"

    async def _ask_all(
        self, cases: Sequence[Case], memory: Memory, now: datetime
    ) -> tuple[dict[str, Review], Usage, dict[str, str]]:
        async with Bench(self.setup, opened=self.opened, priced=self.priced) as bench:
            reviews = await asyncio.gather(
                *(self._review(case, bench, memory, now) for case in cases)
            )
            made = {case.key: review for case, review in zip(cases, reviews, strict=True)}
            return made, bench.caps.spent, bench.down

    async def _review(self, case: Case, bench: Bench, memory: Memory, now: datetime) -> Review:
        order = self._order(case, now)
        asked: Asked[ReviewAnswer] = await bench.ask(case.judge, order)
        if asked.answer is None:
            return case.checklist.model_copy(
                update={"fell_back": asked.reason, "usage": asked.usage}
            )
        filing = Filing(
            judge=case.judge.name,
            judge_vendor=case.judge.vendor,
            conflict=case.conflict,
            evidence_sha256=case.evidence_sha256,
            panel_version=case.panel_version,
            usage=asked.usage,
            now=now,
        )
        review = judge(
            asked.answer,
            reviewer=case.reviewer,
            criteria=self.questions.of(case.reviewer, self.rules),
            evidence=case.subject.evidence,
            exhibit=case.exhibit,
            rules=self.rules,
            filing=filing,
        )
        memory.keep(case.key, review.model_dump_json(), tool=review.tool, now=now)
        return review

    def _order(self, case: Case, now: datetime) -> Order[ReviewAnswer]:
        complaints = partial(
            review_complaints,
            keys=keys_of(self.questions.of(case.reviewer, self.rules)),
            snippets=case.exhibit.snippets,
            name=case.exhibit.name,
        )
        return Order(
            kind=ReviewAnswer,
            instructions=self._instructions[case.reviewer],
            message=review_message(case.exhibit, now=now),
            complaints=complaints,
        )

    def _expected(self, case: Case, now: datetime) -> _Cost:
        text = f"{self._instructions[case.reviewer]}{review_message(case.exhibit, now=now)}"
        size = len(text.encode()) + FORM_OCTETS
        about_in, out = size // OCTETS_A_TOKEN, self.setup.most_out
        price = self.priced(case.judge)
        # sent back once, the whole conversation is read again with the first answer in it
        worst_in = size + (size + out * OCTETS_A_TOKEN)
        return _Cost(
            tokens_in=about_in,
            tokens_out=EXPECTED_OUT,
            usd=price(about_in, EXPECTED_OUT),
            worst_tokens=worst_in + 2 * out,
            worst_usd=price(worst_in, 2 * out),
        )


def _recalled(cases: Sequence[Case], memory: Memory) -> dict[str, Review]:
    """Give the reviews that are kept; one of another program version is asked anew."""
    kept: dict[str, Review] = {}
    for key, document in memory.recall([case.key for case in cases]).items():
        with suppress(ValidationError):
            kept[key] = Review.model_validate_json(document)
    return kept


def _sum(values: Iterable[float | None]) -> float | None:
    found = list(values)
    return None if None in found else sum(each for each in found if each is not None)


def _remarks(
    cases: Sequence[Case],
    reviews: Mapping[str, Sequence[Review]],
    usage: Usage,
    *,
    down: Mapping[str, str],
    reused: int,
) -> tuple[str, ...]:
    """Say to the editor what the run came to: alarms first, then what fell back, then the cost."""
    alarms = [
        f"{case.exhibit.tool}: {alarm}"
        for case in cases
        if case.reviewer is Reviewer.BUILDER
        for alarm in case.exhibit.alarms
    ]
    made = [review for each in reviews.values() for review in each]
    reasons = Counter(review.fell_back for review in made if review.fell_back)
    fell = [
        f"{counted(count, 'review')} by the checklist instead of the model: {reason}"
        for reason, count in reasons.most_common()
    ]
    conflicts = [f"{each.tool}: {each.conflict}" for each in made if each.conflict]
    stopped = [f"{name} was not asked any more: {reason}" for name, reason in down.items()]
    by_model = len(made) - sum(reasons.values())
    cost = "unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    spent = (
        f"model panel: {by_model} of {counted(len(made), 'review')} by a model, {reused} of them kept "
        f"from before; {counted(usage.requests, 'request')}, {usage.tokens_in:,} tokens in, "
        f"{usage.tokens_out:,} out, cost {cost}"
    )
    return (*alarms, *dict.fromkeys(conflicts), *stopped, *fell, spent)
