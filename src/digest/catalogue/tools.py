"""
Put together the tool that a product's launches make: what it is called, who makes it, where it is.

Pure: takes an identity, its launches, its facts and its job, gives a tool. Its texts are chosen by
``taglines`` and ``descriptions``.
"""

import re
from collections.abc import Iterable, Sequence

from digest.catalogue.conflicts import entry_price, licence_name
from digest.catalogue.descriptions import description
from digest.catalogue.names import best_name, maker_of, product_key, product_words, slug_of
from digest.catalogue.structured import is_model
from digest.catalogue.taglines import tagline
from digest.catalogue.urls import (
    Address,
    canonical,
    canonical_url,
    github_repository,
    hugging_face_id,
    own_site,
)
from digest.model import (
    Fact,
    Flag,
    Identity,
    JobAssignment,
    Launch,
    LaunchDateSource,
    Popularity,
    Tool,
)

_BOOKKEEPING = frozenset({"show_hn", "launch_hn", "ask_hn", "output:text"})
"""Tags that say where a launch stood, not what it is."""
_METRICS = (
    *(Popularity.STARS, Popularity.PULLS, Popularity.LIKES),
    *(Popularity.POINTS, Popularity.VOTES, Popularity.UPVOTES),
    *(Popularity.REDDIT_SCORE, Popularity.LOBSTERS_SCORE, Popularity.REACTIONS),
)
"""The most lasting first."""
_NO_DATE = frozenset({None, LaunchDateSource.UPDATED, LaunchDateSource.FIRST_SEEN})
_MADE_BY = re.compile(
    r"\b(?:models?|family|series|developed|released|built|created|made|trained)\b"
    r"(?:\s[\w-]+){0,5}?\sby\s(?:the\s)?(?P<maker>[A-Z][\w-]*(?:\s(?:AI|[A-Z][\w-]+)){0,2})"
)
_PRODUCT_PAGE = ("producthunt.com", "products")


def build_tool(
    identity: Identity,
    launches: Sequence[Launch],
    facts: Iterable[Fact],
    assignment: JobAssignment,
) -> Tool:
    """
    Build a tool from everything known of it.

    Args:
        identity: Its slug.
        launches: All its launches, one or more, in any order.
        facts: All its facts.
        assignment: What it is for.
    """
    ordered = sorted(launches, key=lambda launch: (launch.source, launch.native_id))
    known = tuple(facts)
    name = best_name(ordered)
    first = min(ordered, key=lambda launch: (launch.fresh_at, launch.launched_at_source or "~"))
    counted = _counted(ordered)
    line = tagline(ordered, name)
    return Tool(
        slug=identity.slug,
        name=name,
        tagline=line,
        description=description(ordered, name=name, tagline=line),
        url=_url(ordered),
        site=_site(ordered),
        vendor=_vendor(ordered, name),
        product_key=_page_of(ordered, name) or product_key(name),
        vendor_key=slug_of(_maker(ordered, name) or ""),
        job=assignment.job,
        job_confidence=assignment.confidence,
        job_by=assignment.by,
        job_runner_up=assignment.runner_up,
        entry_price=entry_price(known),
        licence=licence_name(known),
        launched_at=first.fresh_at,
        launch_dated=first.launched_at_source not in _NO_DATE,
        popularity=counted.popularity if counted else None,
        popularity_metric=counted.popularity_metric if counted else None,
        sources=tuple(sorted({launch.source for launch in ordered})),
        tags=_tags(ordered),
        flags=_flags(ordered),
    )


def refreshed(tool: Tool, facts: Iterable[Fact]) -> Tool:
    """Give the tool with what it shows of its facts, all of them given, brought up to date."""
    known = tuple(facts)
    return tool.model_copy(
        update={"entry_price": entry_price(known), "licence": licence_name(known)}
    )


def _rank(address: Address) -> int:
    """Give 0 for a site of its own, 1 for a repository or a model's page, 2 for any other page."""
    if own_site(address):
        return 0
    return 1 if github_repository(address) or hugging_face_id(address) else 2


def _addresses(launches: Sequence[Launch]) -> list[tuple[int, str]]:
    """Give the addresses of a product with their rank, best first; discussions come last."""
    found = []
    for launch in launches:
        for url in filter(None, (launch.site, launch.url)):
            address = canonical(url)
            found.append((_rank(address) if address else 3, url))
        if launch.discussion_url:
            found.append((4, launch.discussion_url))
    return sorted(found, key=lambda pair: pair[0])


def _url(launches: Sequence[Launch]) -> str | None:
    return next((url for _, url in _addresses(launches)), None)


def _site(launches: Sequence[Launch]) -> str | None:
    owned = (url for rank, url in _addresses(launches) if rank <= 1)
    return next((canonical_url(url) for url in owned), None)


def _maker(launches: Sequence[Launch], name: str) -> str | None:
    """Give who makes it: by its address, by a model's own description, or by its listing."""
    makers = [maker for each in launches if (maker := maker_of(each))]
    said = [match["maker"] for each in launches if (match := _made_by(each))]
    return next(iter((*makers, *said)), None) or _page_of(launches, name)


def _made_by(launch: Launch) -> re.Match[str] | None:
    return _MADE_BY.search(launch.tagline or launch.description) if is_model(launch) else None


def _vendor(launches: Sequence[Launch], name: str) -> str | None:
    """Give the maker as written by itself where the author is the maker, else as addressed."""
    maker = _maker(launches, name)
    authors = (launch.author for launch in launches if launch.author)
    written = next((each for each in authors if slug_of(each) == slug_of(maker or "")), None)
    if maker and slug_of(maker) == slug_of(name):
        return name
    return written or maker


def _page_of(launches: Sequence[Launch], name: str) -> str | None:
    """
    Give the product that a listing's page is of, where the launch goes by another name.

    "Simba Voice Agents" stands on the page of Speechify: both are one family, of one maker.
    """
    for launch in launches:
        address = canonical(launch.url or "")
        if address and (address.host, *address.words[:1]) == _PRODUCT_PAGE:
            page = product_key(address.words[-1])
            return None if set(product_words(name)) <= set(page.split("-")) else page
    return None


def _counted(launches: Sequence[Launch]) -> Launch | None:
    """
    Give the launch whose count stands for the tool: the most lasting metric, the highest count.

    A place that was paid for raises no attention.
    """
    unpaid = [launch for launch in launches if Flag.SPONSORED not in launch.flags]
    for metric in _METRICS:
        same = [launch for launch in unpaid if launch.popularity_metric == metric]
        if same:
            return max(same, key=lambda launch: launch.popularity or 0)
    return None


def _tags(launches: Sequence[Launch]) -> tuple[str, ...]:
    tags = {tag.lower() for launch in launches for tag in launch.tags}
    return tuple(sorted(tags - _BOOKKEEPING))


def _flags(launches: Sequence[Launch]) -> tuple[Flag, ...]:
    return tuple(sorted({flag for launch in launches for flag in launch.flags}))
