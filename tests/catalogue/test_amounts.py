"""Amounts of money as pages write them: how much, in which currency, for what."""

import time
from decimal import Decimal

import pytest

from digest.catalogue.amounts import amounts_in, currency_in, units_around


def read(words, **known):
    return [(f"{each.number:f}", each.currency, each.units) for each in amounts_in(words, **known)]


@pytest.mark.parametrize(
    ("words", "number", "currency", "units"),
    [
        ("$20/month", "20", "USD", ("month",)),
        ("US$9 /mo", "9", "USD", ("month",)),
        ("$18 per user per month", "18", "USD", ("seat", "month")),
        ("USD 12 per seat", "12", "USD", ("seat",)),
        ("$1,234.50 per year", "1234.50", "USD", ("year",)),
        ("€1.234,50 / Jahr", "1234.50", "EUR", ("year",)),
        ("12,50 € / Monat", "12.50", "EUR", ("month",)),
        ("£49 one-time", "49", "GBP", ("once",)),
        ("$0.0000000375 per token", "0.0000000375", "USD", ("token",)),
        ("$0.03 / MTok", "0.03", "USD", ("million tokens",)),
        ("From $0.5 per 1M input tokens", "0.5", "USD", ("million tokens",)),
        ("¥2.1 / 百万 tokens", "2.1", "CNY", ("million tokens",)),
        ("40 元/月", "40", "CNY", ("month",)),
        ("0.8 元/千tokens", "0.8", "CNY", ("thousand tokens",)),
        ("$3.00 per 1,000 requests", "3.00", "USD", ("1,000 requests",)),
    ],
)
def test_an_amount_has_number_currency_and_unit(words, number, currency, units):
    assert read(words) == [(number, currency, units)]


def test_what_is_not_said_is_unknown_and_never_dollars_or_a_month():
    assert read("$15") == [("15", "USD", ())]
    assert read("¥15") == [("15", "", ())]
    assert read("15 per month") == []
    assert read("$5 per node per hour") == [("5", "USD", ())]
    assert read("$5 per hour per node") == [("5", "USD", ())]


def test_yen_and_yuan_are_told_by_the_page_and_else_unknown():
    assert read("¥980 / month", language="ja") == [("980", "JPY", ("month",))]
    assert read("¥98 / month", language="zh-cn") == [("98", "CNY", ("month",))]
    assert read("¥98 / month", language="en") == [("98", "", ("month",))]


@pytest.mark.parametrize(
    "words",
    ["$5M in funding", "$10-$20 / month", "2.53~5.62", "over $3 billion", "128,000", "50% off", ""],
)
def test_ranges_sums_and_plain_numbers_are_no_price(words):
    assert read(words, currency="" if "$" in words else "USD" if "~" in words else "") == []


def test_a_number_alone_is_money_only_where_its_column_says_so():
    assert read("6.00", currency="CNY", units=("million tokens",)) == [
        ("6.00", "CNY", ("million tokens",))
    ]
    assert read("6.00 [1]", currency="CNY") == [("6.00", "CNY", ())]
    assert read("first 100 free", currency="CNY") == []


def test_a_heading_says_unit_and_currency():
    assert units_around(["Text models", "Prices per 1M tokens."]) == ("million tokens",)
    assert units_around(["元/百万token/小时"]) == ("million tokens", "hour")
    assert units_around(["单价 / 视频"]) == ("video",)
    assert units_around(["Models", "Text models"]) == ()
    assert currency_in(["All prices are in USD.", "Models"]) == "USD"
    assert currency_in(["元/百万token"]) == "CNY"
    assert currency_in(["Models"]) == ""


def test_amounts_are_said_in_one_way():
    (amount,) = amounts_in("$1.5 / 1M tokens")

    assert str(amount) == "$1.50 per million tokens"
    assert str(amounts_in("18 € per user per month")[0]) == "€18 per user per month"
    assert amount.number == Decimal("1.5")


@pytest.mark.parametrize("piece", ["/", "per ", "$1", "1,", "1.", "$ ", "a 1 ", "1 ", "每", "百万"])
def test_hostile_words_cost_no_time(piece):
    words = piece * 50_000
    begun = time.process_time()

    amounts_in(words, currency="USD")
    amounts_in(f"$1{words}")
    units_around([words])
    currency_in([words[:2_000]])

    assert time.process_time() - begun < 0.5
