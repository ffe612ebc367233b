"""From nouns to what a page shows: sources numbered through, rows grouped, words chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from digest.catalogue.facts import current_facts
from digest.issues.cells import LABELS, cell_text
from digest.model import (
    Answer,
    AnswerKind,
    Card,
    Choice,
    Citation,
    Community,
    Comparison,
    Fact,
    FactCell,
    FactKind,
    FactRow,
    Method,
    Review,
    Reviewer,
)
from digest.model.wording import disclosure, joined
from digest.readers.votes import Tile, preferred, tile
from digest.web import urls, words
from digest.web.notes import Note, Sources
from digest.web.prose import cited

DATED_CELLS = (FactKind.PRICE, FactKind.ENTRY_PRICE)
"""Facts that age fast: their cell says when it was looked at."""


@dataclass(frozen=True, slots=True)
class Take:
    """What one reviewer says of one tool."""

    reviewer: str
    asks: str
    verdict: str
    """Enum value: names the chip's colour."""
    word: str
    text: Markup
    by: str
    """Who wrote it, ``checklist`` or ``model`` with the model's name; empty where no model did."""
    conflict: str | None
    breaks_when: Markup | None
    """Where it stops being a good choice, as a model has it."""
    unverified: str
    """Rivals a model names that no source does; empty where there are none."""
    fell_back: bool
    """A model was asked, and the checklist stands in for it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a fact row; ``text`` None is a dash."""

    text: str | None
    mark: int | None = None
    checked_at: datetime | None = None
    others: tuple["Cell", ...] = ()
    """What other sources say instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact on both sides."""

    label: str
    a: Cell
    b: Cell


@dataclass(frozen=True, slots=True)
class Group:
    """Fact rows that belong together, under the words that say why."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One tool of a comparison: its card, its tiles, its reviewers' split."""

    letter: str
    card: Card
    panel: tuple[str, str]
    community: Tile
    entry: tuple[str, str]
    takes: tuple[Take, ...]
    pick_if: tuple[str, ...]
    is_picked: bool


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """A comparison as its page, and in short the issue's page, shows it."""

    comparison: Comparison
    path: str
    title: str
    answer_label: str
    """Stands over the answer."""
    is_decided: bool
    split: str
    a: Side
    b: Side
    groups: tuple[Group, ...]
    notes: list[Note]
    note: Markup | None
    """What a model says of the pair, its marks linked."""
    disclosure: str
    conflicts: tuple[str, ...]
    """What readers must know of a judge that is no stranger to a tool, each once."""
    community: Community
    readers_prefer: str | None
    """Name of the tool readers prefer beyond chance."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both tools, A first."""
        return (self.a, self.b)

    @property
    def score(self) -> list[tuple[Take, Take]]:
        """The scorecard: for each reviewer what it says of A, then of B."""
        return list(zip(self.a.takes, self.b.takes, strict=True))


def comparison_view(
    comparison: Comparison, community: Community, asks: dict[Reviewer, str]
) -> ComparisonView:
    """Give a comparison as pages show it; ``asks`` is each reviewer's question."""
    sources = Sources()
    takes = paired_takes(comparison.a.reviews, comparison.b.reviews, asks, sources)
    winner = preferred(community)
    names = {Choice.A: comparison.a.name, Choice.B: comparison.b.name}
    return ComparisonView(
        comparison=comparison,
        path=urls.compare(comparison.slug),
        title=f"{comparison.a.name} vs {comparison.b.name}",
        answer_label=words.answer_label(comparison.answer),
        is_decided=comparison.answer.kind in (AnswerKind.A, AnswerKind.B),
        split=words.split(comparison.a.panel, comparison.b.panel),
        a=_side(Choice.A, comparison, community, tuple(a for a, _ in takes)),
        b=_side(Choice.B, comparison, community, tuple(b for _, b in takes)),
        groups=fact_groups(comparison.facts, sources),
        note=_note(comparison.answer, sources),
        notes=sources.notes,
        disclosure=disclosure((*comparison.a.reviews, *comparison.b.reviews)),
        conflicts=_conflicts((*comparison.a.reviews, *comparison.b.reviews)),
        community=community,
        readers_prefer=names[winner] if winner else None,
    )


def _note(answer: Answer, sources: Sources) -> Markup | None:
    return cited(answer.note, _numbers(answer.note_citations, sources)) if answer.note else None


def _numbers(citations: Iterable[Citation], sources: Sources) -> dict[int, int]:
    """Give the page's number of each source by its mark."""
    return {
        each.number: sources.mark(each.label, each.url, each.quote, each.observed_at)
        for each in citations
    }


def _conflicts(reviews: Iterable[Review]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.conflict for each in reviews if each.conflict))


