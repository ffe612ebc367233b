"""Evidence for the panel's tests: the six sheets, and facts made by hand."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model import Evidence, Fact, FactKind, Market, Tool
from digest.panel.evidence import build_evidence
from digest.panel.rulebook import Rules, load_rules

NOW = datetime(2026, 7, 14, 9, tzinfo=UTC)
SHEETS = Path(__file__).parents[1] / "data" / "panel"


def _value(raw: object) -> object:
    """Turn "300 days" into the date 300 days back, as facts store dates."""
    if isinstance(raw, str) and raw.endswith(" days"):
        return (NOW - timedelta(days=int(raw.split()[0]))).date().isoformat()
    return raw


def make_fact(kind: str, value: object, *, tool: str = "larch", **more: object) -> Fact:
    parts = {
        "observed_at": NOW - timedelta(hours=5),
        "capture_key": "c-1",
        "source": "larch-pages",
        "url": f"https://larch.example/{kind}",
        "span": f"words about {kind}",
    }
    return Fact(tool=tool, kind=FactKind(kind), value=value, **{**parts, **more})


def make_tool(slug: str = "larch", *, days: float = 5, **more: object) -> Tool:
    parts = {"name": slug.title(), "job": "small-llm", "job_confidence": 0.9}
    parts["launched_at"] = NOW - timedelta(days=days)
    return Tool(slug=slug, **{**parts, **more})


def make_evidence(facts: dict[str, object], *, days: float = 5, **market: object) -> Evidence:
    made = [make_fact(kind, _value(value)) for kind, value in facts.items()]
    return build_evidence(make_tool(days=days), made, market=Market(**market), now=NOW)


def plain(rules: Rules) -> Rules:
    """The rules with the first wording of each sentence alone, so that a test can tell it whole."""
    reviewers = []
    for rule in rules.reviewer:
        checks = tuple(
            check.model_copy(update={"say": {key: said[:1] for key, said in check.say.items()}})
            for check in rule.check
        )
        buts = {
            "but_after_ship": rule.but_after_ship[:1],
            "but_after_skip": rule.but_after_skip[:1],
        }
        reviewers.append(rule.model_copy(update={"check": checks, **buts}))
    return rules.model_copy(update={"reviewer": tuple(reviewers)})


@pytest.fixture
def plain_rules() -> Rules:
    return plain(load_rules())


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def fact() -> Callable[..., Fact]:
    return make_fact


@pytest.fixture
def tool() -> Callable[..., Tool]:
    return make_tool


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    return make_evidence


@pytest.fixture
def sheet() -> Callable[[str], tuple[Evidence, dict[str, list]]]:
    """Read a sheet by name: its evidence, and what the panel must say of it."""

    def read(name: str) -> tuple[Evidence, dict[str, list]]:
        parsed = tomllib.loads((SHEETS / f"{name}.toml").read_text())
        days = parsed["launched_days_ago"]
        return make_evidence(parsed["facts"], days=days, **parsed["market"]), parsed["expected"]

    return read
