"""Tools that are given with their facts, a line each."""

import json
from datetime import UTC, datetime

import pytest

from digest.catalogue.given import json_lines, read_given
from digest.errors import GivenError
from digest.model import LONG_AGO, EntryPrice, FactKind, Market

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def given(*lines: object):
    return read_given("\n".join(map(json.dumps, lines)), name="tools.jsonl", now=NOW)


def test_a_name_is_enough_and_everything_else_is_unknown():
    (one,) = given({"name": "Marrow 2 & Sons"})
    assert (one.tool.slug, one.tool.job, one.has_job) == ("marrow-2-sons", "unsorted", False)
    assert (one.tool.launched_at, one.tool.launch_dated) == (LONG_AGO, False)
    assert (one.facts, one.tool.entry_price, one.market) == ((), EntryPrice.UNKNOWN, None)


def test_facts_may_be_values_by_kind_and_null_is_no_fact():
    (one,) = given(
        {"name": "Marrow", "facts": {"licence": "MIT", "entry_price": "free", "docs": None}}
    )
    assert [fact.kind for fact in one.facts] == [FactKind.LICENCE, FactKind.ENTRY_PRICE]
    assert one.fact_ids == ("f1", "f2")
    assert (one.tool.licence, one.tool.entry_price) == ("MIT", EntryPrice.FREE)
    assert {fact.observed_at for fact in one.facts} == {NOW}


def test_facts_may_be_objects_with_ids_dates_and_words_of_their_own():
    fact = {
        "id": "price-page",
        "kind": "price",
        "value": "$15 per month",
        "observed_at": "2026-11-20",
        "url": "https://marrow.example/pricing",
        "span": "Pro is $15 a month",
        "page": "pricing",
    }
    (one,) = given({"name": "Marrow", "facts": [fact, {"kind": "docs", "value": True}]})
    assert one.fact_ids == ("price-page", "f2")
    assert one.facts[0].observed_at == datetime(2026, 11, 20, tzinfo=UTC)
    assert one.ids_of(one.facts[0]) == ("price-page",)


@pytest.mark.parametrize(
    ("kind", "value", "taken"),
    [
        ("vendor_since", 2019, "2019-01-01"),
        ("vendor_since", "2019-05", "2019-05-01"),
        ("maintained_at", "2026-07-10T08:00:00Z", "2026-07-10"),
        ("platforms", ["macOS", "Linux"], "macOS, Linux"),
        ("entry_price", "Freemium", "freemium"),
        ("install", False, False),
        ("open_interface", True, True),
        ("open_interface", "none", False),
        ("licence", "apache 2.0", "Apache-2.0"),
        ("licence", "Ember Licence", "Ember Licence"),
        ("superlatives", 0, 0),
    ],
)
def test_a_value_is_taken_as_its_kind_has_it(kind: str, value: object, taken: object):
    (one,) = given({"name": "Marrow", "facts": {kind: value}})
    assert [fact.value for fact in one.facts] == [taken]


@pytest.mark.parametrize("value", ["unknown", "Unknown", "", None, []])
def test_what_is_said_to_be_unknown_is_no_fact(value: object):
    (one,) = given({"name": "Marrow", "facts": {"platforms": value}})
    assert one.facts == ()


def test_what_is_known_around_a_tool_may_be_given_too():
    (one,) = given({"name": "Marrow", "market": {"rivals": 3, "attention": 61.5}})
    assert one.market == Market(rivals=3, attention=61.5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        ('{"name": "A"}\n[1]', "line 2: no JSON object"),
        ('{"name": "A"', "line 1: no JSON (Expecting ',' delimiter)"),
        ("[" * 100_000, "nested too deeply"),
        ('{"name": "\\ud83d"}', "half a character"),
        ('{"name": "A", "facts": {"price": NaN}}', "NaN is no value"),
        ('{"tagline": "x"}', "name: Field required"),
        ('{"name": "A", "maker": "x"}', "maker is no field of a tool"),
        ('{"name": "A", "facts": {"colour": "red"}}', "facts.0.kind: it should be 'entry_price'"),
        ('{"name": "A", "facts": {"license": "MIT"}}', "not 'license'"),
        (
            '{"name": "A", "facts": {"docs": "maybe"}}',
            "facts.0: a fact of kind docs is true or false, not 'maybe'",
        ),
        ('{"name": "A", "facts": {"vendor_since": "soon"}}', 'a day such as "2025-01-31"'),
        (
            '{"name": "A", "facts": {"entry_price": "cheap"}}',
            "one of contact, free, freemium, paid",
        ),
        ('{"name": "A", "facts": {"context_length": "128k"}}', "a number"),
        ('{"name": "A", "facts": {"platforms": [1]}}', "text"),
        ('{"name": "A", "facts": {"licence": true}}', "text"),
        ('{"name": "A", "facts": [{"kind": [], "value": 1}]}', "facts.0.kind"),
        ('{"name": "A", "job": "toaster"}', "there is no job toaster; digest jobs list names them"),
        ('{"name": "A", "facts": 3}', "facts: it should be a valid tuple"),
        ('{"name": "A", "launched_at": "soon"}', "launched_at"),
        ('{"name": "!"}', "no letter or digit"),
        ('{"name": "A"}\n\n{"name": "a"}', "line 3: a second tool with the slug a"),
        (
            (
                '{"name": "A", "facts": [{"id": "f2", "kind": "docs", "value": true},'
                '{"kind": "terms", "value": true}]}'
            ),
            "two facts have the id f2",
        ),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wanted(text: str, said: str):
    with pytest.raises(GivenError) as caught:
        read_given(text, name="tools.jsonl", now=NOW, jobs={"ocr"})
    assert said in str(caught.value)
    assert str(caught.value).startswith("tools.jsonl")


def test_lines_are_parted_by_line_feeds_alone():
    text = '{"name": "A\u2028B"}\r\n{"name": "C"}\n'
    assert [(number, value["name"]) for number, value in json_lines(text, name="x")] == [
        (1, "A\u2028B"),
        (2, "C"),
    ]


def test_the_address_of_a_page_says_that_there_is_one():
    (one,) = given({"name": "Marrow", "facts": {"docs": "https://docs.marrow.example"}})
    assert one.facts[0].value is True
