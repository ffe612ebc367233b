"""
What would tip a reader to one side: lines that complete "Pick it if …", from known facts alone.

Pure. Known differences come first, each with the values it rests on. Every side gets a line, the
loser as well; where nothing that is known speaks for it, the line says so.
"""

from collections.abc import Mapping
from itertools import chain

from digest.issues.cells import cell_text
from digest.issues.reason_rules import LONGEST, RULES, SAID_BY, TODAY, Rule, is_so
from digest.issues.sides import Side
from digest.model import EntryPrice, Fact, FactKind, Reviewer, Verdict
from digest.model.wording import REVIEWERS, day

MOST = 3
"""Lines a side gets at most."""
NAME_LENGTH = 24
"""Characters of the other's name inside a line; a longer one is called "the other"."""
MUCH_MORE = 2
"""How many times as many count as a difference."""
BY_VALUE = frozenset(
    {
        *(FactKind.ENTRY_PRICE, FactKind.LICENCE, FactKind.PRICE, FactKind.MAINTAINED_AT),
        *(FactKind.PLATFORMS, FactKind.OPEN_INTERFACE, FactKind.CONTEXT_LENGTH),
        *(FactKind.CREATED_AT, FactKind.VENDOR_SINCE, FactKind.PARAMETERS),
    }
)
"""Kinds whose line says the other's value as well."""
STARTS = {
    EntryPrice.FREE: "free",
    EntryPrice.FREEMIUM: "free plan, paid above",
    EntryPrice.PAID: "paid from the start",
    EntryPrice.CONTACT: "price on request",
    EntryPrice.UNKNOWN: "",
}
COUNTED = frozenset({"stars", "pulls", "likes", "votes"})
"""Metrics a reader knows by their name."""

Known = Mapping[FactKind, Fact]


def reasons(side: Side, other: Side, *, mine: Known, theirs: Known) -> tuple[str, ...]:
    """
    Give the lines for one side, the weightiest first: at least one, at most three.

    Known differences come first. Without any, one property of this side that is unknown of the
    other; then which of the two came out first, which is followed more, or whose question it
    answers better. Without any of those the line says that nothing known speaks for it.

    Args:
        side: The side the lines are for.
        other: The other one.
        mine: Its known facts by kind.
        theirs: Those of the other.
    """
    name = other.tool.name if len(other.tool.name) <= NAME_LENGTH else "the other"
    opening = _open_now(mine, theirs)
    lines = (opening + _lines(mine, theirs, name=name, is_difference=True))[:MOST]
    if not lines:
        lines = _lines(mine, theirs, name=name, is_difference=False)[:1]
    return (
        lines
        or _by_launch(side, other)
        or _by_count(side, other)
        or _by_reviewer(side, other)
        or (f"you use it already: nothing we could confirm speaks for it over {name}",)
    )


def _open_now(mine: Known, theirs: Known) -> tuple[str, ...]:
    """Set what installs with a published line, and names no waitlist, against a known waitlist."""
    installs = is_so(mine.get(FactKind.INSTALL)) and FactKind.WAITLIST not in mine
    return (TODAY,) if installs and is_so(theirs.get(FactKind.WAITLIST)) else ()


def _lines(mine: Known, theirs: Known, *, name: str, is_difference: bool) -> tuple[str, ...]:
    made: dict[FactKind, tuple[str, ...]] = {}
    for kind, rules in RULES.items():
        is_wanted = kind in mine and (kind in theirs) is is_difference
        if is_wanted and not made.get(SAID_BY.get(kind, kind)):
            made[kind] = _made(kind, rules, mine, theirs, name=name)
    return tuple(chain.from_iterable(made.values()))


def _made(
    kind: FactKind, rules: tuple[Rule, ...], mine: Known, theirs: Known, *, name: str
) -> tuple[str, ...]:
    found = (rule(mine[kind], theirs.get(kind)) for rule in rules)
    aside = [part for part in (_ground(kind, mine), _against(kind, theirs, name=name)) if part]
    return tuple(
        _with_aside(line, [part for part in aside if part not in line]) for line in found if line
    )


