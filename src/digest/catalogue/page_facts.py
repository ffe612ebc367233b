"""
Read typed facts from a page of the product's own, each with the words it stands on.

Pure: takes a page and the visit that brought it, gives facts. Each role is asked only for what it is
good for: a price on a home page may be a customer's, a licence on a price page one of many.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from digest.catalogue.licence_texts import licence_of, licence_of_field
from digest.catalogue.missing import is_english, missing_claims
from digest.catalogue.own_pages import source_words
from digest.catalogue.phrases import superlatives, text_claims
from digest.catalogue.price_pages import pricing_claims
from digest.catalogue.prices import price_claims
from digest.catalogue.urls import Address, canonical, maker_label, registrable
from digest.catalogue.words import MAX_SPAN, Claim, sentences
from digest.model import EntryPrice, Fact, FactKind, PageLink, PageRole, PageText, Visit
from digest.model.licences import is_osi

MAX_SENTENCES = 1_500
"""Of a page that are read; a long README has some 600."""
LONGEST = 600
"""Characters of a sentence; what is longer is no sentence but a list or code."""
FEWEST_GAPS = 3
"""Spaces in what counts as a sentence of copy; menus and buttons have fewer."""
LONG_WORD = 4
"""Letters from which a word of a name is no "the" or "app"."""

_SHARED = frozenset(
    {FactKind.OPEN_INTERFACE, FactKind.RUNS_LOCALLY, FactKind.SELF_HOST, FactKind.PLATFORMS}
    | {FactKind.INSTALL, FactKind.EXAMPLE, FactKind.PARAMETERS, FactKind.CONTEXT_LENGTH}
)
_ASKED: Mapping[PageRole, frozenset[FactKind]] = {
    PageRole.HOME: _SHARED | {FactKind.WAITLIST, FactKind.LICENCE},
    PageRole.PRICING: frozenset(),
    PageRole.DOCS: _SHARED,
    PageRole.README: _SHARED | {FactKind.WAITLIST, FactKind.LICENCE, FactKind.BENCHMARK},
    PageRole.LICENCE: frozenset(),
}
"""What is read from the words of a page by the rules that read announcements."""
_QUOTES = ('"', "“", "”", "'", "‘", "«", "„")
"""What customers' praise begins with."""
_WORD = re.compile(r"[^\W_]+")
_DOCS_LINK = re.compile(
    r"(?:read the |view |our )?(?:docs|documentation|api reference|文档)", re.IGNORECASE
)
_DOCS_HOST = re.compile(r"^docs?\.")
_TERMS_LINK = re.compile(r"\bterms\b|用户协议|服务条款", re.IGNORECASE)
_PRIVACY_LINK = re.compile(r"\bprivacy\b|隐私", re.IGNORECASE)


def read_page_facts(
    page: PageText, visit: Visit, *, cited: str, capture_key: str, observed_at: datetime
) -> tuple[Fact, ...]:
    """
    Give the facts a page states, at most one of a kind, sorted by kind.

    Args:
        page: What it says.
        visit: Of which tool, and which of its pages.
        cited: Where readers find it.
        capture_key: Of the response it was read from.
        observed_at: When that was fetched.
    """
    claims = {claim.kind: claim for claim in reversed(_claims(page, visit))}  # the first stands
    for claim in missing_claims(page, visit.role, claims):
        claims.setdefault(claim.kind, claim)
    source = source_words(visit.role, visit.url)
    return tuple(
        Fact(
            tool=visit.tool,
            kind=claim.kind,
            value=claim.value,
            observed_at=observed_at,
            capture_key=capture_key,
            source=source,
            page=visit.role,
            url=cited,
            span=claim.span,
        )
        for claim in sorted(claims.values(), key=lambda claim: claim.kind)
    )


