"""
Reduce what sources write to plain text, at the edge and once.

Pure: takes text or HTML of strangers, gives text without markup, entities or control characters.
"""

import html
import re

import nh3

LINE_LIMIT = 300
PROSE_LIMIT = 4_000
SENTENCE_LIMIT = 200

_UNWANTED = re.compile(
    # controls but tab and newline, direction overrides (they disguise names), lone surrogates and
    # noncharacters (no database takes them)
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
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
    r"""(/?[a-z][a-z0-9]*)(?:\s+[a-z][\w:.-]*(?:="[^"<>]*"|='[^'<>]*'|=[^\s"'<>=`]+)?)*+\s*/?"""
)
"""The inside of a complete tag whose quotes are in order."""
_CUT_REFERENCE = re.compile(r"&#?\w*+<")
"""A tag in the middle of a character reference: taking it out would make the reference whole."""


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
    return (line_of_html if _MARKUP.search(text) else line)(text, limit=limit)


def prose(text: str, *, limit: int = PROSE_LIMIT) -> str:
    """Give plain text with its paragraphs, one newline between them."""
    return shorten(_paragraphs(clean(html.unescape(text))), limit=limit)


def prose_of_html(markup: str, *, limit: int = PROSE_LIMIT) -> str:
    """Give the text of markup, one line per block."""
    return shorten(_paragraphs(_text_of(markup)), limit=limit)


def prose_of_markdown(text: str, *, limit: int = PROSE_LIMIT) -> str:
    """Give plain text whose Markdown links are reduced to their words."""
    return prose(_LINK.sub(r"\1", text), limit=limit)


def first_sentence(text: str) -> str:
    """Give the first sentence of prose as one line, at most ``SENTENCE_LIMIT`` characters."""
    first = next(iter(text.splitlines()), "")
    end = _SENTENCE.search(first)
    return shorten((first[: end.start() + 1] if end else first).strip(), limit=SENTENCE_LIMIT)


def clean(text: str) -> str:
    """Drop characters that no reader should see and no database takes."""
    if text.isprintable() or text.replace("\n", " ").isprintable():
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
    first, *rest = markup.split("<")
    words = [first]
    for part in rest:
        tag, end, text = part.partition(">")
        gap = _PLAIN_TAGS.get(tag)
        if gap is None and (found := _TAG.fullmatch(tag)):
            gap = _PLAIN_TAGS.get(found[1])
        if gap is None or not end:
            return None
        words += (gap, text)
    return None if _CUT_REFERENCE.search(markup) else "".join(words)


def _paragraphs(text: str) -> str:
    """Give each line without needless blanks, and no empty ones."""
    if "  " in text or not text.replace("\n", " ").isprintable():
        lines = (" ".join(part.split()) for part in text.splitlines())
        return "\n".join(part for part in lines if part)
    tidy = text.replace(" \n", "\n").replace("\n ", "\n")
    while "\n\n" in tidy:
        tidy = tidy.replace("\n\n", "\n")
    return tidy.strip()
