"""Run whole programs in turn and take what they cost: CPU, wall time, peak memory."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TIMEOUT_S = 900


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a program took."""

    cpu_s: float
    """User and system time of the process and of what it waited for."""
    wall_s: float
    rss_mb: float


def run(command: Sequence[str], *, env: Mapping[str, str], log: Path) -> Cost:
    """Run a program to its end. Raises RuntimeError where it fails."""
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **env}, stdout=output, stderr=output, cwd=log.parent
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode:
        tail = log.read_text(errors="replace")[-2_000:]
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    cost = Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)
    name = next((Path(part).stem for part in command if part.endswith(".py")), command[0])
    print(f"{name}: {cost.cpu_s:.2f} s CPU, {wall:.1f} s, {cost.rss_mb:.0f} MB", file=sys.stderr)
    return cost


@contextmanager
def site(
    hosts: int, what: str, count: int, *, delay_ms: str = "0", different: int = 0
) -> Iterator[int]:
    """Serve feeds or pages on loopback, in a process of its own; gives the port."""
    command = [sys.executable, str(HERE / "loopback.py"), str(hosts), what, str(count)]
    command += ["--delay-ms", delay_ms, "--different", str(different or count)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield int(process.stdout.readline() if process.stdout else 0)
        finally:
            process.communicate("")


def medians(costs: Mapping[str, Sequence[Cost]]) -> dict[str, dict[str, float]]:
    """Give the median of each figure of each program."""
    return {
        name: {
            figure: round(statistics.median(getattr(cost, figure) for cost in each), 3)
            for figure in ("cpu_s", "wall_s", "rss_mb")
        }
        for name, each in costs.items()
        if each
    }
