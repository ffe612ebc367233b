"""
Give the safe keys of a launch: what it may share with another launch only if both are one product.

Pure: takes a launch, gives keys, the most telling first. A name is no key.
"""

from collections.abc import Iterator

from digest.catalogue.names import fits_repository
from digest.catalogue.urls import (
    Address,
    arxiv_id,
    canonical,
    github_repository,
    hugging_face_id,
    own_site,
)
from digest.model import Launch

MAX_KEY = 400
"""Characters of a key; a longer address is no product's."""
_RANK = ("github_id", "github", "arxiv", "hf", "site", "launch")
"""Kinds of keys, the most telling first."""
_WHOLE = frozenset({"tree", "readme"})
"""Pages that show a repository itself; others below it may tell of something else."""


def safe_keys(launch: Launch) -> tuple[str, ...]:
    """
    Give the keys under which launches may be merged, the most telling first; never none.

    ``github_id:``, ``github:owner/repo``, ``arxiv:``, ``hf:owner/name``, ``site:host/path`` and the
    launch's own. A repository's homepage gives none, nor does a listing's page or a shared host; its
    wiki and release pages give one only to a launch that goes by the repository's name.
    """
    keys = [own_key(launch.source, launch.native_id)]
    for address in addresses(launch):
        keys.extend(_keys_of(address, launch))
    declared = launch.details.get("hugging_face_id")
    if isinstance(declared, str) and declared.count("/") == 1:
        keys.append(f"hf:{declared.lower()}")
    return tuple(sorted({key for key in keys if len(key) <= MAX_KEY}, key=rank))


def own_key(source: str, native_id: str) -> str:
    """Give the key that is one launch's alone."""
    return f"launch:{source}/{native_id}"


def launch_of(key: str) -> tuple[str, str] | None:
    """Give source and native id of the launch whose own key this is; None for any other key."""
    kind, _, rest = key.partition(":")
    source, _, native_id = rest.partition("/")
    return (source, native_id) if kind == "launch" else None


def addresses(launch: Launch) -> list[Address]:
    """Give the canonical addresses a launch points to, each once."""
    written = dict.fromkeys(url for url in (launch.url, launch.site) if url)
    found = map(canonical, written)
    return list(dict.fromkeys(address for address in found if address))


def _keys_of(address: Address, launch: Launch) -> Iterator[str]:
    owned = github_repository(address)
    if owned and (_is_whole(address) or fits_repository(launch, owned[1])):
        yield f"github:{owned[0]}/{owned[1]}"
        if number := _number(launch):
            yield f"github_id:{number}"
    if paper := arxiv_id(address):
        yield f"arxiv:{paper}"
    elif hosted := hugging_face_id(address):
        yield f"hf:{hosted}"
    if site := own_site(address):
        yield f"site:{site}"


def _is_whole(address: Address) -> bool:
    rest = address.words[2:]
    return not rest or rest[0].lower() in _WHOLE


def _number(launch: Launch) -> str | None:
    """Give the repository's own number, which stays while repositories change names and owners."""
    told = launch.details.get("repository_id")
    if told is None and "full_name" in launch.details:
        told = launch.native_id
    return str(told) if str(told).isdigit() else None


def kind_of(key: str) -> str:
    """Give the kind of a key: the word before its first colon."""
    return key.partition(":")[0]


def rank(key: str) -> tuple[int, str]:
    """Order keys by how much they tell, the most telling first."""
    return _RANK.index(kind_of(key)), key
