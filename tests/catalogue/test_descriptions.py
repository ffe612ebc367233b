"""The sentences that describe a product: whole, plain, about it, and in an order that reads."""

import pytest

from digest.catalogue.descriptions import description

LONG = (
    "Hey HN, I made Ember over a weekend! "
    "Ember parses PDF documents into Markdown and keeps tables and footnotes. "
    "It is the best parser there is. "
    "It outperforms every other parser. "
    "Unlike Kiln it needs no cloud. "
    "Install: `pip install ember`. "
    "Docs: https://ember.example/docs. "
    "REST API. "
    "It reads pages in order, column by column. "
    "Scanned pages go through text recognition first. "
    "Each table becomes one Markdown table with its caption. "
    "A fifth sentence would be too much for a card."
)


def described(launch, tagline=""):
    """The description that this launch alone gives."""
    return description([launch], name="Ember", tagline=tagline)


def test_a_description_is_up_to_four_plain_sentences_about_the_product(a_launch):
    launch = a_launch("Ember", description=LONG)

    assert described(launch, "PDF in, text out") == (
        "Ember parses PDF documents into Markdown and keeps tables and footnotes. "
        "It reads pages in order, column by column. "
        "Scanned pages go through text recognition first. "
        "Each table becomes one Markdown table with its caption."
    )


def test_what_the_tagline_says_is_not_said_again_below_it(a_launch):
    first, more = "Ember parses PDF documents into Markdown.", "Pages are read in their order."

    with_more = a_launch("Ember", description=f"{first} {more}")
    alone = a_launch("Ember", description=first)

    assert described(with_more, "Parses PDF documents into Markdown") == more
    assert described(alone, "Ember parses PDF documents into Markdown") == ""


def test_in_a_letter_only_sentences_about_the_product_stand(a_launch):
    """What somebody tells of themselves is no description, and what goes on from it is none either."""
    letter = (
        "I was tired of lost footnotes. There is a mobile game about them. Each page hides one. "
        "However, it is fun. Ember keeps every footnote of a page. Its tables stay tables. "
        "My cat helped. Conversely, Ember keeps no images."
    )

    assert described(a_launch("Ember", description=letter)) == (
        "Ember keeps every footnote of a page. Its tables stay tables."
    )


def test_a_first_sentence_adds_nothing_to_one_that_is_left_out(a_launch):
    text = "We built the fastest parser! Ember also keeps footnotes and their order."

    assert described(a_launch("Ember", description=text)) == (
        "Ember keeps footnotes and their order."
    )


def test_a_description_stays_within_eighty_words(a_launch):
    """Sentences that would not fit are left out; no sentence is ever cut."""
    steps = " and ".join(f"step {number} of the work" for number in range(1, 9))
    first = f"Ember goes through {steps}."
    second = f"It then repeats {steps}."
    text = f"{first} {second} It keeps the notes of each page."

    assert described(a_launch("Ember", description=text)) == (
        f"{first} It keeps the notes of each page."
    )
    assert described(a_launch("Ember", description=f"Ember goes {steps} {steps} {steps}.")) == ""


@pytest.mark.parametrize(
    "noise",
    [
        "Ember boasts a powerful engine for pages.",
        "Edit: thanks for the kind words on this one.",
        "TLDR check github.com/maker/ember out today.",
        "Ember excels at everything that has pages.",
        "Click here to learn more about this parser.",
    ],
)
def test_praise_and_calls_are_left_out(a_launch, noise):
    text = f"{noise} Ember keeps the footnotes of every page."

    assert described(a_launch("Ember", description=text)) == (
        "Ember keeps the footnotes of every page."
    )
