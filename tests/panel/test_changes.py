"""What a review comes to, and what is said to have changed since the one before."""

from datetime import timedelta

import pytest

from digest.model import Reviewer
from digest.panel.changes import outcome, reason
from digest.panel.rules import load_rules, review

RULES = load_rules()
FACTS = {"install": "pip install larch", "docs": True, "example": True, "waitlist": False}


@pytest.fixture
def made(evidence, now):
    """Have one reviewer judge facts."""

    def judge(facts, reviewer="builder", *, rules=RULES, days=0, **market):
        return review(
            evidence(facts, **market),
            reviewer=Reviewer(reviewer),
            rules=rules,
            now=now + timedelta(days=days),
        )

    return judge


def test_the_same_answers_come_to_the_same_however_they_are_worded(made):
    assert outcome(made(FACTS)) == outcome(made({**FACTS, "install": "brew install larch"}))
    assert outcome(made(FACTS)) != outcome(made({**FACTS, "docs": False}))
    assert outcome(made(FACTS)) != outcome(made({**FACTS, "licence": "NOASSERTION", "docs": False}))


def test_what_was_unknown_and_is_worth_nothing_is_another_outcome(made):
    silent = made({}, "skeptic")
    none = made({"benchmark": "none"}, "skeptic")

    assert outcome(silent) != outcome(none)
    assert reason(silent, none) == "benchmark evidence was unknown, now no claims made"


def test_a_count_that_only_moves_is_no_other_outcome(made):
    """A percentile is another with every tool that comes; its side of the middle is what counts."""
    some, more, few = (made({}, "founder", attention=value) for value in (60, 70, 40))

    assert outcome(some) == outcome(more)
    assert outcome(some) != outcome(few)
    assert reason(some, few) == "attention was ahead of 60%, now ahead of 40%"


def test_a_reason_names_the_weightiest_changes_first_and_no_more_than_three(made):
    before = made({"docs": False, "waitlist": True})
    after = made({**FACTS, "licence": "MIT", "open_interface": "MCP"})

    assert reason(before, after) == (
        "install line was unknown, now published; documentation was missing, now published; "
        "waitlist was in place, now none"
    )


def test_the_licence_is_named(made):
    assert reason(made(FACTS), made({**FACTS, "licence": "MIT"})) == "licence was unknown, now MIT"
    assert reason(made({**FACTS, "licence": "MIT"}), made(FACTS)) == "licence was MIT, now unknown"


def test_other_rules_are_named_by_their_number(made):
    newer = RULES.model_copy(update={"version": "3"})
    retouched = RULES.model_copy(update={"sha256": "f" * 64})

    assert reason(made(FACTS), made(FACTS, rules=newer)) == "rules 2 → 3"
    assert reason(made(FACTS), made(FACTS, rules=retouched)) == (
        f"rules {RULES.panel_version} → 2+ffffffff"
    )
    assert outcome(made(FACTS)) != outcome(made(FACTS, rules=newer))


def test_time_alone_can_change_an_answer(made):
    facts = {"benchmark": "none", "maintained_at": "60 days", "entry_price": "free"}
    before, after = (made(facts, "skeptic", days=days) for days in (0, 31))

    assert reason(before, after) == (
        "last commit or release was 15 May 2026, now 15 May 2026, more than 90 days ago; "
        "time in public was under 30 days, now over 30 days"
    )


def test_a_bound_that_alone_decides_is_a_reason_too(made):
    facts = {"entry_price": "free", "terms": True, "maintained_at": "170 days", "licence": "MIT"}
    before, after = (made(facts, "founder", days=days) for days in (0, 20))

    assert (before.verdict, after.verdict) == ("ship", "skip")
    assert outcome(before) != outcome(after)
    assert reason(before, after).startswith("no newer commit or release has come")


def test_nothing_changed_is_no_reason(made):
    assert reason(made(FACTS), made(FACTS)) == ""
