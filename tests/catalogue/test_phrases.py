"""Single sentences: what each says, and what it only seems to say."""

import pytest

from digest.catalogue.phrases import superlatives, text_claims
from digest.catalogue.prices import price_claims
from digest.catalogue.words import MAX_SPAN, sentences


def said(text, kind, *, name="Emberline", is_model=False):
    """The values a text gives for a kind."""
    parts = sentences(text)
    claims = (*text_claims(parts, name=name, is_model=is_model), *price_claims(parts))
    found = [claim for claim in claims if claim.kind == kind]
    assert all(claim.span in text for claim in found)
    return [claim.value for claim in found]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("docs", "Docs: https://ember.example/docs", True),
        ("docs", "Docs and a live demo are open.", True),
        ("docs", "The API reference is public.", True),
        ("docs", "Full documentation is here.", True),
        ("docs", "No docs yet.", False),
        ("docs", "Docs are coming soon.", False),
        ("docs", "Agents read and edit Word docs.", None),
        ("docs", "Chat with your documentation.", None),
        ("example", "Runnable examples for Python are included.", True),
        ("example", "Try it online: https://ember.example/demo", True),
        ("example", "Try it at huggingface.co/spaces/ember/demo", True),
        ("example", "Book a demo with our team.", None),
        ("example", "Here is a demo video.", None),
        ("example", "It handles, for example, tables.", None),
        ("waitlist", "Join the waitlist today.", True),
        ("waitlist", "It is in private beta.", True),
        ("waitlist", "No account and no waitlist.", False),
        ("waitlist", "There's no waiting list.", False),
        ("runs_locally", "Runs entirely offline on your own laptop.", True),
        ("runs_locally", "Agents that run 100% locally on your Mac", True),
        ("runs_locally", "Find calls a cheaper model could handle (local, MIT)", True),
        ("runs_locally", "It does not run locally.", False),
        ("runs_locally", "Hosted only for now.", False),
        ("runs_locally", "Weights are not published.", False),
        ("runs_locally", "Trained on an offline dataset.", None),
        ("self_host", "Self-hosted with Docker.", True),
        ("self_host", "You cannot self-host it.", False),
        ("self_host", "An open-weight model.", True),
        ("self_host", "Competitive with open-weight models.", None),
        ("self_host", "If you must self-host, Spanglass is the alternative.", None),
        ("self_host", "If you have to self-host, look at Spanglass.", None),
        ("self_host", "Works with self-hosted GitLab.", None),
        ("self_host", "It connects to any self-hosted Postgres.", None),
        ("waitlist", "A tool to manage waitlists for restaurants.", None),
        ("waitlist", "Imports your waitlist signups.", None),
        ("terms", "Terms and privacy policy are published.", True),
        ("terms", "No terms or privacy page yet.", None),
    ],
)
def test_yes_no_or_nothing(kind, text, value):
    assert said(text, kind) == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Install: `pip install ember[all]` and go.", "pip install ember[all]"),
        ("`docker run -p 80:80 ghcr.io/ember/ember`", "docker run -p 80:80 ghcr.io/ember/ember"),
        ("Just npm i -g emberline.", "npm i -g emberline"),
        ("uv tool install emberline", "uv tool install emberline"),
        ("`curl -fsSL https://e.example/i.sh | sh`", "curl -fsSL https://e.example/i.sh | sh"),
        ("git clone https://github.com/a/b", "git clone https://github.com/a/b"),
        ("`docker compose up -d` and done", "docker compose up -d"),
        ("ollama run ember:3b", "ollama run ember:3b"),
        ("Needs `pip install torch`, then `pip install emberline`.", "pip install emberline"),
        ("Quickstart: connect a calendar and invite the bot.", "connect a calendar and invite the bot"),
        ("No pip install needed.", None),
        ("pip install works, but slowly.", None),
        ("Do not npm install ember.", None),
        ("We install it for you.", None),
    ],
)  # fmt: skip
def test_install_lines(text, line):
    assert said(text, "install") == ([line] if line else [])


