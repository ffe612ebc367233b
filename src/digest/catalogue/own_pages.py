"""
Choose which pages of a tool's own are worth a look, and when.

Pure: takes tools, pages and times, gives visits. At most one page a role: home, pricing, docs, README,
licence. An address on a host that many makers share is no site of the tool's own, and what is linked
elsewhere is not either.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from digest.catalogue.arrivals import is_root
from digest.catalogue.urls import (
    Address,
    canonical,
    github_repository,
    hugging_face_id,
    own_site,
    registrable,
)
from digest.model import PageLink, PageOutcome, PageRole, ProductPage, Tool, Visit

AGAIN = timedelta(days=7)
"""After which a page is looked at again; conditionally where its server takes that."""
AGAIN_FAILED = timedelta(days=1)
"""The same for one that could not be had just then."""
WHOLE = timedelta(days=28)
"""Age of what was last read of a page at which it is asked for whole: facts must not grow old only
because nothing changes."""
BATCH = 40
"""Visits that begin in one batch; each leads to at most three more pages."""

_By = Literal["address", "words"]
_RAW = "https://raw.githubusercontent.com"
_HUB = "https://huggingface.co"
FOUND_FROM: Mapping[PageRole, PageRole] = {
    PageRole.PRICING: PageRole.HOME,
    PageRole.DOCS: PageRole.HOME,
    PageRole.LICENCE: PageRole.README,
}
"""Pages that are found by the links of another one."""
_KINDS_ON_HUB = frozenset({"spaces", "datasets"})
_FRONT = frozenset(
    {"app", "apps", "platform", "console", "dashboard", "cloud", "web", "go", "get", "try", "my"}
    | {"docs", "doc", "developers", "dev", "beta", "home", "about", "start", "portal", "studio"}
)
"""Names of hosts that are a door to the site they lie below, not a product of their own."""
_WANTED: Mapping[PageRole, tuple[tuple[_By, re.Pattern[str]], ...]] = {
    PageRole.PRICING: (
        (
            "address",
            re.compile(
                r"/(?:pricing(?:-plans)?|prices|plans?|plans-(?:and-)?pricing|preise|tarifs)/?$"
            ),
        ),
        ("address", re.compile(r"/(?:pricing|prices|plans)(?:[/.]|$)")),
        (
            "words",
            re.compile(
                r"(?:see |view |our )?(?:pricing|prices|plans?(?: (?:&|and) pricing)?|定价|价格)$"
            ),
        ),
    ),
    PageRole.DOCS: (
        ("address", re.compile(r"^docs?\.[\w.-]+/?$|/(?:docs?|documentation)/?$")),
        ("address", re.compile(r"/(?:quick-?start|getting-started)/?$")),
        ("address", re.compile(r"^docs?\.[\w.-]+/|/(?:docs?|documentation)/")),
        ("words", re.compile(r"(?:read the |view |our )?(?:docs|documentation|文档)$")),
    ),
}
"""What a link's address, or its words, look like; the better sign first."""
_LICENCE_FILE = re.compile(
    r"/(?:[\w-]+[-_.])?(?:licen[cs]e|copying)(?:[-_.][\w.-]+)?$", re.IGNORECASE
)


def first_visits(
    tool: Tool, *, repository: str | None = None, is_model: bool = False
) -> tuple[Visit, ...]:
    """
    Give the pages to begin with: the home page of its own site, and the README of its repository.

    Args:
        tool: The tool; one known from a listing alone has no page of its own.
        repository: Address of its repository or weights where a fact names one.
        is_model: Whether it is listed among models.
    """
    visits: dict[PageRole, str] = {}
    for url in filter(None, (tool.site, tool.url, repository)):
        address = canonical(url)
        if address is None:
            continue
        if readme := _readme(address):
            visits.setdefault(PageRole.README, readme)
        elif tool.site and str(address) == tool.site and _is_page_of_one(address):
            visits[PageRole.HOME] = url  # the launch's own spelling, scheme and all, overrides ours
    site = tool.site or ""
    return tuple(
        Visit(tool=tool.slug, name=tool.name, site=site, role=role, url=url, is_model=is_model)
        for role, url in sorted(visits.items())
    )


