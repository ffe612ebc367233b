"""A saved page is read with the selectors of the source that a person names."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli.app import app

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
