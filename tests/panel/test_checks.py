"""What single facts answer: each in its format of the facts' table, and in formats nobody foresaw."""

from datetime import timedelta

import pytest

from digest.model import FactKind, Market, Reviewer
from digest.panel.checks import CHECKS
from digest.panel.evidence import build_evidence
from digest.panel.look import Look
from digest.panel.rulebook import load_rules
from digest.panel.rules import review


@pytest.fixture
def ask(evidence, now):
    """Ask one check of the facts given: its answer, or None."""

    def finding(check, facts=None, **more):
        look = Look(evidence(facts or {}, **more), now, load_rules().thresholds)
        return CHECKS[check](look)

    return finding


@pytest.fixture
def say(evidence, now, plain_rules):
    """Give the sentence a reviewer makes of one check."""

    def sentence(reviewer, check, facts=None, **more):
        made = review(
            evidence(facts or {}, **more), reviewer=Reviewer(reviewer), rules=plain_rules, now=now
        )
        return next(item.sentence for item in made.checks if item.key == check)

    return sentence


@pytest.mark.parametrize("check", sorted(set(CHECKS) - {"age"}))
def test_no_evidence_is_unknown(check, ask):
    assert ask(check) is None


@pytest.mark.parametrize(
    ("check", "facts", "answer"),
    [
        ("install", {"install": "pip install larch"}, "yes"),
        ("install", {"install": False}, "no"),
        ("docs", {"docs": True}, "yes"),
        ("docs", {"docs": False}, "no"),
        ("example", {"example": True}, "yes"),
        ("waitlist", {"waitlist": False}, "no"),
        ("terms", {"terms": False}, "no"),
        ("interface", {"open_interface": "MCP"}, "yes"),
        ("interface", {"open_interface": False}, "no"),
        ("licence", {"licence": "apache-2.0"}, "osi"),
        ("licence", {"licence": "CC-BY-NC-4.0"}, "other"),
        ("licence", {"licence": "LicenseRef-Proprietary"}, "proprietary"),
        ("commercial", {"licence": "MIT"}, "allowed"),
        ("commercial", {"licence": "CC-BY-NC-4.0"}, "forbidden"),
        ("commercial", {"licence": "LicenseRef-larch-terms"}, "other"),
        ("commercial", {"licence": "proprietary"}, "proprietary"),
        ("local", {"runs_locally": True}, "yes"),
        ("local", {"runs_locally": False, "self_host": True}, "yes"),
        ("local", {"runs_locally": False}, "no"),
        ("benchmark", {"benchmark": "bare"}, "bare"),
        ("superlatives", {"superlatives": 2.0}, "many"),
        ("superlatives", {"superlatives": 1.99}, "few"),
        ("superlatives", {"superlatives": 0}, "few"),
        ("price", {"price": "$9 per month", "entry_price": "paid"}, "yes"),
        ("price", {"price": False, "entry_price": "paid"}, "no"),
        ("price", {"entry_price": "free"}, "yes"),
        ("price", {"entry_price": "contact"}, "no"),
        ("start", {"entry_price": "freemium"}, "freemium"),
        ("maintained", {"maintained_at": "90 days"}, "yes"),
        ("maintained", {"maintained_at": "91 days"}, "no"),
        ("vendor", {"vendor_since": "730 days"}, "old"),
        ("vendor", {"vendor_since": "729 days"}, "young"),
        ("age", {"created_at": "30 days"}, "old"),
        ("age", {"created_at": "29 days"}, "young"),
    ],
)
def test_a_fact_answers_its_question(check, facts, answer, ask):
    assert ask(check, facts).answer == answer


@pytest.mark.parametrize(
    ("check", "facts"),
    [
        ("licence", {"licence": "NOASSERTION"}),
        ("commercial", {"licence": ""}),
        ("price", {"entry_price": "paid"}),
        ("price", {"entry_price": "freemium"}),
        ("superlatives", {"superlatives": "several"}),
        ("maintained", {"maintained_at": "last spring"}),
        ("vendor", {"vendor_since": "long ago"}),
        ("local", {"self_host": False}),
    ],
)
def test_a_value_that_does_not_tell_is_unknown(check, facts, ask):
    assert ask(check, facts) is None


@pytest.mark.parametrize(("kind", "check"), [("entry_price", "start"), ("benchmark", "benchmark")])
def test_an_answer_the_rules_do_not_foresee_is_unknown(kind, check, say):
    reviewer = "founder" if check == "start" else "skeptic"

    assert say(reviewer, check, {kind: "barter"}).startswith("Could not confirm")


def test_the_newest_of_several_facts_counts(fact, tool, now):
    facts = [
        fact("licence", "MIT", observed_at=now - timedelta(days=9)),
        fact("licence", "CC-BY-NC-4.0", observed_at=now),
        fact("licence", "GPL-3.0", observed_at=now - timedelta(days=30)),
    ]
    look = Look(_evidence(tool(), facts, now), now, load_rules().thresholds)

    assert CHECKS["licence"](look).fact.value == "CC-BY-NC-4.0"


