"""How a plan is printed for people: the chosen pairs, the others, and what became of each tool."""

from collections.abc import Sequence

import typer

from digest.cli.output import print_table
from digest.model import PairPlan, PairScore, Plan, Wish
from digest.model.wording import counted

SHOWN = 20
"""Pairs that were not chosen, where not all are asked for."""
PARTS = {
    "substitutability": "same",
    "rivalry": "rivals",
    "freshness": "fresh",
    "balance": "attention",
    "contrast": "differences",
}
"""Parts of a score in their order, and what they are called here."""
OF_SAME = ("similarity", "overlap")
"""Pieces of the first part that may be unknown."""


def print_plan(plan: Plan, *, wishes: Sequence[Wish] = (), shows_all: bool = False) -> None:
    """Print a plan whole, or its best pairs and its new tools."""
    names = {each.tool: each.name for each in plan.rejections if each.name}
    names |= {each.tool: each.name for each in plan.candidates}
    typer.echo("\nchosen" if plan.chosen else "\nchosen: none")
    for place, pair in enumerate(plan.chosen, start=1):
        typer.echo(f"{place}. {_title(pair, names)}\n   {_parts(pair.score)}\n   {_said(pair)}")
    kept = plan.considered if shows_all else plan.considered[:SHOWN]
    others = plan.scored - len(plan.chosen)
    typer.echo(f"\nnot chosen: {len(kept):,} of {counted(others, 'pair')}, the best first")
    for pair in kept:
        typer.echo(f"-  {_title(pair, names)}\n   {_parts(pair.score)}\n   {pair.reason}")
    typer.echo("")
    tools = [
        (each.tool, each.job, f"{each.job_confidence:.2f}", each.reason or f"in {each.best}")
        for each in plan.candidates
        if shows_all or each.is_fresh
    ]
    print_table("tools that may be paired", ("tool", "job", "sure", "what"), tools)
    if shows_all:
        rejections = [(each.tool, each.reason) for each in plan.rejections]
        print_table("tools that may not", ("tool", "because"), rejections)
    if wishes:
        print_table(
            "editors' wishes", ("wish", "made (UTC)"), [(w.line, w.made_at) for w in wishes]
        )


def _title(pair: PairPlan, names: dict[str, str]) -> str:
    both = f"{names.get(pair.a, pair.a)} vs {names.get(pair.b, pair.b)}"
    return f"{pair.score.total:.4f} {both} ({pair.job}; {pair.key})"


def _parts(score: PairScore) -> str:
    """Say the parts; a question mark is on what stands in the middle since it is unknown."""
    told = [
        f"{words} {getattr(score, part):.2f}{'?' if part in score.defaulted else ''}"
        for part, words in PARTS.items()
    ]
    unknown = [piece for piece in OF_SAME if piece in score.defaulted]
    return ", ".join(told) + (f" (of same unknown: {', '.join(unknown)})" if unknown else "")


def _said(pair: PairPlan) -> str:
    marks = [
        "forced" if pair.is_forced else "pinned" if pair.is_pinned else "",
        f"in place of {pair.replaces}" if pair.replaces else "",
        f"next best: {pair.next_best}" if pair.next_best else "nothing could stand in its place",
    ]
    note = f" Note: {pair.note}." if pair.note else ""
    return f"{pair.why}{note} ({'; '.join(filter(None, marks))})"


def summary(plan: Plan) -> str:
    """Say in a line how many tools and pairs were looked at."""
    return (
        f"{plan.week}: {counted(plan.considered_tools, 'tool')} looked at, {plan.fresh:,} of them new; "
        f"{plan.passed:,} may be paired; {counted(plan.scored, 'pair')} scored, "
        f"{len(plan.chosen)} chosen"
    )
