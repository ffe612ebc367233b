"""
The model panel: each tool laid before four reviewers who are language models, or the checklist's word.

What was answered before on the same evidence is taken again. Whatever a model or its server does, a
build gets four reviews of each tool: where a model gives none, the checklist's stands, marked as such.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from pydantic_ai.models import Model

from digest.model import Answer, PanelRun, Review, Reviewer, Subject, Usage
from digest.model.wording import counted
from digest.panel.base import Estimate, Memory, Pairing
from digest.panel.llm.asking import Asked, Bench
from digest.panel.llm.caps import Price
from digest.panel.llm.cases import Case, Docket
from digest.panel.llm.estimates import estimate
from digest.panel.llm.judges import Judge
from digest.panel.llm.judging import Filing, judge
from digest.panel.llm.notes import Note, Notebook, Page
from digest.panel.llm.schema import ReviewAnswer
from digest.panel.llm.setup import Setup


@dataclass(frozen=True, slots=True)
class Tried:
    """How asking for one review went."""

    tool: str
    reviewer: Reviewer
    sent_back: bool
    miscited: bool
    """True where a quote was not the snippet's."""
    fell_back: bool


class LlmPanel:
    """Four reviewers asked of language models; one purse for all it is asked in its life."""

    reads_pages = True

    def __init__(
        self,
        docket: Docket,
        *,
        opened: Callable[[Judge], Model],
        priced: Callable[[Judge], Price],
    ) -> None:
        """
        Make a panel.

        Args:
            docket: Setup, rules and questions.
            opened: Gives the model of a judge.
            priced: Gives what a judge costs.
        """
        self._docket = docket
        self._opened = opened
        self._priced = priced
        self.spent = Usage()
        self.tried: list[Tried] = []
        """How every review went that was asked for, for those who watch the judge."""

    @property
    def setup(self) -> Setup:
        """How it is set up."""
        return self._docket.setup

    @property
    def writes_notes(self) -> bool:
        """Whether a model says something of two tools side by side."""
        return self.setup.writes_notes

    def review(self, subjects: Sequence[Subject], *, memory: Memory, now: datetime) -> PanelRun:
        """Review each tool by itself; what is kept in memory is not asked again."""
        cases = self._docket.cases(subjects)
        kept = _recalled(cases, memory)
        before, first = self.spent, len(self.tried)
        missing = [case for case in cases if case.key not in kept]
        made, down = asyncio.run(self._ask_all(missing, memory, now)) if missing else ({}, {})
        found = kept | made
        reviews = {
            each.tool.slug: tuple(found[case.key] for case in cases if case.subject is each)
            for each in subjects
        }
        usage = _difference(self.spent, before)
        return PanelRun(
            reviews=reviews,
            usage=usage,
            reused=len(kept),
            remarks=(
                *_alarms(cases),
                *_tries(self.tried[first:]),
                *_remarks(reviews, usage, down=down, reused=len(kept)),
            ),
        )

    def estimate(
        self, subjects: Sequence[Subject], *, memory: Memory, now: datetime, pairs: int = 0
    ) -> Estimate:
        """Say what reviews of these tools and notes on so many pairs would cost; nobody is asked."""
        cases = self._docket.cases(subjects)
        kept = _recalled(cases, memory)
        missing = [case for case in cases if case.key not in kept]
        return estimate(
            missing,
            reused=len(kept),
            pairs=pairs,
            docket=self._docket,
            priced=self._priced,
            now=now,
        )

    def annotate(
        self, pairs: Sequence[Pairing], *, memory: Memory, now: datetime
    ) -> Mapping[str, Answer]:
        """Give answers with a note, asked in both orders; an answer itself never changes."""
        notebook = Notebook(self._docket)
        pages = [page for pair in pairs if (page := notebook.page(pair))]
        kept: dict[str, Note] = {}
        for key, document in memory.recall([page.key for page in pages]).items():
            with suppress(ValidationError):
                kept[key] = Note.model_validate_json(document)
        missing = [page for page in pages if page.key not in kept]

        async def ask(page: Page, bench: Bench) -> None:
            note = await notebook.ask(page, bench, now)
            if note is not None:
                kept[page.key] = note
                memory.keep(page.key, note.model_dump_json(), tool=page.slug, now=now)

        async def ask_all() -> None:
            async with self._bench() as bench:
                try:
                    await asyncio.gather(*(ask(page, bench) for page in missing))
                finally:
                    self.spent = bench.caps.spent

        if missing:
            asyncio.run(ask_all())
        return {page.slug: kept[page.key].on(page) for page in pages if page.key in kept}

    def _bench(self) -> Bench:
        return Bench(self._docket.setup, opened=self._opened, priced=self._priced, spent=self.spent)

    async def _ask_all(
        self, cases: Sequence[Case], memory: Memory, now: datetime
    ) -> tuple[dict[str, Review], dict[str, str]]:
        async with self._bench() as bench:
            try:
                reviews = await asyncio.gather(
                    *(self._review(case, bench, memory, now) for case in cases)
                )
            finally:
                self.spent = bench.caps.spent
            made = {case.key: review for case, review in zip(cases, reviews, strict=True)}
            return made, bench.down

    async def _review(self, case: Case, bench: Bench, memory: Memory, now: datetime) -> Review:
        asked: Asked[ReviewAnswer] = await bench.ask(case.judge, self._docket.order(case, now=now))
        self.tried.append(
            Tried(
                tool=case.subject.tool.slug,
                reviewer=case.reviewer,
                sent_back=asked.sent_back,
                miscited=any("the quote" in each for each in asked.complaints),
                fell_back=asked.answer is None,
            )
        )
        if asked.answer is None:
            told = {"fell_back": asked.reason, "usage": asked.usage}
            return case.checklist.model_copy(update=told)
        review = judge(
            asked.answer,
            reviewer=case.reviewer,
            criteria=self._docket.criteria(case.reviewer),
            evidence=case.subject.evidence,
            exhibit=case.exhibit,
            rules=self._docket.rules,
            filing=Filing(
                judge=case.judge.name,
                judge_vendor=case.judge.vendor,
                conflict=case.conflict,
                evidence_sha256=case.evidence_sha256,
                panel_version=case.panel_version,
                usage=asked.usage,
                now=now,
            ),
        )
        memory.keep(case.key, review.model_dump_json(), tool=review.tool, now=now)
        return review


