"""
Time handing the same message to one smtp-sink again and again: nothing is composed, signed or noted.

Ours, smtplib (one connection), aiosmtplib and Debian's smtp-source, alternating. CPU is user + system
of the client's process (smtp-source: of itself). With --round-trip-ms all but smtp-source and smtplib go
through ``delay.py``. Medians of the rounds; on a busy machine only CPU and ratios hold.

Usage: transport.py [--messages 5000] [--rounds 3] [--connections 20] [--octets 36000]
                    [--round-trip-ms 0] [--json]
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib

from digest.delivery.transports.smtp import SmtpTransport
from digest.model import Message, SendOutcome

SENDER = "news@verdicts.example"
LINE = b"One reviewer in four would ship it; the price could not be confirmed =\r\n"


@dataclass(frozen=True)
class Load:
    """How much is sent where."""

    port: int
    messages: int
    connections: int
    octets: int

    def made(self) -> Iterator[Message]:
        """Make the messages; the content is one and the same object."""
        content = b"Subject: a benchmark\r\n\r\n" + LINE * (self.octets // len(LINE))
        for number in range(self.messages):
            to = f"reader{number}@example.net"
            yield Message(str(number), SENDER, to, f"<{number}@b>", content, is_wire_ready=True)


def main() -> None:
    """Run all ways, alternating, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--octets", type=int, default=36_000)
    parser.add_argument("--round-trip-ms", type=float, default=0.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    ways = {"ours": ours, "aiosmtplib": with_aiosmtplib}
    if not asked.round_trip_ms:
        ways |= {"smtplib": with_smtplib, "smtp-source": with_smtp_source}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    with smtp_sink() as sink, delayed(sink, asked.round_trip_ms) as port:
        load = Load(port, asked.messages, asked.connections, asked.octets)
        for _ in range(asked.rounds):
            for name, way in ways.items():
                taken[name].append(timed(way, load))
    result = {
        **vars(asked),
        "cpu_us_per_message": {
            name: round(1e6 * statistics.median(c for c, _ in each) / asked.messages)
            for name, each in taken.items()
        },
        "messages_per_s": {
            name: round(asked.messages / statistics.median(w for _, w in each))
            for name, each in taken.items()
        },
        "load_average": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(result, indent=None if asked.json else 2))


def timed(way: Callable[[Load], None], load: Load) -> tuple[float, float]:
    """Give CPU and wall seconds of one way."""
    cpu, wall = _cpu(), time.perf_counter()
    way(load)
    return _cpu() - cpu, time.perf_counter() - wall


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def ours(load: Load) -> None:
    """Send with the transport of this program."""
    with SmtpTransport("127.0.0.1", load.port, connections=load.connections) as transport:
        results = [result for result in transport.send(load.made()) if result]
    if {result.outcome for result in results} != {SendOutcome.ACCEPTED}:
        raise SystemExit("not everything was accepted")


def with_smtplib(load: Load) -> None:
    """Send with the standard library, over one connection."""
    with smtplib.SMTP("127.0.0.1", load.port) as server:
        for message in load.made():
            server.sendmail(SENDER, [message.recipient], message.content)


def with_aiosmtplib(load: Load) -> None:
    """Send with aiosmtplib, over as many connections."""

    async def work(waiting: Iterator[Message]) -> None:
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1", port=load.port, use_tls=False, start_tls=False
        ) as server:
            for message in waiting:
                await server.sendmail(SENDER, [message.recipient], message.content)

    async def all_of_them() -> None:
        waiting = load.made()
        await asyncio.gather(*[work(waiting) for _ in range(load.connections)])

    asyncio.run(all_of_them())


def with_smtp_source(load: Load) -> None:
    """Send with Postfix's own generator of load, written in C; it does not pipeline."""
    program = shutil.which("smtp-source", path="/usr/sbin:/usr/bin") or "smtp-source"
    how = ["-s", load.connections, "-l", load.octets, "-m", load.messages, "-d"]
    who = ["-f", SENDER, "-t", "reader@example.net", f"127.0.0.1:{load.port}"]
    subprocess.run([program, *map(str, how), *who], check=True)


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Run Debian's smtp-sink on a free port."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    if program is None:
        raise SystemExit("this benchmark needs smtp-sink, of Debian's package postfix")
    port = _free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _running([program, *as_nobody, f"127.0.0.1:{port}", "400"], port):
        yield port


@contextmanager
def delayed(port: int, round_trip_ms: float) -> Iterator[int]:
    """Give a port behind which every octet waits, or the port itself."""
    if not round_trip_ms:
        yield port
        return
    front = _free_port()
    program = str(Path(__file__).with_name("delay.py"))
    each_way = ["--each-way-ms", str(round_trip_ms / 2)]
    with _running([sys.executable, program, str(front), str(port), *each_way], front):
        yield front


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
