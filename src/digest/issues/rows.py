"""
Set the facts of two tools side by side: one row a kind, differences first, contradictions beside them.

Pure: takes sides and a job, gives rows.
"""

from collections.abc import Mapping, Sequence

from digest.issues.cells import LABELS, cell_text, known
from digest.issues.reason_rules import RULES
from digest.issues.sides import Side
from digest.model import Fact, FactCell, FactKind, FactRow, Job


def fact_rows(job: Job, a: Side, b: Side) -> tuple[FactRow, ...]:
    """
    Give the job's rows of which at least one side is known: differences, the same, half known.

    Where neither side has a price of its own, what it costs to start has said it all. What may stand
    in a line of "Pick it if" because both sides are known and differ has a row for whoever checks it.
    """
    ours, theirs = known(a.facts), known(b.facts)
    kinds = tuple(dict.fromkeys((*job.fact_rows, *_tipping(ours, theirs))))
    said = {fact.kind for fact in (*ours.values(), *theirs.values())}
    rows = [
        FactRow(
            kind=kind,
            label=LABELS[kind],
            a=_cell(kind, ours, a.dissent),
            b=_cell(kind, theirs, b.dissent),
        )
        for kind in kinds
        if kind in {*ours, *theirs} and (kind is not FactKind.PRICE or kind in said)
    ]
    return tuple(sorted(rows, key=_order))


def _tipping(ours: Mapping[FactKind, Fact], theirs: Mapping[FactKind, Fact]) -> list[FactKind]:
    """Give the kinds that are known of both and say something for one of them."""
    return [
        kind
        for kind, rules in RULES.items()
        if kind in ours
        and kind in theirs
        and any(rule(ours[kind], theirs[kind]) or rule(theirs[kind], ours[kind]) for rule in rules)
    ]


def _cell(kind: FactKind, facts: Mapping[FactKind, Fact], dissent: Sequence[Fact]) -> FactCell:
    fact = facts.get(kind)
    if fact is None:
        return FactCell()
    cell = cell_of(fact)
    against = (cell_of(other) for other in dissent if other.kind is fact.kind)
    others = tuple(other for other in against if other.text not in (None, cell.text))
    return cell.model_copy(update={"others": others})


def cell_of(fact: Fact) -> FactCell:
    """Give one fact as a cell, with the page and the words it stands on."""
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
