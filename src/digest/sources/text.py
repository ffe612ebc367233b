"""
Reduce what sources write to plain text, at the edge and once.

Pure: takes text or HTML of strangers, gives text without markup, entities or control characters.
"""

import html
import re
from html.entities import html5

import nh3

LINE_LIMIT = 300
PROSE_LIMIT = 4_000
SENTENCE_LIMIT = 200

_UNWANTED = re.compile(
    # controls but tab and newline, direction overrides (they disguise names), lone surrogates and
    # noncharacters (no database takes them)
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_MARKED = bytes(
    octet if chr(octet).isprintable() or octet == ord("\n") else int(octet == 0)
    for octet in range(256)
)
"""Puts other octets for those that are no letters, blanks or newlines of Latin-1."""
_BLOCK = re.compile(r"<(?=/?(?:p|br|div|li|tr|h[1-6]|ul|ol|pre|blockquote|table)\b)", re.IGNORECASE)
_MARKUP = re.compile(r"</[a-z]{1,12}\s*>|<(?:b|i|em|strong|code|a|span|br)\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)")
_SENTENCE = re.compile(r"[.!?。！？]\s")

_BREAKS = (
    "p",
    "br",
    "div",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "pre",
    "blockquote",
)
_INLINE = (
    *("a", "abbr", "article", "aside", "b", "big", "cite", "code", "dd", "del", "dl", "dt", "em"),
    *("figcaption", "figure", "font", "footer", "header", "hr", "i", "img", "ins", "kbd", "main"),
    *("mark", "nav", "picture", "q", "s", "samp", "section", "small", "source", "span", "strike"),
    *("strong", "sub", "sup", "time", "tt", "u", "var"),
)
_PLAIN_TAGS = {
    f"{slash}{name}": gap
    for names, gap in ((_BREAKS, "\n"), (_INLINE, ""))
    for name in names
    for slash in ("", "/")
}
"""What stands for a tag in text. No parser drops the content of these or moves it elsewhere, as it
does for scripts and tables."""
_TAG = re.compile(
    r"""<([/a-z][a-z0-9]*+)(?:>|(?: [a-z]++="[^"<>]*+")*+/?>"""  # as nearly all are written
    r"""|(?:\s+[a-z][\w:.-]*+(?:="[^"<>]*+"|='[^'<>]*+'|=[^\s"'<>=`]++)?)*+\s*+/?>)"""
)
"""A complete tag whose quotes are in order, and its name."""
_CUT_REFERENCE = re.compile(r"&#?\w*+<")
"""A tag in the middle of a character reference: taking it out would make the reference whole."""
_NAMES = {
    name.removesuffix(";"): letters
    for name, letters in html5.items()
    if name.endswith(";") and letters.isprintable() and not letters.isspace()
}
"""What complete references by name stand for, where that is no blank."""


def line(text: str, *, limit: int = LINE_LIMIT) -> str:
    """Give plain text as one line, at most ``limit`` characters."""
    if _is_line(text, limit):
        return text
    return shorten(" ".join(clean(html.unescape(text)).split()), limit=limit)


def line_of_html(markup: str, *, limit: int = LINE_LIMIT) -> str:
    """Give the text of markup as one line, at most ``limit`` characters."""
    return shorten(" ".join(_text_of(markup).split()), limit=limit)


def line_of_either(text: str, *, limit: int = LINE_LIMIT) -> str:
    """Give one line of text that may or may not be markup: only well-known tags count as such."""
    has_tags = "<" in text and _MARKUP.search(text)
    return (line_of_html if has_tags else line)(text, limit=limit)


def prose(text: str, *, limit: int = PROSE_LIMIT) -> str:
    """Give plain text with its paragraphs, one newline between them."""
    return shorten(_paragraphs(clean(html.unescape(text))), limit=limit)


def prose_of_html(markup: str, *, limit: int = PROSE_LIMIT) -> str:
    """Give the text of markup, one line per block."""
    words = _without_plain_tags(markup)
    if words is not None and _is_printable(words) and (told := _with_letters(words)) is not None:
        return shorten(_tidied(told), limit=limit)  # the usual case: each letter is looked at once
    return shorten(_paragraphs(_text_of(markup)), limit=limit)


def prose_of_markdown(text: str, *, limit: int = PROSE_LIMIT) -> str:
    """Give plain text whose Markdown links are reduced to their words."""
    return prose(_LINK.sub(r"\1", text), limit=limit)


def first_sentence(text: str) -> str:
    """Give the first sentence of prose as one line, at most ``SENTENCE_LIMIT`` characters."""
    first = next(iter(text.partition("\n")[0].splitlines()), "").strip()
    end = _SENTENCE.search(first, 0, SENTENCE_LIMIT + 1)
    return shorten(first[: end.start() + 1] if end else first, limit=SENTENCE_LIMIT)


def clean(text: str) -> str:
    """Drop characters that no reader should see and no database takes."""
    if _is_printable(text):
        return text  # the usual case: what is unwanted is never printable
    return _UNWANTED.sub("", text)


def shorten(text: str, *, limit: int) -> str:
    """Cut at a word's end, with an ellipsis, where longer than ``limit`` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    # a script without spaces, or one very long word, is cut where it stands
    return (head if space and len(head) > limit // 2 else cut).rstrip() + "…"


def _is_printable(text: str) -> bool:
    """Tell whether there is nothing in a text but letters, blanks and newlines."""
    try:
        octets = text.encode("latin-1")
    except UnicodeEncodeError:
        return text.isprintable() or text.replace("\n", " ").isprintable()
    return octets.translate(_MARKED) == octets  # a third of the time, where it can be had


def _is_line(text: str, limit: int) -> bool:
    """Tell whether text is one clean line already, as most titles, names and dates are."""
    return (
        len(text) <= limit
        and text.isprintable()
        and "&" not in text
        and "  " not in text
        and text[:1] != " "
        and text[-1:] != " "
    )


def _text_of(markup: str) -> str:
    """
    Give the words of markup; blocks begin on a new line, scripts and styles are dropped.

    Markup of plain tags needs no parser of HTML: taking its tags out gives the same words.
    """
    written = clean(markup)
    words = _without_plain_tags(written)
    if words is None:
        spaced = _BLOCK.sub("\n<", written)
        return clean(html.unescape(nh3.clean(spaced, tags=set())))
    if "&" not in words:
        return words
    words = html.unescape(words)
    return clean(words) if "&#" in written else words  # no name stands for what is unwanted


def _without_plain_tags(markup: str) -> str | None:
    """Take the tags out of markup; None where it needs a parser of HTML."""
    if "<" not in markup:
        return markup
    pieces = _TAG.split(markup)  # text, name, text, name, text
    gaps = list(map(_PLAIN_TAGS.get, pieces[1::2]))
    if None in gaps:
        return None
    pieces[1::2] = gaps
    words = "".join(pieces)
    if "<" in words or ("&" in words and _CUT_REFERENCE.search(markup)):
        return None
    return words


def _with_letters(text: str) -> str | None:
    """Put letters for references; None where one is not a whole name, or the name of a blank."""
    if "&" not in text:
        return text
    pieces = text.split("&")
    for number in range(1, len(pieces)):
        name, end, more = pieces[number].partition(";")
        letters = _NAMES.get(name)
        if letters is None or not end:
            return None
        pieces[number] = letters + more
    return "".join(pieces)


def _paragraphs(text: str) -> str:
    """Give each line without needless blanks, and no empty ones."""
    if _is_printable(text):
        return _tidied(text)
    lines = (" ".join(part.split()) for part in text.splitlines())
    return "\n".join(part for part in lines if part)


def _tidied(text: str) -> str:
    """The same of text in which nothing but newlines parts lines, and nothing but blanks words."""
    lines = text.split("\n")
    tidy = (" ".join(part.split()) for part in lines) if "  " in text else map(str.strip, lines)
    return "\n".join(filter(None, tidy))
