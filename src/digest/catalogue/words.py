"""
Take text apart into claims: sentences, the words that turn a claim round, and verbatim spans.

Pure: takes text, gives parts of that same text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.model import FactKind, Launch

MAX_SPAN = 300

_BREAK = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9`\"'“‘($])|\n+")
_CLAUSE = re.compile(r"[,;:()]\s|\s[–—-]\s|\b(?:but|though|while|whereas)\b")
_TURNED_BEFORE = re.compile(
    r"(?:\b(?:no|not|never|without|isn['’]t|aren['’]t|doesn['’]t|don['’]t|cannot|can['’]t|won['’]t|"
    r"neither|nor|lacks?|needs? no|there is no)\b(?!\s+(?:only|just|merely|simply)\b)"
    r"(?:\s+[\w'’-]+){0,3}|\bnon-?)\s*$",
    re.IGNORECASE,
)
_TURNED_AFTER = re.compile(
    r"[^\w.;,]*(?:(?:is|are|will be|do|does)\s+)?"
    r"(?:not\b|n['’]t\b|none\b|(?:is|are)n['’]t\b|coming\b|planned\b|to follow\b|later\b|soon\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What some words say, before it is known of which tool and when."""

    kind: FactKind
    value: bool | int | float | str
    span: str


def texts_of(launch: Launch) -> tuple[str, ...]:
    """Give the launch's own texts, each once: title, tagline, description."""
    texts = (launch.title, launch.tagline, launch.description)
    return tuple(dict.fromkeys(text for text in texts if text))


def sentences(*texts: str) -> tuple[str, ...]:
    """Give the sentences of texts in order, each once and verbatim."""
    parts = (part.strip() for text in texts for part in _BREAK.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def matches(pattern: re.Pattern[str], sentence: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Give each match in a sentence, with False where the words around it turn it round."""
    for match in pattern.finditer(sentence):
        yield match, not is_turned(sentence, match)


def is_turned(sentence: str, match: re.Match[str]) -> bool:
    """Tell whether a claim is denied or put off: "no waitlist", "docs are coming soon"."""
    before = _CLAUSE.split(sentence[: match.start()])[-1]
    after = sentence[match.end() :]
    return bool(_TURNED_BEFORE.search(before) or _TURNED_AFTER.match(after))


def span_of(sentence: str, match: re.Match[str]) -> str:
    """Give the sentence, or the part around the match, verbatim and at most 300 characters."""
    if len(sentence) <= MAX_SPAN:
        return sentence
    start = max(0, min(match.start() - (MAX_SPAN - len(match[0])) // 2, len(sentence) - MAX_SPAN))
    part = sentence[start : start + MAX_SPAN]
    if start:
        part = part.partition(" ")[2] or part
    if start + MAX_SPAN < len(sentence):
        part = part.rpartition(" ")[0] or part
    return part.strip()
