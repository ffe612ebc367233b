"""
What is to be asked: one case for each reviewer and tool, with its judge and the key it is kept under.

Pure.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from digest.model import Review, Reviewer, Subject
from digest.panel.llm.asking import Order
from digest.panel.llm.checks import review_complaints
from digest.panel.llm.judges import Judge, choose
from digest.panel.llm.prompts import (
    keys_of,
    prompt_version,
    review_instructions,
    review_message,
)
from digest.panel.llm.questions import Criterion, Questions
from digest.panel.llm.schema import SCHEMA_VERSION, ReviewAnswer
from digest.panel.llm.setup import Setup
from digest.panel.rulebook import Rules
from digest.panel.rules import is_stale
from digest.panel.snippets import Exhibit, exhibit


@dataclass(frozen=True, slots=True)
class Case:
    """One reviewer on one tool."""

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


@dataclass(frozen=True)
class Docket:
    """Makes cases, and the orders that go to models."""

    setup: Setup
    rules: Rules
    questions: Questions

    def cases(self, subjects: Sequence[Subject]) -> list[Case]:
        """Give what is to be asked, tool by tool, each in panel order."""
        return [case for subject in subjects for case in self._cases_of(subject)]

    def criteria(self, reviewer: Reviewer) -> tuple[Criterion, ...]:
        """Give a reviewer's questions with what an answer is worth."""
        return self.questions.of(reviewer, self.rules)

    def order(self, case: Case, *, now: datetime) -> Order[ReviewAnswer]:
        """Give what is asked in a case, and what must hold of the answer."""
        complaints = partial(
            review_complaints,
            keys=keys_of(self.criteria(case.reviewer)),
            snippets=case.exhibit.snippets,
            name=case.exhibit.name,
        )
        return Order(
            kind=ReviewAnswer,
            instructions=self._instructions[case.reviewer],
            message=review_message(case.exhibit, now=now),
            complaints=complaints,
        )

    def version(self, instructions: str, judge: Judge) -> str:
        """Name prompt, form, rules, points of answers, model and settings in as many characters as the store has."""
        setup = self.setup
        parts = (
            *(self.rules.panel_version, SCHEMA_VERSION, instructions, self._questions),
            *(judge.name, judge.base_url, setup.form, setup.temperature, setup.most_out),
        )
        return f"model-{SCHEMA_VERSION}+{prompt_version(repr(parts))}"

    def _cases_of(self, subject: Subject) -> list[Case]:
        shown = exhibit(subject, self.rules)
        cases = []
        for reviewer in Reviewer:
            own, *others = dict.fromkeys((self.setup.judges[reviewer], *self.setup.all_judges))
            judge, conflict = choose(own, others, subject.tool)
            stale = is_stale(
                self.rules.of(reviewer), subject.evidence, subject.evidence.taken_at, self.rules
            )
            cases.append(
                Case(
                    subject=subject,
                    reviewer=reviewer,
                    exhibit=shown,
                    judge=judge,
                    conflict=conflict,
                    evidence_sha256=hashlib.sha256(f"{shown.sha256}{stale}".encode()).hexdigest(),
                    panel_version=self.version(self._instructions[reviewer], judge),
                )
            )
        return cases

    @cached_property
    def _instructions(self) -> Mapping[Reviewer, str]:
        return {each: review_instructions(each, self.questions, self.rules) for each in Reviewer}

    @cached_property
    def _questions(self) -> str:
        """What answers are worth, and how they are said: no part of the instructions."""
        return self.questions.model_dump_json()
