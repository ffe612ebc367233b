"""
Take any octets apart as a mail, in bounded time and without ever raising.

Pure. The standard library's parser is not used for what strangers send: it recurses as deep as the
mail says, leaves the parts of RFC 6533 whole, and does not decode a report that came as base64.
Everything here is one pass a level over at most MAX_OCTETS, at most MAX_DEPTH levels deep.
"""

import html
import re
from binascii import Error as BadBase64
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MAX_OCTETS = 1 << 20
"""Octets of a mail that are looked at: reports stand at its front, what we sent behind."""
MAX_DEPTH = 6
"""Multiparts inside each other; a report needs two, a forwarded one four."""
MAX_PARTS = 32
MAX_FIELDS = 500
MAX_HEAD = 1 << 18
"""Characters of a head, or of a report, that are read as fields."""
MAX_VALUE = 2_000
"""Characters of one field's value."""
MAX_TEXT = 1 << 16
"""Characters of a part's text that are read as words."""

_NAME = re.compile(r"[!-9;-~]{1,76}")
_FOLD = re.compile(r"\n[ \t]+")
_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"?|([^;\s]+))')
_WORD = re.compile(r"=\?([\w-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?]*)\?=", re.ASCII)
_BETWEEN = re.compile(r"\?=\s+=\?")
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.IGNORECASE)
_SAFE_CHARSET = re.compile(
    r"(utf-?8|(us-)?ascii|iso-?8859-\d+|latin-?\d|windows-\d+|cp\d+|koi8-[ru]|gbk|gb2312|gb18030"
    r"|big5|euc-(jp|kr)|shift[_-]jis|iso-2022-jp)",
    re.ASCII,
)
"""Codecs that are linear and give text; ``punycode``, ``unicode_escape`` or ``zip`` are no such."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Header fields in order: names in small letters, values on one line and not yet decoded."""

    pairs: tuple[tuple[str, str], ...] = ()

    def all(self, *names: str) -> tuple[str, ...]:
        """Give every value of the named fields, in the order of the mail."""
        return tuple(value for name, value in self.pairs if name in names)

    def first(self, name: str) -> str:
        """Give the first value of a field, or an empty text."""
        return next((value for known, value in self.pairs if known == name), "")

    def words(self, name: str) -> str:
        """Give the first value of a field with its encoded words (RFC 2047) decoded."""
        return _decoded_words(self.first(name))


@dataclass(frozen=True, slots=True)
class Part:
    """A mail, or a part of one. ``body`` has LF line ends and is still encoded for transfer."""

    fields: Fields
    kind: str
    """Its media type in small letters: ``text/plain`` where nothing usable is said."""
    parameters: dict[str, str]
    body: bytes
    parts: tuple["Part", ...] = ()
    depth: int = 0

    @property
    def content(self) -> bytes:
        """What the part carries, decoded from base64 or quoted-printable, with LF line ends."""
        encoding = self.fields.first("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return _base64(self.body).replace(b"\r\n", b"\n")
        if encoding == "quoted-printable":
            return a2b_qp(self.body).replace(b"\r\n", b"\n")
        return self.body

    @property
    def text(self) -> str:
        """What the part says, at most MAX_TEXT characters; of HTML the words."""
        text = decoded(self.content[: 4 * MAX_TEXT], self.parameters.get("charset", ""))
        if self.kind == "text/html":
            text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
        return text[:MAX_TEXT]

    def leaves(self) -> Iterator["Part"]:
        """Give every part that holds no parts, first to last; attached mails stay closed."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def opened(self) -> "Part":
        """Read what an attached mail carries; beyond MAX_DEPTH it holds no parts."""
        return _part(self.content, depth=self.depth + 1)


def read_mail(octets: bytes) -> Part:
    """Take a mail apart: any line ends, cut short, broken or no mail at all."""
    octets = octets[:MAX_OCTETS].replace(b"\r\n", b"\n")
    if b"\n" not in octets:
        octets = octets.replace(b"\r", b"\n")  # as very old programs for the Macintosh save it
    return _part(octets.lstrip(b"\n"), depth=0)


def read_fields(text: str) -> Fields:
    """Read the lines that are header fields; others are passed over."""
    pairs: list[tuple[str, str]] = []
    for line in _FOLD.sub(" ", text[:MAX_HEAD]).split("\n"):
        name, colon, value = line.partition(":")
        name = name.rstrip()
        if colon and _NAME.fullmatch(name):
            pairs.append((name.lower(), value.strip()[:MAX_VALUE]))
            if len(pairs) == MAX_FIELDS:
                break
    return Fields(tuple(pairs))


def decoded(octets: bytes, charset: str) -> str:
    """Give text of octets; UTF-8 where the charset is unknown, with signs for what is not."""
    charset = charset.strip().lower()
    if not _SAFE_CHARSET.fullmatch(charset):
        charset = "utf-8"
    try:
        text = octets.decode(charset)
    except (LookupError, UnicodeError):
        text = octets.decode("utf-8", "replace")
    return text.replace("\0", "")


def _part(octets: bytes, *, depth: int) -> Part:
    head, body = _apart(octets)
    fields = read_fields(decoded(head, ""))
    kind, parameters = _media_type(fields.first("content-type")[:1_000])
    parts: tuple[Part, ...] = ()
    if kind.startswith("multipart/") and depth < MAX_DEPTH:
        boundary = parameters.get("boundary", "").encode("utf-8", "replace")
        parts = tuple(
            _part(piece, depth=depth + 1) for piece in _pieces(body, boundary) if boundary
        )
    return Part(fields, kind, parameters, body, parts, depth)


def _apart(octets: bytes) -> tuple[bytes, bytes]:
    if octets.startswith(b"\n"):
        return b"", octets[1:]
    head, _, body = octets.partition(b"\n\n")
    return head, body


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Give what stands between the boundaries; a last one that is missing is the end."""
    line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*$", re.MULTILINE)
    start: int | None = None
    for found in islice(line.finditer(body), MAX_PARTS + 1):
        if start is not None:
            yield body[start : max(start, found.start() - 1)]
        start = found.end() + 1
        if found[1]:
            return
    if start is not None and start < len(body):
        yield body[start:]


def _media_type(value: str) -> tuple[str, dict[str, str]]:
    found = _TYPE.match(value)
    if not found:
        return "text/plain", {}
    parameters: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        parameters.setdefault(name.lower(), quoted or bare)
    return found[1].lower(), parameters


def _base64(octets: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", octets)
    try:  # whole groups of four alone: what was cut off cannot be read anyway
        return a2b_base64(letters + b"=" * (-len(letters) % 4))
    except BadBase64:
        return a2b_base64(letters[: len(letters) // 4 * 4])


def _decoded_words(value: str) -> str:
    return _WORD.sub(_decoded_word, _BETWEEN.sub("?==?", value))


def _decoded_word(found: re.Match[str]) -> str:
    charset, encoding, word = found.groups()
    octets = word.encode("utf-8", "replace")
    if encoding in "bB":
        return decoded(_base64(octets), charset)
    return decoded(a2b_qp(octets, header=True), charset)
