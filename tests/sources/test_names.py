"""A title gives the product's name, or itself whole."""

import pytest

from digest.sources.names import announced


@pytest.mark.parametrize(
    ("title", "name", "tagline"),
    [
        ("Show HN: Loom – Weave your logs", "Loom", "Weave your logs"),
        ("Show HN: Loom Lite (YC W26) - Weave logs", "Loom Lite", "Weave logs"),
        ("Launch HN: Cli-Tool: agents edit files", "Cli-Tool", "agents edit files"),
        ("Show HN: lowercase – a parser", "lowercase", "a parser"),
        ("Show HN: Maps of Spain: a game", "Maps of Spain", "a game"),
        ("Davit, an app for containers", "Davit", "an app for containers"),
        ("Introducing Lumen 2: it reads maps", "Lumen 2", "it reads maps"),
        ("Announcing Lumen 2", "Lumen 2", ""),
        ("18 Words", "18 Words", ""),
        ("模型 – 讀地圖", "模型", "讀地圖"),
    ],
)
def test_a_name_before_a_dash_or_colon_is_found(title, name, tagline):
    said = announced(title)

    assert (said.name, said.tagline) == (name, tagline)


@pytest.mark.parametrize(
    "title",
    [
        "Getting a large model running on my slow computer",
        "I built a thing – it maps research papers",
        "Microsoft releases Flint, a language for charts",
        "Fast, native file manager",
        "Learn by rebuilding Redis, Git, a database",
        "One Two Three Four Five – six",
        "Announcing our autumn of talks",
        "Meeting notes that write themselves",
        "Loom –  ",
    ],
)
def test_a_sentence_stays_whole(title):
    assert announced(f"Show HN: {title}").name == title.strip()


def test_a_word_before_a_comma_is_a_name_where_the_address_has_it_too():
    assert announced("Shirei, native GUI", url="https://code.example/x/go-shirei").name == "Shirei"
    assert announced("Fast, native GUI", url="https://whim.example/").name == "Fast, native GUI"


def test_a_title_that_is_only_its_prefix_stays():
    assert announced("Show HN:").name == "Show HN:"
