"""
Turn the bytes of a response into text, whatever its header and its prolog claim.

Pure: takes a body and its Content-Type, gives text with what was assumed.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

MAX_DAMAGE = 0.01
"""Share of replacement characters above which a text is not to be trusted."""

_SAMPLE = 65_536  # octets shown to the detector: more changes no answer
_HEAD = 4_096  # octets in which a prolog or a meta element must stand
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (b"\0\0\0<", "utf-32-be"),  # no mark, but the first "<" shows the width
    (b"<\0\0\0", "utf-32-le"),
    (b"\0<\0", "utf-16-be"),
    (b"<\0", "utf-16-le"),
)
_ALIASES = {
    # What browsers read under these names (WHATWG Encoding): cp1252 punctuation is the rule there.
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_MARKUP = b'<{["'
_REFUSED = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
"""Python codecs that no page is written in; a header must not be able to ask for them."""
_WESTERN = "cp1252"
"""What servers add to every header unasked; it proves nothing against a prolog."""
_PROLOG = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was come by."""

    text: str
    charset: str
    """Python's name of the encoding used."""
    is_guessed: bool = False
    """True where nothing declared fits: a detector's answer, or characters were replaced."""
    damage: float = 0.0
    """Share of replacement characters in the text, 0 to 1."""
    known_by: str = "header"
    """mark, content, header, prolog, detector, or nothing where characters were replaced."""


def decode(body: bytes, content_type: str = "") -> Decoded:
    """
    Decode a body: marked width, then UTF-8 that proves itself, header, prolog, detector.

    Bytes above 127 that are valid UTF-8 are UTF-8 whatever is declared: text of another encoding
    practically never has that form, while wrong headers and prologs are common.
    """
    for mark, name in _MARKS:
        if body.startswith(mark) and (text := _strict(body, name)) is not None:
            return Decoded(text.removeprefix("\ufeff"), name, known_by="mark")
    if not body.isascii() and (text := _strict(body, "utf-8")) is not None:
        return Decoded(text, "utf-8", known_by="content")
    declared = dict(_declared(body, content_type))
    for name, place in declared.items():
        if (text := _strict(body, name)) is not None:
            return Decoded(text, name, known_by=place)
    if body.isascii():
        return Decoded(body.decode("ascii"), "utf-8", known_by="content")
    return _guess(body, declared)


def _guess(body: bytes, declared: Collection[str]) -> Decoded:
    """Decode what nothing declared fits: nearly UTF-8, else the detector's answer, else lossy."""
    lossy = body.decode("utf-8", errors="replace")
    damage = lossy.count("\ufffd") / len(lossy)
    if not ("utf-8" in declared and damage <= MAX_DAMAGE):
        import chardet  # noqa: PLC0415 # slow to import, and few pages need it

        name = _codec(str(chardet.detect(body[:_SAMPLE])["encoding"]))
        if name and _keeps_markup(name) and (text := _strict(body, name)) is not None:
            return Decoded(text, name, is_guessed=True, known_by="detector")
    return Decoded(lossy, "utf-8", is_guessed=True, damage=damage, known_by="nothing")


def _keeps_markup(name: str) -> bool:
    """Tell whether markup survives a guess: stray octets are taken for EBCDIC, where it does not."""
    return _strict(_MARKUP, name) == _MARKUP.decode()


def _declared(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """Give the codecs that header and prolog name with that place, the less trustworthy last."""
    header = _named(_PARAMETER.search(content_type))
    head = body[:_HEAD]
    prolog = _named(_PROLOG.search(head) or _META.search(head))
    order = [(header, "header"), (prolog, "prolog")]
    if header == _WESTERN and prolog and prolog != header:
        order.reverse()
    for name, place in order:
        if name:
            yield name, place


def _named(match: re.Match[str] | re.Match[bytes] | None) -> str | None:
    if match is None:
        return None
    label = match[1]
    return _codec(label if isinstance(label, str) else label.decode("ascii", errors="replace"))


def _codec(label: str) -> str | None:
    """Give Python's name of a declared charset; None where it is none a page is written in."""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return None if name in _REFUSED else _ALIASES.get(name, name)


def _strict(body: bytes, name: str) -> str | None:
    """Decode without loss, or give None."""
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):  # LookupError: a codec that is not of text (rot13)
        return None
