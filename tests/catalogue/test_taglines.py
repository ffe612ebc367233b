"""The line under a product's name: the maker's words, put as an editor would."""

import pytest

from digest.catalogue.taglines import edited, tagline

NAME = "Ember"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ember: a parser for PDF documents.", "A parser for PDF documents"),
        ("Ember – parse PDF documents!", "Parse PDF documents"),
        ("Ember is a parser for PDF documents.", "A parser for PDF documents"),
        ("EMBER is Kilnworks' parser for PDF documents", "Kilnworks' parser for PDF documents"),
        ("This is the parser for PDF documents", "The parser for PDF documents"),
        ("Show HN: a parser I built over a weekend", "A parser"),
        ("a open parser", "An open parser"),
        ("a one-file parser", "A one-file parser"),
        ("the world's most powerful meeting notes", "Meeting notes"),
        ("A powerful, scalable parser", "A scalable parser"),
        ("A fast, powerful, and open parser", "A fast, open parser"),
        ("An amazing parser for tables", "A parser for tables"),
        (
            "Best practices for prompts, kept in one place",
            "Best practices for prompts, kept in one place",
        ),
        ("Notes that feel seamless", ""),
        (
            "A family of parsers by Kilnworks that outperforms every rival",
            "A family of parsers by Kilnworks",
        ),
        ("Notes, kept. See https://ember.example/docs", ""),
        ("Replaces `pdftotext` and ~6GB of scripts for $15 — once", ""),
        (
            "Turns ~6GB of scans into text for $15 — once",
            "Turns ~6GB of scans into text for $15 — once",
        ),
        ("پہلا ٹیسٹ", "پہلا ٹیسٹ"),
        ("🚀", ""),
        ("Tweet", ""),
    ],
)
def test_a_line_is_put_as_an_editor_would(given, shown):
    assert edited(given, NAME) == shown


def test_no_launch_gives_no_line(a_launch):
    assert tagline([a_launch("Ember")], NAME) == ""


def test_a_short_sentence_takes_the_next_one_along(a_launch):
    """A sentence of three words alone says nothing of a product."""
    launch = a_launch("Ember", tagline="Your team changes. Access keeps up.")

    assert tagline([launch], NAME) == "Your team changes. Access keeps up"


def test_a_plain_line_goes_before_a_headline_and_that_before_a_description(a_launch):
    text = "Ember parses PDF documents into Markdown. It runs offline."
    post = a_launch("Ember", title="A parser in 300 lines", description=text)
    listed = a_launch("Ember", source="z", tagline="PDF in, text out", description=text)
    silent = a_launch("Ember", description=text)

    assert tagline([post, listed], NAME) == "PDF in, text out"
    assert tagline([post], NAME) == "A parser in 300 lines"
    assert tagline([silent], NAME) == "Ember parses PDF documents into Markdown"


def test_no_sentence_from_the_middle_of_a_text_stands_under_a_name(a_launch):
    story = "Most parsers lose footnotes. However, on agentic work they fall apart. Enjoy the app."

    assert tagline([a_launch("Ember", description=story)], NAME) == ""


@pytest.mark.captures
@pytest.mark.parametrize(
    ("kind", "path", "content_type"),
    [
        ("ollama_library", "ollama/library_newest_2025-08.html", "text/html"),
        ("openrouter_models", "openrouter/models_2025_full.json", "application/json"),
        ("producthunt_feed", "producthunt/feed_2026-07-13.atom.xml", "application/atom+xml"),
        ("taaft_listing", "taaft/home_2026-07.html", "text/html"),
    ],
)
def test_the_lines_of_real_listings_are_whole(read_capture, kind, path, content_type):
    launches = read_capture(kind, path, url="https://site.example/", content_type=content_type)
    lines = [tagline([launch], launch.name) for launch in launches]

    assert not [line for line in lines if len(line) > 90]
    assert not [line for line in lines if line.endswith((".", "!", ",", ":", " the", " of", " a"))]
    assert not [line for line in lines if line[:1].isalpha() and line.startswith(("show hn", "a "))]
    assert sum(line.endswith("…") for line in lines) <= len(lines) // 50
    assert sum(bool(line) for line in lines) >= 0.9 * len(lines)
