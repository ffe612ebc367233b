"""Have tools reviewed that somebody gives with their facts; nothing is stored and nothing looked up."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from digest.catalogue.conflicts import dissent
from digest.catalogue.facts import current_facts
from digest.catalogue.given import GivenTool
from digest.catalogue.jobs import JobClassifier
from digest.model import Evidence, Fact, Market, Method, PanelRun, Review, Subject, Tool, Value
from digest.panel.base import Panel
from digest.panel.evidence import build_evidence
from digest.panel.market import Markets
from digest.panel.rules import Rules, grounds, review_all
from digest.panel.verdict import tally


class NoMemory:
    """Keeps nothing from run to run."""

    def recall(self, keys: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002 # the protocol's
        """Give nothing."""
        return {}

    def keep(self, key: str, document: str, *, tool: str, now: datetime) -> None:
        """Let an answer go."""


class GivenReviews(Value):
    """What came of a file of tools."""

    given: tuple[GivenTool, ...]
    subjects: tuple[Subject, ...]
    run: PanelRun

    def document(self, rules: Rules) -> list[dict[str, Any]]:
        """Give the reviews as one JSON document: per tool and reviewer, checks with fact ids."""
        return [
            _tool_document(given, subject, self.run.reviews[subject.tool.slug], rules)
            for given, subject in zip(self.given, self.subjects, strict=True)
        ]


def review_given(
    given: Sequence[GivenTool],
    *,
    panel: Panel,
    rules: Rules,
    classifier: JobClassifier,
    now: datetime,
) -> GivenReviews:
    """
    Review each tool by itself.

    Args:
        given: The tools; what is known around one is worked out from the others where its line
            does not say.
        panel: Who reviews.
        rules: The checklist's, which stands wherever a model gives no review.
        classifier: Finds the job of a tool whose line names none.
        now: The moment ages are counted to; aware.
    """
    subjects = subjects_of(given, rules=rules, classifier=classifier, now=now)
    run = panel.review(subjects, memory=NoMemory(), now=now)
    return GivenReviews(given=tuple(given), subjects=subjects, run=run)


def subjects_of(
    given: Sequence[GivenTool], *, rules: Rules, classifier: JobClassifier, now: datetime
) -> tuple[Subject, ...]:
    """Sort the tools whose line names no job, and review each by the checklist, in their order."""
    tools = [each.tool if each.has_job else _sorted_in(each.tool, classifier) for each in given]
    by_job: dict[str, list[Tool]] = defaultdict(list)
    for tool in tools:
        by_job[tool.job].append(tool)
    markets = Markets(by_job, now=now)
    return tuple(
        _subject(each, tool, each.market or markets.of(tool), rules=rules, now=now)
        for each, tool in zip(given, tools, strict=True)
    )


def _sorted_in(tool: Tool, classifier: JobClassifier) -> Tool:
    found = classifier.assign(
        name=tool.name,
        vendor=tool.vendor or "",
        tagline=tool.tagline,
        description=tool.description,
        tags=tool.tags,
    )
    told = {"job": found.job, "job_confidence": found.confidence, "job_by": found.by}
    return tool.model_copy(update={**told, "job_runner_up": found.runner_up})


def _subject(
    given: GivenTool, tool: Tool, market: Market, *, rules: Rules, now: datetime
) -> Subject:
    facts = current_facts(given.facts)
    against = dissent(given.facts, standing=facts)
    evidence = build_evidence(tool, facts, market=market, now=now, dissent=against)
    return Subject(tool=tool, evidence=evidence, reviews=review_all(evidence, rules, now))


def _tool_document(
    given: GivenTool, subject: Subject, reviews: Sequence[Review], rules: Rules
) -> dict[str, Any]:
    panel = tally(reviews)
    return {
        "tool": subject.tool.slug,
        "slug": subject.tool.slug,
        "name": subject.tool.name,
        "job": subject.tool.job,
        "panel": {**panel.model_dump(), "label": panel.label, "percent": panel.percent},
        "reviews": [_review_document(given, subject.evidence, each, rules) for each in reviews],
    }


def _review_document(
    given: GivenTool, evidence: Evidence, review: Review, rules: Rules
) -> dict[str, Any]:
    stands_on = _stands_on(given, evidence, review, rules)
    checks = [
        {**check.model_dump(mode="json"), "facts": list(stands_on.get(check.key, ()))}
        for check in review.checks
    ]
    return {**review.model_dump(mode="json"), "text": review.take, "checks": checks}


def _stands_on(
    given: GivenTool, evidence: Evidence, review: Review, rules: Rules
) -> dict[str, tuple[str, ...]]:
    """Give the ids of the facts each check stands on, by the check's key."""
    if review.method is Method.MODEL:
        quotes = {each.number: (each.url, each.quote) for each in review.citations}
        facts = {
            check.key: [fact for fact in given.facts if _says(fact, *quotes[check.citation])]
            for check in review.checks
            if check.citation is not None
        }
        return {key: _ids(given, found) for key, found in facts.items()}
    found = grounds(evidence, reviewer=review.reviewer, rules=rules, now=review.reviewed_at)
    return {key: _ids(given, facts) for key, facts in found.items()}


def _says(fact: Fact, url: str | None, quote: str) -> bool:
    return (fact.url or None) == (url or None) and quote in fact.span


def _ids(given: GivenTool, facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for fact in facts for name in given.ids_of(fact)))
