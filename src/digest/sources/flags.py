"""
Say which launches are to be held back: unsafe, paid for, or likely bait.

Pure: takes words, an address and counts; gives flags with their reasons. The rules name no product
of any single launch.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from digest.model import Flag
from digest.sources.urls import host_of

_NSFW_ANYWHERE = re.compile("nsfw|porn|hentai|deepnude|nudify|onlyfans", re.IGNORECASE)
_NSFW_WORDS = frozenset(
    {"erotic", "erotica", "fetish", "nude", "nudes", "sex", "sexting", "sexy", "undress", "xxx"}
)
_PAID_MEDIA = frozenset({"cpc", "ppc"})
_PAID_LABELS = frozenset({"sponsored", "advertisement", "advertorial", "promoted"})
_WHOLE_LABELS = {
    "pro featured": Flag.SPONSORED,
    "featured listing": Flag.SPONSORED,
    "paid listing": Flag.SPONSORED,
    "adult content": Flag.NSFW,
}
"""What directories put on a row; inside a longer text the same words may mean anything."""
AFFILIATES = ("pxf.io", "sjv.io", "partnerstack.com", "partnerlinks.io", "impact.com")
"""Hosts that pay for visits and lead on to the product: never its own site."""
_INVITES = ("discord.gg", "discord.com", "t.me", "bit.ly", "tinyurl.com", "t.co", "linktr.ee")
_HINTS = (
    *("nsfw", "porn", "hentai", "deepnude", "nudify", "onlyfans"),
    *("erotic", "fetish", "nude", "sex", "undress", "xxx"),
    *("sponsored", "advert", "promoted", "utm_medium", *_WHOLE_LABELS),
    *AFFILIATES,
)
"""Pieces of which each word and address that is flagged below holds one."""
_BAIT = frozenset({"activator", "crack", "cracked", "keygen", "unlocker", "unlocked", "cheat"})
_WORD = re.compile(r"[a-z0-9]+")

_COMMERCE = frozenset(
    {"adhd", "bifold", "bookmaker", "botox", "casino", "casinos", "cbd", "escort", "escorts"}
    | {"forex", "gambling", "loan", "loans", "locksmith", "mattress", "mortgage", "refinance"}
    | {"slots", "upvc", "vape"}
)
"""Trades that fill open article sites with pages for search engines."""
_COMMERCE_PHRASES = re.compile(
    r"\bnear me\b|\bbi-fold\b|\bcat flaps?\b|\b(?:car|auto|spare|van) (?:keys?|locks?)\b"
    r"|\b(?:door|window|roof) (?:repairs?|panels?)\b|\bhook locks?\b|\bcustomer care\b"
    r"|\bhow much does .{1,40} cost\b"
)

FRESH = timedelta(days=30)
ONE_PUSH = timedelta(minutes=10)
MANY_STARS = 100
MANY_FORKS = 50
FORKS_PER_STAR = 3
SMALL_KB = 100
WEAK_REASONS = 2
MISSPELT_LENGTH = 5
NEAR_SAME = 0.5
"""Share of the words of two titles, of all in both, from which they are near the same."""
MANY_NEAR_SAME = 3
"""Articles of one author with near the same title from which they are fillers."""


def word_flags(*, words: Iterable[str], url: str | None) -> tuple[Flag, ...]:
    """
    Flag what title, id, tags and address give away.

    Args:
        words: Title, name, native id and tags.
        url: Where the launch points.
    """
    given = list(words)
    told = "\n".join((*given, url or "")).lower()
    if not _hints(told):
        return ()  # nearly always; nothing below can find anything then
    labels = {flag for text in given if (flag := _WHOLE_LABELS.get(text.strip().lower()))}
    path = _path_of(url)
    flags = []
    if Flag.SPONSORED in labels or _is_paid(given, url):
        flags.append(Flag.SPONSORED)
    if Flag.NSFW in labels or any(_is_nsfw(text) for text in (*given, host_of(url), path)):
        flags.append(Flag.NSFW)
    return tuple(flags)


def _hints(told: str) -> bool:
    """Tell whether a text holds a piece of anything that is flagged."""
    for hint in _HINTS:  # noqa: SIM110 # any() would cost twice as much, and each launch comes here
        if hint in told:
            return True
    return False


def _path_of(url: str | None) -> str:
    """Give the path of an address that was checked before; empty where there is none."""
    return urlsplit(url).path if url else ""


def _is_nsfw(text: str) -> bool:
    lowered = text.lower()
    return bool(_NSFW_ANYWHERE.search(lowered)) or not _NSFW_WORDS.isdisjoint(
        _WORD.findall(lowered)
    )


def _is_paid(words: list[str], url: str | None) -> bool:
    """Tell whether the placement was paid for, as far as label and address say."""
    if any(_WORD.findall(text.lower())[:1] == [label] for text in words for label in _PAID_LABELS):
        return True
    if url is None:
        return False
    media = parse_qs(urlsplit(url).query).get("utm_medium", [])
    if any(medium.lower() in _PAID_MEDIA for medium in media):
        return True
    return is_on(host_of(url), AFFILIATES)


def is_on(host: str, domains: Iterable[str]) -> bool:
    """Tell whether a host is one of these domains or stands below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


