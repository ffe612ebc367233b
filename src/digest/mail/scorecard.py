"""
The scorecard of the lead: a row per reviewer, its best words on either tool, and what they rest on.

Pure. Says also who wrote the reviews, a checklist or a model, and where a judge is no stranger.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from digest.mail.prose import MARK, excerpt, shortened
from digest.mail.stationery import is_followable
from digest.model import Citation, Comparison, Method, Review, Verdict
from digest.model.wording import REVIEWERS, VERDICTS, counted, day, in_words, joined

QUOTE_WORDS = 45
NAME_LENGTH = 32

_INNER_QUOTES = str.maketrans("“”", "‘’")


@dataclass(frozen=True, slots=True)
class Quote:
    """One reviewer on one tool, at most 45 words of the take, with marks such as [1]."""

    name: str
    """Of the tool, cut to 32 characters: the headings have it whole."""
    verdict: Verdict
    chip: str
    text: str
    by: str
    """Who wrote it, where reviews of both kinds stand side by side; else empty."""


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


def short_name(name: str) -> str:
    """Give a name for a narrow place, beside a heading that has it whole."""
    return shortened(name, NAME_LENGTH)


def reviews_of(comparison: Comparison) -> tuple[Review, ...]:
    """Give the reviews of both tools."""
    return (*comparison.a.reviews, *comparison.b.reviews)


def panel_line(comparison: Comparison) -> str:
    """Say how many reviewers there are, and who wrote what they say."""
    reviews = reviews_of(comparison)
    number = len({review.reviewer for review in reviews})
    reviewers = f"{in_words(number)} reviewer{'' if number == 1 else 's'}".capitalize()
    written = Counter(review.method for review in reviews)
    models = joined(tuple(sorted({review.judge for review in reviews if review.judge})))
    by_model = f"a language model ({models})" if models else "a language model"
    if not written[Method.MODEL]:
        said = "each a checklist over published facts that looks at one tool at a time"
    elif not written[Method.CHECKLIST]:
        said = f"each written by {by_model} from public sources, one tool at a time"
    else:
        said = (
            f"one tool at a time: {counted(written[Method.MODEL], 'review')} written by {by_model} "
            f"from public sources, {counted(written[Method.CHECKLIST], 'checklist')} over "
            "published facts"
        )
    return f"{reviewers}, {said}."


def conflicts(comparison: Comparison) -> tuple[str, ...]:
    """Give what readers must know of a judge that is no stranger to a tool, each once."""
    said = (review.conflict for review in reviews_of(comparison) if review.conflict)
    return tuple(dict.fromkeys(said))


class Notes:
    """The sources of one scorecard, numbered in the order they are first pointed to."""

    def __init__(self) -> None:
        self.listed: list[Note] = []
        self._numbers: dict[tuple[str, str | None, str], int] = {}

    def number(self, label: str, url: str | None, observed_at: datetime) -> int:
        """Give the number of a source, the next one if it is new."""
        safe = url if url and is_followable(url) else None
        key = (label, safe, day(observed_at))
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        if number > len(self.listed):
            self.listed.append(Note(number=number, label=label, url=safe, read_on=key[2]))
        return number


def scorecard(comparison: Comparison, notes: Notes) -> tuple[ScoreRow, ...]:
    """Give the rows in panel order; the sources they point to are added to ``notes``."""
    is_mixed = len({review.method for review in reviews_of(comparison)}) > 1
    sides = [
        (card.name, {review.reviewer: review for review in card.reviews})
        for card in (comparison.a, comparison.b)
    ]
    return tuple(
        ScoreRow(
            reviewer=label,
            quotes=tuple(
                _quote(name, reviews[reviewer], notes, is_mixed=is_mixed)
                for name, reviews in sides
                if reviewer in reviews
            ),
        )
        for reviewer, label in REVIEWERS.items()
        if any(reviewer in reviews for _, reviews in sides)
    )


def quoted(text: str, citations: Iterable[Citation], notes: Notes) -> str:
    """Give at most 45 words of a text, its marks numbered as the mail's list of sources is."""
    cited = {citation.number: citation for citation in citations}

    def renumbered(mark: re.Match[str]) -> str:
        citation = cited.get(int(mark[1]))
        if citation is None:
            return ""
        return f" [{notes.number(citation.label, citation.url, citation.observed_at)}]"

    short = excerpt(text, words=QUOTE_WORDS)
    return MARK.sub(renumbered, short).translate(_INNER_QUOTES)


def _quote(name: str, review: Review, notes: Notes, *, is_mixed: bool) -> Quote:
    return Quote(
        name=short_name(name),
        verdict=review.verdict,
        chip=VERDICTS[review.verdict],
        text=quoted(review.take, review.citations, notes),
        by=review.method.value if is_mixed else "",
    )
