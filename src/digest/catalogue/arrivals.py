"""
Say where a visit to a page ended up, and which address of it readers may be given.

Pure: takes addresses, gives decisions with their reasons. A page's word about its own address is
believed only where it could be true.
"""

import re
from dataclasses import dataclass

from digest.catalogue.urls import Address, canonical, is_on, maker_label, registrable
from digest.model import PageOutcome, PageText

_ROOT = re.compile(
    r"(?:/(?:[a-z]{2}(?:[-_][a-z]{2,4})?|index|home|welcome)(?:\.\w{3,5})?){0,2}", re.IGNORECASE
)
"""Paths that are a site's first page: none, a language, a page called home."""
_ERROR = re.compile(
    r"/(?:[45]\d\d|errors?|not[-_]?found|page[-_]not[-_]found|oops|unavailable)(?:\.\w{3,5})?(?:/|$)",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"/(?:log-?in|sign-?in|sign[-_]?up|auth|sso|session/new|account/login|users/sign_in)(?:\.\w{3,5})?(?:/|$)",
    re.IGNORECASE,
)
_CODE_HOSTS = ("github.com", "githubusercontent.com", "huggingface.co", "hf.co")
"""Redirects between these, after a rename, stay with the owner of the repository."""


@dataclass(frozen=True, slots=True)
class Cited:
    """The address readers are given, and why the page's own word was not taken, if it was not."""

    url: str
    refused: str | None = None


def cited_address(arrived: str, page: PageText) -> Cited:
    """
    Choose the address of a page: its canonical one, else that for sharing, else where it was found.

    Args:
        arrived: Where the page was found, after redirects.
        page: What it says.
    """
    refusals = []
    for name, said in (("rel=canonical", page.canonical), ("og:url", page.og_url)):
        if not said:
            continue
        if reason := _why_not(said, arrived):
            refusals.append(f"{name} {reason}")
            continue
        return Cited(said, "; ".join(refusals) or None)
    return Cited(arrived, "; ".join(refusals) or None)


def _why_not(said: str, arrived: str) -> str | None:
    """Say why an address cannot be that of the page found at ``arrived``; None where it can."""
    claimed, found = canonical(said), canonical(arrived)
    if claimed is None or found is None:
        return "is no web address"
    if registrable(claimed.host) != registrable(found.host):
        return f"names another site, {claimed.host}"
    if _ERROR.search(claimed.path):
        return "is an error page"
    if _is_root(claimed) and not _is_root(found):
        return "is the site's root, which is another page"
    return None


def arrival(asked: str, arrived: str) -> tuple[PageOutcome, str] | None:
    """
    Say what a redirect means; None where the page is still the one that was asked for.

    Args:
        asked: What was asked for.
        arrived: Where the redirects ended; the same address where there were none.
    """
    start, end = canonical(asked), canonical(arrived)
    if start is None or end is None or start == end:
        return None
    if not _is_same_owner(start, end):
        return PageOutcome.GONE, f"leads to another site, {end.host}"
    if _is_root(end) and not _is_root(start):
        return PageOutcome.GONE, "leads to the site's root: the page is not there any more"
    if _ERROR.search(end.path):
        return PageOutcome.GONE, f"leads to an error page, {end}"
    if _LOGIN.search(end.path) and not _LOGIN.search(start.path):
        return PageOutcome.UNREADABLE, f"leads to a login, {end}"
    return None


def _is_same_owner(start: Address, end: Address) -> bool:
    if is_on(start.host, _CODE_HOSTS):
        return is_on(end.host, _CODE_HOSTS)
    same_name = maker_label(start.host) == maker_label(end.host)
    return registrable(start.host) == registrable(end.host) or same_name


def _is_root(address: Address) -> bool:
    is_page = address.query or address.fragment
    return not is_page and bool(_ROOT.fullmatch(address.path))


def is_root(url: str) -> bool:
    """Tell whether an address is the first page of a site, in any language."""
    address = canonical(url)
    return address is not None and _is_root(address)