def next_visits(visit: Visit, links: Sequence[PageLink], *, arrived: str) -> tuple[Visit, ...]:
    """
    Give the further pages that a page just read leads to.

    Args:
        visit: The visit, of a home page or a README; others lead nowhere.
        links: All links of the page, in order.
        arrived: Where it was found, after redirects.
    """
    if visit.role is PageRole.README:
        licence = _licence_file(visit.url, links)
        found = {PageRole.LICENCE: licence} if licence else {}
    elif visit.role is PageRole.HOME:
        found = _linked(links, arrived=arrived)
    else:
        found = {}
    return tuple(visit.model_copy(update={"role": role, "url": url}) for role, url in found.items())


def _is_page_of_one(address: Address) -> bool:
    """Tell a page about one product from an entry, picked by its anchor, of a page about many."""
    is_entry = address.fragment and not address.fragment.startswith(("/", "!/"))
    return own_site(address) is not None and not is_entry


def _readme(address: Address) -> str | None:
    """Give where the README of a repository, or the card of a model, lies as plain text."""
    if owned := github_repository(address):
        return f"{_RAW}/{'/'.join(owned)}/HEAD/README.md"
    if hugging_face_id(address):
        size = 3 if address.words[0].lower() in _KINDS_ON_HUB else 2
        return f"{_HUB}/{'/'.join(address.words[:size])}/raw/main/README.md"
    return None


def _licence_file(readme: str, links: Iterable[PageLink]) -> str | None:
    """
    Give the licence file of a repository: the one its README links to, else the usual name.

    The Hub states a model's licence in the head of its card, and asks nobody to add a file.
    """
    folder = readme.rpartition("/")[0]
    for link in links:
        url = _raw(link.url)
        if url.startswith(f"{folder}/") and _LICENCE_FILE.search(url):
            return url
    return f"{folder}/LICENSE" if folder.startswith(_RAW) else None


def _raw(url: str) -> str:
    """Give a file's plain text where the address is of the page that shows it; HEAD is the branch."""
    parts = urlsplit(url)
    words = parts.path.strip("/").split("/")
    if parts.hostname == "github.com" and len(words) > 4 and words[2] == "blob":  # noqa: PLR2004 # owner, repository, blob, branch, file
        owner, repository, _, _, *file = words
        return f"{_RAW}/{owner.lower()}/{repository.lower()}/HEAD/{'/'.join(file)}"
    return url


def _linked(links: Sequence[PageLink], *, arrived: str) -> dict[PageRole, str]:
    """Choose the best link for each role among those of the same site."""
    own = [link for link in links if _is_own(link.url, arrived)]
    found: dict[PageRole, str] = {}
    for role, signs in _WANTED.items():
        ranked = [
            (rank, link.url.partition("#")[0])
            for link in own
            if (rank := _rank(link, signs)) is not None and link.url.partition("#")[0] != arrived
        ]
        if ranked:
            found[role] = min(ranked, key=lambda pair: pair[0])[1]  # stable: of equals the first
    return found


def _rank(link: PageLink, signs: Sequence[tuple[_By, re.Pattern[str]]]) -> int | None:
    """Give which sign a link shows, 0 for the best; None where it shows none."""
    parts = urlsplit(link.url)
    host = (parts.hostname or "").removeprefix("www.")
    address, words = f"{host}{parts.path}".lower(), link.words.strip(" →>↗").lower()
    shows = (
        number
        for number, (by, sign) in enumerate(signs)
        if (sign.search(address) if by == "address" else sign.match(words))
    )
    return next(shows, None)


