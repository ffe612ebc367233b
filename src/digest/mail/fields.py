"""
Header fields as they go over the wire, written here and not by the standard library.

That turns a long List-Unsubscribe into encoded words, after which no mail client offers it.
Pure; a field is its name and its value, folded where it is long.
"""

import re
from collections.abc import Iterable
from email.header import Header
from email.utils import quote

CRLF = "\r\n"
WIDTH = 76
LONGEST_LINE = 998
"""Octets of a line without its CRLF (RFC 5322 2.1.1)."""

Field = tuple[str, str]

_PHRASE = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def block(fields: Iterable[Field]) -> bytes:
    """
    Give fields as octets, each with CRLF.

    Raises:
        ValueError: A line is longer than mail servers have to take.
    """
    text = "".join(f"{name}: {value}{CRLF}" for name, value in fields)
    if long := next((line for line in text.split(CRLF) if len(line) > LONGEST_LINE), None):
        raise ValueError(f"a header line of {len(long)} octets is too long: {long[:40]}…")
    return text.encode("ascii")


def unstructured(text: str, *, field: str) -> str:
    """
    Give header text, as it is where that is safe, else as encoded words on lines of their own.

    Raises:
        ValueError: It holds a line break or another control character.
    """
    if _CONTROL.search(text):
        raise ValueError(f"{field} holds a line break or a control character: {text!r}")
    fits = len(f"{field}: {text}") <= WIDTH
    is_tidy = text == text.strip() and "  " not in text
    if text.isascii() and fits and "=?" not in text and is_tidy:
        return text
    return Header(text, "utf-8", WIDTH, header_name=field).encode(linesep=CRLF)


def phrase(name: str, *, field: str) -> str:
    """Give a display name: bare words, a quoted string, or encoded words. Raises ValueError."""
    text = unstructured(name, field=field)
    if text != name or _PHRASE.fullmatch(name):
        return text
    return f'"{quote(name)}"'
