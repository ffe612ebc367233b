"""Plans that earlier versions of the program stored can still be read and shown."""

from datetime import UTC, datetime

from digest.cli.plans import print_plan, summary
from digest.model import Plan


def test_a_plan_that_held_numbers_alone_counts_the_pairs_it_remembers(capsys):
    moment = datetime(2026, 11, 20, tzinfo=UTC).isoformat()
    score = dict.fromkeys(
        ("substitutability", "rivalry", "freshness", "balance", "contrast", "total"), 0.5
    )
    pair = {"a": "ember", "b": "marrow", "job": "vector-db", "score": score}
    plan = Plan.model_validate(
        {"week": "2026-W47", "window_start": moment, "cutoff": moment, "config_sha256": ""}
        | {"candidates": 12, "fresh": 9, "chosen": [pair], "considered": [pair, pair]}
    )

    print_plan(plan)

    assert (plan.passed, plan.candidates) == (12, ())
    assert "12 may be paired; 3 pairs scored, 1 chosen" in summary(plan)
    assert "not chosen: 2 of 2 pairs" in capsys.readouterr().out