def _side(
    choice: Choice, comparison: Comparison, community: Community, takes: tuple[Take, ...]
) -> Side:
    is_a = choice is Choice.A
    card, answer = (comparison.a if is_a else comparison.b), comparison.answer
    return Side(
        letter=choice.value,
        card=card,
        panel=(card.panel.label, words.panel_note(card.panel)),
        community=tile(community, choice),
        entry=words.ENTRY[card.entry_price],
        takes=takes,
        pick_if=answer.pick_a_if if is_a else answer.pick_b_if,
        is_picked=answer.kind is (AnswerKind.A if is_a else AnswerKind.B),
    )


def paired_takes(
    a: Iterable[Review], b: Iterable[Review], asks: dict[Reviewer, str], sources: Sources
) -> list[tuple[Take, Take]]:
    """Give the takes of both tools by reviewer, in panel order; sources are numbered A, B, A, B."""
    by_a = {review.reviewer: review for review in a}
    by_b = {review.reviewer: review for review in b}
    named = has_models((*by_a.values(), *by_b.values()))
    both = [reviewer for reviewer in Reviewer if reviewer in by_a and reviewer in by_b]
    return [
        (
            take(by_a[reviewer], asks, sources, names_writers=named),
            take(by_b[reviewer], asks, sources, names_writers=named),
        )
        for reviewer in both
    ]


def has_models(reviews: Iterable[Review]) -> bool:
    """Say whether a model wrote any of these, or was asked to: then each says who wrote it."""
    return any(each.method is Method.MODEL or each.fell_back is not None for each in reviews)


def _by(review: Review) -> str:
    return f"model: {review.judge}" if review.judge else review.method.value


def take(
    review: Review, asks: dict[Reviewer, str], sources: Sources, *, names_writers: bool = False
) -> Take:
    """Give one review as a page shows it, with who wrote it where that is to be named."""
    numbers = _numbers(review.citations, sources)
    return Take(
        reviewer=words.REVIEWERS[review.reviewer],
        asks=asks.get(review.reviewer, ""),
        verdict=review.verdict.value,
        word=words.VERDICTS[review.verdict],
        text=cited(review.take, numbers),
        by=_by(review) if names_writers else "",
        conflict=review.conflict,
        breaks_when=cited(review.breaks_when, numbers) if review.breaks_when else None,
        unverified=joined(tuple(each.name for each in review.named_rivals if not each.is_verified)),
        fell_back=review.fell_back is not None,
    )


def fact_groups(rows: Sequence[FactRow], sources: Sources) -> tuple[Group, ...]:
    """Give the fact rows grouped: what differs first, then what is equal, then what is open."""
    differ = [row for row in rows if row.differs]
    known = [row for row in rows if row.a.text is not None and row.b.text is not None]
    same = [row for row in known if not row.differs]
    still_open = [row for row in rows if row not in known]
    titled = (
        ("Where they differ", differ),
        ("The same for both", same),
        ("Not confirmed on one side or both", still_open),
    )
    return tuple(
        Group(title, tuple(_row(row, sources) for row in found)) for title, found in titled if found
    )


def _row(row: FactRow, sources: Sources) -> Row:
    return Row(row.label, _cell(row.a, row.kind, sources), _cell(row.b, row.kind, sources))


def _cell(cell: FactCell, kind: FactKind, sources: Sources) -> Cell:
    if cell.text is None:
        return Cell(None)
    is_sourced = cell.source or cell.url
    mark = (
        sources.mark(cell.source or "", cell.url, cell.quote or cell.text, cell.observed_at)
        if is_sourced
        else None
    )
    return Cell(
        cell.text,
        mark,
        cell.observed_at if kind in DATED_CELLS else None,
        tuple(_cell(other, kind, sources) for other in cell.others),
    )


def tool_facts(
    facts: Iterable[Fact], sources: Sources, *, kin: Iterable[Fact] = ()
) -> list[tuple[str, Cell]]:
    """
    Give the facts that stand now as (label, cell), said as comparisons do, by kind.

    Args:
        facts: The tool's own.
        sources: Numbers what they stand on.
        kin: Facts of the other listings of its product family.
    """
    order = list(FactKind)
    standing = sorted(current_facts(facts, kin=kin), key=lambda fact: order.index(fact.kind))
    said = ((fact, cell_text(fact)) for fact in standing)
    return [(LABELS[fact.kind], _fact_cell(text, fact, sources)) for fact, text in said if text]


def _fact_cell(text: str, fact: Fact, sources: Sources) -> Cell:
    mark = sources.mark(fact.source, fact.url, fact.span, fact.observed_at)
    return Cell(text, mark, fact.observed_at)
