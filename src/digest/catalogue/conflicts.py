"""
Find the facts that say otherwise than the one that stands, so that both are kept and shown.

Pure: takes facts, gives facts. Which fact stands is ``current_facts``' to say; here is only told who
contradicts it. A price that changed is history, and a page that is silent contradicts nobody.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from digest.catalogue.facts import OUTDATED, current_facts, follows_from_licence, is_silent
from digest.model import EntryPrice, Fact, FactKind

MUCH_LONGER = 1.1
"""Ratio of two context lengths from which they are two: 128,000 and 131,072 are one."""
_NUMBERS = re.compile(r"\d[\d,.]*")


def _other_text(one: object, other: object) -> bool:
    return str(one).casefold() != str(other).casefold()


def _other_amount(one: object, other: object) -> bool:
    """Tell whether two prices of the same unit have other amounts; of other units they are two."""
    texts = [str(value).casefold().removeprefix("from ") for value in (one, other)]
    shapes = {_NUMBERS.sub("#", text) for text in texts}
    return len(shapes) == 1 and len({tuple(_NUMBERS.findall(text)) for text in texts}) > 1


def _other_sizes(one: object, other: object) -> bool:
    """Tell whether two lists of sizes have none in common."""
    sizes = [{part.strip().casefold() for part in str(value).split(",")} for value in (one, other)]
    return sizes[0].isdisjoint(sizes[1])


def _other_length(one: object, other: object) -> bool:
    lengths = [value for value in (one, other) if isinstance(value, int | float) and value > 0]
    return len(lengths) == 2 and max(lengths) / min(lengths) > MUCH_LONGER  # noqa: PLR2004 # both


CONTRADICTS: Mapping[FactKind, Callable[[object, object], bool]] = {
    **dict.fromkeys(
        (
            *(FactKind.LICENCE, FactKind.ENTRY_PRICE, FactKind.BENCHMARK),
            *(FactKind.DOCS, FactKind.EXAMPLE, FactKind.WAITLIST, FactKind.TERMS),
            *(FactKind.RUNS_LOCALLY, FactKind.SELF_HOST),
        ),
        _other_text,
    ),
    FactKind.PRICE: _other_amount,
    FactKind.PARAMETERS: _other_sizes,
    FactKind.CONTEXT_LENGTH: _other_length,
}
"""
Kinds of which two facts can contradict each other, and when they do.

Of the others several may be true at once: interfaces, systems and rivals add up, of dates the latest
or the earliest counts, and each page has its own rate of superlatives.
"""


def dissent(
    facts: Iterable[Fact],
    *,
    kin: Iterable[Fact] = (),
    standing: Iterable[Fact] | None = None,
) -> tuple[Fact, ...]:
    """
    Give the facts that contradict one that stands, sorted by kind, then newest first.

    Args:
        facts: All facts of one tool.
        kin: Those of the other listings of its product family, as ``current_facts`` takes them.
        standing: What ``current_facts`` gives of both, where it was asked already.
    """
    own = tuple(facts)
    stand = current_facts(own, kin=kin) if standing is None else standing
    by_kind = {fact.kind: fact for fact in stand if fact.kind in CONTRADICTS}
    found: dict[tuple[FactKind, str], Fact] = {}
    for fact in sorted(own, key=lambda each: (each.source, each.url, each.span)):
        stands = by_kind.get(fact.kind)
        if stands is not None and _contradicts(fact, stands):
            key = fact.kind, str(fact.value).casefold()
            found[key] = max(found.get(key, fact), fact, key=lambda each: each.observed_at)
    newest_first = sorted(found.values(), key=lambda fact: fact.observed_at, reverse=True)
    return tuple(sorted(newest_first, key=lambda fact: fact.kind))


def _contradicts(fact: Fact, stands: Fact) -> bool:
    differs = CONTRADICTS.get(fact.kind)
    if differs is None or not differs(fact.value, stands.value):
        return False
    if is_silent(fact) or is_silent(stands):
        return False
    is_implied = fact.kind is not FactKind.LICENCE and follows_from_licence(fact)
    return not is_implied and not _is_history(fact, stands)


def _is_history(fact: Fact, stands: Fact) -> bool:
    """Tell what its own source no longer says, and what was last seen long before."""
    is_earlier = fact.observed_at < stands.observed_at
    is_same_page = (fact.source, fact.url) == (stands.source, stands.url)
    return is_earlier and (is_same_page or stands.observed_at - fact.observed_at > OUTDATED)


def undisputed(facts: Iterable[Fact], kind: FactKind) -> Fact | None:
    """
    Give the fact of a kind that stands and may be said without the other side.

    None where there is none, and where claims contradict each other with no page of the product's
    own to settle it.
    """
    given = tuple(fact for fact in facts if fact.kind is kind)
    standing = current_facts(given)
    stands = standing[0] if standing else None
    if stands is None or stands.page is not None:
        return stands
    return None if dissent(given, standing=standing) else stands


def entry_price(facts: Iterable[Fact]) -> EntryPrice:
    """Give the price of starting that stands undisputed; unknown where none does."""
    fact = undisputed(facts, FactKind.ENTRY_PRICE)
    return EntryPrice(str(fact.value)) if fact else EntryPrice.UNKNOWN


def licence_name(facts: Iterable[Fact]) -> str | None:
    """Give the name of the licence that stands undisputed; None where none does."""
    fact = undisputed(facts, FactKind.LICENCE)
    return str(fact.value).removeprefix("LicenseRef-") if fact else None
