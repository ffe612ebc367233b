"""
Read a product's own price page: its tables, its plans, and what it costs to start.

Pure: takes a page, gives prices and claims. A price list of many models says what this product costs
only in the row that bears its name; a price without currency or unit is kept, and is no claim.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digest.catalogue.amounts import Amount, amounts_in, currency_in, units_around, units_in
from digest.catalogue.patterns import COMPARES
from digest.catalogue.prices import NOT_OURS, price_claims
from digest.catalogue.words import MAX_SPAN, Claim, sentences
from digest.model import EntryPrice, FactKind, PageTable, PageText

MAX_HEADS = 3
"""Rows a table's head may have."""
CARD_LINE = 90
"""Characters of a line that may be the price on a plan's card; longer ones are prose."""
MAX_LINES = 2_500
PLAN_UNITS = frozenset({"seat", "week", "month", "year", "once"})

_PRICE_HEAD = re.compile(
    r"\b(?:price|cost|rate|input|output|fee)s?\b|价|费|输入|输出|料金", re.IGNORECASE
)
_ALL_PRICES = re.compile(
    r"\b(?:prices?|pricing|costs?|rates?|amounts?)\b.{0,40}\b(?:in|are)\b|(?:价格|费用|单价).{0,10}(?:单位|为)",
    re.IGNORECASE,
)
_INPUT = re.compile(
    r"^(?!.*(?:cache|缓存|audio|音频(?!\)))).*(?:\binput|\bprompt|输入)", re.IGNORECASE
)
_OUTPUT = re.compile(
    r"^(?!.*(?:cache|缓存|audio|音频(?!\)))).*(?:\boutput|\bcompletion|输出)", re.IGNORECASE
)
_FREE_PLAN = re.compile(
    r"(?:free(?: (?:plan|tier|forever))?|免费(?:版|使用)?|無料|kostenlos|gratuit"
    r"|(?:us\$|[$€£¥￥])\s?0(?:[.,]00?)?(?:\s?(?:/|per\b).{0,24})?)",
    re.IGNORECASE,
)
_UNIT_LINE = re.compile(r"\s?(?:/|per\b|每|a month\b|one[- ]time\b|once\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """One price of a page, with what it is a price of and the words it stands in."""

    amount: Amount
    span: str
    """Verbatim, at most 300 characters."""
    row: str = ""
    """What the row is called: a model, a plan; empty outside tables."""
    column: str = ""


def table_prices(page: PageText) -> tuple[ListedPrice, ...]:
    """Give the prices in a page's tables, in order; currency and unit may be unknown."""
    stated = currency_in(
        [line for line in page.lines[:MAX_LINES] if _ALL_PRICES.search(line)],
        language=page.language,
    )
    return tuple(
        price for table in page.tables for price in _of_table(table, page.language, stated)
    )


def _of_table(table: PageTable, language: str, stated: str) -> Iterator[ListedPrice]:
    heads = _head_rows(table, language)
    body = table.rows[len(heads) :]
    units = units_around(table.context)
    around = currency_in(table.context, language=language) or stated
    columns = [_column(heads, place, language) for place in range(max(map(len, table.rows)))]
    for row in body:
        label = next((cell for cell in row if cell), "")
        for place, cell in enumerate(row):
            heading, currency, own_units = columns[place]
            if not currency and _PRICE_HEAD.search(heading):
                currency = around
            found = amounts_in(cell, currency=currency, units=own_units or units, language=language)
            for amount in found:
                known = amount if amount.currency else replace(amount, currency=around)
                yield ListedPrice(known, _span(row), row=label, column=heading)


def _head_rows(table: PageTable, language: str) -> tuple[tuple[str, ...], ...]:
    """Give the rows a table begins with that name no price: they say what the columns are."""
    heads = []
    for row in table.rows[:MAX_HEADS]:
        has_price = any(amounts_in(cell, language=language) for cell in row)
        has_number = any(re.fullmatch(r"[\d.,]+", cell) for cell in row)
        if has_price or has_number:
            break
        heads.append(row)
    return tuple(heads[: len(table.rows) - 1])


def _column(
    heads: Sequence[Sequence[str]], place: int, language: str
) -> tuple[str, str, tuple[str, ...]]:
    """Give what a column is called, and the currency and units its head names."""
    cells = dict.fromkeys(head[place] for head in heads if place < len(head) and head[place])
    heading = " ".join(cells)
    return heading, currency_in([heading], language=language), units_around([heading])


def _span(row: Sequence[str]) -> str:
    """Give a row's words, a cell that spans several places once."""
    cells = [cell for place, cell in enumerate(row) if not place or cell != row[place - 1]]
    return " ".join(filter(None, cells))[:MAX_SPAN].rstrip()


def plan_prices(page: PageText) -> tuple[ListedPrice, ...]:
    """
    Give the prices of plans: amounts for a month, a year, a seat, or once.

    They stand on cards, as short lines, or in tables.
    """
    found = [price for price in table_prices(page) if _is_of_plan(price.amount)]
    lines = page.lines[:MAX_LINES]
    for line, after in zip(lines, (*lines[1:], ""), strict=True):
        if len(line) > CARD_LINE or NOT_OURS.search(line) or COMPARES.search(line):
            continue
        amounts = amounts_in(line, language=page.language)
        span = line
        if (
            amounts
            and not amounts[-1].units
            and len(after) <= CARD_LINE
            and _UNIT_LINE.match(after)
        ):
            amounts = (*amounts[:-1], replace(amounts[-1], units=units_in(after)))
            span = f"{line} {after}"
        found += [ListedPrice(amount, span) for amount in amounts if _is_of_plan(amount)]
    return tuple(found)


def _is_of_plan(amount: Amount) -> bool:
    return bool(amount.currency) and not PLAN_UNITS.isdisjoint(amount.units)


def pricing_claims(page: PageText, *, name: str) -> tuple[Claim, ...]:
    """
    Give what a price page says of a product: what it costs to start, and its price.

    Args:
        page: Of the product's own site.
        name: The product's; a row of a price list is its own where it bears this name.
    """
    if claims := _of_row(page, name):
        return claims
    plans = plan_prices(page)
    paid = [plan for plan in plans if plan.amount.number]
    said = price_claims(sentences(*page.lines[:MAX_LINES]))
    entry = next((claim for claim in said if claim.kind is FactKind.ENTRY_PRICE), None)
    price = next((claim for claim in said if claim.kind is FactKind.PRICE), None)
    price = _cheapest(paid) or price
    entry = _entry(page.lines, entry, price)
    return tuple(claim for claim in (entry, price) if claim)


def _is_named(label: str, name: str) -> bool:
    plain = [re.sub(r"[\W_]+", "", text.casefold()) for text in (label, name)]
    return bool(plain[0]) and plain[0] == plain[1]


def _of_row(page: PageText, name: str) -> tuple[Claim, ...]:
    """Give the claims of the product's own row: input and output, or its one price, or free."""
    known = [
        price
        for price in table_prices(page)
        if _is_named(price.row, name) and price.amount.currency and price.amount.units
    ]
    into = next((price for price in known if _INPUT.search(price.column)), None)
    out = next((price for price in known if _OUTPUT.search(price.column)), None)
    first = into or out or next(iter(known), None)
    if first is None or not any(price.amount.number for price in known):
        free = first.span if first else _free_row(page, name)
        return (Claim(FactKind.ENTRY_PRICE, EntryPrice.FREE.value, free),) if free else ()
    text = str(first.amount)
    if into and out and into.amount != out.amount and into.amount.units == out.amount.units:
        sums = [str(replace(each.amount, units=())) for each in (into, out)]
        units = str(into.amount).removeprefix(sums[0])
        text = f"{sums[0]} in, {sums[1]} out{units}"
    return (
        Claim(FactKind.ENTRY_PRICE, EntryPrice.PAID.value, first.span),
        Claim(FactKind.PRICE, text, first.span),
    )


def _free_row(page: PageText, name: str) -> str | None:
    """Give the product's own row where all it says of prices is that there is none to pay."""
    for row in (row for table in page.tables for row in table.rows):
        label, *cells = [cell for cell in row if cell] or [""]
        is_free = any(_FREE_PLAN.fullmatch(cell) for cell in cells)
        if is_free and _is_named(label, name) and not any(map(amounts_in, cells)):
            return _span(row)
    return None


def _cheapest(paid: Sequence[ListedPrice]) -> Claim | None:
    """Give the lowest of the plans that are priced like the first one."""
    if not paid:
        return None
    first = paid[0].amount
    alike = [
        plan
        for plan in paid
        if (plan.amount.currency, plan.amount.units) == (first.currency, first.units)
    ]
    lowest = min(alike, key=lambda plan: plan.amount.number)
    differ = any(plan.amount != lowest.amount for plan in paid)
    text = f"from {lowest.amount}" if differ else str(lowest.amount)
    return Claim(FactKind.PRICE, text, lowest.span[:MAX_SPAN])


def _entry(lines: Sequence[str], said: Claim | None, price: Claim | None) -> Claim | None:
    """Give what it costs to start: a free plan beside a price, or beside sales, is freemium."""
    free = next(
        (line for line in lines[:MAX_LINES] if _FREE_PLAN.fullmatch(line.strip(" !."))), None
    )
    is_sold = price is not None or (said is not None and said.value != EntryPrice.FREE)
    if free and is_sold:
        return Claim(FactKind.ENTRY_PRICE, EntryPrice.FREEMIUM.value, free)
    if said is not None and said.value == EntryPrice.FREE and price is not None:
        return Claim(FactKind.ENTRY_PRICE, EntryPrice.FREEMIUM.value, said.span)
    if said is None and price is not None:
        return Claim(FactKind.ENTRY_PRICE, EntryPrice.PAID.value, price.span)
    return said
