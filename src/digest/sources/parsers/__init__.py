"""The registry of kinds: one parser for each kind of source, and the way in to all of them."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from digest.model import Capture, Outcome, Reading, Source
from digest.sources.charset import MAX_DAMAGE, decode
from digest.sources.options import Option
from digest.sources.parsers import (
    arxiv_api,
    arxiv_rss,
    devto,
    feed,
    futurepedia_listing,
    github_releases,
    github_search,
    github_trending,
    hf_models,
    hf_papers,
    hf_spaces,
    hn_algolia,
    hn_firebase,
    html_list,
    lobsters,
    ollama_library,
    openrouter_models,
    producthunt_feed,
    producthunt_graphql,
    reddit_json,
    reddit_rss,
    taaft_listing,
)
from digest.sources.readings import doubtful, failed, is_challenge, unreadable

FIRST_ERROR_STATUS = 400
_SHOWN = 20_000  # octets of an error page that are looked at


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: how it is read, and what holds where sources.toml says nothing."""

    name: str
    parse: Callable[[bytes, Capture, Source], Reading]
    version: str
    """Goes up when the parser reads differently: then unchanged pages are fetched again."""
    is_html: bool = False
    """True for pages made for people: robots.txt is obeyed there."""
    floor: int = 5
    """Fewest launches of a healthy reading."""
    is_dated: bool = True
    """False where items carry no launch date by nature, or dates say nothing of a listing's health:
    of a list by trend the newest may go, and a day's list has one date."""
    is_supplied: bool = False
    """True for walled sites: pages are given by the operator, never fetched."""
    label: str = ""
    """Name for readers of a source that no sources file names."""
    options: Mapping[str, Option] = field(default_factory=dict)
    """What ``[source.options]`` may hold."""
    hits: Callable[[bytes, Capture, Source], dict[str, int]] | None = None
    """Counts what each selector of a source fits; None where it has none of its own."""


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("producthunt_feed", producthunt_feed.parse, producthunt_feed.VERSION, is_dated=False),
        Kind(
            "producthunt_graphql",
            producthunt_graphql.parse,
            producthunt_graphql.VERSION,
            is_dated=False,
        ),
        Kind("hn_algolia", hn_algolia.parse, hn_algolia.VERSION),
        Kind("hn_firebase", hn_firebase.parse, hn_firebase.VERSION),
        Kind("hf_models", hf_models.parse, hf_models.VERSION, is_dated=False),
        Kind("hf_papers", hf_papers.parse, hf_papers.VERSION),
        Kind("hf_spaces", hf_spaces.parse, hf_spaces.VERSION, is_dated=False),
        Kind("github_search", github_search.parse, github_search.VERSION, is_dated=False),
        Kind(
            "github_trending",
            github_trending.parse,
            github_trending.VERSION,
            is_html=True,
            floor=15,
            is_dated=False,
        ),
        Kind("reddit_rss", reddit_rss.parse, reddit_rss.VERSION),
        Kind("reddit_json", reddit_json.parse, reddit_json.VERSION),
        Kind("lobsters", lobsters.parse, lobsters.VERSION),
        Kind("github_releases", github_releases.parse, github_releases.VERSION, floor=1),
        Kind("devto", devto.parse, devto.VERSION, options=devto.OPTIONS),
        Kind(
            "openrouter_models",
            openrouter_models.parse,
            openrouter_models.VERSION,
            is_dated=False,
        ),
        Kind(
            "taaft_listing",
            taaft_listing.parse,
            taaft_listing.VERSION,
            is_html=True,
            floor=50,
            is_supplied=True,
            label="There's An AI For That",
        ),
        Kind(
            "futurepedia_listing",
            futurepedia_listing.parse,
            futurepedia_listing.VERSION,
            is_html=True,
            is_dated=False,
            is_supplied=True,
            label="Futurepedia",
        ),
        Kind("ollama_library", ollama_library.parse, ollama_library.VERSION, is_html=True),
        Kind("arxiv_api", arxiv_api.parse, arxiv_api.VERSION),
        Kind("arxiv_rss", arxiv_rss.parse, arxiv_rss.VERSION, is_dated=False),
        Kind(
            "html_list",
            html_list.parse,
            html_list.VERSION,
            is_html=True,
            options=html_list.OPTIONS,
            hits=html_list.hits,
        ),
        Kind("feed", feed.parse, feed.VERSION),
    )
}
"""All kinds by the name that sources.toml uses."""


def version_of(source: Source) -> str:
    """Give the version of a source's parser; with other options it reads differently as well."""
    version = KINDS[source.kind].version
    if not source.options:
        return version
    told = json.dumps(source.options, sort_keys=True)
    return f"{version}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def hits_of(capture: Capture, body: bytes, source: Source) -> dict[str, int]:
    """Count what each selector of a source fits in a response; empty where it has none."""
    count = KINDS[source.kind].hits
    return count(body, capture, source) if count else {}


def read(capture: Capture, body: bytes, source: Source) -> Reading:
    """
    Read one response with the parser of its source's kind.

    Args:
        capture: The response's description; its time is when relative words are meant.
        body: Its octets after content decoding.
        source: The source it was fetched for; its kind is one of ``KINDS``.

    Returns:
        What was found, with an outcome; content that makes no sense never raises.
    """
    if capture.status >= FIRST_ERROR_STATUS:
        shown = body[:_SHOWN].decode("utf-8", errors="replace")
        if is_challenge(shown):
            return unreadable(shown, due="content")
        return failed(f"the server answered {capture.status}")
    reading = KINDS[source.kind].parse(body, capture, source)
    return _lettered(reading, body, capture)


def _lettered(reading: Reading, body: bytes, capture: Capture) -> Reading:
    """Say of a reading whether its letters are a guess; with too many lost it is not believed."""
    if body.isascii() or _is_utf8(body):  # nearly all are: a second decoding costs the others only
        return reading
    decoded = decode(body, capture.content_type)
    if not decoded.is_guessed:
        return reading
    if decoded.damage > MAX_DAMAGE and reading.outcome is Outcome.OK:
        reading = doubtful(reading, "too many characters could not be decoded")
    return reading.model_copy(update={"is_charset_guessed": True})


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
