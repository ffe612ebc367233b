"""``digest panel``: reviews of given tools, and what a model panel would cost; builds by a model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.panel.llm.careful_model import careful_review
from tests.panel.llm.model_server import ModelServer, Reply, Request, model_server

WEEK = "2026-W47"
LARCH = {
    "name": "Larch",
    "tagline": "Reads documents into tables",
    "job": "doc-parsing",
    "url": "https://larch.example",
    "launched_at": "2026-09-01",
    "facts": [
        {"id": "how", "kind": "install", "value": "pip install larch", "span": "pip install larch"},
        {"id": "free", "kind": "licence", "value": "MIT", "span": "License: MIT"},
        {"id": "read", "kind": "docs", "value": True, "span": "Read the documentation"},
    ],
}


@pytest.fixture
def server(socket_enabled) -> Iterator[ModelServer]:
    del socket_enabled
    with model_server() as running:
        running.says(careful)
        yield running


def careful(request: Request) -> Reply:
    return Reply(answer=careful_review(request.system, request.user))


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    path = tmp_path / "tools.jsonl"
    path.write_text(f"{json.dumps(LARCH)}\n{json.dumps({'name': 'Maple', 'job': 'doc-parsing'})}\n")
    return path


def test_given_tools_are_reviewed_by_the_checklist_without_a_database(digest, tools: Path):
    larch, maple = digest("panel", "review", tools, "--json").json

    builder = larch["reviews"][0]
    assert (builder["reviewer"], builder["verdict"], builder["method"]) == (
        "builder",
        "ship",
        "checklist",
    )
    install = builder["checks"][0]
    assert (install["key"], install["points"], install["facts"]) == ("install", 1.0, ["how"])
    assert {each["verdict"] for each in maple["reviews"]} == {"no_call"}
    assert maple["panel"]["label"] == "—"
    assert not (tools.parent / "var").exists()


def test_given_tools_are_reviewed_by_a_model(digest, tools: Path, server: ModelServer):
    ran = digest(
        *("panel", "review", tools, "--panel", "llm", "--model", "house"),
        *("--base-url", server.url, "--json"),
    )

    builder = ran.json[0]["reviews"][0]
    assert (builder["verdict"], builder["method"], builder["judge"]) == (
        "ship",
        "model",
        "openai:house",
    )
    assert builder["checks"][0]["facts"] == ["how"]
    assert builder["usage"] == {
        "requests": 1,
        "tokens_in": 4_000,
        "tokens_out": 500,
        "cost_usd": 0.0,
    }
    assert "8 of 8 reviews by a model" in ran.err


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (
            ["--panel", "llm"],
            {},
            "DIGEST_PANEL_MODEL: is not set; set it, or name one with --model",
        ),
        (["--panel", "llm", "--model", "house"], {}, "'house' names no model"),
        (["--panel", "llm", "--model", "openai:gpt-x"], {}, "DIGEST_PANEL_OPENAI_KEY: must be set"),
        (["--model", "openai:gpt-x"], {}, "--model and --base-url are for --panel llm"),
        (
            ["--panel", "llm", "--model", "x", "--base-url", "https://far.example/v1"],
            {},
            "DIGEST_PANEL_MAX_USD: cannot be kept: nobody says what openai:x costs",
        ),
        (
            ["--panel", "llm", "--model", "x", "--base-url", "far.example"],
            {},
            "DIGEST_PANEL_BASE_URL: 'far.example' is not of the form https://host/v1",
        ),
        (
            ["--panel", "llm", "--model", "x", "--base-url", "http://far.example/v1"],
            {"panel_openai_key": "sk-secret"},
            "DIGEST_PANEL_BASE_URL: must begin with https://, since a key goes there",
        ),
        (
            ["--panel", "llm"],
            {"panel_models": "skeptic=ollama:x"},
            "DIGEST_PANEL_MODEL: must be set",
        ),
    ],
)
def test_a_model_panel_that_cannot_be_is_refused_in_a_sentence(
    digest, tools: Path, arguments, settings, said: str
):
    ran = digest("panel", "review", tools, *arguments, **settings)

    assert said in ran.sentence
    assert "sk-secret" not in ran.err


def test_a_build_is_reviewed_once_by_the_model_that_is_set_for_what_was_said(
    built, server: ModelServer
):
    """A dry run asks nobody and says what the build then takes; a second build takes nothing."""
    settings = {"panel_model": "gpt-4o-mini", "panel_base_url": server.url}

    cost = built("panel", "--dry-run", "--week", WEEK, "--json", **settings).json
    assert server.asked == []
    first = built("build", "--week", WEEK, "--json", **settings).json
    asked = len(server.asked)
    after = built("panel", "--dry-run", "--week", WEEK, **settings)
    again = built("build", "--week", WEEK, "--json", **settings).json

    reviews = [
        each for item in first["comparisons"] for side in "ab" for each in item["reviews"][side]
    ]
    assert {each["method"] for each in reviews} == {"model"}
    assert cost["models"] == ["openai:gpt-4o-mini"]
    assert cost["calls"] == cost["reviews"] == len(reviews) == asked
    assert 0 < cost["usd"] < cost["worst_usd"]
    assert cost["tokens_in"] > 500 * cost["calls"]
    assert any("by a model, 0 of them kept" in line for line in first["panel"])
    assert f"{cost['reviews']} of them kept already" in after.out
    assert len(server.asked) == asked
    assert again["edition"] == first["edition"]


def test_without_a_model_a_dry_run_says_that_nothing_is_paid(digest):
    sentence = digest("panel", "--dry-run").sentence

    assert (
        sentence == "DIGEST_PANEL_MODEL: is not set, so the checklist reviews and nothing is paid"
    )


def test_a_server_that_fails_stops_no_build(built, server: ModelServer):
    server.says(Reply(status=500, headers={"retry-after-ms": "1"}))

    report = built(
        *("build", "--week", WEEK, "--json"), panel_model="house", panel_base_url=server.url
    ).json

    reviews = [
        each for item in report["comparisons"] for side in "ab" for each in item["reviews"][side]
    ]
    assert {each["method"] for each in reviews} == {"checklist"}
    assert all("the model's server answered 500" in each["fell_back"] for each in reviews)
    assert report["state"] == "in_review"
    assert (
        "openai:house was not asked any more: the model's server answered 500, 3 times"
        in (report["panel"][0])
    )
