"""Price pages: tables and plans in three currencies, and what they say of one product."""

import pytest

from digest.catalogue.price_pages import plan_prices, pricing_claims, table_prices
from digest.model import FactKind, PageTable, PageText

TOKENS = PageText(
    language="en",
    lines=("Pricing", "All amounts are in USD.", "Chat models", "Prices per 1M tokens."),
    tables=(
        PageTable(
            context=("Chat models", "Prices per 1M tokens."),
            rows=(
                ("Model", "Context", "Input", "Cached Input", "Output"),
                ("Wren-2", "128000", "$1.2", "$0.3", "$4.8"),
                ("Wren-2 mini", "64000", "$0.1", "$0.02", "$0.4"),
                ("Wren-2 nano", "64000", "Free", "Free", "Free"),
            ),
        ),
        PageTable(context=("Images",), rows=(("Model", "Price"), ("Finch", "$0.02"))),
    ),
)
YUAN = PageText(
    language="zh",
    lines=("模型价格",),
    tables=(
        PageTable(
            rows=(
                (
                    "模型名称",
                    "条件",
                    "输入 元/百万token",
                    "缓存 元/百万token/小时",
                    "输出 元/百万token",
                ),
                ("muninn-1", "[0, 32]", "3.20", "0.017", "16.0"),
                ("muninn-1", "[32, 128]", "4.80", "0.017", "24.0"),
            )
        ),
        PageTable(rows=(("套餐", "价格"), ("轻量", "29 元/月"), ("专业", "99 元/月"))),
    ),
)
YEN_SIGN = PageText(
    language="zh-cn",
    lines=("语音",),
    tables=(PageTable(rows=(("场景", "单价 / 万字符"), ("朗读", "¥3.5"), ("快速", "¥2.0"))),),
)


def cards(*lines, language="en"):
    return PageText(language=language, lines=lines)


def claims(page, name="Ember"):
    return {
        claim.kind.value: (claim.value, claim.span) for claim in pricing_claims(page, name=name)
    }


def test_a_table_in_dollars_has_its_unit_from_the_line_before_it():
    prices = table_prices(TOKENS)

    assert {price.amount.currency for price in prices} == {"USD"}
    assert [str(price.amount) for price in prices if price.row == "Wren-2"] == [
        "$1.20 per million tokens",
        "$0.30 per million tokens",
        "$4.80 per million tokens",
    ]


def test_a_count_of_tokens_is_no_money_and_a_price_without_unit_stays_without():
    prices = table_prices(TOKENS)

    assert "128000" not in {str(price.amount.number) for price in prices}
    assert [price.amount.units for price in prices if price.row == "Finch"] == [()]


def test_a_table_in_yuan_has_currency_and_unit_from_its_head():
    prices = [(p.column, str(p.amount)) for p in table_prices(YUAN) if p.row == "muninn-1"][:3]

    assert prices == [
        ("输入 元/百万token", "CN¥3.20 per million tokens"),
        ("缓存 元/百万token/小时", "CN¥0.017 per million tokens per hour"),
        ("输出 元/百万token", "CN¥16.00 per million tokens"),
    ]


def test_the_yen_sign_on_a_chinese_page_is_yuan():
    assert [str(price.amount) for price in table_prices(YEN_SIGN)] == [
        "CN¥3.50 per ten thousand characters",
        "CN¥2.00 per ten thousand characters",
    ]


def test_a_product_is_priced_by_the_row_that_bears_its_name():
    span = "Wren-2 128000 $1.2 $0.3 $4.8"

    assert claims(TOKENS, "Wren 2") == {
        "entry_price": ("paid", span),
        "price": ("$1.20 in, $4.80 out per million tokens", span),
    }
    assert claims(YUAN, "Muninn-1")["price"][0] == "CN¥3.20 in, CN¥16.00 out per million tokens"


def test_a_row_without_a_price_to_pay_is_free():
    assert claims(TOKENS, "Wren-2 nano") == {"entry_price": ("free", "Wren-2 nano 64000 Free")}


def test_a_list_of_other_models_says_nothing_of_this_product():
    assert claims(TOKENS, "Ember") == {}


def test_plans_in_a_table_give_the_lowest_price():
    assert claims(YUAN, "Ember") == {
        "entry_price": ("paid", "轻量 29 元/月"),
        "price": ("from CN¥29 per month", "轻量 29 元/月"),
    }


def test_plans_on_cards_beside_a_free_one_are_freemium():
    page = cards("Hobby", "Free", "Pro", "$20", "/ user / month", "Team", "$40 / user / month")

    assert claims(page) == {
        "entry_price": ("freemium", "Free"),
        "price": ("from $20 per user per month", "$20 / user / month"),
    }


@pytest.mark.parametrize("free", ["$0", "$0/mo", "€0 / month", "免费", "Free forever", "Free plan"])
def test_a_plan_for_nothing_is_a_free_plan(free):
    assert claims(cards(free, "Pro $9/month"))["entry_price"] == ("freemium", free)


def test_one_paid_plan_is_paid_from_the_start():
    assert claims(cards("Licence", "$49 one-time")) == {
        "entry_price": ("paid", "$49 one-time"),
        "price": ("$49 once", "$49 one-time"),
    }


def test_prices_on_request_are_that():
    assert claims(cards("Enterprise", "Contact sales")) == {
        "entry_price": ("contact", "Contact sales")
    }


def test_savings_trials_and_other_peoples_prices_are_none():
    page = cards(
        "Save $20 per month with annual billing",
        "Free trial for 14 days",
        "Teams spent $900 per month before",
        "Start for free",
    )

    assert plan_prices(page) == ()
    assert FactKind.PRICE.value not in claims(page)


def test_a_page_without_prices_says_nothing():
    assert claims(cards("Pricing", "We are working on it.")) == {}
