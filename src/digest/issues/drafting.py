"""Write comparisons and the issue from what was planned: cards, facts, answer, and what is said."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from digest.issues.answer import answer
from digest.issues.candidates import UNPAIRED
from digest.issues.cards import LONGEST_NAME, card, tagline
from digest.issues.cells import shortened
from digest.issues.rows import fact_rows
from digest.issues.sides import Side
from digest.model import (
    SURE_JOB,
    Comparison,
    Issue,
    Job,
    Newcomer,
    PairPlan,
    Plan,
    StaleSource,
    Tool,
)
from digest.model.wording import counted

LONGEST_TITLE = 60
"""Characters of a title: as many as a subject line shows."""
SHORT_ISSUE = 4
"""Comparisons below which the issue says that the week was thin."""
NEWCOMERS = 8
NAME_WORDS = 6
"""Words of a name, at most; a longer one is a headline."""


def draft_comparison(
    pair: PairPlan, a: Side, b: Side, *, week: str, position: int, job: Job, now: datetime
) -> Comparison:
    """
    Write one comparison.

    Args:
        pair: The chosen pair; ``a`` and ``b`` are its sides in the same order.
        a: The side shown first.
        b: The other one.
        week: ISO year and week.
        position: Place in the issue, from 1.
        job: The pair's job.
        now: Stands in as the day of the evidence where no fact has one; aware.
    """
    seen = [max(fact.observed_at for fact in side.facts) for side in (a, b) if side.facts]
    return Comparison(
        week=week,
        position=position,
        slug=f"{pair.a}-vs-{pair.b}",
        job=job.key,
        job_label=job.label,
        category=job.category,
        a=card(a, job),
        b=card(b, job),
        answer=answer(a, b),
        why=pair.why,
        score=pair.score,
        facts=fact_rows(job, a, b),
        evidence_at=min(seen, default=now),
    )


def draft_issue(
    plan: Plan,
    comparisons: Sequence[Comparison],
    *,
    number: int,
    now: datetime,
    fresh: Iterable[Tool],
    jobs: Iterable[Job],
    stale: Sequence[StaleSource] = (),
    launches_read: int = 0,
    sources_read: int = 0,
) -> Issue:
    """
    Write the week's issue.

    Without comparisons the issue is empty and its note says why: it is not worth sending.

    Args:
        plan: What was planned.
        comparisons: In the order of the issue.
        number: The issue's number, from 1.
        now: The moment of building; aware.
        fresh: The week's fresh tools, in any order; those without a verdict are listed as new.
        jobs: The taxonomy.
        stale: Sources that were not read well.
        launches_read: Launches of the window.
        sources_read: Sources that were read well.
    """
    return Issue(
        week=plan.week,
        number=number,
        title=_title(comparisons),
        cutoff=plan.cutoff,
        window_start=plan.window_start,
        built_at=now,
        comparisons=tuple(comparisons),
        newcomers=_newcomers(fresh, comparisons, {job.key: job for job in jobs}),
        stale_sources=tuple(stale),
        launches_read=launches_read,
        sources_read=sources_read,
        note=_note(plan, len(comparisons)),
    )


def _title(comparisons: Sequence[Comparison]) -> str:
    """Name the lead pair; and how many more there are, where both fit."""
    if not comparisons:
        return "No comparison this week"
    lead = comparisons[0]
    names = [lead.a.name, lead.b.name]
    title = " vs ".join(names)
    if len(title) > LONGEST_TITLE:
        half = (LONGEST_TITLE - len(" vs ")) // 2
        spare = [max(0, half - len(name)) for name in names]
        title = " vs ".join(shortened(name, half + spare[1 - n]) for n, name in enumerate(names))
    more = f"{title}, and {len(comparisons) - 1} more"
    return more if len(comparisons) > 1 and len(more) <= LONGEST_TITLE else title


def _note(plan: Plan, pairs: int) -> str | None:
    if pairs >= SHORT_ISSUE:
        return None
    among = counted(plan.fresh, "new tool")
    if pairs:
        said = counted(pairs, "comparison")
        return f"A short issue: with {among} this week, enough was known for {said}."
    if not plan.fresh:
        return "No new tool was seen this week."
    if plan.fresh == 1:
        return "The week's only new tool could not be set against another fairly."
    return f"Of {among} this week, none could be set against another fairly."


def _newcomers(
    fresh: Iterable[Tool], comparisons: Sequence[Comparison], jobs: Mapping[str, Job]
) -> tuple[Newcomer, ...]:
    """
    Give fresh tools without a verdict: with a job first, then the newest; flagged ones never.

    A job that is a guess is not told. A product stands there once, and not where another listing of
    it has a verdict. What has no job and a headline for a name is most likely no product.
    """
    tools = sorted(fresh, key=lambda tool: tool.slug)
    compared = {side.slug for comparison in comparisons for side in (comparison.a, comparison.b)}
    shown = {tool.family for tool in tools if tool.slug in compared}
    labels = {
        tool.slug: jobs[tool.job].label
        for tool in tools
        if tool.job in jobs.keys() - UNPAIRED and tool.job_confidence >= SURE_JOB
    }
    left = [
        tool
        for tool in tools
        if tool.family not in shown
        and not tool.flags
        and (tool.slug in labels or len(tool.name.split()) <= NAME_WORDS)
    ]
    left.sort(key=lambda tool: tool.launched_at, reverse=True)
    left.sort(key=lambda tool: tool.slug not in labels)
    once = {tool.family: tool for tool in reversed(left)}
    left = [tool for tool in left if once[tool.family] is tool]
    return tuple(
        Newcomer(
            slug=tool.slug,
            name=shortened(tool.name, LONGEST_NAME),
            tagline=tagline(tool),
            job_label=labels.get(tool.slug, "Not sorted yet"),
            url=tool.url,
        )
        for tool in left[:NEWCOMERS]
    )
