"""Fit somebody's text into a mail: clean it, cut it, keep its direction; pure, no layout."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from digest.mail.stationery import is_followable
from digest.model import Issue

MARK = re.compile(r"\s?\[(\d+)\]")
"""The mark of a citation, such as [1], with the blank before it."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])([\"'”’)\]]*)\s+(?=[^a-z\s])")
# Hebrew to Arabic Extended, their presentation forms, and the blocks kept for such scripts.
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_RIGHT_TO_LEFT = re.compile(rf"{_LETTER}+(?:[\W\d_]+{_LETTER}+)*")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_JOINER = "\u2060"
# Two of these in a row begin a slot or template syntax; in somebody's text they are only text.
_OPENERS = re.compile(r"(?<=@)(?=@)|(?<=%)(?=%)|(?<=\{)(?=[{%#])|(?<=[}%#])(?=\})")
# Overrides and embeddings reorder what a reader sees; a name has no use for them.
_ORDER_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def cleaned(issue: Issue) -> Issue:
    """
    Give the issue with every text safe to be printed.

    Each is one line, without control characters, and cannot form a slot or template syntax.
    """
    return Issue.model_validate(_cleaned(issue.model_dump()))


def _cleaned(value: Any) -> Any:
    if type(value) is str:  # members of an enumeration stay what they are
        return clean_text(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return tuple(_cleaned(item) for item in value)
    return value


def clean_text(text: str) -> str:
    """Give one text as a mail may print it: one line that nothing inside can reorder."""
    plain = " ".join(text.translate(_ORDER_MARKS).split())
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cc")
    if is_followable(plain):
        return _inert(plain)
    return _OPENERS.sub(_JOINER, isolated(plain))


def _inert(url: str) -> str:
    """Give an address that forms no slot: one that did would carry a reader's token to its site."""
    return url.replace("@@", "%40%40").replace("{", "%7B").replace("}", "%7D")


def isolated(text: str) -> str:
    """Wrap what is written right to left, so that the words and figures after it keep their places."""
    return _RIGHT_TO_LEFT.sub(rf"{_ISOLATE}\g<0>{_END_ISOLATE}", text)


def _closed(text: str) -> str:
    """Give a text that was cut with its last wrap closed again."""
    return text + _END_ISOLATE * (text.count(_ISOLATE) - text.count(_END_ISOLATE))


def excerpt(text: str, *, words: int, sentences: int | None = None) -> str:
    """
    Give the beginning of a text: whole sentences where they fit, with "…" for what is left out.

    Args:
        text: One line.
        words: Most words, 1 or more; a mark such as [1] is none.
        sentences: Most sentences; None is any number.
    """
    parts = _SENTENCE_END.sub("\\1\0", text).split("\0")
    kept: list[str] = []
    for part in parts[:sentences]:
        if _count([*kept, part]) > words:
            break
        kept.append(part)
    if not kept:
        return _closed(_first_words(parts[0], words).rstrip(" ,;:")) + " …"
    is_cut = len(kept) < len(parts[:sentences])
    return _closed(" ".join(kept)) + (" …" if is_cut else "")


def _count(parts: Iterable[str]) -> int:
    return len(MARK.sub("", " ".join(parts)).split())


def _first_words(text: str, words: int) -> str:
    given = text.split()
    kept = given[:words]
    # Marks count as nothing: take words until as many real ones are there.
    while _count(kept) < words and len(kept) < len(given):
        kept.append(given[len(kept)])
    return " ".join(kept)


def shortened(text: str, length: int) -> str:
    """Give at most ``length`` characters, cut after a word and ended by "…" where it was longer."""
    if len(text) <= length:
        return text
    cut = _cut(text, length)
    # Closing a wrap takes a place of its own.
    return cut if _closed(cut) == cut else _closed(_cut(text, length - 1))


def _cut(text: str, length: int) -> str:
    head = text[: length - 1]
    at_word = head.rsplit(" ", 1)[0] if " " in head and text[length - 1] != " " else head
    return at_word.rstrip(" ,;:-–—&(" + _ISOLATE) + "…"
