"""Run a whole program and take what it and its children cost: CPU, wall time, memory."""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    cpu_s: float
    """User and system time of the process and of all it waited for."""
    wall_s: float
    rss_mb: float
    """Peak of the largest single process."""
    all_mb: float
    """Peak of all its processes together, pages they share counted once (PSS)."""
    output: str
    """What it wrote to standard output."""


def watched(command: Sequence[str], *, env: Mapping[str, str]) -> Cost:
    """Run a program to its end. Raises SystemExit with its words where it fails."""
    began = time.monotonic()
    with (
        tempfile.TemporaryFile() as told,
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, env=env, stdout=told, stderr=said) as process,
    ):
        peak, together = 0.0, 0.0
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            family = _family(process.pid)
            peak = max([peak, *(_memory(pid, "status", "VmHWM") for pid in family)])
            together = max(together, sum(_memory(pid, "smaps_rollup", "Pss") for pid in family))
            time.sleep(LOOK_EVERY_S)
        wall = time.monotonic() - began
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output, trouble = _text(told), _text(said)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {trouble}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, peak, together, output)


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            children = Path(f"/proc/{each}/task/{each}/children").read_text().split()
        except OSError:  # it ended meanwhile
            continue
        found += [int(child) for child in children]
    return found


def _memory(pid: int, file: str, field: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
