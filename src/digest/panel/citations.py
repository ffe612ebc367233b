"""
Is a quote really there, whole, and does the evidence hold the numbers a text names?

Pure. White space, quotation marks and dashes may differ; nothing else may. A quote must not be cut
so that the "not" of its clause falls away, and may not begin or end inside a word.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from digest.panel.untrusted import WITHHELD

_MARKS = str.maketrans(
    dict.fromkeys("“”„‟«»″❝❞", '"')
    | dict.fromkeys("‘’‚‛′`´❛❜", "'")
    | dict.fromkeys("‐‑‒–—―−﹘﹣－⸺", "-")
)
"""One character for one, so that a place in the one text is the same place in the other."""
_CLAUSE_END = re.compile(
    r"[.!?](?=\s|$)|[;•|\n]|(?=[✅✔✓☑❌✗✘])|,?\s\b(?:but|however|although|though|whereas|while|yet)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:no\s+longer|not(?!\s+(?:only|just|merely|least)\b)|no(?!\s+(?:wonder|doubt|matter)\b)|never|neither|"
    r"nor|none|nothing|nobody|nowhere|cannot|without|lacks?|lacking|hardly|barely|rarely|unlike|"
    r"except|excluding|instead\s+of|rather\s+than|fails?\s+to|failed\s+to|refuses?\s+to|"
    r"stopped|discontinued|deprecated|unable|false|unavailable|far\s+from|"
    r"(?:do|does|did|is|are|was|were|has|have|ca|wo|would|could|should)nt)\b|n't\b|[❌✗✘]",
    re.IGNORECASE,
)
_MONEY = {"usd": "$", "dollar": "$", "eur": "€", "euro": "€", "gbp": "£", "pound": "£"}
_UNITS = (
    {"thousand": "k", "million": "m", "mn": "m", "billion": "b", "bn": "b", "trillion": "t"}
    | {"kilobyte": "kb", "megabyte": "mb", "gigabyte": "gb", "terabyte": "tb", "sec": "s"}
    | {"kib": "kb", "mib": "mb", "gib": "gb", "tib": "tb", "millisecond": "ms", "second": "s"}
    | {"minute": "min", "hour": "h", "hr": "h", "day": "d", "week": "w", "month": "mo", "year": "y"}
    | {unit: unit for unit in ("k", "m", "b", "t", "kb", "mb", "gb", "tb", "ms", "s", "min", "h")}
)
"""What a number counts, where another unit makes another number of it."""
_NUMBER = re.compile(
    r"(?P<sign>[$€£¥])?\s?(?<![\w.])(?P<letter>v)?(?P<digits>\d+(?:[.,]\d+)*)"
    rf"(?P<unit>\s?%|\s?percent\b|\s?per\s+cent\b|[\s-]?(?:{'|'.join(_UNITS | _MONEY)})s?\b|"
    r"[a-zA-Z]{1,3}\b)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b(?P<year>\d{4})-\d\d-(?P<day>\d\d)(?=\b|T)")
_WORDS = (
    {word: str(n) for n, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)}
    | {"eleven": "11", "twelve": "12", "dozen": "12", "dozens": "12", "fifteen": "15"}
    | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70"}
    | {"eighty": "80", "ninety": "90"}
    | {"hundred": "100", "hundreds": "100", "thousand": "1000", "thousands": "1000"}
    | {"million": "1000000", "millions": "1000000", "billion": "1000000000"}
    | {"billions": "1000000000", "trillion": "1000000000000", "twice": "2"}
    | {"double": "2", "doubles": "2", "triple": "3", "triples": "3", "tenfold": "10"}
)  # fmt: skip
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def normal(text: str) -> str:
    """Give a text with one kind of white space, quotation mark and dash."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_MARKS).split())


def find(quote: str, text: str) -> tuple[int, int] | None:
    """
    Find a quote in a text that is NFC with single white space; at word ends only.

    Returns:
        Where it begins and ends in ``text``, or None.
    """
    wanted, where = normal(quote), unicodedata.normalize("NFC", text).translate(_MARKS)
    if not wanted:
        return None
    start = where.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (_inside_word(where, start) or _inside_word(where, end)):
            return start, end
        start = where.find(wanted, start + 1)
    return None


