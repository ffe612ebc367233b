"""How values, dates and counts are said to readers, in one way everywhere; no locale is asked."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from digest.model.catalogue import EntryPrice
from digest.model.panel import Method, Move, Review, Reviewer, Verdict

MINUTES_OF_HOUR = 60
HOURS_OF_TWO_DAYS = 48
UNKNOWN = "—"
"""Shown where something could not be confirmed."""
ENTRY = {
    EntryPrice.FREE: ("Free", "to start"),
    EntryPrice.FREEMIUM: ("Freemium", "free plan, paid above"),
    EntryPrice.PAID: ("Paid", "from the start"),
    EntryPrice.CONTACT: ("Ask sales", "price on request"),
    EntryPrice.UNKNOWN: (UNKNOWN, "could not confirm"),
}
"""Large and small words of the entry tile."""
REVIEWERS = {
    Reviewer.BUILDER: "Builder",
    Reviewer.SKEPTIC: "Skeptic",
    Reviewer.FUTURIST: "Futurist",
    Reviewer.FOUNDER: "Founder",
}
VERDICTS = {Verdict.SHIP: "Ship", Verdict.SKIP: "Skip", Verdict.NO_CALL: "No call"}
WOULD = {
    Verdict.SHIP: "would now ship",
    Verdict.SKIP: "would now skip",
    Verdict.NO_CALL: "now makes no call on",
}
OF_SOFTWARE = "Written by software from public sources; nobody here ran the tools."
_END = re.compile(r"[.!?…]+(?:\s+|$)|$")

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def day(moment: date) -> str:
    """Say a date, such as ``2 July 2026``; a time is said by its own day."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Say how many, such as ``1 pair`` or ``1,200 pairs``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def span(duration: timedelta) -> str:
    """Say how long something is, in the largest whole unit: ``5 min``, ``6 h``, ``3 d``."""
    minutes = max(0, round(duration / timedelta(minutes=1)))
    if minutes < MINUTES_OF_HOUR:
        return f"{minutes} min"
    hours = minutes // MINUTES_OF_HOUR
    return f"{hours} h" if hours < HOURS_OF_TWO_DAYS else f"{hours // 24} d"


def in_words(number: int) -> str:
    """Say a small number as running text does, such as ``four``; from ten on in figures."""
    return SMALL[number] if 0 <= number < len(SMALL) else f"{number:,}"


def disclosure(reviews: Iterable[Review] = ()) -> str:
    """Say what readers must know of these reviews: that software wrote them, and of which kind."""
    methods = {review.method for review in reviews} or {Method.CHECKLIST}
    if methods == {Method.CHECKLIST}:
        how = "Each review is a checklist over published facts, with its sources beside it."
    elif methods == {Method.MODEL}:
        how = "Each review is a language model's; its quotes and figures were checked against its sources."
    else:
        how = (
            "Reviews marked “model” are a language model's, their quotes and figures checked against "
            "their sources; the others are checklists over published facts."
        )
    return f"{OF_SOFTWARE} {how}"


def moved(move: Move) -> str:
    """Say a verdict that moved: ``The Skeptic would now skip Ember (before: ship): … .``."""
    why = f": {move.why}" if move.why else ""
    return (
        f"The {REVIEWERS[move.reviewer]} {WOULD[move.after]} {move.name} "
        f"(before: {VERDICTS[move.before].lower()}){why}."
    )


def small(text: str) -> str:
    """Begin a label small inside a sentence, but leave "OCR" as it is."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def without_opening(text: str, opening: str) -> str:
    """Give a text without its first sentence where that only says ``opening`` once more."""
    said = opening.rstrip(" .!?…")
    end = _END.match(text, len(said))
    if not said or end is None or not text.casefold().startswith(said.casefold()):
        return text
    return text[end.end() :]


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Say a list, such as ``a, b and c``; the empty list is the empty text."""
    if len(parts) < 2:  # noqa: PLR2004 # one part needs no joining word
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
