"""
Tell pages with a tag so crowded with attributes that reading it would take the square of them.

Pure. libxml2 compares each attribute of a tag with all before it: 16,000 of them, 130 KB of markup,
take half a second, and 8 MB take half an hour; feedparser's own reader takes four times that. Tags
are found the way HTML's tokenizer finds them: a quotation mark counts only behind an equals sign,
and what a script says is no tag.
"""

import re

MAX_WORDS = 2_000
"""Names and bare values in one tag; honest pages have some dozens."""

_VALUE = r"""=\s*+(?:"[^"]*+"|'[^']*+')?+"""
_INSIDE = rf"(?:[^>=]++|{_VALUE})*+"
_TAG = re.compile(
    rf"(?P<tag><(?:(?P<raw>script|style)\b|[a-zA-Z]){_INSIDE})"
    r"(?(raw)(?:(?<!/)>(?:[^<]++|<(?!/(?:script|style)))*+)?+)",
    re.IGNORECASE,
)
_VALUES = re.compile(_VALUE)
_WORD = re.compile(r"[^\s/=]+")


def is_crowded(markup: str) -> bool:
    """Return True where one tag has more than ``MAX_WORDS`` names and bare values."""
    return any(
        len(found["tag"]) > MAX_WORDS
        and len(_WORD.findall(_VALUES.sub("=", found["tag"]))) > MAX_WORDS
        for found in _TAG.finditer(markup)
    )
