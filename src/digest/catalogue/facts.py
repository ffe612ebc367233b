"""
Read typed facts from what a launch says, and choose which of them stand now.

Pure: takes launches and facts, gives facts. Each carries the words it stands on, verbatim, and the
page where a reader finds them. What nobody said is no fact.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import inf

from digest.catalogue.established import stated_facts
from digest.catalogue.names import launch_name
from digest.catalogue.phrases import superlatives, text_claims
from digest.catalogue.prices import price_claims
from digest.catalogue.structured import LICENCE_FIELD, WEIGHTS, field_claims, is_model
from digest.catalogue.urls import LISTINGS, canonical, is_on, registrable
from digest.catalogue.words import Claim, sentences, texts_of
from digest.model import INCUMBENTS, Fact, FactKind, Launch, PageRole
from digest.model.licences import NO_LICENCE

_CAPTURED = re.compile(r"-(\d{8}T\d{6})$")
_MANY = frozenset({FactKind.RIVAL_NAMED})
"""Kinds of which several facts may stand side by side."""
OUTDATED = timedelta(days=60)
"""Age beyond the newest claim at which what a product's own page said is one claim among others."""
_DATES = frozenset({FactKind.MAINTAINED_AT, FactKind.CREATED_AT, FactKind.VENDOR_SINCE})
_CARRIES_METHOD = frozenset({PageRole.HOME, PageRole.README})
_BARE = (FactKind.BENCHMARK, "bare")
_SAYS_UNSHOWN = re.compile(
    r"\b(?:is|are|was|were) (?:not|never) (?:said|told|given|shown|published|described)\b"
    r"|\bno (?:method|code|details?|numbers) (?:is|are|was|were) (?:said|told|given|shown)\b",
    re.IGNORECASE,
)
_PRICES = frozenset({FactKind.PRICE, FactKind.ENTRY_PRICE})
_NEAREST: Mapping[bool, tuple[PageRole, ...]] = {
    True: (
        *(PageRole.PRICING, PageRole.HOME, PageRole.README),
        *(PageRole.DOCS, PageRole.LICENCE),
    ),
    False: (
        *(PageRole.LICENCE, PageRole.README, PageRole.DOCS),
        *(PageRole.HOME, PageRole.PRICING),
    ),
}
"""Own pages, the one that knows best first: True for prices, False for all else."""


def read_facts(launch: Launch, *, tool: str) -> tuple[Fact, ...]:
    """
    Give the facts a launch states, sorted by kind.

    At most one of a kind, but for rivals: the launch's own words about price, licence and the like
    come before what its fields imply.

    Args:
        launch: One announcement as a source gave it.
        tool: Slug of the tool it belongs to.
    """
    if launch.source == INCUMBENTS:  # our own words claim nothing beside the facts they list
        return stated_facts(launch, tool=tool)
    said = sentences(*texts_of(launch))
    claims = [
        *(claim for claim in field_claims(launch) if not _is_implied(claim)),
        *price_claims(said),
        *text_claims(said, name=launch_name(launch), is_model=is_model(launch)),
        *(claim for claim in field_claims(launch) if _is_implied(claim)),
    ]
    copy = sentences(launch.tagline, launch.description)
    if _is_own_copy(launch) and (rate := superlatives(copy)):
        claims.append(rate)
    observed_at, url = _observed_at(launch), _page(launch)
    facts = {
        (claim.kind, claim.value if claim.kind in _MANY else None): claim
        for claim in reversed(claims)
    }
    return tuple(
        Fact(
            tool=tool,
            kind=claim.kind,
            value=claim.value,
            observed_at=observed_at,
            capture_key=launch.capture_key,
            source=launch.source,
            url=url,
            span=claim.span,
        )
        for claim in sorted(facts.values(), key=lambda claim: (claim.kind, str(claim.value)))
    )


def _is_implied(claim: Claim) -> bool:
    """Tell whether a claim only follows from a licence: what is said outright goes before it."""
    return claim.kind != FactKind.LICENCE and claim.span.startswith(f"{LICENCE_FIELD}:")


def _observed_at(launch: Launch) -> datetime:
    """Give when the words were captured; keys of captures end with it."""
    found = _CAPTURED.search(launch.capture_key)
    if found is None:
        return launch.first_seen_at
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _page(launch: Launch) -> str:
    """Give the page that holds the words: the listing's or the discussion's, else the target."""
    address = canonical(launch.url or "")
    if launch.url and address and is_on(address.host, LISTINGS) and not _is_discussed(launch):
        return launch.url
    return launch.discussion_url or launch.url or launch.site or ""