def _is_own(url: str, home: str) -> bool:
    """
    Tell whether a page belongs to the product whose home page is ``home``.

    A product that is one page of a bigger site owns what lies below that page: the site's prices may
    be those of its neighbours. One on a host of its own below another's owns that host alone, unless
    the host's name only says it is a door.
    """
    address, start = canonical(url), canonical(home)
    if address is None or start is None or own_site(address) is None:
        return False
    host, start_host = (each.host.partition(":")[0] for each in (address, start))
    if not is_root(home):
        inside = address.path == start.path or address.path.startswith(f"{start.path}/")
        return host == start_host and inside
    door = start_host.removesuffix(registrable(start_host)).rstrip(".")
    if door and door not in _FRONT:
        return host == start_host or host.endswith(f".{start_host}")
    return registrable(host) == registrable(start_host)


def is_due(visit: Visit, page: ProductPage | None, *, now: datetime) -> bool:
    """Tell whether a page may be looked at now: never seen, at another address, or its time has come."""
    return page is None or page.url != visit.url or page.due_at <= now


def is_fresh(page: ProductPage, *, now: datetime) -> bool:
    """Tell whether a page may be asked for conditionally: what was read of it is young enough."""
    return page.read_at is not None and now - page.read_at < WHOLE


def due_at(outcome: PageOutcome, *, now: datetime, not_before: datetime | None) -> datetime:
    """Give when a page may be looked at again, no earlier than its host asked for."""
    wait = AGAIN_FAILED if outcome is PageOutcome.FAILED else AGAIN
    return max(now + wait, not_before) if not_before else now + wait


def in_batches(
    visits: Iterable[Visit], *, size: int = BATCH
) -> tuple[tuple[tuple[Visit, ...], ...], ...]:
    """
    Group visits so that no host is in two groups, each cut into batches.

    Returns:
        Groups that may be worked on side by side; the batches of one are done one after the other.
        A group holds one big host, or as many small ones as fit into a batch.
    """
    hosts: dict[str, list[Visit]] = {}
    for visit in visits:
        address = canonical(visit.url)
        hosts.setdefault(registrable(address.host) if address else visit.url, []).append(visit)
    groups: list[tuple[tuple[Visit, ...], ...]] = []
    gathered: list[Visit] = []
    for found in hosts.values():
        if len(found) >= size:
            cuts = range(0, len(found), size)
            groups.append(tuple(tuple(found[start : start + size]) for start in cuts))
            continue
        if len(gathered) + len(found) > size:
            groups.append((tuple(gathered),))
            gathered = []
        gathered += found
    if gathered:
        groups.append((tuple(gathered),))
    return tuple(groups)


_WORDS: Mapping[PageRole, str] = {
    PageRole.HOME: "home page",
    PageRole.PRICING: "pricing page",
    PageRole.DOCS: "documentation",
    PageRole.README: "README",
    PageRole.LICENCE: "licence",
}
LONGEST_NAME = 60
"""Characters of a fact's source."""


def source_words(role: PageRole, url: str) -> str:
    """Say which page says something, for readers: ``pricing page of emberline.example``."""
    address = canonical(url)
    words = _WORDS[role]
    if address is None:
        return f"its own {words}"
    if address.host == _RAW.removeprefix("https://"):
        told = f"{words} on GitHub"
    elif address.host == _HUB.removeprefix("https://"):
        is_card = role is PageRole.README and address.words[0] not in _KINDS_ON_HUB
        told = f"{'model card' if is_card else words} on Hugging Face"
    elif role is PageRole.HOME and not is_root(url):
        told = f"its page on {address.host}"
    else:
        told = f"{words} of {address.host}"
    return told if len(told) <= LONGEST_NAME else f"its own {words}"


def shown_address(url: str) -> str:
    """Give the page for people of a file that is read as plain text; other addresses as they are."""
    address = canonical(url)
    if address is None:
        return url
    host, words = f"https://{address.host}", address.words
    if host == _RAW and len(words) > 3:  # noqa: PLR2004 # owner, repository, branch, file
        owner, repository, branch, *file = words
        if file == ["README.md"]:
            return f"https://github.com/{owner}/{repository}"
        return f"https://github.com/{owner}/{repository}/blob/{branch}/{'/'.join(file)}"
    if host == _HUB and words[-3:] == ("raw", "main", "README.md"):
        return f"{_HUB}/{'/'.join(words[:-3])}"
    return url
