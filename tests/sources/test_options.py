"""Options of a kind are checked when the file is loaded; a fault is one sentence."""

import pytest

from digest.sources.options import Option, count_fault, options_fault, selector_fault

KNOWN = {"item": Option(selector_fault, is_required=True), "least": Option(count_fault)}


@pytest.mark.parametrize("given", [{"item": "li > a"}, {"item": ".x:has(h2)", "least": 0}])
def test_what_a_kind_knows_is_taken(given):
    assert options_fault(given, kind="page", known=KNOWN) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"itme": "a"}, "unknown option options.itme (did you mean 'item'?); 'page' knows: item, least"),
        ({"zzz": "a"}, "unknown option options.zzz; 'page' knows: item, least"),
        ({}, 'options.item is missing; add item = "..." below [source.options]'),
        ({"item": "a["}, "options.item: 'a[' is no CSS selector (Malformed attribute selector at position 1); mend it"),
        ({"item": "p::text"}, "options.item: 'p::text' is no CSS selector (Pseudo-element found at position 1); mend it"),
        ({"item": " "}, "options.item: ' ' is no CSS selector; give one as text"),
        ({"item": 3}, "options.item: 3 is no CSS selector; give one as text"),
        ({"item": "a", "least": -1}, "options.least: -1 is no whole number of 0 or more"),
        ({"item": "a", "least": True}, "options.least: True is no whole number of 0 or more"),
        ({"item": "a", "least": "1"}, "options.least: '1' is no whole number of 0 or more"),
    ],
)  # fmt: skip
def test_a_fault_is_said(given, said):
    assert options_fault(given, kind="page", known=KNOWN) == said


def test_a_kind_without_options_takes_none():
    said = options_fault({"item": "a"}, kind="feed", known={})

    assert said == "the kind 'feed' takes no options; remove options.item"