def _is_discussed(launch: Launch) -> bool:
    address = canonical(launch.discussion_url or "")
    return address is not None and address.host == "news.ycombinator.com"


def _is_own_copy(launch: Launch) -> bool:
    """Tell whether the words are the maker's: not where one site's page is about another's."""
    page, target = canonical(_page(launch)), canonical(launch.site or launch.url or "")
    if page is None or target is None or is_on(page.host, LISTINGS):
        return True
    return registrable(page.host) == registrable(target.host)


def current_facts(facts: Iterable[Fact], *, kin: Iterable[Fact] = ()) -> tuple[Fact, ...]:
    """
    Give the facts that stand now: the newest of each kind, and the newest of each named rival.

    What the product's own pages say goes before what others claim of it, unless it was last seen long
    before. A price of starting that somebody states outranks one that only follows from a licence;
    of last dates the latest stands, of first dates the earliest;
    what says nothing, such as a licence "other" or a page without a word on it, stands last.
    "Hosted only" says nothing of a product that is known to run elsewhere, or whose weights have a
    page.

    Args:
        facts: All facts of one tool.
        kin: Those of the other listings of its product family, where they are known.

    Returns:
        Sorted by kind, then newest first.
    """
    own = tuple(facts)
    runs_elsewhere = any(map(_shows_it_runs, (*own, *kin)))
    newest = {
        fact.kind: fact.observed_at for fact in sorted(own, key=lambda fact: fact.observed_at)
    }
    ordered = sorted(
        (fact for fact in own if not (runs_elsewhere and _says_hosted_only(fact))),
        key=lambda fact: _precedence(fact, newest=newest[fact.kind]),
    )
    standing: dict[tuple[FactKind, str], Fact] = {}
    for fact in ordered:
        key = fact.kind, str(fact.value).casefold() if fact.kind in _MANY else ""
        standing.setdefault(key, fact)
    return tuple(standing.values())


def supported(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """
    Leave out what only a page could show that nobody has read.

    That claims come without method or code can be said of an announcement once the product's home
    page or README was read as well: there the method would stand, not in a line of a listing. Where
    the announcement says itself that none is given, that is no absence but its word.
    """
    given = tuple(facts)
    if any(fact.page in _CARRIES_METHOD for fact in given):
        return given
    return tuple(
        fact
        for fact in given
        if (fact.kind, fact.value) != _BARE or _SAYS_UNSHOWN.search(fact.span)
    )


def _says_hosted_only(fact: Fact) -> bool:
    return fact.kind is FactKind.RUNS_LOCALLY and not fact.value


def _shows_it_runs(fact: Fact) -> bool:
    if fact.kind is FactKind.REPOSITORY:
        return str(fact.value).startswith(WEIGHTS)
    return fact.kind in {FactKind.RUNS_LOCALLY, FactKind.SELF_HOST} and bool(fact.value)


def is_absence(fact: Fact) -> bool:
    """Tell what a page of the product's own was read for and does not say: no words, no yes."""
    return fact.page is not None and not fact.span


def is_silent(fact: Fact) -> bool:
    """Tell whether a fact says nothing that could contradict another."""
    return is_absence(fact) or (
        fact.kind is FactKind.LICENCE and str(fact.value).casefold() in NO_LICENCE
    )


def _precedence(
    fact: Fact, *, newest: datetime
) -> tuple[str, bool, float, bool, bool, float, int, str, str, str]:
    """Give what facts are sorted by; ``newest`` is when any fact of the kind was last observed."""
    is_implied = fact.kind == FactKind.ENTRY_PRICE and follows_from_licence(fact)
    is_claim = fact.page is None or newest - fact.observed_at > OUTDATED
    newest_first = 0.0 if not is_claim else -fact.observed_at.timestamp()
    place = _NEAREST[fact.kind in _PRICES].index(fact.page) if fact.page else 0
    return (
        *(fact.kind, is_silent(fact), _by_date(fact), is_implied, is_claim, newest_first),
        *(place, fact.source, str(fact.value), fact.span),
    )


def _by_date(fact: Fact) -> float:
    """Order dates: of last ones the latest that anyone saw counts, of first ones the earliest."""
    if fact.kind not in _DATES:
        return 0.0
    try:
        days = datetime.fromisoformat(str(fact.value)).toordinal()
    except ValueError:
        return inf
    return -days if fact.kind is FactKind.MAINTAINED_AT else days


def follows_from_licence(fact: Fact) -> bool:
    """Tell whether a fact only follows from a licence: what is said outright goes before it."""
    return fact.page is PageRole.LICENCE or fact.span.startswith(f"{LICENCE_FIELD}:")
