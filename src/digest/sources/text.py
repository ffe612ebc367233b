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
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s")


def line(text: str, *, limit: int = LINE_LIMIT) -> str:
    """Give plain text as one line, at most ``limit`` characters."""
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
    return shorten(_SENTENCE.split(first, maxsplit=1)[0].strip(), limit=SENTENCE_LIMIT)


def clean(text: str) -> str:
    """Drop characters that no reader should see and no database takes."""
    return _UNWANTED.sub("", text)


def shorten(text: str, *, limit: int) -> str:
    """Cut at a word's end, with an ellipsis, where longer than ``limit`` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    # a script without spaces, or one very long word, is cut where it stands
    return (head if space and len(head) > limit // 2 else cut).rstrip() + "…"


def _text_of(markup: str) -> str:
    """Give the words of markup; blocks begin on a new line, scripts and styles are dropped."""
    spaced = _BLOCK.sub("\n<", clean(markup))
    return clean(html.unescape(nh3.clean(spaced, tags=set())))


def _paragraphs(text: str) -> str:
    lines = (" ".join(part.split()) for part in text.splitlines())
    return "\n".join(part for part in lines if part)