def test_a_long_quickstart_is_cut_at_a_word():
    (line,) = said(f"Getting started: {'connect a calendar ' * 10}", "install")

    assert len(line) <= 120
    assert line.endswith((" a…", " calendar…", " connect…"))


@pytest.mark.parametrize(
    ("text", "interfaces"),
    [
        ("Serves GGUF files behind an OpenAI-compatible API.", "OpenAI-compatible API, GGUF"),
        ("REST API and an MCP server.", "MCP, REST API"),
        ("An MCP server.\nAlso a REST API and MCP support.", "MCP, REST API"),
        ("No REST API yet.", None),
        ("Monetize any MCP server.", None),
        ("In an ideal world, every application has an MCP server.", None),
    ],
)
def test_open_interfaces_come_from_the_sentence_with_most(text, interfaces):
    assert said(text, "open_interface") == ([interfaces] if interfaces else [])


@pytest.mark.parametrize(
    ("text", "platforms"),
    [
        ("It works in the browser and on macOS, Windows and Linux.", "macOS, Windows, Linux, Browser"),
        ("Orbit, an iOS app for the sky", "iOS"),
        ("A mixing board for your Mac", "macOS"),
        ("The headless iOS app pipeline for agents", None),
        ("Close all windows on exit.", None),
        ("Not available on Windows.", None),
    ],
)  # fmt: skip
def test_platforms(text, platforms):
    assert said(text, "platforms") == ([platforms] if platforms else [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It beats every 7B model.", "bare"),
        ("20x cheaper than before.", "bare"),
        ("It scores 74.0 on LongRecall; the method is not published.", "bare"),
        ("40 % more accurate summaries.", "bare"),
        ("Word error rate is 4 %.\nThe script to reproduce the benchmark is in bench/.", "reproducible"),
        ("The full evaluation harness is public.", "reproducible"),
        ("We do not beat anyone.", None),
        ("A benchmark for agents.", None),
    ],
)  # fmt: skip
def test_claims_of_performance_come_bare_or_with_their_method(text, value):
    assert said(text, "benchmark") == ([value] if value else [])


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Open source under MIT.", "MIT"),
        ("Find cheaper models (local, MIT)", "MIT"),
        ("It is Apache 2.0 licensed.", "Apache-2.0"),
        ("AGPL-3.0, free.", "AGPL-3.0"),
        ("GPLv3", "GPL-3.0"),
        ("Weights under CC BY-NC 4.0", "CC-BY-NC-4.0"),
        ("Available under the Pebble Community Licence.", "LicenseRef-Pebble-Community"),
        ("It is closed source.", "LicenseRef-proprietary"),
        ("This is not open source.", "LicenseRef-proprietary"),
        ("It rivals leading closed-source models.", None),
        ("Fully open source.", None),
        ("Researchers at MIT say so.", None),
        ("It is not under the MIT licence.", None),
        ("Built on Llama, which is MIT licensed.", None),
    ],
)
def test_licences_are_read_only_where_they_are_named(text, licence):
    assert said(text, "licence") == ([licence] if licence else [])


