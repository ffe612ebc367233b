"""
Senders killed at every step of the send path: nobody twice unless ordered, nobody lost.

One seeded run for each step and database, and some at random; ``make kill-tests`` does hundreds.
"""

from dataclasses import replace

import pytest

from tests.faults import plan
from tests.faults.plan import Run
from tests.faults.runs import carry_out
from tests.faults.sink import program
from tests.faults.stores import CopyingStore

KINDS = ("sqlite", "postgresql")
CASES = [
    *((point.name, 47, KINDS[number % 2]) for number, point in enumerate(plan.POINTS)),
    *((plan.RANDOM, seed, kind) for seed in (1, 2) for kind in KINDS),
]
"""Every step on one of the databases, in turn, and random kills on both."""
SIZE = 30
"""Recipients: enough for every point to be reached, and no more."""


def _drawn(point: str, seed: int, database: str) -> Run:
    return plan.draw(seed, plan.BY_NAME[point], database)


@pytest.mark.sink
@pytest.mark.postgres
@pytest.mark.enable_socket
@pytest.mark.parametrize(("point", "seed", "kind"), CASES)
def test_killed_there_and_sent_again_nobody_is_lost_or_doubled(
    point, seed, kind, request, copy_database
):
    """What a person orders to be sent again may be there twice, and nothing else."""
    if program() is None:
        pytest.skip("smtp-sink is not installed: apt-get install postfix")
    template = request.getfixturevalue(f"{kind}_template")
    drawn = _drawn(point, seed, kind)
    size = min(drawn.audience, SIZE)
    run = replace(drawn, audience=size, number=min(drawn.number, 2), companions=0)

    outcome = carry_out(run, CopyingStore(template, copy_database))

    assert outcome.wrong == [], (run, outcome.told)
    assert outcome.kills or run.point.name in {plan.STILL, plan.RANDOM}
    assert outcome.after.twice() <= outcome.before.uncertain()


def test_a_seed_gives_the_same_run_again_and_another_seed_another():
    first = [_drawn(point.name, 1, "sqlite") for point in plan.POINTS]

    assert first == [_drawn(point.name, 1, "sqlite") for point in plan.POINTS]
    assert first != [_drawn(point.name, 2, "sqlite") for point in plan.POINTS]


def test_a_schedule_comes_to_every_point_and_a_third_of_it_is_random():
    runs = list(plan.schedule(runs=200, seed=1, database="sqlite"))

    assert {run.point for run in runs} == set(plan.POINTS)
    assert sum(run.point.name == plan.RANDOM for run in runs) == 66
    assert len({run.seed for run in runs}) == 200
