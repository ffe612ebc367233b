"""
Time ingestion against the programs people use for it, whole processes in turn, on loopback.

The feed job is 200 feeds of 100 entries, each on a host of its own, into an empty store (cold) and
once more with nothing new (warm); the page job takes title and links of 2,000 pages of 101 KB from
64 hosts. Ours keeps every response, cleans every text, judges every reading and stores launches;
the research that follows has no peer and is left out. A site of our own serves everything, at its
own cost. CPU is user + system of the whole process. Medians; ratios hold on a busy machine, seconds
do not. Peers are reader, Scrapy and rss2email of a separate interpreter, and newsboat; those that
are not found are skipped by name.

Usage: ingest.py [--rounds 5] [--only feeds,latency,pages,memory,parsing,storing,looking_up]
                 [--peers-python /path/to/venv/bin/python] [--skip rss2email] [--json]
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "ingestion"))

import inside
import programs
from loopback import host
from measure import Cost, medians, run, site

Result = dict[str, Any]

FEEDS, ENTRIES = 200, 100
PAGES, PAGE_HOSTS = 2_000, 64
DELAY_MS = "50-200"
MEAN_DELAY_S = 0.125
JOBS = ("feeds", "latency", "pages", "memory", "parsing", "storing", "looking_up")
TARGETS = (
    ("feeds", ("cold", "ours_to_reader", "cpu_s"), 0.10),
    ("feeds", ("cold", "ours_to_reader", "wall_s"), 0.15),
    ("feeds", ("cold", "ours_to_newsboat", "cpu_s"), 0.30),
    ("feeds", ("cold", "ours_to_scrapy", "cpu_s"), 0.35),
    ("feeds", ("warm", "ours_to_reader", "cpu_s"), 0.50),
    ("latency", ("warm", "ours_to_reader", "wall_s"), 0.50),
    ("pages", ("quick", "ours_to_scrapy", "cpu_s"), 0.50),
    ("pages", ("quick", "ours_to_scrapy", "rss_mb"), 0.60),
    ("pages", ("with_latency", "wall_to_ideal"), 1.35),
    ("memory", ("1000_to_200_sources",), 1.20),
    ("parsing", ("ratio",), 0.06),
    ("storing", ("ratio",), 0.06),
    ("looking_up", ("ours_us_an_id",), 10.0),
)
"""Job, where the figure stands in its result, and the most it may be."""


def main() -> None:
    """Run the jobs asked for and print their figures beside the targets."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(JOBS), help="comma list of jobs")
    parser.add_argument("--skip", default="", help="comma list of peers to leave out")
    parser.add_argument("--peers-python", help="interpreter that has reader, scrapy, rss2email")
    parser.add_argument("--known", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="JSON alone, without the table")
    asked = parser.parse_args()
    wanted = asked.only.split(",")
    jobs: dict[str, Callable[[], Result]] = {
        "feeds": lambda: feeds(_peers(asked), asked.rounds),
        "latency": lambda: latency(_peers(asked), asked.rounds),
        "pages": lambda: pages(asked.peers_python, asked.rounds),
        "memory": lambda: memory(asked.rounds),
        "parsing": lambda: inside.parsing(asked.rounds),
        "storing": lambda: inside.storing(asked.rounds),
        "looking_up": lambda: inside.looking_up(asked.rounds, asked.known),
    }
    result = {name: job() for name, job in jobs.items() if name in wanted}
    result["targets"] = reached(result)
    print(json.dumps(result, indent=None if asked.json else 2))
    if not asked.json:
        for row in result["targets"]:
            mark = "ok    " if row["reached"] else "MISSED"
            print(f"{mark} {row['figure']:<40} {row['is']:>9} (at most {row['at_most']})")


def reached(result: Result) -> list[Result]:
    """Set each figure that was measured beside its target."""
    rows = []
    for job, path, most in TARGETS:
        found: Any = result.get(job)
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        if found is not None:
            figure = ".".join((job, *path))
            rows.append({"figure": figure, "is": found, "at_most": most, "reached": found <= most})
    return rows


def feeds(peers: dict[str, programs.Program | str], rounds: int) -> Result:
    """The feed job of every program found, cold and warm."""
    with site(FEEDS, "feeds", FEEDS) as port:
        urls = [f"http://{host(number)}:{port}/{number}" for number in range(FEEDS)]
        return _cold_and_warm(peers, urls, rounds)


def latency(peers: dict[str, programs.Program | str], rounds: int) -> Result:
    """The same with 50 to 200 ms until an answer begins, against reader alone."""
    chosen = {name: peers[name] for name in ("ours", "reader") if name in peers}
    with site(FEEDS, "feeds", FEEDS, delay_ms=DELAY_MS, different=4) as port:
        urls = [f"http://{host(number)}:{port}/{number}" for number in range(FEEDS)]
        return _cold_and_warm(chosen, urls, rounds)


