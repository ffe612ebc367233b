"""
Read what it costs to start, and the first price, from the words of an announcement.

Pure. An amount is a price only with its unit, and only where the sentence is about the product's
own price: savings, wages and other products' bills are none.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from digest.catalogue.patterns import COMPARES
from digest.catalogue.words import Claim, matches, span_of
from digest.model import EntryPrice, FactKind

_UNIT = (
    r"(?:(?:active\s+)?(?:user|seat|editor|member|agent|workspace|team|person)s?|"
    r"mo(?:nth)?|year|yr|week|day|hour|hr|minute|min|second|"
    r"page|image|video|document|call|request|credit|run|"
    r"(?:1\s?|one\s)?(?:million|billion|thousand|[MK])\s?(?:input |output )?(?:tokens?|characters?|calls?|requests?|vectors?|spans?|pages?)|"
    r"[\d,]+[kKmM]?\s(?:tokens|characters|pages|images|calls|requests|credits|minutes|runs|messages)|"
    r"token|character|GB|TB)"
)
_PRICE = re.compile(
    r"(?P<sign>[$€£])\s?(?P<amount>\d[\d,]*(?:\.\d+)?)(?![\d%+]|\s?[KMB]\b)"
    rf"(?P<units>(?:\s?(?:/|per\b|a\b|an\b|each\b|every\b)\s?{_UNIT}\b){{1,3}}"
    r"|\s?(?:one[- ]time|once|lifetime|for life))",
    re.IGNORECASE,
)
_UNITS = re.compile(rf"(?:/|per\b|a\b|an\b|each\b|every\b)\s?({_UNIT})\b", re.IGNORECASE)
_ONCE = re.compile(r"one[- ]time|once|lifetime|for life", re.IGNORECASE)
_LONG = {"mo": "month", "yr": "year", "hr": "hour", "min": "minute"}

NOT_OURS = re.compile(
    r"\b(?:sav(?:e|es|ed|ing|ings)|drops?|dropped|cuts?|reduc\w+|spen[dt]\w*|paid|paying|bills?|billed|"
    r"earn\w*|revenue|[AM]RR|raised|funding|worth|salary|rent|versus|vs\.?|compared|instead|"
    r"rewards?|prizes?|bount\w+|us\b|we used to|would have cost|used to cost)\b"
    r"|\b(?:was|were|originally|formerly|normally|usually) [$€£]",
    re.IGNORECASE,
)
"""Amounts beside these words are savings, wages, bills of others: no price of the product."""
_LIMITED = re.compile(
    r"\bfreemium\b"
    r"|\bfree (?:tier|plan|version|credits?|quota|allowance)\b"
    r"|\bfree (?:for|up to)(?: (?:the|your) first)? (?:an? |the |under )?"
    r"(?:[\d,]+\w?|one|two|three|five|ten|individuals?|personal|hobby\w*|small|solo|single|students?|"
    r"non-?commercial|open[- ]source|public|non-?profits?)\b"
    r"|\bfirst [\d,]+ [\w -]{1,30}?(?:are |is )?free\b"
    r"|\b[\d,]+ [\w -]{1,40}? (?:are|is) free\b"
    r"|\b(?:free|no charge),? then [$€£]",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"\b(?:is|are|it['’]s|completely|totally|entirely|fully|always|100\s?%) free\b"
    r"(?! (?:of|from|up|trials?|tier|plan|version|credits?|for|to (?!use|download|try|install|start|play))\b)"
    r"|\bfree (?:and|&|,) (?:fully )?open[- ]?source\b|\bopen[- ]?source (?:and|&) free\b"
    r"|\bfree to (?:use|download|install|self-host)\b|\bfree forever\b|\bfree of charge\b"
    r"|\bfree for (?:everyone|everybody|all|any use|anyone|commercial use)\b"
    r"|\bat no (?:cost|charge)\b"
    r"|(?:^|[,;(]\s?|\. )free(?=\s*(?:[.;)]|$|, (?!then)|\bfor any\b|with\b))",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:contact|talk to|speak (?:to|with)|ask) (?:our |the )?sales\b"
    r"|\bcontact us for (?:a )?(?:pricing|prices?|quote)\b"
    r"|\b(?:pricing|prices?|quotes?) (?:is |are )?(?:available )?(?:on|upon) request\b"
    r"|\bbook a (?:demo|call) (?:for|to (?:get|see)) (?:pricing|prices|a quote)\b"
    r"|\brequest a quote\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"\bpaid(?: app| product| plans?)? only\b|\bno free (?:tier|plan|version)\b|\bnot free\b"
    r"|\bone[- ]time purchase\b|\bsubscription (?:only|required)\b",
    re.IGNORECASE,
)


def price_claims(sentences: Sequence[str]) -> tuple[Claim, ...]:
    """
    Give the first price and the price of starting, each at most once.

    Free with a limit, or free beside a price, is freemium; a trial that ends is no free start.
    What a sentence about other products says may be their price, and is none of this one.
    """
    own = [sentence for sentence in sentences if not COMPARES.search(sentence)]
    price = _first_price(own)
    entry = _entry(own, price)
    return tuple(claim for claim in (entry, price) if claim)


def _first_price(sentences: Sequence[str]) -> Claim | None:
    for sentence in sentences:
        if NOT_OURS.search(sentence):
            continue
        for match in _PRICE.finditer(sentence):
            return Claim(FactKind.PRICE, _worded(match), span_of(sentence, match))
    return None


def _worded(match: re.Match[str]) -> str:
    """Say a price in one way: ``$18 per user per month``."""
    amount = Decimal(match["amount"].replace(",", ""))
    if _ONCE.search(match["units"]):
        return f"{match['sign']}{amount:,} once"
    units = [_LONG.get(unit.lower(), unit) for unit in _UNITS.findall(match["units"])]
    return f"{match['sign']}{amount:,} per {' per '.join(units)}"


def _entry(sentences: Sequence[str], price: Claim | None) -> Claim | None:
    limited = _said(_LIMITED, sentences)
    free = _said(_FREE, sentences)
    if limited or (free and price):
        return _as(EntryPrice.FREEMIUM, limited or free)
    if free:
        return _as(EntryPrice.FREE, free)
    if price:
        return Claim(FactKind.ENTRY_PRICE, EntryPrice.PAID.value, price.span)
    paid = _said(_PAID, sentences, keep_turned=True)
    if paid:
        return _as(EntryPrice.PAID, paid)
    return _as(EntryPrice.CONTACT, _said(_CONTACT, sentences))


def _said(
    pattern: re.Pattern[str], sentences: Sequence[str], *, keep_turned: bool = False
) -> str | None:
    """Give the words of the first sentence that says it; None where none does."""
    for sentence in sentences:
        for match, holds in matches(pattern, sentence):
            if holds or keep_turned:
                return span_of(sentence, match)
    return None


def _as(price: EntryPrice, span: str | None) -> Claim | None:
    return Claim(FactKind.ENTRY_PRICE, price.value, span) if span else None
