"""
Plan a week's pairs from tools that are given with their facts: the planner alone, no database.

The same file and week give the same plan whenever it is run: all ages are counted to the week's end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from pydantic import ValidationError

from digest.catalogue.given import GivenTool, json_lines, read_given
from digest.catalogue.jobs import JobClassifier
from digest.errors import GivenError
from digest.issues.candidates import candidate
from digest.issues.pairing import PublishedPair, plan_pairs
from digest.issues.pins import refuse_unknown_bans
from digest.issues.weeks import Window, whole_week
from digest.model import Candidate, Job, Plan, Subject
from digest.panel.evidence import coverage
from digest.panel.rules import Rules
from digest.panel.verdict import tally
from digest.steps.given_reviews import subjects_of


@dataclass(frozen=True, slots=True)
class PreviewParts:
    """What tools are sorted, reviewed and planned with."""

    jobs: Sequence[Job]
    classifier: JobClassifier
    rules: Rules
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class PreviewWishes:
    """What is asked of the plan; see :func:`digest.issues.pairing.plan_pairs`."""

    pinned: Sequence[str] = ()
    banned: Sequence[str] = ()
    forced: dict[str, str] = field(default_factory=dict)
    published: Path | None = None
    """File of past comparisons, a JSON object a line."""


def plan_file(path: Path, *, week: str, wishes: PreviewWishes, parts: PreviewParts) -> Plan:
    """
    Plan the week's pairs among the tools of a file.

    Raises:
        GivenError: A line is wrong.
        IssueError: The week is none, or a wish cannot be followed.
    """
    span = whole_week(week, zone=parts.zone)
    jobs = {job.key for job in parts.jobs}
    given = read_given(_text(path), name=path.name, now=span.cutoff, jobs=jobs)
    refuse_unknown_bans(wishes.banned, {each.tool.slug for each in given}, week=week)
    published = _published(wishes.published) if wishes.published else ()
    return plan_pairs(
        _candidates(given, span=span, parts=parts),
        week=week,
        window=span,
        jobs=parts.jobs,
        published=published,
        pinned=wishes.pinned,
        banned=wishes.banned,
        forced=wishes.forced,
    )


def _candidates(
    given: Sequence[GivenTool], *, span: Window, parts: PreviewParts
) -> list[Candidate]:
    """Sort, review and measure each tool as a build would."""
    jobs = {job.key: job for job in parts.jobs}
    subjects = subjects_of(given, rules=parts.rules, classifier=parts.classifier, now=span.cutoff)
    return [_candidate(each, span=span, jobs=jobs, rules=parts.rules) for each in subjects]


def _candidate(
    subject: Subject, *, span: Window, jobs: Mapping[str, Job], rules: Rules
) -> Candidate:
    evidence, job = subject.evidence, jobs.get(subject.tool.job)
    known = coverage(evidence, job, rules, reviews=subject.reviews) if job else 0.0
    return candidate(
        subject.tool,
        evidence.facts,
        window=span,
        coverage=known,
        panel=tally(subject.reviews),
        attention=evidence.market.attention,
        evidence_sha256=evidence.sha256,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GivenError(path.name, f"no UTF-8 text ({error.reason})") from error


def _published(path: Path) -> list[PublishedPair]:
    pairs = []
    for number, fields in json_lines(_text(path), name=path.name):
        try:
            pairs.append(PublishedPair.model_validate(fields))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise GivenError(
                f"{path.name} line {number}",
                f"{place}: {first['msg']}; wanted is a comparison such as "
                '{"week": "2026-W20", "a": "aider", "b": "codex"}',
            ) from None
    return pairs
