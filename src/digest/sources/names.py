"""
Find a product's name in the sentence that announces it.

Pure: takes a title, gives name and tagline. It would rather give the whole title than half a name.
"""

import re
from dataclasses import dataclass

MAX_WORDS = 4

_PREFIX = re.compile(
    r"(?:(?i:(?:show|launch|tell) hn\s*[:–—-]\s*)"
    r"|(?i:introducing|announcing|meet|launching)\s*:?\s+(?![a-z]))"  # "Announcing our talks" stays
)
_SEPARATOR = re.compile(r"\s+[–—-]\s+|:\s+|,\s+|\s+\|\s+")
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_ARTICLE = re.compile(r"^(?:an?|the|my|our|your)\s", re.IGNORECASE)
_SMALL = frozenset({"a", "and", "by", "for", "in", "of", "on", "the", "to", "&", "+"})
_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Announced:
    """What a title says."""

    name: str
    """The product's name; the whole title, without its prefix, where it names none."""
    tagline: str = ""


def announced(title: str, *, url: str | None = None) -> Announced:
    """
    Split ``Show HN: Foo – does bar`` into its parts.

    Args:
        title: One line of plain text.
        url: Where it points; a word that is in there too is likely the name.
    """
    prefix = _PREFIX.match(title)
    whole = title[prefix.end() if prefix else 0 :].strip() or title
    found = _SEPARATOR.search(whole)
    if found is None:
        return Announced(whole)
    left, right = whole[: found.start()], whole[found.end() :].strip()
    name = _ASIDE.sub("", left).strip()
    by_comma = found[0].startswith(",")
    if not right or not _is_name(name):
        return Announced(whole)
    if by_comma and not (_ARTICLE.match(right) or _is_in_url(name, url)):
        return Announced(whole)  # "Fast, native file manager" is no product called Fast
    return Announced(name, right)


def _is_name(text: str) -> bool:
    """Tell whether a phrase reads like a name: short, and every real word begins like one."""
    words = text.split()
    if not 1 <= len(words) <= MAX_WORDS:
        return False
    if len(words) == 1:
        return True
    return all(not word[0].islower() or word.lower() in _SMALL for word in words)


def _is_in_url(name: str, url: str | None) -> bool:
    return bool(url) and _PLAIN.sub("", name).lower() in _PLAIN.sub("", url or "").lower()
