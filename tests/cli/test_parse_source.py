"""A saved page is read as ingestion would, with what a person says of its source."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.sources.parsers import KINDS

DATA = Path(__file__).parents[1] / "data"
EXAMPLE_OPTIONS = {"html_list": {"item": ".card", "title": "h1, h2", "date": ".meta"}}

PAGE = '<!doctype html><p class="x"><b>Lumen</b> <a href="/lumen">read</a></p>'
SOURCES = """
[[source]]
name = "brightvale-news"
kind = "html_list"
url = "https://brightvale.example/news"
[source.options]
item = ".x"
title = "b"
"""


@pytest.fixture
def parse(monkeypatch, tmp_path):
    """Run ``digest parse`` in a folder with a page and a sources file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGEST_SOURCES", "sources.toml")
    Path("sources.toml").write_text(SOURCES, encoding="utf-8")
    Path("page.html").write_text(PAGE, encoding="utf-8")
    return lambda kind, *more: CliRunner().invoke(app, ["parse", kind, "page.html", *more])


def test_a_page_is_read_with_the_selectors_of_the_source_that_is_named(parse):
    result = parse("html_list", "--source", "brightvale-news", "--json")

    assert '"url": "https://brightvale.example/lumen"' in result.stdout


def test_a_page_without_a_source_is_read_with_the_shipped_selectors(parse):
    result = parse("html_list")

    assert result.stdout.startswith("suspect (nothing on the page fits the selector")


@pytest.mark.parametrize(
    ("kind", "known"), [("html_list", "the sources file has: brightvale-news"), ("feed", "none")]
)
def test_a_source_that_is_not_there_is_said_with_those_that_are(parse, kind, known):
    result = parse(kind, "--source", "bright")

    assert result.exit_code != 0
    assert known in f"{result.exception} {result.output}"


def test_selectors_are_tried_without_a_sources_file(parse, monkeypatch):
    monkeypatch.delenv("DIGEST_SOURCES")

    result = parse("html_list", "--option", "item=.x", "--option", "title=b", "--json")

    assert json.loads(result.stdout)["launches"][0]["title"] == "Lumen"


def test_a_page_that_is_told_of_counts_links_from_where_it_came(parse):
    told = ("--option", "item=.x", "--option", "title=b", "--json")

    assert '"url": "https://localhost/lumen"' in parse("html_list", *told).stdout
    result = parse("html_list", *told, "--url", "https://brightvale.example/")
    assert '"url": "https://brightvale.example/lumen"' in result.stdout


def test_what_is_said_on_the_command_line_beats_the_sources_file(parse):
    result = parse("html_list", "--source", "brightvale-news", "--option", "title=a", "--json")

    assert json.loads(result.stdout)["launches"][0]["title"] == "read"


@pytest.mark.parametrize(
    ("kind", "option", "said"),
    [
        ("html_list", "item", "'item' is no option; write it as NAME=VALUE"),
        ("html_list", "item=[", "options.item: '[' is no CSS selector"),
        ("html_list", "itm=p", "did you mean 'item'?"),
        ("feed", "item=p", "the kind 'feed' takes no options"),
        ("devto", "min_reactions=few", "'few' is no whole number of 0 or more"),
    ],
)
def test_an_option_that_cannot_be_used_is_said(parse, kind, option, said):
    result = parse(kind, "--option", option)

    assert result.exit_code != 0
    assert said in str(result.exception)


ANY_SITE = ("feed", "html_list")
"""Kinds whose relative links are counted from the source's own address."""
CASES = [
    (kind, path)
    for kind in KINDS
    for path in sorted((DATA / kind).glob("*.expected.json"))
    if json.loads(path.read_text(encoding="utf-8")).get("options") != {}  # cannot be told nothing
]


@pytest.fixture
def any_site(monkeypatch, tmp_path):
    """A sources file with a source of each kind that reads any site."""
    sources = tmp_path / "any.toml"
    sources.write_text(
        "".join(
            f'[[source]]\nname = "any-{kind}"\nkind = "{kind}"\nurl = "https://source.example/list"\n'
            for kind in ANY_SITE
        )
        + "[source.options]\nitem = 'p'\ntitle = 'p'\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("DIGEST_SOURCES", str(sources))


@pytest.mark.usefixtures("any_site")
@pytest.mark.parametrize(("kind", "expected"), CASES, ids=lambda part: getattr(part, "stem", part))
def test_every_saved_page_is_parsed_by_the_command_as_by_ingestion(kind, expected):
    """Under its Content-Type, with the options it is told."""
    said = json.loads(expected.read_text(encoding="utf-8"))
    name = expected.name.removesuffix(".expected.json")
    (page,) = (path for path in expected.parent.glob(f"{name}.*") if path != expected)
    told = said.get("options", EXAMPLE_OPTIONS.get(kind, {}))
    options = [word for key, value in told.items() for word in ("--option", f"{key}={value}")]
    if kind in ANY_SITE:
        options += ["--source", f"any-{kind}"]
    if said.get("content_type"):
        options += ["--content-type", said["content_type"]]

    result = CliRunner().invoke(app, ["parse", kind, str(page), *options, "--json"])

    document = json.loads(result.stdout)
    wanted = said["reading"]
    assert result.exit_code == 0
    assert (document["outcome"], document["reason"]) == (wanted["outcome"], wanted.get("reason"))
    assert [launch["native_id"] for launch in document["launches"]] == [
        launch["native_id"] for launch in wanted.get("launches", [])
    ]
