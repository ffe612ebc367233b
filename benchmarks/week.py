"""
Time a week over catalogues of growing size: research, jobs, panel, pairing, drafting.

Each catalogue holds known tools with their facts, keys, launches and counts in SQLite, and a
hundredth as many new launches that were ingested and not yet researched. Setting it up is not
measured; then one process researches and another builds the issue, as the commands do. Each
station's CPU, wall time and peak memory are printed, and how its CPU grows from one size to the
next: 1 is in step with the catalogue, 2 is with its square. All is made in a temporary folder, and
a step that takes too long is stopped.

Usage: week.py [--sizes 200,2000,20000] [--all] [--limit 900] [--json]
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "weekly"
SIZES = (200, 2_000, 20_000)
ALL = (*SIZES, 100_000)
STATIONS = (
    *("loading the classifier", "research", "jobs"),
    *("panel", "pairing", "drafting", "rendering", "storing"),
)
Result = dict[str, Any]


def main() -> None:
    """Run the sizes asked for and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--sizes", help="comma list of known tools")
    parser.add_argument("--all", action="store_true", help="with 100,000 as well")
    parser.add_argument("--limit", type=float, default=900, help="seconds a step may take")
    parser.add_argument("--json", action="store_true", help="JSON alone, without the table")
    asked = parser.parse_args()
    sizes = ALL if asked.all else SIZES
    if asked.sizes:
        sizes = tuple(sorted(map(int, asked.sizes.split(","))))
    results: dict[int, Result] = {}
    for size in sizes:
        results[size] = week(size, limit_s=asked.limit)
        if results[size].get("stopped"):
            break  # a larger one would be stopped as well
    print(json.dumps({"sizes": results, "growth": growth(results)}))
    if not asked.json:
        print_table(results)


def week(size: int, *, limit_s: float) -> Result:
    """Give what a week takes over a catalogue of that size."""
    with tempfile.TemporaryDirectory(prefix="digest-week-") as folder:
        try:
            _run("house.py", folder, str(size), limit_s=limit_s)
            told: Result = {"database_mb": _megabytes(Path(folder))}
            for step in ("research", "build"):
                done = json.loads(_run("stage.py", step, folder, limit_s=limit_s))
                told.setdefault("stations", {}).update(done["stations"])
                told[step] = done["came_to"]
        except subprocess.TimeoutExpired as late:
            return {"stopped": f"{Path(late.cmd[1]).stem} took longer than {limit_s:g} s"}
    return told


def _run(script: str, *arguments: str, limit_s: float) -> str:
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, timeout=limit_s, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _megabytes(folder: Path) -> int:
    return round(sum(file.stat().st_size for file in folder.iterdir()) / 1_000_000)


def growth(results: dict[int, Result]) -> Result:
    """Give each station's growth from each size to the next: the exponent of its CPU."""
    sizes = [size for size, told in results.items() if "stations" in told]
    found: Result = {}
    for small, large in pairwise(sizes):
        before, after = results[small]["stations"], results[large]["stations"]
        found[f"{small}-{large}"] = {
            name: round(_exponent(before[name], after[name], large / small), 2)
            for name in STATIONS
            if name in before and name in after
        }
    return found


def _exponent(before: Result, after: Result, ratio: float) -> float:
    least = 0.001  # a station of less than a millisecond grows by chance
    return math.log(max(after["cpu_s"], least) / max(before["cpu_s"], least)) / math.log(ratio)


def print_table(results: dict[int, Result]) -> None:
    """Print a line for each station of each size."""
    print(f"\n{'tools':>8}  {'station':<24} {'wall s':>9} {'CPU s':>9} {'peak MB':>8}")
    for size, told in results.items():
        if "stopped" in told:
            print(f"{size:>8}  {told['stopped']}")
            continue
        for name in (each for each in STATIONS if each in told["stations"]):
            took = told["stations"][name]
            figures = f"{took['wall_s']:>9.2f} {took['cpu_s']:>9.2f} {took['rss_mb']:>8.0f}"
            print(f"{size:>8}  {name:<24} {figures}")
        everything = told["stations"].values()
        wall, cpu = (sum(took[figure] for took in everything) for figure in ("wall_s", "cpu_s"))
        peak = max(took["rss_mb"] for took in everything)
        print(f"{size:>8}  {'all':<24} {wall:>9.2f} {cpu:>9.2f} {peak:>8.0f}")


if __name__ == "__main__":
    main()