def _claims(page: PageText, visit: Visit) -> list[Claim]:
    if visit.role is PageRole.PRICING:
        return list(pricing_claims(page, name=visit.name))
    if visit.role is PageRole.LICENCE:
        return _of_licence(page)
    said = _sentences(page)
    asked = _ASKED[visit.role]
    found = text_claims(said, name=visit.name, is_model=visit.is_model)
    claims = [claim for claim in found if claim.kind in asked and _is_meant(claim, visit)]
    if visit.role is PageRole.HOME:
        claims += [*price_claims(said), *_linked(page, visit)]
        claims += [rate] if (rate := _praise(page, said)) else []
    elif visit.role is PageRole.README:
        claims = [*_of_card(page), *claims, *_linked_docs(page.links)]
    elif shown := page.title or next(iter(said), ""):  # documentation shows itself
        claims.append(Claim(FactKind.DOCS, value=True, span=shown[:MAX_SPAN]))
    return claims


def _sentences(page: PageText) -> tuple[str, ...]:
    said = sentences(*page.lines)
    return tuple(sentence for sentence in said if len(sentence) <= LONGEST)[:MAX_SENTENCES]


def _is_meant(claim: Claim, visit: Visit) -> bool:
    """
    Tell what is said of the product from what a long page says by the way.

    Instructions install other packages too, and notes on one system are no list of systems; a page
    of prose compares things now and then without making it a claim of performance.
    """
    if claim.kind is FactKind.INSTALL:
        return _names_product(str(claim.value), visit)
    if claim.kind is FactKind.PLATFORMS and visit.role is not PageRole.HOME:
        return "," in str(claim.value)
    return claim.value != "bare"


def _names_product(command: str, visit: Visit) -> bool:
    """Tell whether a command has a word of the product's name or of its address in it."""
    address = canonical(visit.site)
    words = [word for word in _WORD.findall(visit.name) if len(word) >= LONG_WORD]
    words.append(visit.name)
    if address:
        words.append(address.words[-1] if address.words else maker_label(address.host))
    plain = _squeezed(command)
    return any(word and word in plain for word in map(_squeezed, words))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _praise(page: PageText, said: Sequence[str]) -> Claim | None:
    """Give the rate of superlatives in the maker's own sentences; they are known in English alone."""
    prose = [
        sentence
        for sentence in said
        if sentence.count(" ") >= FEWEST_GAPS and not sentence.startswith(_QUOTES)
    ]
    is_read = is_english(page, "".join(prose))
    return superlatives(prose) if is_read and prose else None


def _of_licence(page: PageText) -> list[Claim]:
    """Give the licence a text is, and what it lets anybody do by its own words."""
    found = licence_of(page.lines)
    if found is None:
        return []
    name, span = found
    claims = [Claim(FactKind.LICENCE, name, span)]
    if is_osi(name):
        claims.append(Claim(FactKind.SELF_HOST, value=True, span=span))
        claims.append(Claim(FactKind.ENTRY_PRICE, EntryPrice.FREE.value, span))
    return claims


def _of_card(page: PageText) -> list[Claim]:
    name = licence_of_field(page.licence_field)
    return [Claim(FactKind.LICENCE, name, page.licence_field[:MAX_SPAN])] if name else []


def _linked(page: PageText, visit: Visit) -> list[Claim]:
    """Give what a home page shows by linking to it: documentation, terms with privacy."""
    claims = _linked_docs(page.links, home=canonical(visit.site))
    terms = _worded(page.links, _TERMS_LINK)
    privacy = _worded(page.links, _PRIVACY_LINK)
    if terms and privacy:
        span = terms if terms == privacy else f"{terms}, {privacy}"
        claims.append(Claim(FactKind.TERMS, value=True, span=span[:MAX_SPAN]))
    return claims


def _linked_docs(links: Sequence[PageLink], *, home: Address | None = None) -> list[Claim]:
    """Give that documentation is linked: by a link called so, on the home page's own site."""
    for link in links:
        address = canonical(link.url)
        if address is None or (home and registrable(address.host) != registrable(home.host)):
            continue
        is_docs_host = home is not None and bool(_DOCS_HOST.match(address.host))
        if _DOCS_LINK.fullmatch(link.words.strip(" →↗")) or (is_docs_host and link.words):
            return [Claim(FactKind.DOCS, value=True, span=link.words[:MAX_SPAN])]
    return []


def _worded(links: Sequence[PageLink], pattern: re.Pattern[str]) -> str | None:
    return next((link.words for link in links if pattern.search(link.words)), None)
