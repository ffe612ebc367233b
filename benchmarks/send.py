"""
Time sending an issue, whole, against the usual Python way, aiosmtplib and Debian's smtp-source.

All send the demo week's issue into one smtp-sink on loopback, taking turns. Ours is ``digest send``
as an operator runs it, its start included: composes, signs, delivers over SMTP and keeps the ledger.
The usual way is EmailMessage, dkimpy and smtplib. aiosmtplib gets finished octets, and so does
smtp-source, in C: the ceiling. Then ours and aiosmtplib again with 20 ms there and back and 20
connections each. CPU is user + system of all processes of that way; the sink is none of them. Ratios
are medians of the rounds' ratios; they hold on a noisy machine, the milliseconds do not.

Usage: send.py [--recipients 20000] [--smtp HOST:PORT] [--workers W] [--dkim rsa|ed25519|both|none]
       [--database URL] [--rounds 3] [--json]
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("sending")))

from material import Material, make_material
from ours import SIGNATURES, Way, key_file, send
from peers import aiosmtplib_way, composed, smtp_source, usual
from servers import delayed, smtp_sink

ROUND_TRIP_MS = 20.0
CONNECTIONS = 20
USUAL_COUNT = 150
PEER_COUNT = 3_000
DELAYED_COUNT = 16_000

Figures = dict[str, float]


def main() -> None:
    """Run all ways in turn and print what they took."""
    asked = _asked()
    rounds: dict[str, list[Figures]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, _server(asked.smtp) as port:
        folder = Path(name)
        way = Way(
            folder=folder,
            url=asked.database or f"sqlite:///{folder / 'bench.db'}",
            workers=asked.workers,
            dkim=asked.dkim,
        )
        material = make_material(folder / "demo")
        for number in range(asked.rounds):
            for label, figures in one_round(way, material, readers=asked.recipients, port=port):
                rounds[label].append(figures)
                print(f"round {number + 1}: {label}: {figures}", file=sys.stderr)
    result = {
        "recipients": asked.recipients,
        "rounds": asked.rounds,
        "dkim": asked.dkim,
        "workers": asked.workers or "default",
        "database": "postgresql" if asked.database else "sqlite",
        "ways": {label: _medians(each) for label, each in rounds.items()},
        "ratios": ratios(rounds),
    }
    print(json.dumps(result, indent=None if asked.json else 2))


def one_round(
    way: Way, material: Material, *, readers: int, port: int
) -> Iterator[tuple[str, Figures]]:
    """Run every way once."""
    key = key_file(way.folder, "rsa").read_bytes()
    finished = [composed(material, number) for number in range(20)]
    yield "ours", _of_ours(way, material, readers=readers, port=port)
    yield (
        "usual",
        _timed(USUAL_COUNT, lambda: usual(material, count=USUAL_COUNT, port=port, key=key)),
    )
    yield (
        "aiosmtplib",
        _timed(
            PEER_COUNT,
            lambda: aiosmtplib_way(finished, count=PEER_COUNT, port=port, connections=CONNECTIONS),
        ),
    )
    size = len(finished[0])
    count = max(readers, PEER_COUNT)
    yield (
        "smtp-source",
        _timed(count, lambda: smtp_source(count=count, port=port, size=size, connections=4)),
    )
    with delayed(port, one_way_ms=ROUND_TRIP_MS / 2) as far:
        away = replace(way, workers=1, connections=CONNECTIONS)
        yield "ours at 20 ms", _of_ours(away, material, readers=DELAYED_COUNT, port=far)
        count = DELAYED_COUNT // 8
        yield (
            "aiosmtplib at 20 ms",
            _timed(
                count,
                lambda: aiosmtplib_way(finished, count=count, port=far, connections=CONNECTIONS),
            ),
        )


def ratios(rounds: dict[str, list[Figures]]) -> Figures:
    """Give how many times faster ours is, the median over the rounds."""

    def over(label: str, other: str, figure: str) -> float:
        each = zip(rounds[label], rounds[other], strict=True)
        return round(statistics.median(a[figure] / b[figure] for a, b in each), 3)

    return {
        "ours_over_usual": over("ours", "usual", "messages_per_s"),
        "ours_over_smtp_source": over("ours", "smtp-source", "messages_per_s"),
        "ours_over_aiosmtplib_at_20_ms": over(
            "ours at 20 ms", "aiosmtplib at 20 ms", "messages_per_s"
        ),
        "usual_cpu_over_ours": over("usual", "ours", "cpu_ms_per_message"),
    }


def _of_ours(way: Way, material: Material, *, readers: int, port: int) -> Figures:
    cost = send(way, material, readers=readers, port=port)
    return {
        "messages_per_s": round(readers / cost.wall_s, 1),
        "cpu_ms_per_message": round(1000 * cost.cpu_s / readers, 3),
        "rss_mb": round(cost.rss_mb),
        "all_processes_mb": round(cost.all_mb),
    }


def _timed(count: int, work: Callable[[], None]) -> Figures:
    before, began = _cpu(), time.monotonic()
    work()
    wall, cpu = time.monotonic() - began, _cpu() - before
    return {
        "messages_per_s": round(count / wall, 1),
        "cpu_ms_per_message": round(1000 * cpu / count, 3),
    }


def _cpu() -> float:
    """Give CPU seconds of this process and of children it waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _medians(each: list[Figures]) -> Figures:
    return {name: statistics.median(figures[name] for figures in each) for name in each[0]}


@contextmanager
def _server(given: str | None) -> Iterator[int]:
    """Give the port of the server: the one that was named, on this machine, or a sink of our own."""
    if given is None:
        with smtp_sink() as port:
            yield port
        return
    host, _, port_text = given.rpartition(":")
    if host not in {"127.0.0.1", "localhost"} or not port_text.isdigit():
        raise SystemExit(f"--smtp {given}: name a sink on this machine, such as 127.0.0.1:2525")
    yield int(port_text)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--smtp", metavar="HOST:PORT")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--dkim", choices=sorted(SIGNATURES), default="rsa")
    parser.add_argument("--database", metavar="URL", help="postgresql://…; its tables are dropped")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
