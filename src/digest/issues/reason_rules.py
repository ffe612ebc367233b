"""
What one fact says for a side: a line that completes "Pick it if …", or None.

Pure. Each rule looks at one fact of this side and the same of the other, if that is known. A side
whose fact is unknown gets no line from it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from digest.issues.cells import SYSTEMS, WEB, cell_text
from digest.model import Fact, FactKind
from digest.model.licences import allows_commercial_use, is_osi
from digest.model.wording import day, joined

LONGER_PAST = timedelta(days=180)
"""Difference of two dates from which one counts as older."""
STALE = timedelta(days=90)
TODAY = "you need access today"
ENTRY_ORDER = ("free", "freemium", "paid", "contact")
LONGEST = 40
_FORMATS = frozenset({"GGUF"})
"""Open interfaces that are files, not ways to call a program."""
_AMOUNT = re.compile(r"\d[\d.,]*\d|\d")
_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
"""An amount as English has it."""
_MAYBE_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
"""Either of two amounts, by where it was written."""

Rule = Callable[[Fact, Fact | None], str | None]
"""This side's fact and the other's, if that is known, to a line for this side."""


def is_so(fact: Fact | None) -> bool:
    """Return True where the fact is known and says yes, or anything at all; False otherwise."""
    return fact is not None and bool(fact.value)


def _yes(line: str) -> Rule:
    return lambda mine, theirs: line if is_so(mine) and not is_so(theirs) else None


def _no(line: str) -> Rule:
    """A line for the side that says no, while the other is known to say yes."""
    return lambda mine, theirs: line if not is_so(mine) and is_so(theirs) else None


def _waitlist(mine: Fact, theirs: Fact | None) -> str | None:
    is_open = not is_so(mine) and (theirs is None or is_so(theirs))
    return TODAY if is_open else None


def _entry(mine: Fact, theirs: Fact | None) -> str | None:
    lines = {
        "free": "it has to cost nothing to start",
        "freemium": "a free plan has to cover the start",
    }
    line = lines.get(str(mine.value))
    if theirs is None:
        return line
    if (mine.value, theirs.value) == ("free", "freemium"):  # either costs nothing to start
        return "it has to be free beyond the start as well"
    ranks = [ENTRY_ORDER.index(str(fact.value)) for fact in (mine, theirs)]
    return line if ranks[0] < ranks[1] else None


def _licence(mine: Fact, theirs: Fact | None) -> str | None:
    name = str(mine.value)
    if is_osi(name) and not (theirs and is_osi(str(theirs.value))):
        return f"you need an open-source licence ({cell_text(mine)})"
    if theirs is None or cell_text(mine) == cell_text(theirs):
        return None
    if allows_commercial_use(name) and allows_commercial_use(str(theirs.value)) is False:
        return f"you need commercial use allowed ({cell_text(mine)})"
    return f"you prefer the terms of {cell_text(mine)}" if is_osi(name) else None


def _parameters(mine: Fact, theirs: Fact | None) -> str | None:
    text = cell_text(mine)
    is_named = isinstance(mine.value, str) and text is not None and len(text) <= LONGEST
    is_other = theirs is None or cell_text(theirs) != text
    return f"a model of {text} parameters fits your hardware" if is_named and is_other else None


def _price(mine: Fact, theirs: Fact | None) -> str | None:
    """Name a price only where it is the lower of two in the same terms."""
    if theirs is None or mine.kind is not FactKind.PRICE or not is_so(mine):
        return None
    if not is_so(theirs) or theirs.value == "contact":
        return "you want to know the price before you talk to anyone"
    text = str(cell_text(mine))
    is_lower = _is_lower(text, str(cell_text(theirs)))
    return f"the lower price decides ({text})" if is_lower and len(text) <= LONGEST else None


def _is_lower(price: str, other: str) -> bool:
    """
    Say whether every amount is at most the other's and one is less.

    False in other terms, and where an amount could be read in two ways: 9,99 and 1.000.
    """
    if _AMOUNT.sub("#", price) != _AMOUNT.sub("#", other):
        return False
    amounts = [_AMOUNT.findall(text) for text in (price, other)]
    if not all(_is_plain(amount) for found in amounts for amount in found):
        return False
    ours, theirs = ([Decimal(amount.replace(",", "")) for amount in found] for found in amounts)
    return ours != theirs and all(one <= two for one, two in zip(ours, theirs, strict=True))


def _is_plain(amount: str) -> bool:
    return bool(_PLAIN.fullmatch(amount)) and not _MAYBE_THOUSANDS.fullmatch(amount)


def _only(mine: Fact, theirs: Fact | None) -> tuple[str, ...]:
    """Give what this side's list has and the other's has not, three at most."""
    others = {part.casefold() for part in _parts(theirs)} if theirs else set()
    return tuple(part for part in _parts(mine) if part.casefold() not in others)[:3]


def _platforms(mine: Fact, theirs: Fact | None) -> str | None:
    named = {part.casefold() for part in _parts(theirs)} if theirs else set()
    if named and not named & (SYSTEMS | WEB):
        return None  # "Python" is no system: on which it runs is not known
    only = _only(mine, theirs)
    systems = tuple(name for name in only if name.casefold() in SYSTEMS)
    if systems:
        return f"you work on {joined(systems, 'or')}"
    is_web = any(name.casefold() in WEB for name in only)
    return "it has to work in the browser" if is_web else None


def _interface(mine: Fact, theirs: Fact | None) -> str | None:
    only = _only(mine, theirs)
    ways = tuple(_with_article(name) for name in only if name not in _FORMATS)
    if ways:
        return f"it has to plug in through {joined(ways, 'or')}"
    return f"you work with {joined(only, 'or')} files" if only else None


def _with_article(name: str) -> str:
    if not name.endswith(" API"):
        return name
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _parts(fact: Fact) -> list[str]:
    """Read a comma list; yes and no name nothing."""
    text = fact.value if isinstance(fact.value, str) else ""
    return [part.strip() for part in text.split(",") if part.strip()]


def _benchmark(mine: Fact, theirs: Fact | None) -> str | None:
    is_shown = mine.value == "reproducible"
    return (
        "you want claims you can check"
        if is_shown and (theirs is None or theirs.value != mine.value)
        else None
    )


def _longer(mine: Fact, theirs: Fact | None) -> str | None:
    lengths = [fact.value for fact in (mine, theirs) if fact and isinstance(fact.value, int)]
    if not lengths or (theirs is not None and lengths[0] < 2 * lengths[-1]):
        return None
    return f"your inputs are long (up to {cell_text(mine)})"


def _date(fact: Fact) -> date:
    return datetime.fromisoformat(str(fact.value)).date()


def _later(mine: Fact, theirs: Fact | None) -> str | None:
    if theirs is None or _date(mine) - _date(theirs) < STALE:
        return None
    return f"recent work on it matters to you (last seen on {day(_date(mine))})"


def _earlier(line: str) -> Rule:
    def rule(mine: Fact, theirs: Fact | None) -> str | None:
        if theirs is None or _date(theirs) - _date(mine) < LONGER_PAST:
            return None
        return line.format(cell_text(mine))

    return rule


RULES: Mapping[FactKind, tuple[Rule, ...]] = {
    FactKind.RUNS_LOCALLY: (
        _yes("it has to run on hardware of your own"),
        _no("you would rather not run anything yourself"),
    ),
    FactKind.SELF_HOST: (_yes("you want to host it yourself"),),
    FactKind.ENTRY_PRICE: (_entry,),
    FactKind.LICENCE: (_licence,),
    FactKind.WAITLIST: (_waitlist,),
    FactKind.PRICE: (_price,),
    FactKind.MAINTAINED_AT: (_later,),
    FactKind.PLATFORMS: (_platforms,),
    FactKind.OPEN_INTERFACE: (_interface,),
    FactKind.BENCHMARK: (_benchmark,),
    FactKind.CONTEXT_LENGTH: (_longer,),
    FactKind.CREATED_AT: (_earlier("you prefer what has been public longer, since {}"),),
    FactKind.VENDOR_SINCE: (_earlier("you want a maker that has been around since {}"),),
    FactKind.PARAMETERS: (_parameters,),
    FactKind.INSTALL: (_yes("you want to install it with one published line"),),
    FactKind.EXAMPLE: (_yes("you want an example to start from"),),
    FactKind.DOCS: (_yes("you want documentation to follow"),),
    FactKind.TERMS: (_yes("you need terms and a privacy page to show"),),
}
"""By the kind of fact they look at, what tips most readers first."""
SAID_BY = {
    FactKind.PRICE: FactKind.ENTRY_PRICE,
    FactKind.SELF_HOST: FactKind.RUNS_LOCALLY,
}
"""A kind that would say the same again, and the one whose line says it already."""
