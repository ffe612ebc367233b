"""What kind of thing a tool is and for whom, and how much two have in common."""

import pytest

from digest.issues.facets import buyers, facets, forms, overlap


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("A CLI for developers", {"developers"}),
        ("Meeting notes for enterprises with SSO", {"companies"}),
        ("Thumbnails for YouTubers", {"creators"}),
        ("Finds papers for researchers", {"researchers"}),
        ("Plans trips for families", {"everyone"}),
        ("Turns words into pictures", set()),
    ],
)
def test_whom_a_text_addresses(text, whom):
    assert buyers(text) == whom


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Runs in the terminal", {"terminal"}),
        ("An assistant in your Slack", {"team chat"}),
        ("Lives in iMessage", {"phone"}),
        ("A plugin and skills for agents", {"add-on"}),
        ("Notes for life", set()),
    ],
)
def test_what_a_thing_is_and_where_it_runs(text, what):
    assert forms(text) == what


def test_tags_that_everybody_has_say_nothing(candidate):
    tags = ("AI", "Artificial Intelligence", "license:mit", "region:us", "Vector Search", "")

    assert facets(candidate("a", tags=tags, tagline=""))["tags"] == {"vector-search"}


def test_models_of_one_size_have_more_in_common_than_those_of_two(candidate, facts):
    def model(slug, size):
        return facets(candidate(slug, tagline="", facts=facts(slug, parameters=size)))

    three = model("a", "3B")

    assert overlap(three, model("b", "3.8B")) == pytest.approx((1.5 + 1.0) / 4)
    assert overlap(three, model("c", "8B")) == pytest.approx((1.5 + 0.5) / 4)
    assert overlap(three, model("d", "70B")) == pytest.approx((1.5 + 0.0) / 4)
    assert overlap(model("e", "270M"), model("f", "0.3B")) == pytest.approx(2.5 / 4)


def test_a_size_that_cannot_be_read_is_unknown(candidate, facts):
    assert "size" not in facets(candidate("a", facts=facts("a", parameters="large")))


def test_what_is_unknown_of_one_side_counts_half_and_of_all_nothing(candidate):
    known = facets(candidate("a", tags=("rag",), tagline="for developers"))
    silent = facets(candidate("b", tagline="Words"))
    half = facets(candidate("c", tags=("rag", "search"), tagline="Words"))

    assert overlap(known, silent) is None
    assert overlap(known, half) == pytest.approx((0.5 + 0.5 + 0.5) / 3)


def test_platforms_of_facts_outrank_those_of_texts(candidate, facts):
    mac = facts("a", platforms="macOS")
    a = facets(candidate("a", tagline="A CLI", facts=mac))
    b = facets(candidate("b", tagline="A CLI", facts=facts("b", platforms="Linux")))
    c = facets(candidate("c", tagline="A CLI"))

    assert overlap(a, b) == pytest.approx((0.5 + 0.0 + 1.0) / 3)
    assert overlap(a, c) == pytest.approx((0.5 + 1.0 + 1.0) / 3)
