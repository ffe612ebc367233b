"""
Choose the sentences that describe a product, from what its makers wrote of it.

Pure: takes launches, gives up to four whole sentences. They follow each other as they do in the
source; after a gap only a sentence that speaks of the product itself goes on.
"""

import re
from collections.abc import Iterator, Sequence

from digest.catalogue import patterns
from digest.catalogue.names import fold
from digest.catalogue.words import sentences
from digest.model import Launch
from digest.model.plain import capitalised, plain

MAX_WORDS = 80
"""Words of a description."""
MAX_SENTENCES = 4
MIN_SENTENCE = 20
"""Characters of a sentence; shorter ones are scraps of a list."""

_NOT_SHOWN = re.compile(
    r"https?://|\b[\w-]+\.(?:com|io|ai|dev|org|net|co|app)/\w|`|!|\?|"
    r"\b(?:I|I['’]\w+|we|my|our|us|you can find|happy to answer|feedback|hey|hi|hello|waitlist)\b"
    r"|^(?:install|quick ?start|getting started|docs|pricing|terms|repo|demo|try it|link|note|see|"
    r"for (?:more|model)|to read|learn|read|but|and|so|use of|training data|founded|edit|update|"
    r"tl;?dr|disclaimer|ps|thanks|check out|click here|usage of|to learn more)\b"
    r"|^(?:[-*•]|\d+[.)]\s)|[:…]$",
    re.IGNORECASE,
)
"""First person, calls, addresses and lists: words of the maker's, not a description."""
_PUFF = re.compile(
    r"\b(?:boasts?|excels?|excelling|superior|remarkabl[ey]|exceptional(?:ly)?|impressive(?:ly)?|"
    r"powerful|beautiful(?:ly)?|stunning(?:ly)?|amazing(?:ly)?|incredibl[ey]|insanely|seamless(?:ly)?|"
    r"effortless(?:ly)?|perfect(?:ly)?|flawless(?:ly)?|awesome|magical(?:ly)?|really well|"
    r"new standard|supercharges?|unlocks?|unleash(?:es)?|empowers?|dependable|robust|delightful|"
    r"blazing(?:ly)?)\b",
    re.IGNORECASE,
)
"""Praise that measures nothing."""
_NOT_PLAIN = (
    _NOT_SHOWN,
    _PUFF,
    patterns.SUPERLATIVE,
    patterns.BARE_CLAIM,
    patterns.COMPARES,
    patterns.INSTALL,
)
_NO_PRAISE = re.compile(r"\bbest[- ]practices?\b", re.IGNORECASE)
_WHOLE = re.compile(r"[.。]['\"”’)]?$")
_LETTER = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|we|my|our)\b", re.IGNORECASE)
"""A text in which somebody speaks: most of it is a story, not a description."""
_NOUN = (
    r"(?:agent|api|app|application|assistant|browser|cli|client|compiler|dataset|desktop app|"
    r"editor|engine|extension|framework|game|generated \w+|language|library|model|models|package|"
    r"platform|plugin|product|project|runtime|sdk|server|service|site|suite|system|tool|toolkit|"
    r"website)"
)
_SUBJECT = re.compile(
    rf"(?:it(?!['’]s\s(?:worth|not|time))\b|they\b|the {_NOUN}\b|(?:this|these) {_NOUN}\b|"
    r"(?:supports?|runs?|works?|includes?|built|written|available|released|uses?|offers?|provides?|"
    r"designed)\b)",
    re.IGNORECASE,
)
"""Begins with the product, called by a word for it."""
_GOES_ON = re.compile(
    r"(?:(?:also|then|next|however|conversely|instead|additionally|moreover|furthermore|therefore|"
    r"thus|hence|for (?:example|instance)|as (?:you|an?) \w+|unfortunately|case in point|"
    r"put simply|fast forward|yet|afterwards?|in addition|internally|users)\b)",
    re.IGNORECASE,
)
"""Begins with a word that goes on from something said before."""
_LABEL = re.compile(r"^[A-Z][\w -]{2,25}:\s(?=[A-Z])")
_ALSO = re.compile(r"\b(?:also|therefore|thus)\s", re.IGNORECASE)


def description(launches: Sequence[Launch], *, name: str, tagline: str) -> str:
    """
    Give up to four whole sentences that speak of the product, at most 80 words.

    The tagline stands above them, so what it says is not said again.

    Args:
        launches: All launches of the product; the text that says most is taken, in their order.
        name: What the product is called.
        tagline: The line chosen to stand under the name.
    """
    texts = [text for each in launches for text in (each.description, each.tagline) if text]
    told = [_told(text, name=name, tagline=tagline) for text in texts]
    best = max(told, key=lambda kept: sum(map(len, kept)), default=())
    return " ".join(best)


def _told(text: str, *, name: str, tagline: str) -> tuple[str, ...]:
    kept: list[str] = []
    for sentence in _coherent(text, name):
        if _repeats(sentence, tagline, name):
            continue
        words = sum(len(each.split()) for each in (*kept, sentence))
        if words <= MAX_WORDS:
            kept.append(sentence if kept else _ALSO.sub("", sentence, count=1))
        if len(kept) == MAX_SENTENCES:
            break
    return tuple(each if fold(each).startswith(fold(name)) else capitalised(each) for each in kept)


def _coherent(text: str, name: str) -> Iterator[str]:
    """Give the sentences that can stand in this order without those that are left out."""
    is_letter = bool(_LETTER.search(text))
    follows = not is_letter  # a listing's text begins with what the product is
    is_first = True
    for given in sentences(text):
        sentence = _LABEL.sub("", plain(given))
        goes_on = bool(_GOES_ON.match(sentence))
        can_stand = follows if goes_on else follows or has_subject(sentence, name)
        follows = can_stand and describes(sentence) and not (is_first and goes_on)
        if follows:
            is_first = False
            yield sentence


def _repeats(sentence: str, tagline: str, name: str) -> bool:
    """Tell whether a sentence says what stands above it already: nearly all its words are there."""
    said = set(_words(f"{name} {tagline}"))
    words = [word for word in _words(sentence) if word not in {"is", "a", "an", "the"}]
    new = [word for word in words if word not in said]
    return bool(words) and len(new) <= len(words) // 5


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def has_subject(sentence: str, name: str) -> bool:
    """Tell whether a sentence is about the product: it names it, or calls it "it" or "the tool"."""
    first = _words(sentence)[:4]
    own = _words(name)[:1]
    return bool(own and own[0] in first) or bool(_SUBJECT.match(sentence))


def describes(sentence: str) -> bool:
    """Tell whether a sentence is whole and says what the product is or does."""
    return len(sentence) >= MIN_SENTENCE and bool(_WHOLE.search(sentence)) and is_plain(sentence)


def is_plain(line: str) -> bool:
    """Tell whether a line neither praises nor claims, calls, compares or tells of its maker."""
    said = _masked(line)
    return not any(pattern.search(said) for pattern in _NOT_PLAIN)


def offence(line: str) -> int | None:
    """Give where a line first praises, claims, calls, compares or tells of its maker."""
    said = _masked(line)
    found = (pattern.search(said) for pattern in _NOT_PLAIN)
    return min((match.start() for match in found if match), default=None)


def _masked(line: str) -> str:
    """Give a line of the same length in which words that only look like praise are none."""
    return _NO_PRAISE.sub(lambda match: "x" * len(match[0]), line)
