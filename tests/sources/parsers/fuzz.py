"""
Give every parser spoilt pages for a while: an outcome each time, no exception, within time and memory.

Run it as a program: ``python tests/sources/parsers/fuzz.py --seconds 300``. It prints what was done
as JSON, writes each page that did harm into a folder, and exits 1 when there was one. Input n of a
seed is always the same page, so that what killed the process is found again.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import json
import multiprocessing
import resource
import signal
import sys
import tempfile
import time
import traceback
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from digest.model import Capture, Outcome, Reading, Source
from digest.sources import parsers

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data"
MAX_MEMORY = 512 << 20
"""Octets that reading may take beyond what the loaded program has."""
MAX_SECONDS = 10.0
"""Of processor time for one page of at most a mebibyte."""
HANGS_S = 120
URL = "https://source.example/list"
FETCHED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
OPTIONS = {"html_list": {"item": ".card", "title": "h1, h2", "date": ".meta"}}
"""What kinds that cannot do without options are told."""
KINDS = tuple(parsers.KINDS)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


mutations = _module(HERE / "mutations.py")


class TooSlow(BaseException):  # no error that a parser could catch
    """A page has taken ``MAX_SECONDS``."""


def pages_of(kind: str) -> list[bytes]:
    """Give the saved pages of a kind."""
    found = sorted((DATA / kind).glob("*"))
    return [path.read_bytes() for path in found if not path.name.endswith(".expected.json")]


def is_sound(reading: Reading) -> None:
    """Hold a reading against what all readings promise: a reason, and launches fit to be stored."""
    assert reading.reason or reading.outcome is Outcome.OK
    assert reading.outcome is not Outcome.UNCHANGED
    assert reading.rejected <= reading.rows
    assert len({launch.native_id for launch in reading.launches}) == len(reading.launches)
    for launch in reading.launches:
        stored = json.dumps(launch.model_dump(mode="json"), allow_nan=False, ensure_ascii=False)
        assert "\\u0000" not in stored.replace("\\\\", "")
        assert stored.encode("utf-8")
        assert "\n" not in launch.title + launch.tagline + launch.name
        assert len(launch.description) <= 4_000


class Inputs:
    """The spoilt pages of a seed, by number."""

    def __init__(self, seed: int, kinds: tuple[str, ...] = KINDS) -> None:
        self._seed = seed
        self._kinds = kinds
        self._pages = {kind: pages_of(kind) for kind in KINDS}

    def kind(self, number: int) -> str:
        """Give the kind of an input: they take turns."""
        return self._kinds[number % len(self._kinds)]

    def page(self, number: int) -> tuple[bytes, str]:
        """Give an input and its Content-Type; now and then it is a page of another kind."""
        chance = Random(f"{self._seed}:{number}")
        kind = self.kind(number) if chance.random() < 0.9 else chance.choice(KINDS)
        page = mutations.spoil(self._pages[kind], chance)
        return page, chance.choice(mutations.CONTENT_TYPES)


def read(kind: str, page: bytes, content_type: str) -> Reading:
    """Read a page as ingestion does."""
    digest = hashlib.sha256(page).hexdigest()
    source = Source(name="fuzz", kind=kind, url=URL, options=OPTIONS.get(kind, {}))
    capture = Capture(
        key=f"{digest}-fuzz",
        source=source.name,
        url=URL,
        final_url=URL,
        status=200,
        content_type=content_type,
        body_sha256=digest,
        body_bytes=len(page),
        fetched_at=FETCHED_AT,
    )
    return parsers.read(capture, page, source)


def _too_slow(*_: object) -> None:
    raise TooSlow


def work(seed: int, kinds: tuple[str, ...], first: int, at: Any, told: Path) -> None:
    """Read inputs from a number on until killed; tells each that did harm, and counts in ``at``."""
    inputs = Inputs(seed, kinds)
    for kind in kinds:  # everything is loaded before memory is counted
        for page in inputs._pages[kind]:
            read(kind, page, "")
    loaded = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    cap = loaded * resource.getpagesize() + MAX_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    signal.signal(signal.SIGVTALRM, _too_slow)
    for number in range(first, 1 << 60):
        at.number = number
        page, content_type = inputs.page(number)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, MAX_SECONDS)
        try:
            is_sound(read(inputs.kind(number), page, content_type))
        except (Exception, TooSlow):  # noqa: BLE001 # whatever it is, it is a find
            with told.open("a", encoding="utf-8") as file:
                file.write(json.dumps((number, traceback.format_exc())) + "\n")
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if (took := time.process_time() - began) > at.slowest:
            at.slowest, at.slowest_number = took, number
        at.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Progress(ctypes.Structure):
    """What the reading process shows while it works, even when it dies."""

    _fields_ = (
        ("number", ctypes.c_int64),
        ("slowest", ctypes.c_double),
        ("slowest_number", ctypes.c_int64),
        ("peak", ctypes.c_int64),
    )


def _watch(process: BaseProcess, at: Any, *, until: float) -> str:
    """Wait until a time; gives how the process ended before it, if it did or no longer goes on."""
    seen, since = -1, time.monotonic()
    while time.monotonic() < until:
        process.join(0.5)
        if not process.is_alive():
            return f"the process has ended: {process.exitcode}"
        if at.number != seen:
            seen, since = at.number, time.monotonic()
        elif time.monotonic() - since > HANGS_S:
            return f"the process hangs for {HANGS_S} s"
    return ""


def fuzz(seed: int, seconds: float, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Read spoilt pages for a while; a reader that dies is a find, and another goes on."""
    context = multiprocessing.get_context("spawn")
    at = context.Value(Progress, lock=False)
    dead: dict[int, str] = {}
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        told, first = Path(folder, "finds"), 0
        told.touch()
        while time.monotonic() < deadline:
            process = context.Process(target=work, args=(seed, kinds, first, at, told), daemon=True)
            at.number = first - 1
            process.start()
            if end := _watch(process, at, until=deadline):
                if at.number < first:
                    sys.exit(
                        "the saved pages themselves cannot be read; what was said above tells why"
                    )
                dead[at.number] = end
            process.kill()
            process.join()
            first = at.number + 1
        found = dict(json.loads(line) for line in told.read_text(encoding="utf-8").splitlines())
    return {
        "inputs": at.number + 1,
        "kinds": len(kinds),
        "seed": seed,
        "slowest_cpu_s": round(at.slowest, 2),
        "slowest": at.slowest_number,
        "peak_rss_mib": at.peak >> 10,
        "finds": found | dead,
    }


def main() -> None:
    """Fuzz, and say what was found."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--kind", choices=KINDS, action="append")
    arguments.add_argument("--show", type=int, help="write this input to --keep, and stop")
    arguments.add_argument("--keep", type=Path, default=Path("var/fuzz"), help="where finds go")
    given = arguments.parse_args()
    kinds = tuple(given.kind or KINDS)
    inputs = Inputs(given.seed, kinds)
    if given.show is not None:
        _keep(inputs, given.show, given.keep)
        return
    result = fuzz(given.seed, given.seconds, kinds)
    for number, trace in result["finds"].items():
        _keep(inputs, number, given.keep).with_suffix(".txt").write_text(trace, encoding="utf-8")
    result["finds"] = {
        f"{number} {inputs.kind(number)}": trace.strip().splitlines()[-1][:300]
        for number, trace in result["finds"].items()
    }
    sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    sys.exit(bool(result["finds"]))


def _keep(inputs: Inputs, number: int, folder: Path) -> Path:
    """Write an input to a file named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number}-{inputs.kind(number)}.page"
    path.write_bytes(inputs.page(number)[0])
    return path


if __name__ == "__main__":
    main()
