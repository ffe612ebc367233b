"""What the evidence answers to each question of the panel; None wherever it does not say."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date

from digest.model import LONG_AGO, Fact, FactKind
from digest.model.licences import NO_LICENCE, allows_commercial_use, is_osi
from digest.model.wording import counted, day
from digest.panel.look import Finding, Look, inline

COMPUTED = frozenset({"attention", "trend"})
"""Questions whose points follow a count, instead of standing in the rules file by answer."""
INSTALLERS = frozenset(
    {"pip", "pipx", "uv", "uvx", "conda", "npm", "npx", "pnpm", "yarn", "bun", "brew", "docker"}
    | {"ollama", "cargo", "go", "curl", "winget", "apt", "helm"}
)


def _yes_no(kind: FactKind) -> Callable[[Look], Finding | None]:
    def check(look: Look) -> Finding | None:
        fact = look.newest(kind)
        return Finding(answer="yes" if fact.value else "no", fact=fact) if fact else None

    return check


def install(look: Look) -> Finding | None:
    """Is there an install line? The installer it begins with is named where it is a known one."""
    fact = look.newest(FactKind.INSTALL)
    if fact is None:
        return None
    words = str(fact.value).replace("$", " ").split() if fact.value else []
    tool = next((word for word in words[:2] if word in INSTALLERS), None)
    slots = {"installer": f" that uses {tool}" if tool else ""}
    return Finding(answer="yes" if fact.value else "no", fact=fact, slots=slots)


def _licence(look: Look, judge: Callable[[str], str]) -> Finding | None:
    fact = look.newest(FactKind.LICENCE)
    if fact is None or str(fact.value).casefold() in NO_LICENCE:
        return None
    name = str(fact.value)
    if "proprietary" in name.casefold():
        return Finding(answer="proprietary", fact=fact)
    shown = inline(name.removeprefix("LicenseRef-")) or "terms of its own"
    return Finding(answer=judge(name), fact=fact, slots={"licence": shown}, short=shown)


def licence(look: Look) -> Finding | None:
    """Is the licence OSI-approved, by SPDX identifier?"""
    return _licence(look, lambda name: "osi" if is_osi(name) else "other")


def commercial(look: Look) -> Finding | None:
    """Does the licence allow commercial use? A licence nobody listed counts as "other"."""
    by_list = {True: "allowed", False: "forbidden", None: "other"}
    found = _licence(look, lambda name: by_list[allows_commercial_use(name)])
    if found is None or "licence" not in found.slots:
        return found
    how = {"allowed": "allowed by", "forbidden": "ruled out by", "other": "bound to"}
    return replace(found, short=f"{how[found.answer]} {found.slots['licence']}")


def interface(look: Look) -> Finding | None:
    """Is there an open interface, and which?"""
    fact = look.newest(FactKind.OPEN_INTERFACE)
    if fact is None:
        return None
    name = inline(fact.value) if isinstance(fact.value, str) else None
    slots = {"interface": f" ({name})" if name else ""}
    return Finding(answer="yes" if fact.value else "no", fact=fact, slots=slots, short=name)


def local(look: Look) -> Finding | None:
    """Does it run locally? A self-hosted product does; one that is not may still run locally."""
    kinds = (FactKind.RUNS_LOCALLY, FactKind.SELF_HOST)
    facts = [fact for fact in map(look.newest, kinds) if fact]
    yes = next((fact for fact in facts if fact.value), None)
    if yes:
        return Finding(answer="yes", fact=yes)
    no = look.newest(FactKind.RUNS_LOCALLY)
    return Finding(answer="no", fact=no) if no else None


def benchmark(look: Look) -> Finding | None:
    """Do benchmark claims come with method or code?"""
    fact = look.newest(FactKind.BENCHMARK)
    return Finding(answer=str(fact.value), fact=fact) if fact else None


def superlatives(look: Look) -> Finding | None:
    """How often does the vendor's own copy use superlatives?"""
    fact = look.newest(FactKind.SUPERLATIVES)
    if fact is None or isinstance(fact.value, str):
        return None
    rate = float(fact.value)
    answer = "many" if rate >= look.limits.many_superlatives else "few"
    said = f"{rate:.1f} superlatives per 100 words" if rate else "no superlatives"
    return Finding(answer=answer, fact=fact, slots={"rate": said}, short=said)


def price(look: Look) -> Finding | None:
    """Is the price public? Paid or freemium without a figure does not tell."""
    figure = look.newest(FactKind.PRICE)
    if figure:
        text = inline(figure.value) if isinstance(figure.value, str) else None
        slots = {"price": f": {text}" if text else ""}
        return Finding(answer="yes" if figure.value else "no", fact=figure, slots=slots, short=text)
    entry = look.newest(FactKind.ENTRY_PRICE)
    answers = {"free": "yes", "contact": "no"}
    if entry is None or entry.value not in answers:
        return None
    answer = answers[str(entry.value)]
    return Finding(answer=answer, fact=entry, slots={"price": ": free" if answer == "yes" else ""})