def _with_aside(line: str, aside: list[str]) -> str:
    """Put what a line rests on behind it, into its own brackets where it has some."""
    if not aside:
        return line
    if line.endswith(")"):
        return f"{line[:-1]}; {'; '.join(aside)})"
    return f"{line} ({'; '.join(aside)})"


def _ground(kind: FactKind, mine: Known) -> str | None:
    """Give the value of this side that makes its line concrete, if another fact of it does."""
    if kind is FactKind.RUNS_LOCALLY and mine[kind].value:
        return _how_it_runs(mine)
    if kind is FactKind.INSTALL:
        return _code(mine)
    if kind is FactKind.PRICE:
        return _text(mine, FactKind.PRICE)
    if kind is FactKind.ENTRY_PRICE and mine[kind].value == EntryPrice.FREEMIUM:
        price = _text(mine, FactKind.PRICE)
        return f"paid: {price}" if price else None
    return None


def _how_it_runs(mine: Known) -> str | None:
    if "GGUF" in str(_text(mine, FactKind.OPEN_INTERFACE)):
        return "it ships GGUF files"
    hosted = "it can be self-hosted" if is_so(mine.get(FactKind.SELF_HOST)) else None
    return _code(mine) or hosted


def _code(mine: Known) -> str | None:
    install = _text(mine, FactKind.INSTALL)
    return f"`{install}`" if install else None


def _text(known: Known, kind: FactKind) -> str | None:
    """Give the value of a fact that is a text, if it is short enough to be named in passing."""
    fact = known.get(kind)
    text = cell_text(fact) if fact and isinstance(fact.value, str) and fact.kind is kind else None
    return text if text and len(text) <= LONGEST and "`" not in text else None


def _against(kind: FactKind, theirs: Known, *, name: str) -> str | None:
    """Give the other's value, or that it could not be confirmed."""
    fact = theirs.get(kind)
    if fact is None:
        return f"not confirmed for {name}"
    if kind not in BY_VALUE:
        return None
    text = _start(fact, theirs) if fact.kind is FactKind.ENTRY_PRICE else cell_text(fact)
    return f"{name}: {text}" if text and len(text) <= LONGEST else None


def _start(fact: Fact, theirs: Known) -> str:
    """Say what a start costs: a price stands for it only where nothing is free before it."""
    price = _text(theirs, FactKind.PRICE)
    if fact.value == EntryPrice.FREEMIUM and price:
        plan = f"free plan, then {price}"
        return plan if len(plan) <= LONGEST else STARTS[EntryPrice.FREEMIUM]
    return price or STARTS[EntryPrice(str(fact.value))]


def _by_launch(side: Side, other: Side) -> tuple[str, ...]:
    ours, their = (each.tool.launched_at.date() for each in (side, other))
    if not (side.tool.launch_dated and other.tool.launch_dated) or ours == their:
        return ()
    if ours > their:
        return (f"you want the newer of the two, launched on {day(ours)}",)
    return (f"you prefer the one that has been out longer, since {day(ours)}",)


def _by_count(side: Side, other: Side) -> tuple[str, ...]:
    """Name the one that more people follow, where both are counted in the same way."""
    one, two = side.tool, other.tool
    noun = one.popularity_metric
    if noun not in COUNTED or noun != two.popularity_metric:
        return ()
    ours, theirs = one.popularity or 0, two.popularity or 0
    if ours < MUCH_MORE * theirs or not ours:
        return ()
    return (f"you follow what more people follow ({ours:,} {noun} against {theirs:,})",)


def _by_reviewer(side: Side, other: Side) -> tuple[str, ...]:
    """Name the first reviewer who would ship this one and not the other."""
    verdicts = [{each.reviewer: each.verdict for each in one.reviews} for one in (side, other)]
    for reviewer in Reviewer:
        if [each.get(reviewer) for each in verdicts] == [Verdict.SHIP, Verdict.SKIP]:
            return (
                f"the {REVIEWERS[reviewer]}'s questions are yours: of the two it would ship this",
            )
    return ()
