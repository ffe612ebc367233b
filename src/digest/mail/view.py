"""
What the templates are told: an issue's values in the words and pieces a mail shows.

Pure. Takes an Issue with its vote counts and gives values; how they look is the templates' part.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.mail.prose import MARK, excerpt, shortened
from digest.mail.stationery import is_followable
from digest.model import (
    AnswerKind,
    Card,
    Choice,
    Community,
    Comparison,
    EntryPrice,
    FactRow,
    Issue,
    Newcomer,
    Review,
    StaleSource,
    Tally,
    Verdict,
)
from digest.model.wording import (
    ENTRY,
    REVIEWERS,
    UNKNOWN,
    VERDICTS,
    counted,
    day,
    without_opening,
)

QUOTE_WORDS = 45
CARD_SENTENCES = 2
CARD_WORDS = 60
SUBJECT_LENGTH = 60
NAME_LENGTH = 32
PREHEADER_LENGTH = 100
PREHEADER_SHORT = 40
"""Below this an inbox would fill the line with whatever comes next."""
NEWCOMERS_SHOWN = 12

TROUBLE = {
    "blocked": "it turned our reader away",
    "failed": "it could not be read",
    "suspect": "its answer did not look right",
}

_INNER_QUOTES = str.maketrans("“”", "‘’")


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the three figures of a card: ``value`` large, ``note`` under it."""

    label: str
    value: str
    note: str
    is_aside: bool = False
    """The note does not go on from the value: on one line it stands in brackets."""

    @property
    def line(self) -> str:
        """The tile in one line."""
        note = f"({self.note})" if self.is_aside or self.value == UNKNOWN else self.note
        return f"{self.label}: {self.value} {note}"


@dataclass(frozen=True, slots=True)
class CardView:
    """One tool of the lead comparison."""

    card: Card
    tiles: tuple[Tile, Tile, Tile]
    about: str
    """At most two sentences."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One reviewer on one tool, at most 45 words of the take, with marks such as [1]."""

    name: str
    """Of the tool, cut to 32 characters: the headings have it whole."""
    verdict: Verdict
    chip: str
    text: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One reviewer on both tools, A first."""

    reviewer: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """The source a mark points to; ``url`` is None where there is nothing to open safely."""

    number: int
    label: str
    url: str | None
    read_on: str


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead comparison, whole."""

    comparison: Comparison
    cards: tuple[CardView, CardView]
    scorecard: tuple[ScoreRow, ...]
    notes: tuple[Note, ...]
    facts: tuple[FactRow, ...]
    """Rows that differ, then rows of which only one side could be confirmed."""


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
    read_line: str


def versus(comparison: Comparison) -> str:
    """Give ``A vs B``."""
    return f"{comparison.a.name} vs {comparison.b.name}"


def short_name(name: str) -> str:
    """Give a name for a narrow place, beside a heading that has it whole."""
    return shortened(name, NAME_LENGTH)


def panel_tile(tally: Tally) -> Tile:
    """Give ``3 of 4`` with "would ship"; a dash where fewer than two calls were made."""
    return Tile("Panel", tally.label, "would ship" if tally.is_known else "too few calls")


def community_tile(community: Community, choice: Choice) -> Tile:
    """Give the readers' share; a dash, never 0 %, where too few voted to say."""
    votes, interval = community.votes, community.interval(choice)
    if interval is None:
        return Tile("Community", UNKNOWN, "no votes yet")
    if not community.is_known:
        return Tile("Community", UNKNOWN, f"{counted(votes, 'vote')} so far")
    low, high = interval
    note = f"of {counted(votes, 'vote')}, likely {low} to {high}%"
    return Tile("Community", f"{community.share(choice)}%", note)


def entry_tile(price: EntryPrice) -> Tile:
    """Say what it costs to start; a dash where that could not be confirmed."""
    value, note = ENTRY[price]
    return Tile("Entry", value, note, is_aside=price in (EntryPrice.FREEMIUM, EntryPrice.CONTACT))


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
    notes = _Notes()
    return Lead(
        comparison=comparison,
        cards=(a, b),
        scorecard=_scorecard(comparison, notes),
        notes=tuple(notes.listed),
        facts=_fact_rows(comparison.facts),
    )


def _about(card: Card) -> str:
    text = without_opening(card.description, card.tagline)
    return excerpt(text, words=CARD_WORDS, sentences=CARD_SENTENCES) if text else ""


def _fact_rows(rows: tuple[FactRow, ...]) -> tuple[FactRow, ...]:
    half_known = (row for row in rows if (row.a.text is None) != (row.b.text is None))
    return (*(row for row in rows if row.differs), *half_known)


class _Notes:
    """The sources of one scorecard, numbered in the order they are first pointed to."""

    def __init__(self) -> None:
        self.listed: list[Note] = []
        self._numbers: dict[tuple[str, str | None, str], int] = {}

    def number(self, label: str, url: str | None, observed_at: datetime) -> int:
        safe = url if url and is_followable(url) else None
        key = (label, safe, day(observed_at))
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        if number > len(self.listed):
            self.listed.append(Note(number=number, label=label, url=safe, read_on=key[2]))
        return number


def _scorecard(comparison: Comparison, notes: _Notes) -> tuple[ScoreRow, ...]:
    sides = [
        (card.name, {review.reviewer: review for review in card.reviews})
        for card in (comparison.a, comparison.b)
    ]
    return tuple(
        ScoreRow(
            reviewer=label,
            quotes=tuple(
                _quote(name, reviews[reviewer], notes)
                for name, reviews in sides
                if reviewer in reviews
            ),
        )
        for reviewer, label in REVIEWERS.items()
        if any(reviewer in reviews for _, reviews in sides)
    )


def _quote(name: str, review: Review, notes: _Notes) -> Quote:
    cited = {citation.number: citation for citation in review.citations}

    def renumbered(mark: re.Match[str]) -> str:
        citation = cited.get(int(mark[1]))
        if citation is None:
            return ""
        return f" [{notes.number(citation.label, citation.url, citation.observed_at)}]"

    short = excerpt(review.take, words=QUOTE_WORDS)
    return Quote(
        name=short_name(name),
        verdict=review.verdict,
        chip=VERDICTS[review.verdict],
        text=MARK.sub(renumbered, short).translate(_INNER_QUOTES),
    )