def _recalled(cases: Sequence[Case], memory: Memory) -> dict[str, Review]:
    """
    Give the reviews that are kept; one that this program cannot read is asked anew.

    Whose tool a judge judged is said as it is known now: a maker may have become known since.
    """
    by_key = {case.key: case for case in cases}
    kept: dict[str, Review] = {}
    for key, document in memory.recall(list(by_key)).items():
        with suppress(ValidationError):
            review, case = Review.model_validate_json(document), by_key[key]
            told = {"judge_vendor": case.judge.vendor, "conflict": case.conflict}
            kept[key] = review.model_copy(update=told)
    return kept


def _difference(after: Usage, before: Usage) -> Usage:
    return Usage(
        requests=after.requests - before.requests,
        tokens_in=after.tokens_in - before.tokens_in,
        tokens_out=after.tokens_out - before.tokens_out,
        cost_usd=(after.cost_usd or 0.0) - (before.cost_usd or 0.0),
    )


def _alarms(cases: Sequence[Case]) -> tuple[str, ...]:
    """Say to the editor which texts hide words or give orders, each once."""
    return tuple(
        f"{case.exhibit.tool}: {alarm}"
        for case in cases
        if case.reviewer is Reviewer.BUILDER
        for alarm in case.exhibit.alarms
    )


def _tries(tried: Sequence[Tried]) -> tuple[str, ...]:
    """Say how often a first answer was not good enough: a judge that often fails is the wrong one."""
    sent_back = [each for each in tried if each.sent_back]
    if not sent_back:
        return ()
    miscited = sum(each.miscited for each in sent_back)
    return (
        (
            f"model panel: {len(sent_back)} of {counted(len(tried), 'answer')} sent back, "
            f"{miscited} of them for a quote that is not the snippet's"
        ),
    )


def _remarks(
    reviews: Mapping[str, Sequence[Review]], usage: Usage, *, down: Mapping[str, str], reused: int
) -> tuple[str, ...]:
    """Say to the editor what the run came to: conflicts, what fell back and why, the cost."""
    made = [review for each in reviews.values() for review in each]
    conflicts = {f"{each.tool}: {each.conflict}": None for each in made if each.conflict}
    stopped = [f"{name} was not asked any more: {reason}" for name, reason in down.items()]
    reasons = Counter(review.fell_back for review in made if review.fell_back)
    fell = [
        f"{counted(count, 'review')} by the checklist instead of the model: {reason}"
        for reason, count in reasons.most_common()
    ]
    spent = (
        f"model panel: {len(made) - sum(reasons.values())} of {counted(len(made), 'review')} by a "
        f"model, {reused} of them kept from before; {counted(usage.requests, 'request')}, "
        f"{usage.tokens_in:,} tokens in, {usage.tokens_out:,} out, ${usage.cost_usd or 0.0:.4f}"
    )
    return (*conflicts, *stopped, *fell, spent)
