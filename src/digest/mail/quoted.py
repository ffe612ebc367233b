"""
Quoted-printable with holes: text is encoded once, and what fills a slot stands on its own line.

What comes out is its own relaxed DKIM form (no tab, no double or trailing blank), needs no
dot-stuffing and is safe from servers that mangle "From " (RFC 2045 6.7, RFC 5321 4.5.2).
"""

import re
from collections.abc import Callable, Sequence

SLOT = re.compile(r"@@([A-Z]+)@@")
WIDTH = 73
"""Most columns of a line, its soft break included; escapes at the front may add two more."""

LONGEST_LINE = 76
"""Columns of a line in quoted-printable (RFC 2045 6.7)."""
LONGEST_TOKEN = 75

_CRLF = "\r\n"
_SOFT = "=" + _CRLF
_LINE_END = re.compile(r"\r\n|\r|\n")
_RISKY_START = {".": "=2E", "F": "=46"}
_AS_IS = frozenset(range(33, 127)) - {ord("=")}


def encode(text: str) -> list[str]:
    """
    Give text and slot names in turn, beginning and ending with text.

    Joined, with tokens in place of the names, it decodes to the text with its slots filled; the
    last piece ends without a line break of its own. All ASCII, lines at most 76 columns.
    """
    pieces = SLOT.split(text)
    last = len(pieces) - 1
    return [
        piece if position % 2 else _encoded(piece, after=position > 0, before=position < last)
        for position, piece in enumerate(pieces)
    ]


def require_wire_form(pieces: Sequence[str]) -> None:
    """
    Refuse a body that servers could change on the way, or that is not its own relaxed DKIM form.

    Args:
        pieces: Text and slot names in turn, as ``encode`` gives them.

    Raises:
        ValueError: With the first line that is wrong, and why.
    """
    lines = _longest_filling(pieces).split(_CRLF)
    if lines[-1] or not lines[-2:-1] or not lines[-2]:
        raise ValueError("a body ends with one line break")
    for line in lines:
        if reason := next((why for why, is_wrong in _WRONG.items() if is_wrong(line)), None):
            raise ValueError(f"a line of the encoded body {reason}: {line[:90]!r}")


def _longest_filling(pieces: Sequence[str]) -> str:
    """Put the longest token a slot takes into each."""
    filling = "x" * LONGEST_TOKEN
    return "".join(filling if place % 2 else piece for place, piece in enumerate(pieces))


_WRONG: dict[str, Callable[[str], bool]] = {
    "is no ASCII": lambda line: not line.isascii(),
    f"has more than {LONGEST_LINE} columns": lambda line: len(line) > LONGEST_LINE,
    "has a blank at its end, or two together, or a tab": lambda line: (
        line.endswith(" ") or "  " in line or "\t" in line
    ),
    "has a line break of half a kind": lambda line: "\r" in line or "\n" in line,
    "begins as servers rewrite it": lambda line: line.startswith((".", "From ")),
    "has an open slot": lambda line: bool(SLOT.search(line)),
}


def _encoded(text: str, *, after: bool, before: bool) -> str:
    """Encode one constant piece; ``after`` and ``before`` say on which sides a slot touches it."""
    lines = _LINE_END.split(text)
    body = _CRLF.join(
        _encoded_line(line, ends=not before or at < len(lines) - 1) for at, line in enumerate(lines)
    )
    return (_SOFT if after else "") + body + (_SOFT if before else "")


def _encoded_line(line: str, *, ends: bool) -> str:
    """Encode one line; ``ends`` says that a hard line break follows, so no blank may stand last."""
    rows, row = [], ""
    for symbol in _symbols(line, ends=ends):
        if len(row) + len(symbol) >= WIDTH:
            rows.append(row)
            row = ""
        row += symbol
    return _SOFT.join(_safe_start(row) for row in [*rows, row])


def _symbols(line: str, *, ends: bool) -> list[str]:
    octets = line.encode()
    symbols = []
    for position, octet in enumerate(octets):
        is_last = position == len(octets) - 1
        is_lone_blank = octet == ord(" ") and octets[position - 1 : position] != b" "
        if octet in _AS_IS or (is_lone_blank and not (is_last and ends)):
            symbols.append(chr(octet))
        else:
            symbols.append(f"={octet:02X}")
    return symbols


def _safe_start(row: str) -> str:
    if row.startswith((".", "From ")):
        return _RISKY_START[row[0]] + row[1:]
    return row
