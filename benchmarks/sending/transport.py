"""
Time handing the same message to one smtp-sink again and again: nothing is composed, signed or noted.

Ours, smtplib (one connection), aiosmtplib and Debian's smtp-source, alternating. CPU is user + system
of the client's process (smtp-source: of itself). With --round-trip-ms all but smtp-source and smtplib go
through ``delay.py``. Medians of the rounds; on a busy machine only CPU and ratios hold.

Usage: transport.py [--messages 5000] [--rounds 3] [--connections 20] [--octets 36000]
                    [--round-trip-ms 0] [--json]
"""

import argparse
import json
import os
import resource
import smtplib
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from peers import SENDER, aiosmtplib_way, smtp_source
from servers import delayed, smtp_sink

from digest.delivery.transports.smtp import SmtpTransport
from digest.model import Message, SendOutcome

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
    with smtp_sink() as sink, delayed(sink, one_way_ms=asked.round_trip_ms / 2) as port:
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
    content = next(load.made()).content
    aiosmtplib_way([content], count=load.messages, port=load.port, connections=load.connections)


def with_smtp_source(load: Load) -> None:
    """Send with Postfix's own generator of load, written in C; it does not pipeline."""
    smtp_source(count=load.messages, port=load.port, size=load.octets, connections=load.connections)


if __name__ == "__main__":
    main()