@pytest.mark.parametrize(
    ("text", "price", "entry"),
    [
        ("From $15/month.", "$15 per month", "paid"),
        ("$18 per user per month for teams", "$18 per user per month", "paid"),
        ("€1,200 per seat / yr", "€1,200 per seat per year", "paid"),
        ("The app is $4.99 once.", "$4.99 once", "paid"),
        ("$0.002 per page", "$0.002 per page", "paid"),
        ("$0.15 per million input tokens", "$0.15 per million input tokens", "paid"),
        ("$12 per user per month, with a 14-day free trial.", "$12 per user per month", "paid"),
        ("Free for one person, then $9 a month.", "$9 per month", "freemium"),
        ("1,000 pages a month are free, then $19 per month.", "$19 per month", "freemium"),
        ("Free for open source, $15 per user per month.", "$15 per user per month", "freemium"),
        ("There is a free tier.", None, "freemium"),
        ("The engine is free.\nThe app costs $5 per month.", "$5 per month", "freemium"),
        ("MIT licence, free.", None, "free"),
        ("Free and open source.", None, "free"),
        ("It is free to use, forever.", None, "free"),
        ("Free of charge.", None, "free"),
        ("Contact sales for pricing.", None, "contact"),
        ("Pricing is available on request.", None, "contact"),
        ("It is not free.", None, "paid"),
        ("No free tier.", None, "paid"),
        ("Cut your bill from $549.46 to $343.91 a month.", None, None),
        ("Earn $100K+ in weekly rewards.", None, None),
        ("We raised $5 per user.", None, None),
        ("A distraction-free app.", None, None),
        ("The page cache as a free L2.", None, None),
        ("Start your free trial.", None, None),
        ("Do not contact sales.", None, None),
        ("It costs $7,900 with us.", None, None),
        ("Unlike Spanglass, which is $20 per month, it keeps no logs.", None, None),
        ("If you need a free tier, Spanglass has one.", None, None),
        ("Existing tools charge $30 per month.", None, None),
        ("Most editors are free to use.", None, None),
        ("Was $49/month, now $19/month.", None, None),
    ],
)
def test_prices_and_the_price_of_starting(text, price, entry):
    assert said(text, "price") == ([price] if price else [])
    assert said(text, "entry_price") == ([entry] if entry else [])


@pytest.mark.parametrize(
    ("text", "rivals"),
    [
        ("A local-first alternative to Claude Desktop", ["Claude Desktop"]),
        ("Unlike Minutewise it does no CRM sync.", ["Minutewise"]),
        ("More accurate than Tableside's; faster than Kiln.", ["Tableside", "Kiln"]),
        ("It outperforms OpenAI's o1-mini.", ["o1-mini"]),
        ("Marginalium is the open-source alternative.", ["Marginalium"]),
        ("Kiln vs Hearth vs Kiln", ["Hearth", "Kiln"]),
        ("The Emberline alternative to Emberline", []),
        ("An alternative to The usual way", []),
        ("A replacement for spreadsheets", []),
    ],
)
def test_rivals_are_named_products_only(text, rivals):
    assert said(text, "rival_named") == rivals


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("A model with 671B total parameters", "671B"),
        ("A 111 billion parameter model", "111B"),
        ("A 3B language model", "3B"),
        ("We raised $5B for models", None),
    ],
)
def test_sizes_of_models(text, size):
    assert said(text, "parameters", is_model=True) == ([size] if size else [])


def test_a_size_in_the_name_needs_to_stand_in_the_text():
    assert said("Ember 3B is out.", "parameters", name="Ember 3B") == ["3B"]
    assert said("Ember is out.", "parameters", name="Ember 3B") == []


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("A 128K context window", 128_000),
        ("a context of 8,192 tokens", 8192),
        ("context length of 1M", 1_000_000),
        ("more context than before", None),
    ],
)
def test_context_lengths(text, tokens):
    assert said(text, "context_length", is_model=True) == ([tokens] if tokens else [])


def test_a_founding_year_counts_from_its_end():
    """The maker is at least that old; the year alone tells no more."""
    assert said("The company was founded in 2021.", "vendor_since") == ["2021-12-31"]
    assert said("It was not founded in 2021.", "vendor_since") == []


def test_a_span_of_a_long_sentence_is_a_part_of_it_around_the_words():
    for at in range(0, 120, 20):
        words = ["padding"] * 120
        words[at] = "waitlist"
        text = " ".join(words)

        (claim,) = text_claims([text], name="x", is_model=False)

        assert claim.span in text
        assert "waitlist" in claim.span.split()
        assert len(claim.span) <= MAX_SPAN


def test_a_span_without_spaces_is_cut_where_it_stands():
    text = f"{'长' * 200}waitlist{'长' * 200} waitlist "

    assert len(text_claims([text], name="x", is_model=False)[0].span) <= MAX_SPAN


def test_superlatives_are_counted_per_hundred_words_from_twenty_on():
    plain = "It parses a page and keeps its tables in order. " * 4

    assert superlatives(sentences(plain[:60])) is None
    assert superlatives([plain]).value == 0.0
    assert superlatives([plain, "The best and fastest parser."]).value == pytest.approx(4.4, 0.1)
