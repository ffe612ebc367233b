"""Sentences of ours from confirmed facts: who makes it, its licence, its size, where it runs, its price."""

import pytest

from digest.issues.cards import description
from digest.issues.cells import known
from digest.issues.portrait import portrait
from digest.model import EntryPrice
from digest.panel.language import problems


@pytest.mark.parametrize(
    ("tool_parts", "facts", "said"),
    [
        (
            {"vendor": "Kilnworks", "licence": "MIT", "entry_price": EntryPrice.FREE},
            {"platforms": "macOS, Linux, Browser"},
            [
                "Aider comes from Kilnworks and is open source under MIT.",
                "It runs on macOS and Linux and in the browser and costs nothing to start.",
            ],
        ),
        (
            {"vendor": "aider", "licence": "LicenseRef-proprietary"},
            {},
            ["Aider is proprietary."],
        ),
        (
            {"entry_price": EntryPrice.FREEMIUM},
            {"price": "$9 per month", "runs_locally": True},
            ["Aider runs on hardware of your own and has a free plan; paid it costs $9 per month."],
        ),
        ({"entry_price": EntryPrice.PAID}, {"price": "$15"}, ["Aider costs $15."]),
        ({"entry_price": EntryPrice.CONTACT}, {}, ["Aider is sold at a price on request."]),
        (
            {},
            {"parameters": "3B", "context_length": 131072},
            ["Aider has 3B parameters and takes up to 131,072 tokens."],
        ),
        ({}, {"parameters": "1B, 3B", "runs_locally": False}, []),
        ({"vendor": "ohad6k", "licence": "MIT"}, {}, ["Aider is open source under MIT."]),
        ({"vendor": "Ai-Der"}, {"platforms": "Web, Docker"}, ["Aider runs in the browser."]),
        ({"licence": "Pebble-Community"}, {}, ["Aider is licensed as Pebble-Community."]),
    ],
)
def test_what_is_confirmed_is_said_in_sentences(tool_parts, facts, said, tool, side):
    told = portrait(tool(**tool_parts), known(side("aider", **facts).facts), after="")

    assert told == said
    assert not [line for line in told if problems(line)]


def test_what_the_maker_said_of_size_and_licence_is_not_said_again(tool, side):
    facts = known(side("aider", parameters="4B", context_length=131072).facts)
    after = "It takes up to 131,072 tokens under MIT."

    told = portrait(tool(licence="MIT"), facts, after=after)
    under_a_line = portrait(tool(licence="MIT", tagline="A 4B model"), facts, after=after)

    assert (told, under_a_line) == (["It has 4B parameters."], [])


def test_ours_go_on_from_the_makers_sentence_and_only_where_there_is_one(tool, facts):
    known_facts = facts("aider", platforms="macOS")
    one = tool(description="Edits code in git.", vendor="Kilnworks")
    two = tool(description="Edits code in git. It keeps the history.", vendor="Kilnworks")
    none = tool(description="", vendor="Kilnworks")

    assert description(one, known_facts) == (
        "Edits code in git. It comes from Kilnworks. It runs on macOS."
    )
    assert description(two, known_facts) == "Edits code in git. It keeps the history."
    assert description(none, known_facts) == "Aider comes from Kilnworks. It runs on macOS."
    assert description(tool(description="N/A"), ()) == ""
