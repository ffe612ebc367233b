"""
Quoted-printable with holes: text is encoded once, and what fills a slot stands on its own line.

What comes out is its own relaxed DKIM form (no tab, no double or trailing blank), needs no
dot-stuffing and is safe from servers that mangle "From " (RFC 2045 6.7, RFC 5321 4.5.2).
"""

import re

SLOT = re.compile(r"@@([A-Z]+)@@")
WIDTH = 73
"""Most columns of a line, its soft break included; escapes at the front may add two more."""

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