def _cold_and_warm(
    peers: dict[str, programs.Program | str], urls: Sequence[str], rounds: int
) -> Result:
    cold: dict[str, list[Cost]] = {name: [] for name in peers}
    warm: dict[str, list[Cost]] = {name: [] for name in peers}
    rows: dict[str, int] = {}
    for _ in range(rounds):
        for name, program in peers.items():
            if isinstance(program, str):
                continue
            with tempfile.TemporaryDirectory() as folder:
                program.prepare(Path(folder), urls)
                cold[name].append(program.run(Path(folder)))
                rows[name] = program.rows(Path(folder))
                if program.has_warm:
                    warm[name].append(program.run(Path(folder)))
    skipped = {name: program for name, program in peers.items() if isinstance(program, str)}
    return {
        "rows": rows,
        "cold": _compared(cold),
        "warm": _compared(warm),
        "feeds_a_second": {
            name: round(len(urls) / each["wall_s"], 1) for name, each in medians(cold).items()
        },
        "skipped": skipped,
    }


def _compared(costs: dict[str, list[Cost]]) -> Result:
    """Give the medians, and ours as shares of every other program's."""
    middle = medians(costs)
    shares = {
        f"ours_to_{name}": {
            figure: round(middle["ours"][figure] / value, 3) for figure, value in each.items()
        }
        for name, each in middle.items()
        if name != "ours" and "ours" in middle
    }
    return {**middle, **shares}


def pages(python: str | None, rounds: int) -> Result:
    """The page job against Scrapy, and with latency against what 64 at a time can do at best."""
    found = programs.found(python)
    commands = {"ours": [sys.executable, str(programs.PEERS / "ours_pages.py")]}
    if not isinstance(found["scrapy"], str):
        commands["scrapy"] = [str(python), str(programs.PEERS / "scrapy_pages.py")]
    with site(PAGE_HOSTS, "pages", PAGES, different=200) as port:
        quick, said = _crawled(commands, port, rounds)
    with site(PAGE_HOSTS, "pages", PAGES, delay_ms=DELAY_MS, different=200) as port:
        slow, _ = _crawled({"ours": commands["ours"]}, port, rounds)
    compared = _compared(quick)
    # One request a host at a time, and each host is asked for its robots.txt as well.
    ideal = (PAGES + PAGE_HOSTS) * MEAN_DELAY_S / PAGE_HOSTS
    middle = medians(slow)["ours"]
    wall = middle["wall_s"]
    return {
        "titles_and_links": said,
        "quick": compared,
        "pages_a_second": {
            name: round(PAGES / each["wall_s"]) for name, each in medians(quick).items()
        },
        "with_latency": {
            "wall_s": wall,
            "cpu_s": middle["cpu_s"],
            "ideal_s": round(ideal, 2),
            "wall_to_ideal": round(wall / ideal, 2),
        },
    }


def _crawled(
    commands: dict[str, list[str]], port: int, rounds: int
) -> tuple[dict[str, list[Cost]], dict[str, list[int]]]:
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    said: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        urls = [f"http://{host(n % PAGE_HOSTS)}:{port}/{n}" for n in range(PAGES)]
        (folder / "urls").write_text("\n".join(urls), encoding="utf-8")
        for _ in range(rounds):
            for program, command in commands.items():
                out = folder / f"{program}.json"
                arguments = [str(folder / "urls"), str(out), str(PAGE_HOSTS)]
                costs[program].append(
                    run([*command, *arguments], env={}, log=folder / f"{program}.txt")
                )
                said[program] = json.loads(out.read_text(encoding="utf-8"))
    return costs, said


def memory(rounds: int) -> Result:
    """Peak memory of a cold run over 200 and over 1,000 sources."""
    ours = programs.found(None)["ours"]
    peaks = {}
    for number in (200, 1_000):
        with site(number, "feeds", number, different=50) as port:
            urls = [f"http://{host(n)}:{port}/{n}" for n in range(number)]
            peaks[number] = _cold_and_warm({"ours": ours}, urls, min(rounds, 3))["cold"]["ours"]
    return {
        **{f"{number}_sources": peak["rss_mb"] for number, peak in peaks.items()},
        "1000_to_200_sources": round(peaks[1_000]["rss_mb"] / peaks[200]["rss_mb"], 3),
    }


def _peers(asked: argparse.Namespace) -> dict[str, programs.Program | str]:
    left_out = asked.skip.split(",")
    found = programs.found(asked.peers_python)
    return {name: program for name, program in found.items() if name not in left_out}


if __name__ == "__main__":
    main()