def start(look: Look) -> Finding | None:
    """What does it cost to start?"""
    fact = look.newest(FactKind.ENTRY_PRICE)
    return Finding(answer=str(fact.value), fact=fact) if fact else None


def maintained(look: Look) -> Finding | None:
    """
    When was the last commit or release? The latest date anyone saw counts.

    Where nobody has looked for that long, there may be a later one: it is unknown.
    """
    dates = look.dated(FactKind.MAINTAINED_AT)
    if not dates:
        return None
    last, fact = dates[-1]
    answer = "yes" if look.age_days(last) <= look.limits.maintained_days else "no"
    seen = max(sighting.observed_at for _, sighting in dates).astimezone(UTC).date()
    if answer == "no" and look.age_days(seen) > look.limits.maintained_days:
        return None
    late = "" if answer == "yes" else f", more than {look.limits.maintained_days} days ago"
    return Finding(answer=answer, fact=fact, slots={"date": day(last)}, short=f"{day(last)}{late}")


def vendor(look: Look) -> Finding | None:
    """
    How long has the maker been around? The earliest date anyone saw counts.

    Sources mostly tell the year alone, so no more than that is said.
    """
    dates = look.dated(FactKind.VENDOR_SINCE)
    if not dates:
        return None
    first, fact = dates[0]
    answer = "old" if look.age_days(first) >= look.limits.established_days else "young"
    return Finding(
        answer=answer, fact=fact, slots={"year": str(first.year)}, short=f"since {first.year}"
    )


def age(look: Look) -> Finding | None:
    """
    How long has it been public? Counted from its beginning, or its launch if that is earlier.

    A first sight, or a listing's last change, only says that it is at least that old: too young
    is then unknown.
    """
    launched = look.evidence.launched_at.astimezone(UTC).date()
    began: list[tuple[date, Fact | None]] = list(look.dated(FactKind.CREATED_AT)[:1])
    first, fact = min([*began, (launched, None)], key=lambda pair: pair[0])
    is_young = look.age_days(first) < look.limits.young_days
    if is_young and not (look.evidence.launch_dated or began):
        return None
    is_dated = first != LONG_AGO.date()
    said = day(first) if is_dated else "long ago"
    how = "Launched on" if look.evidence.launch_dated else "Out by" if is_dated else "Out"
    record = f"{how} {said}"
    slots = {"date": said, "young_days": str(look.limits.young_days)}
    answer = "young" if is_young else "old"
    under = f"under {look.limits.young_days} days"
    short = under if is_young else under.replace("under", "over")
    return Finding(answer=answer, fact=fact, record=record, slots=slots, short=short)


def rivals(look: Look) -> Finding | None:
    """How many other known tools did the job when it came?"""
    number = look.evidence.market.rivals
    if number is None:
        return None
    said = counted(number, "other known tool") if number else "no other known tool"
    answer = "many" if number >= look.limits.many_rivals else "few"
    record = f"{counted(number, 'other known tool')} in this job when it came"
    return Finding(answer=answer, record=record, slots={"rivals": said}, short=str(number))


def trend(look: Look) -> Finding | None:
    """Do launches in the job rise or fall against the quarter before?"""
    change = look.evidence.market.job_trend
    if change is None:
        return None
    answer = "rising" if change > 0 else "falling"
    if abs(change) < look.limits.level_trend:
        answer = "level"
    percent = f"{abs(change):.0%}"
    record = f"Launches in this job against the quarter before: {change:+.0%}"
    points = max(-1.0, min(1.0, change))
    short = "level" if answer == "level" else f"{change:+.0%}"
    return Finding(
        answer=answer, record=record, points=points, slots={"percent": percent}, short=short
    )


def attention(look: Look) -> Finding | None:
    """How much attention did it get among tools of its job, at the same age?"""
    percentile = look.evidence.market.attention
    if percentile is None:
        return None
    percent = f"{percentile:.0f}%"
    record = f"Ahead of {percent} of tools of this job in the same source's count, at the same age"
    answer = "high" if percentile >= 50 else "low"  # noqa: PLR2004 # the middle of percentiles
    points = (percentile - 50) / 50
    short = f"ahead of {percent}"
    return Finding(
        answer=answer, record=record, points=points, slots={"percent": percent}, short=short
    )


CHECKS: Mapping[str, Callable[[Look], Finding | None]] = {
    "install": install,
    "docs": _yes_no(FactKind.DOCS),
    "example": _yes_no(FactKind.EXAMPLE),
    "licence": licence,
    "commercial": commercial,
    "waitlist": _yes_no(FactKind.WAITLIST),
    "interface": interface,
    "benchmark": benchmark,
    "rivals": rivals,
    "maintained": maintained,
    "age": age,
    "superlatives": superlatives,
    "price": price,
    "start": start,
    "trend": trend,
    "local": local,
    "attention": attention,
    "vendor": vendor,
    "terms": _yes_no(FactKind.TERMS),
}
"""By the key the rules file uses."""
