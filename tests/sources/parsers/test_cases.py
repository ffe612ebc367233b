"""
Every saved page of tests/data/<kind> reads as the file beside it says.

A case is two files and no Python: ``<name>.<any ending>`` as the site would give it, and
``<name>.expected.json`` with its reading (and its Content-Type and the source's options, where
those matter).
"""

import json
import re
from pathlib import Path

import pytest

from digest.sources.config import load_sources
from digest.sources.parsers import KINDS

DATA = Path(__file__).parents[2] / "data"
DOCS = Path(__file__).parents[3] / "docs" / "adding-a-source.md"
EXPECTED = ".expected.json"
GIVEN = {"source", "first_seen_at", "capture_key"}
"""Fields of a launch that come from the capture, not from the page."""


def cases():
    return sorted(path for kind in KINDS for path in (DATA / kind).glob(f"*{EXPECTED}"))


def page_of(expected):
    name = expected.name.removesuffix(EXPECTED)
    (page,) = (
        path
        for path in expected.parent.glob(f"{name}.*")
        if path != expected and path.name.partition(".")[0] == name
    )
    return page


def described(reading):
    shown = reading.model_dump(mode="json", exclude_defaults=True)
    for launch in shown.get("launches", ()):
        for field in GIVEN:
            del launch[field]
    return shown


@pytest.mark.parametrize("expected", cases(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_saved_page_reads_as_expected(expected, read_as):
    said = json.loads(expected.read_text(encoding="utf-8"))

    reading = read_as(
        expected.parent.name,
        page_of(expected).read_bytes(),
        content_type=said.get("content_type", ""),
        options=said.get("options"),
    )

    assert described(reading) == said["reading"]
    assert reading.adds_up or not reading.launches


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_of_a_kind_has_its_expected_file(kind):
    pages = [path for path in (DATA / kind).iterdir() if not path.name.endswith(EXPECTED)]
    expected = [path for path in (DATA / kind).iterdir() if path.name.endswith(EXPECTED)]

    assert pages
    assert sorted(page_of(path) for path in expected) == sorted(pages)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown_well_and_in_trouble(kind):
    """A kind without a healthy and an unhealthy page is not known well enough."""
    outcomes = {
        json.loads(path.read_text(encoding="utf-8"))["reading"]["outcome"]
        for path in (DATA / kind).glob(f"*{EXPECTED}")
    }

    assert "ok" in outcomes
    assert outcomes & {"suspect", "failed", "blocked"}


def said_to_ship_without_a_source():
    """The kinds of the second table, each with its reason."""
    text = DOCS.read_text(encoding="utf-8")
    section = text.partition("## Kinds that ship without a source")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_source_that_ships_or_a_reason_for_none(kind):
    shipped = kind in {source.kind for source in load_sources(None)}

    assert shipped != (kind in said_to_ship_without_a_source())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_documented(kind):
    first_table = DOCS.read_text(encoding="utf-8").partition("## Kinds that ship")[0]

    assert f"| `{kind}` |" in first_table
