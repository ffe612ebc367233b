"""What the value of a fact has to be, by the kind of the fact. Pure."""

from collections.abc import Mapping
from datetime import datetime

from digest.model import EntryPrice, FactKind

YES_NO = frozenset(
    {FactKind.DOCS, FactKind.EXAMPLE, FactKind.WAITLIST, FactKind.RUNS_LOCALLY}
    | {FactKind.SELF_HOST, FactKind.TERMS}
)
DATES = frozenset({FactKind.MAINTAINED_AT, FactKind.CREATED_AT, FactKind.VENDOR_SINCE})
CHOICES: Mapping[FactKind, tuple[str, ...]] = {
    FactKind.ENTRY_PRICE: tuple(map(str, EntryPrice)),
    FactKind.BENCHMARK: ("none", "bare", "reproducible"),
}
NUMBERS: Mapping[FactKind, tuple[type, ...]] = {
    FactKind.CONTEXT_LENGTH: (int,),
    FactKind.SUPERLATIVES: (int, float),
}


def misfit(kind: FactKind, value: object) -> str | None:
    """Say what a value of this kind has to be; None where it is, or where all values are of it."""
    if kind in NUMBERS:
        is_number = isinstance(value, NUMBERS[kind]) and not isinstance(value, bool)
        return None if is_number else "a number"
    if kind in DATES:
        return None if isinstance(value, str) and _is_day(value) else 'a day such as "2025-01-31"'
    if kind in CHOICES and value not in CHOICES[kind]:
        return f"one of {', '.join(CHOICES[kind])}"
    return None


def _is_day(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False
