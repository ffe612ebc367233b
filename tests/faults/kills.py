"""
Prove the guarantee: kill senders at every step of the send path, and count what the server took.

Prints a table and every broken promise with the seed that shows it again; exit 1 if there is one.
All is on this machine: databases in temporary folders, a PostgreSQL of its own, loopback only.

Usage: python -m tests.faults.kills [--runs 200] [--seed 1] [--database sqlite|postgresql|both]
"""

import argparse
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

from tests.faults import plan
from tests.faults.plan import Run
from tests.faults.runs import Outcome, carry_out
from tests.faults.stores import STORES, Store

COLUMNS = ("runs", "kills", "recipients", "once", "by hand twice", "refused", "uncertain", "lost")


def main() -> None:
    """Do as the module says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--runs", type=int, default=200, help="on each database (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the first run (1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at a time")
    parser.add_argument("--database", choices=[*STORES, "both"], default="both")
    parser.add_argument("--point", choices=list(plan.BY_NAME), help="only there")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)  # so that all that was started is stopped
    begun = time.monotonic()
    outcomes: list[Outcome] = []
    try:
        for name in STORES if asked.database == "both" else [asked.database]:
            runs = plan.schedule(runs=asked.runs, seed=asked.seed, database=name, only=asked.point)
            with STORES[name]() as store:
                outcomes.extend(carry_out_all(runs, store, jobs=asked.jobs))
    finally:  # also what was found before a Ctrl-C
        print_table(outcomes)
        print(f"\n{len(outcomes)} runs in {time.monotonic() - begun:.0f} s")
    unreached = unreached_points(outcomes)
    if unreached:
        print("never reached: " + ", ".join(unreached))
    if unreached or any(outcome.wrong for outcome in outcomes):
        sys.exit(1)


def carry_out_all(runs: Iterable[Run], store: Store, *, jobs: int) -> Iterator[Outcome]:
    """Carry out runs, several at a time; a Ctrl-C ends those that have begun, and no more begin."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for number, outcome in enumerate(pool.map(lambda run: carry_out(run, store), runs), 1):
                _say(outcome)
                yield outcome
                if number % 50 == 0:
                    print(f"{outcome.run.database}: {number} runs", file=sys.stderr, flush=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _leave(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _say(outcome: Outcome) -> None:
    """Say what is wrong with a run, and how to see it again."""
    run = outcome.run
    for each in outcome.wrong:
        print(
            f"WRONG, --database {run.database} --point {run.point.name!r} --seed {run.seed} "
            f"--runs 1 (weather {run.weathers}): {each}; told: {outcome.told}",
            flush=True,
        )


def unreached_points(outcomes: Iterable[Outcome]) -> list[str]:
    """Give the points at which no sender died though runs were to show it."""
    kills: dict[tuple[str, str], int] = defaultdict(int)
    for outcome in outcomes:
        kills[outcome.run.database, outcome.run.point.name] += outcome.kills
    return [
        f"{point} on {database}"
        for (database, point), number in kills.items()
        if not number and point != plan.STILL
    ]


def print_table(outcomes: Iterable[Outcome]) -> None:
    """Print one line for each point and database, as Markdown."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (len(COLUMNS) + 1))
    for outcome in outcomes:
        numbers = [*_numbers(outcome), len(outcome.wrong)]
        for key in ((outcome.run.point.name, outcome.run.database), ("all", outcome.run.database)):
            rows[key] = [old + new for old, new in zip(rows[key], numbers, strict=True)]
    print("\n| point | database | " + " | ".join([*COLUMNS, "wrong"]) + " |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    order = [*plan.BY_NAME, "all"]
    for (point, database), numbers in sorted(rows.items(), key=lambda row: order.index(row[0][0])):
        print(f"| {point} | {database} | " + " | ".join(map(str, numbers)) + " |")


def _numbers(outcome: Outcome) -> list[int]:
    return [
        1,
        outcome.kills,
        outcome.run.audience,
        outcome.after.once(),
        outcome.after.twice(),
        outcome.after.refused(),
        outcome.before.uncertain(),
        len(outcome.after.lost()),
    ]


if __name__ == "__main__":
    main()