@dataclass(frozen=True, slots=True)
class Repository:
    """What a code host says of a repository, as far as trust goes."""

    name: str
    description: str
    topics: tuple[str, ...]
    has_licence: bool
    """True for a licence of any kind, one the host cannot name included."""
    homepage: str | None
    stars: int
    forks: int
    size_kb: int | None
    created_at: datetime | None
    pushed_at: datetime | None
    updated_at: datetime | None


def suspect_reasons(repository: Repository) -> tuple[str, ...]:
    """
    Say why a repository looks like bait; empty where it does not.

    One strong reason is enough; weak ones count from two on.
    """
    strong = tuple(_strong_reasons(repository))
    weak = tuple(_weak_reasons(repository))
    return (*strong, *weak) if strong or len(weak) >= WEAK_REASONS else ()


def _strong_reasons(repo: Repository) -> Iterator[str]:
    if repo.forks >= MANY_FORKS and repo.forks > FORKS_PER_STAR * repo.stars:
        yield f"{repo.forks} forks against {repo.stars} stars"
    if repo.stars >= MANY_STARS and not repo.forks and _is_one_push(repo):
        yield f"{repo.stars} stars, no fork, and no push after the first"
    bait = _BAIT.intersection(_WORD.findall(repo.name.lower()))
    if bait:
        yield f"the name says {min(bait)}"


def _weak_reasons(repo: Repository) -> Iterator[str]:
    if not repo.has_licence and _is_fresh(repo):
        yield "new and without a licence"
    if misspelt := _misspelt_topics(repo):
        yield f"misspelt topics: {', '.join(misspelt)}"
    if repo.stars >= MANY_STARS and repo.size_kb is not None and repo.size_kb < SMALL_KB:
        yield f"{repo.stars} stars for {repo.size_kb} KB"
    if is_on(host_of(repo.homepage), _INVITES):
        yield "the homepage is an invite or a short link"


def _is_one_push(repo: Repository) -> bool:
    if repo.created_at is None or repo.pushed_at is None:
        return False
    return repo.pushed_at - repo.created_at < ONE_PUSH


def _is_fresh(repo: Repository) -> bool:
    """Tell whether it was new when the host last touched the row; replays say the same later."""
    latest = max((at for at in (repo.pushed_at, repo.updated_at) if at), default=None)
    return bool(repo.created_at and latest and latest - repo.created_at < FRESH)


def _misspelt_topics(repo: Repository) -> list[str]:
    """Give the topics with a word that is one slip away from a word of name or description."""
    spoken = set(_WORD.findall(f"{repo.name} {repo.description}".lower()))
    return [
        topic
        for topic in repo.topics
        if any(
            word not in spoken and any(_is_slip(word, other) for other in spoken)
            for word in _WORD.findall(topic.lower())
        )
    ]


def _is_slip(word: str, other: str) -> bool:
    """
    Tell whether two words differ by one letter put in, left out or changed.

    Words of which one begins the other are no slip: they are singular and plural. A changed or
    missing first letter is none either: those are other words.
    """
    if min(len(word), len(other)) < MISSPELT_LENGTH or abs(len(word) - len(other)) > 1:
        return False
    if word[0] != other[0] or word.startswith(other) or other.startswith(word):
        return False
    at = next(i for i, pair in enumerate(zip(word, other, strict=False)) if pair[0] != pair[1])
    same, longer, shorter = len(word) == len(other), word, other
    if len(other) > len(word):
        longer, shorter = other, word
    return longer[at + 1 :] == (shorter[at + 1 :] if same else shorter[at:])


@dataclass(frozen=True, slots=True)
class Article:
    """What a list of articles says of one, as far as spam goes."""

    title: str
    author: str
    reactions: int | None


def spam_reasons(article: Article, listed: Iterable[Article]) -> tuple[str, ...]:
    """
    Say why an article looks like spam; empty where it does not, or where a reader liked it.

    Args:
        article: The article in question.
        listed: All articles of the list, itself included.
    """
    if article.reactions:
        return ()
    return tuple(_spam_reasons(article, listed))


def _spam_reasons(article: Article, listed: Iterable[Article]) -> Iterator[str]:
    lowered = article.title.lower()
    words = frozenset(_WORD.findall(lowered))
    if sold := sorted(words & _COMMERCE):
        yield f"the title sells: {sold[0]}"
    elif found := _COMMERCE_PHRASES.search(lowered):
        yield f"the title sells: {found[0]}"
    alike = sum(
        other.author == article.author and _is_near_same(words, other.title) for other in listed
    )
    if alike >= MANY_NEAR_SAME:
        yield f"{alike} titles like it by one author"


def _is_near_same(words: frozenset[str], title: str) -> bool:
    other = set(_WORD.findall(title.lower()))
    return len(words & other) >= NEAR_SAME * len(words | other)
