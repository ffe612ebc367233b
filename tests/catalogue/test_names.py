import pytest

from digest.catalogue.names import (
    are_compatible,
    best_name,
    fits_slug,
    launch_name,
    made_by,
    maker_of,
    product_key,
    slug_choices,
    slug_of,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Windsurf Wave 11", "Windsurf Wave 12"),
        ("Llama 3.2 3B", "Llama 3.3 70B Instruct"),
        ("qwen3:8b", "Qwen3 235B A22B"),
        ("GPT-4o", "GPT-5.6"),
        ("Second Brain v2", "Second Brain"),
        ("Muse 1.1 by Meta AI", "Muse (beta)"),
        ("Colibrì", "colibri"),
    ],
)
def test_versions_waves_and_sizes_are_one_product(one, other):
    assert product_key(one) == product_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("qwen3-coder", "qwen3"),
        ("Claude Opus 5", "Claude Sonnet 4"),
        ("Llama", "Ollama"),
        ("Halyard Code", "Halyard Voice"),
        ("o4", "o1"),
        ("qwen2.5vl", "qwen2.5"),
    ],
)
def test_other_words_are_other_products(one, other):
    assert product_key(one) != product_key(other)


def test_a_name_of_numbers_or_signs_still_has_a_key():
    assert product_key("18 Words") == "18-words"
    assert product_key("???") == "???"
    assert product_key("(only an aside)") == "only-an-aside"


def test_the_maker_at_the_end_of_a_name_is_read():
    assert made_by("AI Media Buyer By Creatify") == "Creatify"
    assert made_by("Learn by doing") is None


def test_a_headline_gives_way_to_the_repository_or_the_site_it_points_to(a_launch):
    headline = "Getting a large model running on my slow computer"

    names = [
        launch_name(a_launch(headline, url=url))
        for url in (
            "https://github.com/JustMaker/Colibri",
            "https://github.com/JustMaker/Colibri.git/",
            "https://whimfiles.example/",
            "https://whimfiles.example/blog/a",
            "https://blog.whimfiles.example/",
            "https://whim.vercel.app/",
            None,
        )
    ]

    assert names == ["Colibri", "Colibri", "Whimfiles", headline, headline, headline, headline]


def test_the_best_name_is_written_as_a_name_and_bare_of_its_version(a_launch):
    assert best_name([a_launch("emberline"), a_launch("Emberline 1.0")]) == "Emberline"
    assert best_name([a_launch("emberline"), a_launch("A line of seven words too many")]) == (
        "emberline"
    )
    assert best_name([a_launch("Kilnrun 1.0")]) == "Kilnrun 1.0"
    assert best_name([a_launch("Scarlet.")]) == "Scarlet"
    assert best_name([a_launch("Kiln.ai.")]) == "Kiln.ai."


def test_names_fit_where_one_holds_the_other_or_is_in_the_others_text(a_launch):
    ember, pro = a_launch("Ember"), a_launch("Ember Pro")
    post = a_launch("I made a thing", description="It is called Ember, and it glows.")

    assert are_compatible(ember, pro)
    assert are_compatible(ember, post)
    assert are_compatible(post, ember)
    assert not are_compatible(a_launch("Ember Code"), a_launch("Ember Voice"))
    assert not are_compatible(ember, a_launch("Kiln", description="Remembers everything."))


def test_a_launch_fits_the_slug_of_a_tool_by_its_name_or_its_text(a_launch):
    assert fits_slug(a_launch("Emberline 2"), "emberline-justmaker")
    assert fits_slug(a_launch("My week", description="Emberline is out."), "emberline")
    assert not fits_slug(a_launch("Kilnrun"), "emberline")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Bonjour, Robot 🤖", "bonjour-robot"),
        ("Mëkanïk Zaïn", "mekanik-zain"),
        ("ورقمين", ""),
        ("a" * 70, "a" * 60),
        ("word " * 20, "word-word-word-word-word-word-word-word-word-word-word-word"),
    ],
)
def test_slugs_are_plain_and_end_with_a_whole_word(text, slug):
    assert slug_of(text) == slug


def test_slugs_are_told_apart_by_who_made_it_and_where_it_stands(a_launch):
    owned = a_launch("Ember", url="https://github.com/JustMaker/ember")
    foreign = a_launch("ورقمين", url="https://waraqmin.example/")
    bare = a_launch("ورقمين", source="wire")

    choices = slug_choices([owned])
    assert choices[:3] == ("ember", "ember-justmaker", "ember-hacker-news")
    assert len(choices) == 4
    assert slug_choices([foreign])[0] == "waraqmin"
    assert slug_choices([bare])[0] == "wire"


def test_no_slug_is_longer_than_a_tool_may_have(a_launch):
    launch = a_launch("a" * 60, url=f"https://github.com/{'b' * 60}/ember")

    choices = slug_choices([launch])

    assert choices[1] == f"{'a' * 60}-{'b' * 59}"
    assert max(map(len, choices)) == 120


@pytest.mark.parametrize(
    ("name", "url", "maker"),
    [
        ("Ship OS by Notion", "https://www.producthunt.com/products/notion", "Notion"),
        ("Ember", "https://github.com/JustMaker/ember", "justmaker"),
        ("Ember 3B", "https://openrouter.ai/emberworks/ember-3b", "emberworks"),
        ("Ember 3B", "https://openrouter.ai", None),
        ("Ember 3B", "https://huggingface.co/emberworks/ember-3b", "emberworks"),
        ("Ember", "https://docs.ember.example/", "ember"),
        ("Ember", "https://ember.vercel.app", None),
        ("Ember", None, None),
    ],
)
def test_the_maker_is_read_from_the_name_or_the_address(a_launch, name, url, maker):
    """The person who posted it is not its maker."""
    assert maker_of(a_launch(name, url=url, author="somebody")) == maker
