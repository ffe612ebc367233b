"""What is known of a tool, one fact of each kind, and how a reader sees it: label and cell."""

from collections.abc import Iterable
from datetime import datetime

from digest.model import EntryPrice, Fact, FactKind
from digest.model.licences import OSI_LICENCES
from digest.model.wording import ENTRY, day

LABELS = {
    FactKind.ENTRY_PRICE: "To start",
    FactKind.PRICE: "Price",
    FactKind.LICENCE: "Licence",
    FactKind.INSTALL: "Install",
    FactKind.DOCS: "Documentation",
    FactKind.EXAMPLE: "Runnable example",
    FactKind.WAITLIST: "Waitlist",
    FactKind.OPEN_INTERFACE: "Open interface",
    FactKind.RUNS_LOCALLY: "On your own hardware",
    FactKind.SELF_HOST: "Self-hosting",
    FactKind.PLATFORMS: "Platforms",
    FactKind.BENCHMARK: "Benchmark claims",
    FactKind.MAINTAINED_AT: "Last commit or release",
    FactKind.CREATED_AT: "Public since",
    FactKind.SUPERLATIVES: "Superlatives in its copy",
    FactKind.CONTEXT_LENGTH: "Context length",
    FactKind.PARAMETERS: "Parameters",
    FactKind.RIVAL_NAMED: "Names as rival",
    FactKind.VENDOR_SINCE: "Maker since",
    FactKind.TERMS: "Terms and privacy page",
    FactKind.REPOSITORY: "Repository",
}
WORDS = {
    FactKind.ENTRY_PRICE: {
        "free": ENTRY[EntryPrice.FREE][0],
        "freemium": ENTRY[EntryPrice.FREEMIUM][1].capitalize(),
        "paid": ENTRY[EntryPrice.PAID][0],
        "contact": ENTRY[EntryPrice.CONTACT][1].capitalize(),
    },
    FactKind.BENCHMARK: {
        "none": "none found",
        "bare": "made without method or code",
        "reproducible": "made with method or code",
    },
}
DATES = frozenset({FactKind.MAINTAINED_AT, FactKind.CREATED_AT, FactKind.VENDOR_SINCE})
YES_NO = frozenset(
    {
        FactKind.DOCS,
        FactKind.EXAMPLE,
        FactKind.WAITLIST,
        FactKind.RUNS_LOCALLY,
        FactKind.SELF_HOST,
        FactKind.TERMS,
    }
)
UNKNOWN = frozenset({"", "unknown", "noassertion", "none", "other"})
"""Texts that say nothing, where a value is a text."""
PRICED_BY_ENTRY = frozenset({"free", "contact"})
"""Ways to start that tell the price as well."""
SYSTEMS = frozenset({"macos", "windows", "linux", "ios", "ipados", "android", "chromeos"})
WEB = frozenset({"browser", "web"})
"""How lists of platforms call the browser; small."""
LONGEST = 90
"""Characters of a cell; what is longer is cut at a word, and the source shows it whole."""
_LICENCES = {name.casefold(): name for name in OSI_LICENCES}


def known(facts: Iterable[Fact]) -> dict[FactKind, Fact]:
    """
    Give the one fact of each kind that counts, by kind: those that say nothing are left out.

    The newest observation counts; of last dates the latest and of first dates the earliest. What
    is free or sold on request has that for its price, and what can be hosted runs on hardware of
    the reader's own: the fact that says so then stands for both kinds, as the panel's checks have it.
    """
    by_kind: dict[FactKind, list[Fact]] = {}
    for fact in sorted(facts, key=_newest_last):
        if cell_text(fact) is not None:
            by_kind.setdefault(fact.kind, []).append(fact)
    found = {kind: _counting(kind, by_kind[kind]) for kind in sorted(by_kind)}
    entry, hosting = found.get(FactKind.ENTRY_PRICE), found.get(FactKind.SELF_HOST)
    local = found.get(FactKind.RUNS_LOCALLY)
    if entry and entry.value in PRICED_BY_ENTRY and FactKind.PRICE not in found:
        found[FactKind.PRICE] = entry
    if hosting and hosting.value and not (local and local.value):
        found[FactKind.RUNS_LOCALLY] = hosting
    return found


def cells(facts: Iterable[Fact]) -> dict[FactKind, str]:
    """Give the cell texts of what is known, by kind."""
    said = {kind: cell_text(fact) for kind, fact in known(facts).items()}
    return {kind: text for kind, text in said.items() if text is not None}


def _newest_last(fact: Fact) -> tuple[datetime, str, str, str]:
    return (fact.observed_at, fact.source, fact.url, str(fact.value))


def _counting(kind: FactKind, facts: list[Fact]) -> Fact:
    """Choose among facts with the newest last; ISO dates sort as texts do."""
    if kind is FactKind.MAINTAINED_AT:
        return max(facts, key=lambda fact: str(fact.value))
    if kind in DATES:
        return min(facts, key=lambda fact: str(fact.value))
    return facts[-1]


def cell_text(fact: Fact) -> str | None:
    """Say a fact's value as a cell shows it; None where the value says nothing."""
    value = fact.value
    if fact.kind in WORDS:
        return WORDS[fact.kind].get(str(value))
    if fact.kind in DATES:
        return _date(fact.kind, str(value))
    if isinstance(value, bool):
        is_absence = fact.page is not None and not fact.span  # the page was read for it in vain
        return "none found" if is_absence else _yes_no(fact.kind, is_so=value)
    if isinstance(value, int | float):
        return _number(fact.kind, value)
    return _text(fact.kind, value)


def _yes_no(kind: FactKind, *, is_so: bool) -> str:
    if is_so:
        return "yes"
    return "no" if kind in YES_NO else "none found"


def _date(kind: FactKind, value: str) -> str | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    # Sources mostly tell the year alone; the day in the value then only bounds it.
    return str(moment.year) if kind is FactKind.VENDOR_SINCE else day(moment)


def _number(kind: FactKind, value: float) -> str:
    if kind is FactKind.SUPERLATIVES:
        return f"{value:.1f} per 100 words" if value else "none"
    text = f"{value:,}"
    return f"{text} tokens" if kind is FactKind.CONTEXT_LENGTH else text


def _text(kind: FactKind, value: str) -> str | None:
    text = " ".join(value.split())
    if text.casefold() in UNKNOWN:
        return None
    if kind is FactKind.LICENCE:
        if "proprietary" in text.casefold():
            return "proprietary"
        return _LICENCES.get(text.casefold(), text.removeprefix("LicenseRef-"))
    if kind is FactKind.REPOSITORY:
        text = text.removeprefix("https://").removeprefix("http://").rstrip("/")
    return shortened(text, LONGEST)


def shortened(text: str, longest: int) -> str:
    """Cut a text at a word so that it has at most ``longest`` characters, with "…" where cut."""
    if len(text) <= longest:
        return text
    head, _, _ = text[:longest].rpartition(" ")
    return f"{(head or text[: longest - 1]).rstrip(' ,;:.-–—')}…"
