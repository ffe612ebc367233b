"""
Golden 5, the second half: a fact turned unknown takes its own points out of the mean, and no more.

The invariant, for any evidence and any one kind of fact in it: the answers of all other questions
stay; the score is the weighted mean of what is left, with no term for what is unknown; no call is
made exactly when less than half of the weight or fewer than three answers are left. So a verdict
flips only where the answers that are left say so themselves.
"""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Evidence, FactKind, Market, Review, Reviewer, Verdict
from digest.panel.evidence import build_evidence
from digest.panel.rules import load_rules, review_all
from tests.panel.conftest import NOW, make_fact, make_tool

RULES = load_rules()
DAYS = st.integers(0, 1_500).map(lambda days: (NOW - timedelta(days=days)).date().isoformat())
VALUES = {
    "install": st.sampled_from(["pip install larch", False]),
    "docs": st.booleans(),
    "example": st.booleans(),
    "licence": st.sampled_from(
        ["MIT", "AGPL-3.0", "CC-BY-NC-4.0", "LicenseRef-proprietary", "NOASSERTION"]
    ),
    "waitlist": st.booleans(),
    "open_interface": st.sampled_from(["MCP", False]),
    "benchmark": st.sampled_from(["reproducible", "bare", "none"]),
    "maintained_at": DAYS,
    "created_at": DAYS,
    "superlatives": st.sampled_from([0.0, 1.9, 2.0, 6.5]),
    "entry_price": st.sampled_from(["free", "freemium", "paid", "contact", "unknown"]),
    "price": st.sampled_from(["$3 per seat", False]),
    "runs_locally": st.booleans(),
    "self_host": st.booleans(),
    "vendor_since": DAYS,
    "terms": st.booleans(),
}
MARKETS = st.builds(
    Market,
    rivals=st.none() | st.integers(0, 20),
    attention=st.none() | st.integers(0, 100),
    job_trend=st.none() | st.sampled_from([-0.9, -0.02, 0.0, 0.3, 2.5]),
)


@st.composite
def sheets(draw: st.DrawFn) -> Evidence:
    """Evidence with any of the facts, each with any value it may have."""
    kinds = draw(st.sets(st.sampled_from(sorted(VALUES)), min_size=1))
    facts = [make_fact(kind, draw(VALUES[kind])) for kind in sorted(kinds)]
    tool = make_tool(days=draw(st.integers(0, 60)))
    return build_evidence(tool, facts, market=draw(MARKETS), now=NOW)


def poorer(evidence: Evidence) -> list[Evidence]:
    """The same evidence, each time without one kind of fact or one count of our records."""
    without = [
        tuple(fact for fact in evidence.facts if fact.kind != kind)
        for kind in sorted({fact.kind for fact in evidence.facts})
    ]
    markets = [
        evidence.market.model_copy(update={name: None})
        for name in Market.model_fields
        if getattr(evidence.market, name) is not None
    ]
    return [evidence.model_copy(update={"facts": facts}) for facts in without] + [
        evidence.model_copy(update={"market": market}) for market in markets
    ]


def points(made: Review) -> dict[str, float]:
    return {check.key: check.points for check in made.checks if check.points is not None}


def verdict_of(answers: dict[str, float], reviewer: Reviewer) -> tuple[Verdict, float | None]:
    """What these answers come to by the words of the method page, and nothing else."""
    weights = {check.key: check.weight for check in RULES.of(reviewer).check}
    known = sum(weights[key] for key in answers)
    if len(answers) < 3 or known < sum(weights.values()) / 2:
        return Verdict.NO_CALL, None
    mean = sum(weights[key] * worth for key, worth in answers.items()) / known
    return (Verdict.SHIP if round(mean, 4) >= 0.15 else Verdict.SKIP), mean


def is_stale(evidence: Evidence, reviewer: Reviewer) -> bool:
    """The one bound that decides alone: the Founder's 180 days without commit or release."""
    limit = (NOW - timedelta(days=180)).date().isoformat()
    last = [str(fact.value) for fact in evidence.facts if fact.kind is FactKind.MAINTAINED_AT]
    return reviewer is Reviewer.FOUNDER and bool(last) and max(last) < limit


# What another fact can still say of the same thing: it then answers in the place of the one gone.
STANDS_IN = {"price": "entry_price", "local": "self_host", "age": "launched_at"}


@settings(max_examples=60)
@given(sheets())
def test_golden_5_a_fact_turned_unknown_takes_out_its_own_points_and_no_more(evidence: Evidence):
    before = {made.reviewer: points(made) for made in review_all(evidence, RULES, NOW)}
    for left in poorer(evidence):
        for made in review_all(left, RULES, NOW):
            after = points(made)
            changed = {
                key for key, worth in after.items() if worth != before[made.reviewer].get(key)
            }
            verdict, mean = verdict_of(after, made.reviewer)
            if verdict is Verdict.SHIP and is_stale(left, made.reviewer):
                verdict = Verdict.SKIP

            # a question is answered as before or not at all, but where another fact stands in
            assert changed <= set(STANDS_IN)
            assert made.verdict is verdict
            assert (made.score is None) == (mean is None)
            assert mean is None or made.score == pytest.approx(mean, abs=1e-4)


@settings(max_examples=60)
@given(sheets())
def test_golden_5_no_ship_is_lost_with_what_spoke_against_it_nor_a_skip_with_what_spoke_for_it(
    evidence: Evidence,
):
    """Losing answers worth less than the mean never lowers it; losing better ones never lifts it."""
    before = {made.reviewer: made for made in review_all(evidence, RULES, NOW)}
    for left in poorer(evidence):
        for made in review_all(left, RULES, NOW):
            was = before[made.reviewer]
            lost = {key: worth for key, worth in points(was).items() if key not in points(made)}
            same = {key: worth for key, worth in points(was).items() if key not in lost}
            if Verdict.NO_CALL in {was.verdict, made.verdict} or same != points(made):
                continue
            if is_stale(evidence, made.reviewer) or is_stale(left, made.reviewer):
                continue
            if all(worth <= was.score for worth in lost.values()):
                assert not (was.verdict is Verdict.SHIP and made.verdict is Verdict.SKIP)
            if all(worth >= was.score for worth in lost.values()):
                assert not (was.verdict is Verdict.SKIP and made.verdict is Verdict.SHIP)


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_golden_5_a_sheet_without_a_fact_has_no_sentence_against_it(kind, sheet):
    """Nothing unknown is held against a tool in words either."""
    evidence, _ = sheet("open_3b_model")
    left = tuple(fact for fact in evidence.facts if fact.kind != kind)

    for made in review_all(evidence.model_copy(update={"facts": left}), RULES, NOW):
        for check in made.checks:
            if check.points is None:
                assert check.sentence.startswith("Could not confirm")
                assert check.sentence not in made.take
