"""
Choose the line that stands under a product's name, and put it as an editor would.

Pure: takes launches and a name, gives one line without a full stop. The makers' own words are kept,
less what praises, claims or speaks of themselves; where nothing plain is left there is no line.
"""

import re
from collections.abc import Iterator, Sequence

from digest.catalogue.descriptions import describes, has_subject, is_plain, offence
from digest.catalogue.words import sentences
from digest.model import Launch
from digest.model.plain import (
    beginning,
    capitalised,
    clause_ends,
    fitted,
    plain,
    without_loose_end,
)

TOO_SHORT = 15
"""Characters below which another line is taken, where there is one."""
SHORT = 25
"""Characters below which a sentence takes the next one along, where both fit."""

_PREFIX = re.compile(r"^(?:show|launch|tell|ask) hn\s*[:–—-]\s*", re.IGNORECASE)
"""Says where a headline stood."""
_HYPE = (
    r"(?:world['’]s (?:\w+ )?)?(?:"
    r"most (?!(?:of|people|users|other|models|teams|tools|common|recent|likely)\b)\w+|"
    r"(?<!the )next[- ]gen(?:eration)?|"
    r"best(?![- ]practices?\b)|fastest|easiest|smartest|greatest|strongest|finest|leading|"
    r"ultimate|unmatched|unbeatable|unparalleled|unrivall?ed|revolutionary|groundbreaking|"
    r"world[- ]class|game[- ]changing|cutting[- ]edge|state[- ]of[- ]the[- ]art|top[- ]tier|"
    r"industry[- ]leading|(?:insanely|incredibly|amazingly|stunningly|blazing(?:ly)?|remarkably) \w+|"
    r"amazing|incredible|awesome|stunning|beautiful|gorgeous|magical|great|powerful|seamless|"
    r"effortless|perfect|flawless|superior|premium|exceptional|impressive|smarter|remarkable|robust)"
)
_NO_NOUN = (
    r"(?:for|in|of|at|to|when|and|or|but|way|ways|as|on|with|by|from|that|is|are|than|it|you|"
    r"your|the|a|an)\b"
)
_PRAISE = re.compile(
    rf"(?P<open>^the |\b(?P<article>an?) |(?P<before>,\s(?:and\s)?|\sand\s))?(?<![\w-]){_HYPE}"
    rf"(?P<after>,(?: and)?| and)? (?!{_NO_NOUN})(?=[\w“\"'‘])",
    re.IGNORECASE,
)
"""Praise that stands before the word it praises: without it the line says the same."""
_PREDICATE = re.compile(
    r"\b(?:is|are|be|made|makes?|looks?|feels?|gets?|getting|of|other|than|to)\s$", re.IGNORECASE
)
_OF_MAKERS = re.compile(
    r"\s*[,(–—-]?\s*\b(?:(?:that|which)\s)?(?:I|we)(?:['’]ve|\shave)?\s"
    r"(?:built|made|wrote|created|developed|designed|needed|wanted)\b.*$"
)
_OWN_WORD = re.compile(r"^(?:this|it) is\s+(?=(?:an?|the)\s)", re.IGNORECASE)
_ARTICLE = re.compile(r"(?<=^[Aa])\s(?=[aei]|o(?!ne))", re.IGNORECASE)
"""After the "a" of a line that should be "an"."""
_VOWEL = re.compile(r"[aeio]|u(?!ni|se|ti)", re.IGNORECASE)


def tagline(launches: Sequence[Launch], name: str) -> str:
    """
    Give the line that reads best; empty where no launch has one that can be shown.

    A tagline goes before a headline, and that before the first sentence of a description. Of each
    the plain ones go first; what is not plain is cut before it praises or claims.

    Args:
        launches: All launches of the product, in a fixed order.
        name: What the product is called.
    """
    lines = [line for each in _candidates(launches, name) if (line := edited(each, name))]
    rated = sorted(lines, key=lambda line: (not is_plain(line), len(line) < TOO_SHORT))
    return rated[0] if rated else ""


def edited(line: str, name: str) -> str:
    """Put one line as an editor would; empty where nothing of it can be shown."""
    text = plain(line).rstrip("!. ")
    text = _OF_MAKERS.sub("", _without_name(_PREFIX.sub("", text), name))
    text = _unpraised(text)
    flaw = offence(text)
    if flaw is not None:
        text = beginning(text, [end for end in clause_ends(text) if end <= flaw])
    text = _ARTICLE.sub("n ", without_loose_end(fitted(text).rstrip("!.。 ")))
    return capitalised(text) if " " in text or not text.isascii() else ""


def _candidates(launches: Sequence[Launch], name: str) -> Iterator[str]:
    yield from (_opening(plain(each.tagline)) for each in launches if each.tagline)
    for each in launches:
        if name not in each.title:
            yield each.title
    for each in launches:
        first = next(iter(sentences(plain(each.description))), "")
        if describes(first) and has_subject(first, name):
            yield first


def _opening(line: str) -> str:
    """Give the whole line where it fits, else its first sentence, with a second if that is short."""
    if not line or len(line) <= len(fitted(line)):
        return line
    first, *more = sentences(line)
    return f"{first} {more[0]}" if more and len(first) < SHORT else first


def _without_name(line: str, name: str) -> str:
    """Take the product's name from the beginning of a line that stands below it."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    if not words or words[0].casefold() not in line[: len(name) + len("the ")].casefold():
        return _OWN_WORD.sub("", line)
    own = r"[\W_]*".join(map(re.escape, words))
    rest = re.sub(rf"^{own}\s*(?::|[-–—|])\s+", "", line, flags=re.IGNORECASE)
    is_noun = rf"^(?:the\s)?{own}\W?\sis\s+(?=(?:an?|the|[A-Z][\w.-]*(?:['’]s|s['’]))\s)"
    return _OWN_WORD.sub("", re.sub(is_noun, "", rest, flags=re.IGNORECASE))


def _unpraised(line: str) -> str:
    return _PRAISE.sub(lambda match: _bare(match, line), line).strip()


def _bare(match: re.Match[str], line: str) -> str:
    if _PREDICATE.search(line[: match.start()]):
        return match[0]
    if match["before"]:
        return match["before"] if match["after"] else " "
    if match["article"] is None:
        return ""
    article = "an" if _VOWEL.match(line[match.end() :]) else "a"
    return f"{article.capitalize() if match['article'][0] == 'A' else article} "
