"""
One step of a week over a database that stands ready, in a process of its own; prints what it took.

Usage: stage.py research|build FOLDER
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from house import url_of
from material import NOW, SOURCES, WEEK

from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.mail.stationery import Brand
from digest.panel.rules import load_rules
from digest.steps import planning, weekly
from digest.steps.desk import WeeklyParts
from digest.steps.research import research
from digest.store.engine import Database

TEMPLATES = Path(__file__).resolve().parents[2] / "email_templates"
STATIONS = (
    (planning, "load_desk", "panel"),
    (planning, "plan_pairs", "pairing"),
    (weekly, "_draft", "drafting"),
    (weekly, "render_issue", "rendering"),
)
"""Stations of a build, by the names that its modules know them by."""


class Clock:
    """What each station took: wall, CPU, and the peak of memory while it ran."""

    def __init__(self) -> None:
        self.stations: dict[str, dict[str, float]] = {}
        self._peaks: list[float] = []
        """Of the stations that are open, as far as it was seen; one inside another forgets it."""

    @contextmanager
    def at(self, station: str) -> Iterator[None]:
        """Time a station; one that is visited again adds up."""
        self._peaks = [max(peak, _peak_mb()) for peak in self._peaks] + [0.0]
        _forget_peak()
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        took = self.stations.setdefault(station, {"wall_s": 0.0, "cpu_s": 0.0, "rss_mb": 0.0})
        took["wall_s"] += time.perf_counter() - wall
        took["cpu_s"] += time.process_time() - cpu
        peak = max(self._peaks.pop(), _peak_mb())
        self._peaks = [max(each, peak) for each in self._peaks]
        took["rss_mb"] = max(took["rss_mb"], peak)

    def timed(self, station: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function, timed as this station."""

        @wraps(work)
        def timed(*args: Any, **options: Any) -> Any:
            with self.at(station):
                return work(*args, **options)

        return timed


def _forget_peak() -> None:
    """Let the peak be counted from now, where the kernel allows it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> float:
    with suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def researched(db: Database, clock: Clock) -> dict[str, Any]:
    """Research what waits; the jobs are a station of their own."""
    classifier = JobClassifier(load_jobs())
    for name, station in (("prepare", "loading the classifier"), ("assign_tools", "jobs")):
        setattr(classifier, name, clock.timed(station, getattr(classifier, name)))
    with clock.at("research"):
        report = research(db, classifier=classifier)
    for inner in ("jobs", "loading the classifier"):
        for figure in ("wall_s", "cpu_s"):
            clock.stations["research"][figure] -= clock.stations[inner][figure]
    return report.model_dump()


def built(db: Database, clock: Clock) -> dict[str, Any]:
    """Build the week's issue; what is at no station is in the whole alone."""
    for module, name, station in STATIONS:
        setattr(module, name, clock.timed(station, getattr(module, name)))
    parts = WeeklyParts(
        db=db,
        jobs=load_jobs(),
        rules=load_rules(),
        brand=Brand(
            name="Verdicts",
            base_url="https://verdicts.example.com",
            sender_name="Verdicts",
            sender_address="news@verdicts.example.com",
            postal_address="1 Example Street, Berlin",
        ),
        templates_dir=TEMPLATES,
        zone=ZoneInfo("UTC"),
        labels={name: name for name in SOURCES},
    )
    with clock.at("whole"):
        report = weekly.build_issue(WEEK, options=planning.BuildOptions(), parts=parts, now=NOW)
    whole = clock.stations.pop("whole")
    for figure in ("wall_s", "cpu_s"):
        whole[figure] -= sum(took[figure] for took in clock.stations.values())
    clock.stations["storing"] = whole
    return {
        "considered": report.plan.considered_tools,
        "rejected": len(report.plan.rejections),
        "fresh": report.plan.fresh,
        "plan_sha256": sha256(report.plan.model_dump_json().encode()).hexdigest(),
        "chosen": [f"{pair.a}+{pair.b}" for pair in report.plan.chosen],
    }


def main() -> None:
    """Run the step that is named."""
    db, clock = Database(url_of(Path(sys.argv[2]))), Clock()
    came_to = {"research": researched, "build": built}[sys.argv[1]](db, clock)
    db.close()
    print(json.dumps({"stations": clock.stations, "came_to": came_to}))


if __name__ == "__main__":
    main()
