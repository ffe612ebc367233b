"""The words pages use for the values of the model: one place, so that a page never says an enum."""

from datetime import date

from digest.model import (
    AnswerKind,
    EntryPrice,
    FactKind,
    Outcome,
    Reviewer,
    Tally,
    Verdict,
)
from digest.model.wording import day

UNKNOWN = "—"
"""Shown where something could not be confirmed."""

DISCLOSURE = (
    "Written by software from public sources; nobody here ran the tools. "
    "Each review is a checklist over published facts, with its sources beside it."
)

REVIEWERS = {
    Reviewer.BUILDER: "Builder",
    Reviewer.SKEPTIC: "Skeptic",
    Reviewer.FUTURIST: "Futurist",
    Reviewer.FOUNDER: "Founder",
}
VERDICTS = {Verdict.SHIP: "Ship", Verdict.SKIP: "Skip", Verdict.NO_CALL: "No call"}
ANSWERS = {
    AnswerKind.A: "The answer",
    AnswerKind.B: "The answer",
    AnswerKind.TOO_CLOSE: "Too close to call",
    AnswerKind.INSUFFICIENT: "No answer yet",
}
ENTRY = {
    EntryPrice.FREE: ("Free", "to start"),
    EntryPrice.FREEMIUM: ("Freemium", "free plan, paid above"),
    EntryPrice.PAID: ("Paid", "from the start"),
    EntryPrice.CONTACT: ("Ask sales", "price on request"),
    EntryPrice.UNKNOWN: (UNKNOWN, "could not confirm"),
}
"""Large and small words of the entry tile."""
FACTS = {
    FactKind.ENTRY_PRICE: "Entry",
    FactKind.PRICE: "Price",
    FactKind.LICENCE: "Licence",
    FactKind.INSTALL: "Install line",
    FactKind.DOCS: "Documentation",
    FactKind.EXAMPLE: "Runnable example",
    FactKind.WAITLIST: "Waitlist",
    FactKind.OPEN_INTERFACE: "Open interface",
    FactKind.RUNS_LOCALLY: "Runs locally",
    FactKind.SELF_HOST: "Self-hosting",
    FactKind.PLATFORMS: "Platforms",
    FactKind.BENCHMARK: "Benchmark claims",
    FactKind.MAINTAINED_AT: "Last commit or release",
    FactKind.CREATED_AT: "Began",
    FactKind.SUPERLATIVES: "Superlatives per 100 words",
    FactKind.CONTEXT_LENGTH: "Context length",
    FactKind.PARAMETERS: "Parameters",
    FactKind.RIVAL_NAMED: "Names as alternative",
    FactKind.VENDOR_SINCE: "Maker since",
    FactKind.TERMS: "Terms and privacy page",
    FactKind.REPOSITORY: "Repository",
}
DATES = (FactKind.MAINTAINED_AT, FactKind.CREATED_AT, FactKind.VENDOR_SINCE)
OUTCOMES = {
    Outcome.OK: "was read",
    Outcome.OK_EMPTY: "listed nothing",
    Outcome.UNCHANGED: "had not changed",
    Outcome.SUSPECT: "gave an answer we did not trust",
    Outcome.BLOCKED: "did not let us in",
    Outcome.FAILED: "could not be read",
}


def week_label(week: str) -> str:
    """Say ``2026-W47`` as ``week 47, 2026``."""
    year, number = week.split("-W")
    return f"week {int(number)}, {year}"


def panel_note(tally: Tally) -> str:
    """Say what stands under ``3 of 4`` on the panel tile."""
    if not tally.is_known:
        return "too few calls"
    silent = tally.reviewers - tally.calls
    note = f"would ship · {tally.percent}%"
    return f"{note} · {silent} made no call" if silent else note


def split(a: Tally, b: Tally) -> str:
    """Say both panels in a line: ``3 of 4 against 1 of 4 would ship``."""
    if a.is_known and b.is_known:
        return f"{a.label} against {b.label} would ship"
    if a.is_known or b.is_known:
        known = a if a.is_known else b
        return f"{known.label} would ship, too few calls on the other"
    return "too few calls on both"


def fact_text(kind: FactKind, value: bool | float | str) -> str:  # noqa: FBT001 # the value of any fact
    """Say a fact's value as a reader would."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if kind is FactKind.ENTRY_PRICE:
        return ENTRY[EntryPrice(str(value))][0]
    if kind in DATES:
        return day(date.fromisoformat(str(value)[:10]))
    if kind is FactKind.CONTEXT_LENGTH:
        return f"{int(value):,} tokens"
    return str(value)


def outcome(text: str) -> str:
    """Say how a source's reading ended."""
    return OUTCOMES[Outcome(text)]
