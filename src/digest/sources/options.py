"""
What a kind may be told in ``[source.options]``, and what is wrong with what it was told.

Pure: takes the options of one entry of sources.toml, gives the first fault in a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a kind can be told."""

    fault_in: Callable[[object], str | None]
    """Says what is wrong with a value; None where it can be used."""
    is_required: bool = False


def options_fault(
    given: Mapping[str, Any], *, kind: str, known: Mapping[str, Option]
) -> str | None:
    """Give what is wrong with the options of an entry, in the order a person mends it."""
    for name, value in given.items():
        if name not in known:
            return _unknown(name, kind=kind, known=known)
        if fault := known[name].fault_in(value):
            return f"options.{name}: {fault}"
    for name, option in known.items():
        if option.is_required and name not in given:
            return f'options.{name} is missing; add {name} = "..." below [source.options]'
    return None


def selector_fault(value: object) -> str | None:
    """Say why a value is no CSS selector."""
    if not isinstance(value, str) or not value.strip():
        return f"{value!r} is no CSS selector; give one as text"
    import soupsieve  # noqa: PLC0415 # slow to import, and few kinds are told selectors

    try:
        soupsieve.compile(value)
    except (soupsieve.SelectorSyntaxError, NotImplementedError) as error:
        reason = str(error).splitlines()[0].rstrip(".:")
        return f"{value!r} is no CSS selector ({reason}); mend it"
    return None


def count_fault(value: object) -> str | None:
    """Say why a value is no whole number of 0 or more."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return None
    return f"{value!r} is no whole number of 0 or more"


def _unknown(name: str, *, kind: str, known: Mapping[str, Option]) -> str:
    if not known:
        return f"the kind {kind!r} takes no options; remove options.{name}"
    near = get_close_matches(name, list(known), n=1)
    meant = f" (did you mean {near[0]!r}?)" if near else ""
    return f"unknown option options.{name}{meant}; {kind!r} knows: {', '.join(sorted(known))}"