def trouble_with(quote: str, text: str) -> str | None:
    """
    Say why a quote of a snippet's text cannot stand, in words that follow "the quote"; None: it can.

    Args:
        quote: As a model gave it.
        text: The whole snippet.
    """
    found = find(quote, text)
    if found is None:
        return "does not stand there word for word"
    if normal(WITHHELD).strip("[]") in normal(quote):
        return "is our own mark, not evidence"
    dropped = _dropped_negation(normal_marks(text), *found)
    if dropped:
        return f'is cut so that the "{dropped}" of its clause is lost; quote the clause with it'
    return None


def normal_marks(text: str) -> str:
    """Give a text with one kind of quotation mark and dash, every place as it was."""
    return unicodedata.normalize("NFC", text).translate(_MARKS)


def missing_numbers(text: str, evidence: Iterable[str]) -> tuple[str, ...]:
    """
    List the numbers of a text that no piece of evidence holds, as they are written.

    A figure with a currency or a per cent sign must have it there too, and one with a unit must not
    have another there alone: 3M is not 3B. Number words count as well, but for "one".
    """
    known: dict[str, set[str]] = defaultdict(set)
    for piece in evidence:
        for digits, kind in _numbers(normal_marks(piece)):
            known[digits].add(kind)
    missing: dict[str, None] = {}
    for (digits, kind), written in _numbers(normal_marks(text)).items():
        kinds = known.get(digits, set())
        is_bare = bool(kinds) and (not kind or (kind in _UNITS.values() and "" in kinds))
        if not (is_bare or kind in kinds):
            missing[written] = None
    return tuple(missing)


def _inside_word(text: str, place: int) -> bool:
    """Return True where a cut at ``place`` would part a word or a number."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if before.isalnum() and after.isalnum():
        return True
    if after == "'" and text[place + 1 : place + 2].isalpha() and before.isalpha():
        return True  # don|'t
    beyond = text[place + 1 : place + 2]
    if before.isdigit() and after in ".," and beyond.isdigit():
        return True  # 3|.2
    return before in ".," and after.isdigit() and text[place - 2 : place - 1].isdigit()


def _dropped_negation(text: str, start: int, end: int) -> str | None:
    """Give the negation of the quote's own clauses that stands outside of the quote."""
    first = max((m.end() for m in _CLAUSE_END.finditer(text, 0, start)), default=0)
    after = _CLAUSE_END.search(text, end)
    if end and _CLAUSE_END.search(text, max(end - 1, 0), end):
        last = end  # the quote ends with its sentence
    else:
        last = after.start() if after else len(text)
    before_quote, after_quote = text[first:start], text[end:last]
    for outside in (before_quote, after_quote):
        found = _NEGATION.search(outside)
        if found:
            return found.group()
    return None


def _numbers(text: str) -> dict[tuple[str, str], str]:
    """Give the numbers of a text by value and kind (currency, per cent, unit or none), as written."""
    found: dict[tuple[str, str], str] = {}
    for match in _DATE.finditer(text):  # its month is no number of anything
        found.setdefault((match.group(), "date"), match.group())
        found.setdefault((match["year"], ""), match.group())
        found.setdefault((_value(match["day"]), ""), match.group())
    text = _DATE.sub(" ", text)
    for match in _NUMBER.finditer(text):
        for kind in _kinds(match):
            found.setdefault((_value(match["digits"]), kind), match.group().strip())
    text = _NUMBER.sub(" ", text)
    for match in _WORD.finditer(text):
        found.setdefault((_WORDS[match.group().casefold()], ""), match.group())
    return found


def _kinds(match: re.Match[str]) -> tuple[str, ...]:
    """Say what makes a number another one: currency, per cent, unit; empty where nothing does."""
    unit = (match["unit"] or "").strip(" -").casefold()
    one = unit if unit in _UNITS or unit in _MONEY else unit.removesuffix("s")
    if unit == "%" or unit.startswith("per"):
        return ("%",)
    found = (match["sign"] or _MONEY.get(one), _UNITS.get(one))
    return tuple(filter(None, found)) or ("",)


def _value(digits: str) -> str:
    """Give one spelling of a number: no thousands marks, no leading noughts, no empty decimals."""
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    head, *rest = digits.replace(",", ".").split(".")
    head = head.lstrip("0") or "0"
    if len(rest) == 1:
        rest = [rest[0].rstrip("0")]
    return ".".join([head, *filter(None, rest)])