def test_the_latest_commit_anyone_saw_counts_even_if_seen_earlier(fact, tool, now):
    facts = [
        fact("maintained_at", "2026-07-01", observed_at=now - timedelta(days=3)),
        fact("maintained_at", "2026-02-01", observed_at=now),
    ]
    look = Look(_evidence(tool(), facts, now), now, load_rules().thresholds)

    assert CHECKS["maintained"](look).slots["date"] == "1 July 2026"


def test_an_old_date_that_nobody_looked_at_since_does_not_say_unmaintained(fact, tool, now):
    """There may be a later release by now: unknown, and no points lost for want of a look."""
    unseen = [fact("maintained_at", "2026-01-01", observed_at=now - timedelta(days=91))]
    seen = [*unseen, fact("maintained_at", "2026-01-01", observed_at=now - timedelta(days=2))]

    def answer(facts):
        look = Look(_evidence(tool(), facts, now), now, load_rules().thresholds)
        return CHECKS["maintained"](look)

    assert answer(unseen) is None
    assert answer(seen).answer == "no"


def _evidence(tool, facts, now):
    return build_evidence(tool, facts, market=Market(), now=now)


def test_age_counts_from_the_launch_where_no_earlier_beginning_is_known(ask):
    launched = ask("age", days=40)
    began = ask("age", {"created_at": "400 days"}, days=3)

    assert (launched.answer, launched.fact, launched.record) == (
        "old",
        None,
        "Launched on 4 June 2026",
    )
    assert (began.answer, began.fact.kind) == ("old", FactKind.CREATED_AT)


def test_a_first_sight_of_ours_says_old_but_never_young(evidence, now):
    """Seen a week ago, it is at least a week old: whether it is young is not known."""

    def ask(days):
        seen = evidence({}, days=days).model_copy(update={"launch_dated": False})
        return CHECKS["age"](Look(seen, now, load_rules().thresholds))

    assert ask(7) is None
    assert (ask(31).answer, ask(31).record) == ("old", "Out by 13 June 2026")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, "The field was small when it came: no other known tool did this job."),
        (1, "The field was small when it came: 1 other known tool did this job."),
        (7, "The field was small when it came: 7 other known tools did this job."),
        (8, "The field was crowded when it came: 8 other known tools did this job."),
        (1200, "The field was crowded when it came: 1,200 other known tools did this job."),
    ],
)
def test_rivals_are_counted_in_good_grammar(number, sentence, say):
    assert say("skeptic", "rivals", rivals=number) == sentence


@pytest.mark.parametrize(
    ("change", "points", "sentence"),
    [
        (1.8, 1.0, "Launches in this job are up 180% on the quarter before."),
        (0.04, 0.04, "Launches in this job are level with the quarter before."),
        (-0.5, -0.5, "Launches in this job are down 50% on the quarter before."),
    ],
)
def test_the_trend_is_said_and_bounded(change, points, sentence, ask, say):
    assert ask("trend", job_trend=change).points == points
    assert say("futurist", "trend", job_trend=change) == sentence


@pytest.mark.parametrize(
    ("percentile", "points", "answer"), [(100, 1.0, "high"), (50, 0.0, "high"), (20, -0.6, "low")]
)
def test_attention_counts_from_the_middle(percentile, points, answer, ask):
    finding = ask("attention", attention=percentile)

    assert (finding.points, finding.answer) == (points, answer)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("pip install larch", "It starts from a published install line that uses pip."),
        ("$ uv add larch", "It starts from a published install line that uses uv."),
        ("./setup.sh", "It starts from a published install line."),
    ],
)
def test_a_known_installer_is_named(value, sentence, say):
    assert say("builder", "install", {"install": value}) == sentence


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("$15 per million tokens", "The price is published: $15 per million tokens."),
        ("the best price, guaranteed!", "The price is published."),
        ("$1 [see terms]", "The price is published."),
        ("from $4 a seat and month, billed once a year in advance", "The price is published."),
        ("  ", "The price is published."),
        (True, "The price is published."),
    ],
)
def test_a_source_s_words_stand_in_a_sentence_only_when_short_and_clean(value, sentence, say):
    assert say("founder", "price", {"price": value}) == sentence


def test_what_is_free_has_its_price_said(say):
    assert say("founder", "price", {"entry_price": "free"}) == "The price is published: free."


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (0, "uses no superlatives."),
        (0.9, "uses 0.9 superlatives per 100 words."),
        (3, "runs to 3.0 superlatives per 100 words."),
    ],
)
def test_superlatives_are_said_as_a_rate_and_none_as_none(rate, said, say):
    assert say("skeptic", "superlatives", {"superlatives": rate}) == f"Its own copy {said}"


def test_what_is_young_is_said_with_its_date(say):
    assert say("skeptic", "age", {"created_at": "5 days"}) == (
        "It has been public for less than 30 days, since 9 July 2026."
    )


def test_an_interface_is_named_where_the_source_names_it(say):
    assert say("builder", "interface", {"open_interface": "MCP"}).endswith("reach it (MCP).")
    assert say("builder", "interface", {"open_interface": True}).endswith("can reach it.")


def test_a_licence_with_a_name_too_long_for_a_sentence_is_still_told(say):
    name = "LicenseRef-larch-community-terms-for-research-and-small-companies"

    assert say("builder", "licence", {"licence": name}) == (
        "Its licence, terms of its own, is not an OSI-approved one."
    )
