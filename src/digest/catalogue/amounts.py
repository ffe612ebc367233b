"""
Read amounts of money: how much, in which currency, for what.

Pure: takes a few words, gives amounts. What the words do not say is taken from what stands around
them, where that says it, and is unknown otherwise: never US dollars, never a million tokens by guess.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

_SIGNS: Mapping[str, str] = {
    "us$": "USD", "$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP",
    "cn¥": "CNY", "元": "CNY", "rmb": "CNY", "cny": "CNY", "人民币": "CNY",
    "円": "JPY", "jpy": "JPY", "yen": "JPY", "₹": "INR", "inr": "INR", "₩": "KRW", "krw": "KRW",
}  # fmt: skip
"""How currencies are written, in lower case. ¥ alone is Chinese or Japanese money."""
_YEN_OR_YUAN = frozenset({"¥", "￥"})
_SHOWN: Mapping[str, str] = {
    "USD": "$", "EUR": "€", "GBP": "£", "CNY": "CN¥", "JPY": "JP¥", "INR": "₹", "KRW": "₩",
}  # fmt: skip
_SAID: Mapping[str, str] = {"seat": "user"}
"""Units that readers know by another word."""
_LONGEST = 400
"""Characters in which amounts are looked for."""

_MONEY = re.compile(
    r"(?P<before>us\$|cn¥|[$€£¥￥₹₩]|\b(?:usd|eur|gbp|cny|rmb|jpy|inr|krw)\b)?\s?"
    r"(?<![\w.,])(?P<number>\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,12})?)(?![\d%])"
    r"\s?(?P<after>元|円|€|人民币|\b(?:usd|eur|gbp|cny|rmb|jpy|yen|inr|krw)\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\d\s?[~～–—-]\s?(?:us\$|[$€£¥￥₹₩])?\s?\d", re.IGNORECASE)
_SCALED = re.compile(
    r"\s?(?:[KMB]\b|(?:million|billion|thousand|trillion)\b|[万亿])", re.IGNORECASE
)
"""What follows a number that is no price: revenue, funding, counts."""
_NUMBER_ALONE = re.compile(r"[\d.,\s]+(?:[\[(*†][^\d]{0,3}\d{0,2}[\])]?)?")

_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "million tokens",
            r"(?:1\s?)?(?:M|MM|million|mn)[\s-]?(?:input |output |cached )?tok(?:en)?s?\b|\bmtok\b|百万\s?(?:token|tokens|字)?",
        ),
        (
            "thousand tokens",
            r"(?:1\s?)?(?:K|thousand)[\s-]?(?:input |output )?tok(?:en)?s?\b|千\s?tokens?",
        ),
        ("million characters", r"(?:1\s?)?(?:M|million) char(?:acter)?s?\b|百万字符"),
        ("thousand characters", r"(?:1\s?)?(?:K|thousand) char(?:acter)?s?\b|千字符"),
        ("ten thousand characters", r"万字符"),
        ("token", r"(?<!\w)tokens?\b"),
        ("character", r"(?<!\w)characters?\b|字符"),
        ("seat", r"(?<!\w)(?:active )?(?:seat|user|editor|member|person|developer)s?\b|席位|用户"),
        ("month", r"(?<!\w)mo(?:nth)?(?:ly)?\b|monat\b|个?月"),
        ("year", r"(?<!\w)(?:yr|year|annum|annual)(?:ly)?\b|jahr\b|年"),
        ("week", r"(?<!\w)(?:wk|week)\b|周"),
        ("day", r"(?<!\w)day\b|天|日"),
        ("hour", r"(?<!\w)(?:hr|hour)s?\b|小时"),
        ("minute", r"(?<!\w)min(?:ute)?s?\b|分钟"),
        ("second", r"(?<!\w)(?:sec|second)s?\b|秒"),
        ("page", r"(?<!\w)pages?\b|页"),
        ("image", r"(?<!\w)(?:images?|pictures?)\b|张|图"),
        ("video", r"(?<!\w)videos?\b|视频|(?<=/)\s?个"),
        ("song", r"(?<!\w)songs?\b|首"),
        ("credit", r"(?<!\w)credits?\b"),
        ("use", r"(?<!\w)(?:use|call|request|query|run)s?\b|次"),
        ("GB", r"(?<!\w)GB\b"),
    )
)
_PER = re.compile(
    r"\s?(?:/|\bper\b|\beach\b|\bevery\b|每|\ban?\b(?=\s))\s?每?(?P<what>(?:[^/,;()（）。]|,(?=\d)){1,40}?)"
    r"(?=\s?/|\s(?:per|each|every)\b|[;()（）。]|,(?!\d)|\.?\s*$|\.\s|.{40})",
    re.IGNORECASE,
)
_FIRST_PER = re.compile(r"/|\bper\b|每", re.IGNORECASE)
_QUANTITY = re.compile(r"(?P<count>\d[\d,.]*\s?[kKmM]?)[\s-]?(?P<noun>[^\W\d]{2,20})")
_TOKENS = frozenset({"million tokens", "thousand tokens"})
_ONCE = re.compile(
    r"\b(?:one[- ]time|once|lifetime|for life|pay once)\b|买断|一次性", re.IGNORECASE
)
MOST_UNITS = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """A price as written. An empty currency, and no units, are unknown."""

    number: Decimal
    currency: str = ""
    """ISO code."""
    units: tuple[str, ...] = ()
    """What it is paid for, such as ("seat", "month"); ("once",) for a purchase."""

    def __str__(self) -> str:
        sign = _SHOWN.get(self.currency, f"{self.currency} " if self.currency else "")
        number = f"{self.number:,f}"
        if "." in number and len(number.partition(".")[2]) == 1:
            number += "0"  # $1.50, not $1.5
        if self.units == ("once",):
            return f"{sign}{number} once"
        return f"{sign}{number}{''.join(f' per {_SAID.get(unit, unit)}' for unit in self.units)}"


def amounts_in(
    words: str, *, currency: str = "", units: tuple[str, ...] = (), language: str = ""
) -> tuple[Amount, ...]:
    """
    Give the amounts of money that words name, in order; ranges and sums in thousands are none.

    Args:
        words: A cell, a line, a sentence.
        currency: What is known of the currency from around; where empty, a number without a sign is
            no amount.
        units: What is known of the units from around.
        language: Of the page; it tells yuan from yen.
    """
    text = words[:_LONGEST]
    if _RANGE.search(text):
        return ()
    found = [match for match in _MONEY.finditer(text) if _is_money(match, text, currency)]
    if not found:
        return ()
    ends = [match.start() for match in found[1:]] + [len(text)]
    return tuple(
        Amount(
            number=_number(match["number"]),
            currency=_currency(match, text, language) or currency,
            units=units_in(text[match.end() : end]) or units,
        )
        for match, end in zip(found, ends, strict=True)
    )


def _is_money(match: re.Match[str], text: str, currency: str) -> bool:
    if _SCALED.match(text, match.end()):
        return False
    if match["before"] or match["after"]:
        return True
    is_first = not text[: match.start()].strip()
    return bool(currency) and is_first and bool(_NUMBER_ALONE.fullmatch(text))


def _currency(match: re.Match[str], text: str, language: str) -> str:
    for sign in (match["before"], match["after"]):
        if sign and sign in _YEN_OR_YUAN:
            return yen_or_yuan(text, language)
        if sign:
            return _SIGNS[sign.lower()]
    return ""


def yen_or_yuan(text: str, language: str) -> str:
    """Say which money ¥ stands for; empty where neither words nor language tell."""
    if language.startswith("zh") or re.search("[元百万每月年]|人民币|tokens?价", text):
        return "CNY" if not language.startswith("ja") else "JPY"
    return "JPY" if language.startswith("ja") or "円" in text else ""


def _number(written: str) -> Decimal:
    """Read 1,234.50 as well as 1.234,50 and 12,50."""
    whole, mark, rest = written.rpartition(",")
    is_comma_decimal = mark and len(rest) != 3 and "." not in rest  # noqa: PLR2004 # thousands
    if is_comma_decimal:
        return Decimal(f"{whole.replace('.', '')}.{rest}")
    if written.count(".") > 1:
        return Decimal(written.replace(".", ""))
    return Decimal(written.replace(",", ""))


def units_in(words: str) -> tuple[str, ...]:
    """
    Give the units that stand behind an amount: ``/``, "per" or 每 before each; none is unknown.

    One that is not known makes them all unknown: "per node per hour" is no price per hour.
    """
    if _ONCE.search(words):
        return ("once",)
    units: list[str] = []
    at = 0
    while (match := _PER.match(words, at)) and len(units) < MOST_UNITS:
        unit = unit_of(match["what"])
        if unit is None:
            return ()
        units.append(unit)
        at = match.end()
    return tuple(dict.fromkeys(units))


def units_around(texts: Iterable[str]) -> tuple[str, ...]:
    """Give the units that the nearest of some texts, the last one, names, such as a heading."""
    for text in reversed(list(texts)):
        start = _FIRST_PER.search(text[:_LONGEST])
        if start and (units := units_in(text[start.start() : _LONGEST])):
            return units
        if (unit := unit_of(text[:_LONGEST])) in _TOKENS and unit:
            return (unit,)
    return ()


def unit_of(words: str) -> str | None:
    """Give the unit that words name first; a number of them is kept; None where they name none."""
    matches = ((pattern.search(words), place) for place, (_, pattern) in enumerate(_UNITS))
    found = [(match.start(), place) for match, place in matches if match]
    if not found:
        return None
    name = _UNITS[min(found)[1]][0]
    counted = _QUANTITY.match(words.strip())
    if counted and counted["count"].strip() != "1" and name not in _TOKENS:
        return f"{counted['count'].strip()} {counted['noun'].lower()}"
    return name


def currency_in(texts: Iterable[str], *, language: str = "") -> str:
    """Give the currency that the nearest of some texts, the last one, names; empty where none does."""
    for text in reversed(list(texts)):
        for written, code in _SIGNS.items():
            is_word = written.isascii() and written.isalpha()
            pattern = rf"\b{written}\b" if is_word else re.escape(written)
            if re.search(pattern, text, re.IGNORECASE):
                return code
        if any(sign in text for sign in _YEN_OR_YUAN):
            return yen_or_yuan(text, language)
    return ""
