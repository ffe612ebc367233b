"""
Say what a fact of each kind has to be, and take what people write for it.

Pure. A value of the wrong type would be passed over by the checks without a word; so it is refused
where it is given.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from digest.model import EntryPrice, FactKind
from digest.model.licences import HUB_LICENCES

YES_NO = frozenset(
    {FactKind.DOCS, FactKind.EXAMPLE, FactKind.WAITLIST, FactKind.RUNS_LOCALLY}
    | {FactKind.SELF_HOST, FactKind.TERMS}
)
DATES = frozenset({FactKind.MAINTAINED_AT, FactKind.CREATED_AT, FactKind.VENDOR_SINCE})
CHOICES: Mapping[FactKind, frozenset[str]] = {
    FactKind.ENTRY_PRICE: frozenset(EntryPrice) - {EntryPrice.UNKNOWN},
    FactKind.BENCHMARK: frozenset({"none", "bare", "reproducible"}),
}
NUMBERS: Mapping[FactKind, tuple[type, ...]] = {
    FactKind.CONTEXT_LENGTH: (int,),
    FactKind.SUPERLATIVES: (int, float),
}
LISTS = frozenset({FactKind.PLATFORMS, FactKind.OPEN_INTERFACE})
"""Kinds whose text is a comma list."""
OR_NOT = frozenset({FactKind.INSTALL, FactKind.OPEN_INTERFACE, FactKind.PRICE})
"""Kinds whose text may be true, where nobody says which, or false, where there is none."""
NONE = frozenset({"none", "no"})
UNKNOWN = frozenset({"", "unknown"})
ON_PAGES = frozenset({FactKind.DOCS, FactKind.EXAMPLE, FactKind.TERMS})
"""Kinds that are true where their page has an address."""
_YEAR_OR_MONTH = re.compile(r"\d{4}(-\d{2})?")


def misfit(kind: FactKind, value: object) -> str | None:
    """Say what a value of this kind has to be; None where it is."""
    if kind in YES_NO:
        return None if isinstance(value, bool) else "true or false"
    if kind in NUMBERS:
        is_number = isinstance(value, NUMBERS[kind]) and not isinstance(value, bool)
        return None if is_number else "a number"
    if not isinstance(value, str) or not value:
        return "text"
    if kind in DATES:
        return None if _is_day(value) else 'a day such as "2025-01-31"'
    if kind in CHOICES and value not in CHOICES[kind]:
        return f"one of {', '.join(sorted(CHOICES[kind]))}"
    return None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def as_given(kind: FactKind, value: object) -> object:
    """
    Give a value as its kind has it, where what was written leaves no doubt.

    A year or a month stands for its first day, a time for its day, a list for a comma list, and a
    choice may have capitals. None, which is no fact, is given for "unknown" and for no text.

    Raises:
        ValueError: It is of another type; the text says which is wanted.
    """
    if isinstance(value, str) and value.strip().casefold() in UNKNOWN:
        return None
    is_address = isinstance(value, str) and value.startswith(("https://", "http://"))
    told = True if is_address and kind in ON_PAGES else _plainer(kind, value)
    if told is None or (kind in OR_NOT and isinstance(told, bool)):
        return told
    if wanted := misfit(kind, told):
        raise ValueError(f"a fact of kind {kind} is {wanted}, not {value!r}")
    return told


def _plainer(kind: FactKind, value: object) -> object:
    if kind in OR_NOT and isinstance(value, str) and value.strip().casefold() in NONE:
        return False
    if kind in LISTS and isinstance(value, Sequence) and all(isinstance(one, str) for one in value):
        return value if isinstance(value, str) else ", ".join(value) or None
    if kind in CHOICES and isinstance(value, str):
        return value.strip().casefold()
    if kind is FactKind.LICENCE and isinstance(value, str):
        return HUB_LICENCES.get("-".join(value.casefold().split()), value)
    if kind in DATES and isinstance(value, int | str) and not isinstance(value, bool):
        return _first_day(str(value).strip())
    return value


def _first_day(text: str) -> str:
    if _YEAR_OR_MONTH.fullmatch(text):
        return f"{text}-01-01" if len(text) == len("2025") else f"{text}-01"
    return text[: len("2025-01-31")] if text[10:11] in {"T", " "} else text
