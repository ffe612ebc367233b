"""How a plan is printed for people: the chosen pairs, the others, and what became of each tool."""

from collections.abc import Sequence

import typer

from digest.cli.output import print_table
from digest.model import PairPlan, Plan, Wish
from digest.model.wording import counted

SHOWN = 20
"""Pairs that were not chosen, where not all are asked for."""
PARTS = ("substitutability", "rivalry", "freshness", "balance", "contrast")
HEADS = "sub. riv. fre. bal. con."
"""Columns of the parts, in the order of PARTS."""


def print_plan(plan: Plan, *, wishes: Sequence[Wish] = (), shows_all: bool = False) -> None:
    """Print a plan whole, or its best pairs and its new tools."""
    names = {each.tool: each.name for each in plan.candidates}
    columns = ("", "pair", "job", "score", HEADS)
    chosen = [(place, *_pair(pair, names)) for place, pair in enumerate(plan.chosen, start=1)]
    print_table("chosen", columns, chosen, of="chosen pairs")
    for place, pair in enumerate(plan.chosen, start=1):
        typer.echo(f"{place}. {pair.key}: {_said(pair)}")
    kept = plan.considered if shows_all else plan.considered[:SHOWN]
    rows = [(*_pair(pair, names), pair.reason) for pair in kept]
    print_table(
        f"not chosen: {len(kept)} of {plan.scored - len(plan.chosen):,}",
        (*columns[1:], "because"),
        rows,
    )
    tools = [
        (each.tool, each.job, f"{each.job_confidence:.2f}", each.best, each.reason or "chosen")
        for each in plan.candidates
        if shows_all or each.is_fresh
    ]
    print_table("tools that may be paired", ("tool", "job", "sure", "best pair", "what"), tools)
    if shows_all:
        rejections = [(each.tool, each.reason) for each in plan.rejections]
        print_table("tools that may not", ("tool", "because"), rejections)
    if wishes:
        print_table(
            "editors' wishes", ("wish", "made (UTC)"), [(w.line, w.made_at) for w in wishes]
        )


def _pair(pair: PairPlan, names: dict[str, str]) -> tuple[object, ...]:
    score = pair.score
    parts = " ".join(f"{getattr(score, part):.2f}" for part in PARTS)
    unknown = f"\nunknown: {', '.join(score.defaulted)}" if score.defaulted else ""
    return (
        f"{names.get(pair.a, pair.a)} vs {names.get(pair.b, pair.b)}",
        pair.job,
        f"{score.total:.4f}",
        parts + unknown,
    )


def _said(pair: PairPlan) -> str:
    marks = [
        "forced" if pair.is_forced else "pinned" if pair.is_pinned else "",
        f"in place of {pair.replaces}" if pair.replaces else "",
        f"next best: {pair.next_best}" if pair.next_best else "nothing could stand in its place",
    ]
    note = f" Note: {pair.note}" if pair.note else ""
    return f"{pair.why}{note} ({'; '.join(filter(None, marks))})"


def summary(plan: Plan) -> str:
    """Say in a line how many tools and pairs were looked at."""
    return (
        f"{plan.week}: {counted(plan.considered_tools, 'tool')} looked at, {plan.fresh:,} of them new; "
        f"{plan.passed:,} may be paired; {counted(plan.scored, 'pair')} scored, "
        f"{len(plan.chosen)} chosen"
    )
