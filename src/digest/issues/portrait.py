"""
Say in sentences of ours what facts confirm of a tool: who makes it, its licence, where it runs, its price.

Pure. Each sentence is made of confirmed values alone; what is unknown is left out.
"""

import re
from collections.abc import Mapping

from digest.issues.cells import SYSTEMS, WEB, cell_text
from digest.model import EntryPrice, Fact, FactKind, Tool
from digest.model.licences import is_osi
from digest.model.wording import joined

LONGEST_PRICE = 60
LONGEST_LICENCE = 40
COSTS = {
    EntryPrice.FREE: "costs nothing to start",
    EntryPrice.FREEMIUM: "has a free plan",
    EntryPrice.PAID: "is paid from the start",
    EntryPrice.CONTACT: "is sold at a price on request",
}

Known = Mapping[FactKind, Fact]


def portrait(tool: Tool, known: Known, *, after: str) -> list[str]:
    """
    Give up to three sentences about a tool; a number or licence that was told is not told again.

    Args:
        tool: The tool.
        known: Its facts by kind, without those that sources contradict each other on.
        after: The sentences about the tool that stand before them, so that "it" is understood.
    """
    told = f"{tool.tagline} {after}"
    parts = (_origin(tool, told), _size(known, told), _terms(tool, known))
    said = [part for part in parts if part]
    first = "It" if after else tool.name
    return [f"{'It' if position else first} {part}." for position, part in enumerate(said)]


def _origin(tool: Tool, told: str) -> str | None:
    licence = None if tool.licence and tool.licence in told else _licence(tool.licence)
    if tool.vendor and _is_name(tool.vendor) and not _is_within(tool.vendor, tool.name):
        return f"comes from {tool.vendor}{f' and {licence}' if licence else ''}"
    return licence


def _is_name(maker: str) -> bool:
    """Tell a maker as written from a handle or a host's name, such as ``ohad6k``."""
    return maker != maker.lower()


def _is_within(maker: str, name: str) -> bool:
    """Tell whether a name says its maker already: "Develophealth" of "Develop Health"."""
    one, other = (re.sub(r"[\W_]", "", text.casefold()) for text in (maker, name))
    return one in other


def _licence(name: str | None) -> str | None:
    if not name or len(name) > LONGEST_LICENCE:
        return None
    if is_osi(name):
        return f"is open source under {name}"
    if "proprietary" in name.casefold():
        return "is proprietary"
    return f"is licensed as {name}"


def _size(known: Known, told: str) -> str | None:
    fact = known.get(FactKind.PARAMETERS)
    size = cell_text(fact) if fact and isinstance(fact.value, str) else None
    length = cell_text(found) if (found := known.get(FactKind.CONTEXT_LENGTH)) else None
    is_one = size and "," not in size and size[0].isdigit()
    parts = (
        f"has {size} parameters" if is_one and size not in told.split() else "",
        f"takes up to {length}" if length and length not in told else "",
    )
    return joined(tuple(part for part in parts if part)) or None


def _terms(tool: Tool, known: Known) -> str | None:
    """Say where it runs and what it costs."""
    return joined(tuple(part for part in (_places(known), _costs(tool, known)) if part)) or None


def _places(known: Known) -> str:
    fact, local = known.get(FactKind.PLATFORMS), known.get(FactKind.RUNS_LOCALLY)
    names = [name.strip() for name in str(fact.value).split(",")] if fact else []
    systems = tuple(name for name in names if name.casefold() in SYSTEMS)
    places = [f"on {joined(systems)}"] if systems else []
    if any(name.casefold() in WEB for name in names):
        places.append("in the browser")
    if not places and local and local.value is True:
        places.append("on hardware of your own")
    return f"runs {joined(tuple(places))}" if places else ""


def _costs(tool: Tool, known: Known) -> str:
    entry, fact = tool.entry_price, known.get(FactKind.PRICE)
    price = cell_text(fact) if fact and isinstance(fact.value, str) else None
    if not price or len(price) > LONGEST_PRICE or (fact and fact.kind is not FactKind.PRICE):
        return COSTS.get(entry, "")
    if entry is EntryPrice.FREEMIUM:
        return f"has a free plan; paid it costs {price}"
    return f"costs {price}" if entry in (EntryPrice.PAID, EntryPrice.UNKNOWN) else COSTS[entry]
