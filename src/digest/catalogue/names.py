"""
Say what a product is called, and which names can mean one product.

Pure: takes names and launches, gives words. Names alone never make two launches one product.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from digest.catalogue.urls import (
    Address,
    canonical,
    github_repository,
    hugging_face_id,
    maker_label,
    own_site,
    registrable,
)
from digest.model import Launch

MAX_NAME_WORDS = 5
MAX_SLUG = 60

_WORD = re.compile(r"[^\W_]+(?:\.\d+[^\W_]*)*")
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_MAKER = re.compile(r"\s+(?i:by)\s+(?=[A-Z0-9])(.+)$")
_VERSION = re.compile(
    r"v?\d+(?:\.\d+)*[a-z]?|\d{4}-?\d{2}-?\d{2}|[a-z]?\d+(?:\.\d+)?(?:x\d+)?[bmk]"
)
_NUMBERED = re.compile(r"([^\W\d_]{3,})\d+(?:\.\d+)*([^\W\d_]*)")
_EDITIONS = frozenset(
    {"alpha", "awq", "base", "beta", "chat", "fp8", "free", "gguf", "instruct", "int4", "int8"}
    | {"it", "latest", "preview", "rc", "release", "thinking", "update", "v", "version", "wave"}
)
"""Words after the first that tell editions of one product apart, not products."""


def fold(text: str) -> str:
    """Give text in lower case and without accents."""
    if text.isascii():
        return text.lower()  # a tenth of the time, and most names are
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def product_words(name: str) -> tuple[str, ...]:
    """Give the words of a name that stay through all versions, sizes and waves; at least one."""
    words = _WORD.findall(fold(_MAKER.sub("", _ASIDE.sub("", name)) or name))
    kept = [
        _without_number(word)
        for index, word in enumerate(words)
        if index == 0 or not (_VERSION.fullmatch(word) or word in _EDITIONS)
    ]
    return tuple(kept) or (fold(name),)


def product_key(name: str) -> str:
    """Give one key for all versions of a product: ``windsurf`` for Windsurf Wave 11 and Wave 12."""
    return "-".join(product_words(name))


def _without_number(word: str) -> str:
    """Give ``qwen`` for ``qwen3`` and ``qwenvl`` for ``qwen2.5vl``; short words keep their number."""
    found = _NUMBERED.fullmatch(word)
    if found is None:
        return word
    return found[1] + (found[2] if len(found[2]) > 1 else "")


def made_by(name: str) -> str | None:
    """Give the maker that a name ends with: ``Creatify`` in "AI Media Buyer By Creatify"."""
    found = _MAKER.search(name)
    return found[1].strip() if found else None


def is_sentence(name: str) -> bool:
    """Tell whether a "name" is really a headline."""
    return len(name.split()) > MAX_NAME_WORDS


def launch_name(launch: Launch) -> str:
    """
    Give a launch's product name.

    A headline gives way to the name of the repository, or of the site, that it points to.
    """
    name = launch.name or launch.title
    if not is_sentence(name):
        return name
    address = canonical(launch.site or launch.url or "")
    return (_name_in(address, launch) if address else None) or name


def _name_in(address: Address, launch: Launch) -> str | None:
    if github_repository(address):
        return (launch.site or launch.url or "").rstrip("/").split("/")[4].removesuffix(".git")
    if own_site(address) is None or address.path or address.host != registrable(address.host):
        return None
    return maker_label(address.host).capitalize()


def best_name(launches: Sequence[Launch]) -> str:
    """Give the name the launches agree on best: no headline, and written as a name if any is."""
    names = {launch_name(launch) for launch in launches}
    best = min(names, key=lambda name: (is_sentence(name), name == name.lower(), len(name), name))
    # "Kilnrun 1.0" gives way to "Kilnrun" where another launch writes it without the version
    shorter = [name for name in names if fold(best).startswith(f"{fold(name)} ")]
    return _unstopped(best[: min(map(len, shorter), default=len(best))])


def _unstopped(name: str) -> str:
    """Take the full stop from the end of a one-word name that has no other, such as "Scarlett."."""
    return name[:-1] if name.endswith(".") and name.count(".") == 1 and " " not in name else name


def are_compatible(one: Launch, other: Launch) -> bool:
    """
    Tell whether two launches at one address can be one product, by what they call it.

    True where one name's words are all in the other's, or where one names the other in its text.
    """
    first, second = launch_name(one), launch_name(other)
    return (
        _is_within(product_words(first), product_words(second))
        or _names(other, first)
        or _names(one, second)
    )


def fits_slug(launch: Launch, slug: str) -> bool:
    """Tell whether a launch can be the product with this slug, as :func:`are_compatible` does."""
    return fits_name(launch, slug.replace("-", " "))


def fits_name(launch: Launch, name: str) -> bool:
    """Tell whether a launch can be the product of this name, as :func:`are_compatible` does."""
    known = product_words(name)
    mine = product_words(launch_name(launch))
    return _is_within(mine, known) or (" ".join(known) in _plain(_text(launch)))


def fits_repository(launch: Launch, repository: str) -> bool:
    """Tell whether a launch goes by a repository's name, by its own name or in its text."""
    known = product_words(repository.replace("-", " "))
    mine = product_words(launch.name or launch.title)
    return _is_within(mine, known) or f" {' '.join(known)} " in f" {_plain(_text(launch))} "


