"""
What the templates are told: an issue's values in the words and pieces a mail shows.

Pure. Takes an Issue with its vote counts and gives values; how they look is the templates' part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.mail.prose import excerpt, shortened
from digest.mail.recap import move_lines, vote_lines
from digest.mail.scorecard import Note, Notes, ScoreRow, conflicts, quoted, scorecard
from digest.mail.tiles import Tile, community_tile, entry_tile, panel_tile
from digest.model import (
    AnswerKind,
    Card,
    Choice,
    Community,
    Comparison,
    FactCell,
    FactRow,
    Issue,
    Newcomer,
    StaleSource,
)
from digest.model.wording import counted, day, without_opening

CARD_SENTENCES = 2
CARD_WORDS = 60
SUBJECT_LENGTH = 60
PREHEADER_LENGTH = 100
PREHEADER_SHORT = 40
"""Below this an inbox would fill the line with whatever comes next."""
NEWCOMERS_SHOWN = 12
MOVES_SHOWN = 8

TROUBLE = {
    "blocked": "it turned our reader away",
    "failed": "it could not be read",
    "suspect": "its answer did not look right",
}


@dataclass(frozen=True, slots=True)
class CardView:
    """One tool of the lead comparison."""

    card: Card
    tiles: tuple[Tile, Tile, Tile]
    about: str
    """At most two sentences."""


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead comparison, whole."""

    comparison: Comparison
    cards: tuple[CardView, CardView]
    scorecard: tuple[ScoreRow, ...]
    notes: tuple[Note, ...]
    facts: tuple[FactRow, ...]
    """Rows that differ, those on which sources do, then those that one side alone could confirm."""
    conflicts: tuple[str, ...]
    """What readers must know of a judge that is no stranger to a tool."""
    note: str | None
    """What a model says of the pair, at most 45 words."""


@dataclass(frozen=True, slots=True)
class IssueView:
    """All that the templates of an issue are told."""

    issue: Issue
    subject: str
    preheader: str
    number_line: str
    """Such as ``No. 12 · week 47, 2026``."""
    lead: Lead
    others: tuple[Comparison, ...]
    newcomers: tuple[Newcomer, ...]
    newcomers_left: int
    """Newcomers that only the web page lists."""
    moves: tuple[str, ...]
    """Verdicts on tools of earlier issues that have changed, a sentence or two each."""
    moves_left: int
    """Moves that only the web page lists."""
    vote: tuple[str, ...]
    """What readers said of the last issue's lead; empty where there was no vote to tell of."""
    read_line: str


def versus(comparison: Comparison) -> str:
    """Give ``A vs B``."""
    return f"{comparison.a.name} vs {comparison.b.name}"


def against(comparison: Comparison) -> str:
    """Give ``3 of 4 against 1 of 4``; a side with too few calls is a dash."""
    a, b = comparison.a.panel, comparison.b.panel
    why_dash = "" if a.is_known and b.is_known else " (too few calls)"
    return f"{a.label} against {b.label}{why_dash}"


def trouble(stale: StaleSource) -> str:
    """Say in a sentence what is wrong with a source, and since when."""
    what = TROUBLE.get(stale.outcome, "it was not read lately")
    since = f"last read well on {day(stale.good_at)}" if stale.good_at else "not read well so far"
    return f"{stale.source}: {what}; {since}."


def issue_view(issue: Issue, community: Mapping[str, Community]) -> IssueView:
    """
    Give all that the templates of an issue are told.

    Args:
        issue: Cleaned, with at least one comparison; the first leads.
        community: Vote counts by comparison slug; absent is no votes.
    """
    first, *others = sorted(issue.comparisons, key=lambda item: item.position)
    year, week = issue.week.split("-W")
    return IssueView(
        issue=issue,
        subject=subject_line(first),
        preheader=preheader_line(first, others),
        number_line=f"No. {issue.number} · week {int(week)}, {year}",
        lead=_lead(first, community.get(first.slug, Community())),
        others=tuple(others),
        newcomers=issue.newcomers[:NEWCOMERS_SHOWN],
        newcomers_left=len(issue.newcomers[NEWCOMERS_SHOWN:]),
        moves=move_lines(issue.moves[:MOVES_SHOWN]),
        moves_left=len(issue.moves[MOVES_SHOWN:]),
        vote=vote_lines(issue.last_vote),
        read_line=(
            f"For this issue {counted(issue.launches_read, 'launch', 'launches')} from "
            f"{counted(issue.sources_read, 'source')} {'was' if issue.launches_read == 1 else 'were'} read, "
            f"{day(issue.window_start)} to {day(issue.cutoff)}."
        ),
    )


def subject_line(lead: Comparison) -> str:
    """Name the lead pair, with the answer where it fits into 60 characters."""
    pair = versus(lead)
    answer = {
        AnswerKind.A: f"pick {lead.a.name}",
        AnswerKind.B: f"pick {lead.b.name}",
        AnswerKind.TOO_CLOSE: "too close to call",
        AnswerKind.INSUFFICIENT: "no answer yet",
    }[lead.answer.kind]
    for line in (f"{pair}: {answer}", pair):
        if len(line) <= SUBJECT_LENGTH:
            return line
    a, b = _fitted(lead.a.name, lead.b.name, SUBJECT_LENGTH - len(" vs "))
    return f"{a} vs {b}"


def _fitted(a: str, b: str, room: int) -> tuple[str, str]:
    """Shorten the longer name, or both, to ``room`` characters together."""
    for_a = max(room // 2, room - len(b))
    for_b = max(room - room // 2, room - len(a))
    return shortened(a, for_a), shortened(b, for_b)


def preheader_line(lead: Comparison, others: Sequence[Comparison]) -> str:
    """Give the lead answer in at most 100 characters; a very short one goes on with what follows."""
    line = lead.answer.line
    if len(line) < PREHEADER_SHORT:
        more = "; ".join(versus(other) for other in others)
        line = f"{line} Also: {more}" if more else f"{line} {versus(lead)}: {lead.job_label}"
    return shortened(line, PREHEADER_LENGTH)


def _lead(comparison: Comparison, community: Community) -> Lead:
    sides = (comparison.a, Choice.A), (comparison.b, Choice.B)
    a, b = (
        CardView(
            card=card,
            tiles=(
                panel_tile(card.panel),
                community_tile(community, choice),
                entry_tile(card.entry_price),
            ),
            about=_about(card),
        )
        for card, choice in sides
    )
    notes, answer = Notes(), comparison.answer
    rows = scorecard(comparison, notes)
    note = quoted(answer.note, answer.note_citations, notes) if answer.note else None
    return Lead(
        comparison=comparison,
        cards=(a, b),
        scorecard=rows,
        notes=tuple(notes.listed),
        facts=_fact_rows(comparison.facts),
        conflicts=conflicts(comparison),
        note=note,
    )


def _about(card: Card) -> str:
    text = without_opening(card.description, card.tagline)
    return excerpt(text, words=CARD_WORDS, sentences=CARD_SENTENCES) if text else ""


def _fact_rows(rows: tuple[FactRow, ...]) -> tuple[FactRow, ...]:
    differ = [row for row in rows if row.differs]
    disputed = [row for row in rows if not row.differs and (row.a.others or row.b.others)]
    half_known = [
        row for row in rows if (row.a.text is None) != (row.b.text is None) and row not in disputed
    ]
    return (*differ, *disputed, *half_known)


def also_said(cell: FactCell) -> str:
    """Say what other sources have instead: ``GPL-3.0 by Product Hunt``; empty where none has."""
    return "; ".join(f"{other.text} by {other.source}" for other in cell.others)
