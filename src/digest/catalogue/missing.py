"""
Say what a page of the product's own was read for and does not have.

Pure: takes a page and what was found on it, gives claims without words: nothing on the page says
them. Only the page that should carry a thing can lack it, and only where it was read whole, in a
language whose words are known, and has not even a word near it; else what is not found is unknown.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from digest.catalogue.patterns import BARE_CLAIM, SHOWN_CLAIM
from digest.catalogue.words import Claim
from digest.model import FactKind, PageRole, PageText

FEWEST_SENTENCES = 8
"""Lines of words below which a page shows too little of itself to lack anything."""
FEWEST_LINKS = 4
"""Links below which a page's menu was not seen, as where scripts write it."""
MOST_LINES = 1_500
"""Lines from which a page may not have been read to its end."""
FEWEST_GAPS = 3
"""Spaces in what counts as a line of words."""

CARRIES: Mapping[PageRole, Mapping[FactKind, bool | str]] = {
    PageRole.HOME: {
        FactKind.DOCS: False,
        FactKind.TERMS: False,
        FactKind.WAITLIST: False,
        FactKind.BENCHMARK: "none",
    },
    PageRole.README: {
        FactKind.INSTALL: False,
        FactKind.EXAMPLE: False,
        FactKind.OPEN_INTERFACE: False,
        FactKind.WAITLIST: False,
        FactKind.BENCHMARK: "none",
    },
}
"""
What each page should carry, and what it means that it does not.

A home page links documentation and terms, a README shows how to install and use; both say where a
waitlist stands before the product, and make what claims of performance are made.
"""
_LINKED = frozenset({FactKind.DOCS, FactKind.TERMS})
_NEAR: Mapping[FactKind, re.Pattern[str]] = {
    kind: re.compile(rf"\b(?:{words})", re.IGNORECASE)
    for kind, words in {
        FactKind.INSTALL: r"install|docker|npx|npm|pip|brew|download|set-?\s?up|clone|"
        r"quick-?\s?start|getting started|curl|run ",
        FactKind.EXAMPLE: r"examples?|demos?|usage|quick-?\s?start|getting started|playground|"
        r"tutorials?|notebooks?|try it|screenshots?|samples?",
        FactKind.OPEN_INTERFACE: r"apis?|mcp|rest|gguf|graphql|webhooks?|openai|sdks?|protocols?|"
        r"plug-?ins?|endpoints?|http|cli",
        FactKind.WAITLIST: r"wait(?:ing)?[-\s]?list|early access|private beta|closed beta|invit|request access|"
        r"coming soon|join the|notify me|pilot",
        FactKind.DOCS: r"docs?|documentation|guides?|learn|developers?|api|help|manual|handbook|"
        r"knowledge|support|tutorials?|reference|wiki|faq|github",
        FactKind.TERMS: r"terms|privacy|legal|conditions|polic(?:y|ies)|imprint|gdpr|tos|data",
    }.items()
}
"""Words near a thing: where one stands on the page, it may be there in a way that is not understood."""


def is_english(page: PageText, text: str) -> bool:
    """Tell whether a page's words are English, as far as it says or its letters show."""
    return page.language.startswith("en") or (not page.language and text.isascii())


def missing_claims(page: PageText, role: PageRole, found: Collection[FactKind]) -> Iterator[Claim]:
    """
    Give what the page lacks, in the order of the table above; each without words.

    Args:
        page: As it was read.
        role: What page of the product it is.
        found: Kinds it does say something of.
    """
    lines = [line for line in page.lines if line.count(" ") >= FEWEST_GAPS]
    is_whole = len(lines) >= FEWEST_SENTENCES and len(page.lines) < MOST_LINES
    if not is_whole or not is_english(page, "".join(lines)):
        return
    for kind, value in CARRIES.get(role, {}).items():
        if kind not in found and not _may_have(page, kind):
            yield Claim(kind, value, span="")


def _may_have(page: PageText, kind: FactKind) -> bool:
    """Tell whether a page may have a thing after all, in words or in a menu that was not seen."""
    if kind in _LINKED and len(page.links) < FEWEST_LINKS:
        return True
    if kind is FactKind.BENCHMARK:
        return any(BARE_CLAIM.search(line) or SHOWN_CLAIM.search(line) for line in page.lines)
    texts = (*page.lines, *(link.words for link in page.links))
    return any(_NEAR[kind].search(text) for text in texts)