def _is_within(one: Sequence[str], other: Sequence[str]) -> bool:
    return set(one) <= set(other) or set(other) <= set(one)


def _names(launch: Launch, name: str) -> bool:
    return not is_sentence(name) and f" {_plain(name)} " in f" {_plain(_text(launch))} "


def _text(launch: Launch) -> str:
    return f"{launch.title} {launch.tagline} {launch.description}"


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))


def slug_of(text: str) -> str:
    """Give text as part of an address, at most 60 characters; empty where nothing is left of it."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if len(plain) <= MAX_SLUG:
        return plain
    head, dash, _ = plain[: MAX_SLUG + 1].rpartition("-")
    return head if dash else plain[:MAX_SLUG]


def slug_choices(launches: Sequence[Launch]) -> tuple[str, ...]:
    """
    Give slugs for a product, best first: its name, then its name with who or where it is from.

    The last one holds a hash of the launches' ids, so that it is not met twice.
    """
    first = min(launches, key=lambda launch: (launch.source, launch.native_id))
    name = slug_of(best_name(launches))
    places = [slug_of(place) for place in _places(launches)]
    digest = hashlib.sha256(f"{first.source}/{first.native_id}".encode()).hexdigest()[:8]
    if not name:
        choices = [*places, f"{slug_of(first.source)}-{digest}"]
    else:
        longer = [f"{name}-{place}"[: 2 * MAX_SLUG].rstrip("-") for place in places if place]
        choices = [name, *longer, f"{name}-{digest}"]
    return tuple(dict.fromkeys(choice for choice in choices if choice))


def _places(launches: Sequence[Launch]) -> list[str]:
    """Give who makes it and where it stands, best first."""
    ordered = sorted(launches, key=lambda launch: (launch.source, launch.native_id))
    makers = [maker for each in ordered if (maker := maker_of(each))]
    return [*makers, *(each.source for each in ordered)]


def maker_of(launch: Launch) -> str | None:
    """
    Give who makes it, where the launch says so safely.

    The owner of a repository or model, the word a site is registered under, or the maker that the
    name ends with; a person who posted it is not its maker.
    """
    address = canonical(launch.site or launch.url or "")
    named = made_by(launch.name)
    if named or address is None:
        return named
    if owned := github_repository(address):
        return owned[0]
    if address.host == "openrouter.ai":
        return next(iter(address.words), None)
    if hosted := hugging_face_id(address):
        return hosted.split("/")[-2]
    return maker_label(address.host) if own_site(address) else None
