"""Golden 2: known good and forbidden pairs, over tools whose job is known."""

import tomllib
from pathlib import Path

import pytest

from digest.issues.candidates import nameless
from digest.issues.pairing import PairingConfig, plan_pairs
from digest.model import Candidate, Tool

FILE = Path(__file__).parents[1] / "data" / "pairs" / "tools.toml"
PARSED = tomllib.loads(FILE.read_text())


@pytest.fixture
def plan(window, job):
    """Plan eight pairs among all tools of the file, all fresh."""
    candidates = []
    for entry in PARSED["tool"]:
        tool = Tool(
            slug=entry["slug"],
            name=entry["name"],
            vendor=entry.get("vendor"),
            description=entry["text"],
            tags=tuple(entry["tags"]),
            job=entry["job"],
            job_confidence=0.9,
            product_key=entry.get("product_key", entry["slug"]),
            vendor_key=entry.get("vendor_key", entry["slug"]),
            launched_at=window.start,
        )
        candidates.append(
            Candidate(tool=tool, is_fresh=True, coverage=0.8, calls=4, ships=2, text=nameless(tool))
        )
    adjacent = {"web-data": ("browser-agent",), "cli-agent": ("frontier-api",)}
    jobs = [
        job(key, category=category, adjacent=adjacent.get(key, ()))
        for key, category in PARSED["jobs"].items()
    ]
    config = PairingConfig(target=8, per_category=8, floor=0.3)
    return plan_pairs(candidates, week="2026-W29", window=window, jobs=jobs, config=config)


def test_golden_2_nine_in_ten_of_the_best_eight_pairs_are_good_ones(plan):
    good = {frozenset(pair) for pair in PARSED["good"]}

    chosen = [frozenset((pair.a, pair.b)) for pair in plan.chosen]

    assert len(chosen) == 8
    assert sum(pair in good for pair in chosen) / len(chosen) >= 0.9


@pytest.mark.parametrize(("one", "other", "why"), PARSED["forbidden"])
def test_golden_2_a_forbidden_pair_is_not_chosen(one, other, why, plan):
    """By job, letters of names or mere neighbourhood: not even scored. By product, vendor: vetoed."""
    chosen = {frozenset((pair.a, pair.b)) for pair in plan.chosen}
    scored = {frozenset((pair.a, pair.b)): pair.reason for pair in plan.considered}

    pair = frozenset((one, other))
    assert pair not in chosen
    expected = {"product": "both are one product", "vendor": "both are of one vendor"}.get(why)
    if "openai-o4-api" in pair:
        expected = None
    assert scored.get(pair) == expected
