"""Write comparisons and the issue from what was planned: cards, facts, answer, and what is said."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from digest.issues.answer import answer
from digest.issues.candidates import UNPAIRED
from digest.issues.cells import LABELS, cell_text, known, shortened
from digest.issues.sides import Side
from digest.model import (
    Card,
    Comparison,
    Fact,
    FactCell,
    FactKind,
    FactRow,
    Issue,
    Job,
    Newcomer,
    PairPlan,
    Plan,
    StaleSource,
    Tool,
)
from digest.model.wording import counted

LONGEST_NAME = 75
LONGEST_TAGLINE = 90
LONGEST_TITLE = 60
"""Characters of a title: as many as a subject line shows."""
DESCRIPTION_WORDS = 80
SHORT_ISSUE = 4
"""Comparisons below which the issue says that the week was thin."""
NEWCOMERS = 8


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
        a=_card(a, job),
        b=_card(b, job),
        answer=answer(a, b),
        why=pair.why,
        score=pair.score,
        facts=_rows(job, a, b),
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


def _card(side: Side, job: Job) -> Card:
    tool = side.tool
    return Card(
        slug=tool.slug,
        name=shortened(tool.name, LONGEST_NAME),
        tagline=shortened(tool.tagline.rstrip(". "), LONGEST_TAGLINE),
        description=_description(tool),
        url=tool.url,
        category=job.category,
        vendor=tool.vendor,
        entry_price=tool.entry_price,
        licence=tool.licence,
        launched_at=tool.launched_at,
        launch_dated=tool.launch_dated,
        sources=tool.sources,
        panel=side.panel,
        reviews=side.reviews,
    )


def _description(tool: Tool) -> str:
    """Give whole sentences up to eighty words; a first sentence that is longer is cut."""
    words = tool.description.split()
    if len(words) <= DESCRIPTION_WORDS:
        return " ".join(words)
    kept = words[:DESCRIPTION_WORDS]
    ends = [n for n, word in enumerate(kept, start=1) if word.endswith((".", "!", "?"))]
    return " ".join(kept[: ends[-1]]) if ends else f"{' '.join(kept).rstrip(',;:')}…"


def _rows(job: Job, a: Side, b: Side) -> tuple[FactRow, ...]:
    """
    Give the job's rows of which at least one side is known: differences, the same, half known.

    Where neither side has a price of its own, what it costs to start has said it all.
    """
    ours, theirs = known(a.facts), known(b.facts)
    kinds = tuple(dict.fromkeys(job.fact_rows))
    said = {fact.kind for fact in (*ours.values(), *theirs.values())}
    rows = [
        _row(kind, ours, theirs)
        for kind in kinds
        if kind in {*ours, *theirs} and (kind is not FactKind.PRICE or kind in said)
    ]
    return tuple(sorted(rows, key=_order))


def _row(kind: FactKind, a: Mapping[FactKind, Fact], b: Mapping[FactKind, Fact]) -> FactRow:
    return FactRow(kind=kind, label=LABELS[kind], a=_cell(a.get(kind)), b=_cell(b.get(kind)))


def _cell(fact: Fact | None) -> FactCell:
    if fact is None:
        return FactCell()
    return FactCell(
        text=cell_text(fact),
        url=fact.url,
        source=fact.source,
        observed_at=fact.observed_at,
        quote=fact.span,
    )


def _order(row: FactRow) -> int:
    sides_known = sum(cell.text is not None for cell in (row.a, row.b))
    return 0 if row.differs else 3 - sides_known


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

    A product stands there once, and not where another listing of it has a verdict.
    """
    tools = sorted(fresh, key=lambda tool: tool.slug)
    compared = {card.slug for comparison in comparisons for card in (comparison.a, comparison.b)}
    shown = {tool.family for tool in tools if tool.slug in compared}
    left = [tool for tool in tools if tool.family not in shown and not tool.flags]
    left.sort(key=lambda tool: tool.launched_at, reverse=True)
    sorted_in = {key: job.label for key, job in jobs.items() if key not in UNPAIRED}
    left.sort(key=lambda tool: tool.job not in sorted_in)
    once = {tool.family: tool for tool in reversed(left)}
    left = [tool for tool in left if once[tool.family] is tool]
    return tuple(
        Newcomer(
            slug=tool.slug,
            name=shortened(tool.name, LONGEST_NAME),
            tagline=shortened(tool.tagline.rstrip(". "), LONGEST_TAGLINE),
            job_label=sorted_in.get(tool.job, "Not sorted yet"),
            url=tool.url,
        )
        for tool in left[:NEWCOMERS]
    )
