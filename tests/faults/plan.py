"""
Draw the runs of the proof from a seed: where a sender dies, against which server, in what weather.

Pure: the same seed gives the same run. Only the moments of random kills depend on the machine.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Server = Literal["sink", "relay"]
Database = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the send path at which senders are killed."""

    name: str
    by: Literal["sender", "relay", "chance"]
    """Who kills: the sender itself, the relay that knows how far a message has come, or chance."""
    most: int
    """The kill comes the first to the so-manieth time that the point is reached."""
    octets: int = 2_000
    """Length of each message's content."""


POINTS = (
    Point("before claim", "sender", most=3),
    Point("claimed, not committed", "sender", most=3),
    Point("after claim", "sender", most=3),
    Point("marked, not committed", "sender", most=6),
    Point("before DATA: mark committed", "sender", most=6),
    Point("before DATA: at the command", "relay", most=20),
    Point("in DATA, half of it read", "relay", most=20),
    Point("in DATA, half of it written", "relay", most=3, octets=5_000_000),
    Point("after the dot, before the reply", "relay", most=20),
    Point("after the reply, before its note", "sender", most=20),
    Point("noted, not committed", "sender", most=6),
    Point("after the note", "sender", most=6),
    Point("three at once, at random", "chance", most=1),
    Point("held still at DATA, then let go", "relay", most=20),
)
"""Every step of the send path, in its order, and what is not bound to a step."""

BY_NAME = {point.name: point for point in POINTS}
RANDOM = "three at once, at random"
STILL = "held still at DATA, then let go"

CALM: tuple[str, ...] = ()
WEATHERS: tuple[tuple[str, ...], ...] = (
    CALM,
    CALM,
    ("-p",),
    *(("-r", command) for command in ("CONNECT", "MAIL", "RCPT", "DATA", ".")),
    *(("-f", command) for command in ("CONNECT", "MAIL", "RCPT", "DATA", ".")),
    *(("-q", command) for command in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".")),
    *(("-Q", command) for command in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".")),
    ("-w", "1"),
    ("-W", ".:1:30"),
    ("-W", "RCPT:1:5"),
    ("-A", "0"),
)
"""What smtp-sink can be told to do wrong; see smtp-sink(1)."""
FAIR = 0.6
"""Odds that the weather is calm when the senders begin: else many of them have nothing to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: an audience, senders that die, and a last one that ends the work."""

    seed: int
    database: Database
    point: Point
    server: Server
    number: int
    """The kill comes the so-manieth time that the point is reached; 1 or more."""
    audience: int
    companions: int
    """Senders beside the one that dies at a point."""
    connections: int
    """Of each sender."""
    pipelining: bool
    """Whether the relay offers it; the sink's weather decides for the sink."""
    weathers: tuple[tuple[str, ...], ...]
    """Flags of smtp-sink, one after the other; the last sender has calm."""
    kills_at: tuple[int, ...]
    """How many messages the sink has when each sender of a random run is killed."""
    change_at: int
    """How many it has when its weather changes."""


def draw(seed: int, point: Point, database: Database) -> Run:
    """Give the run of a seed at a point."""
    chance = random.Random(f"{seed} {point.name}")
    is_random = point.by == "chance"
    size = chance.randint(80, 160) if is_random else chance.randint(40, 80)
    big = point.octets > 100_000
    return Run(
        seed=seed,
        database=database,
        point=point,
        server="relay" if point.by == "relay" else "sink",
        number=chance.randint(1, point.most),
        audience=8 if big else size,
        companions=0 if is_random else chance.choice((0, 0, 1)),
        connections=chance.choice((1, 3)),
        pipelining=chance.random() < 0.5,
        weathers=(
            (CALM if chance.random() < FAIR else chance.choice(WEATHERS), chance.choice(WEATHERS))
            if is_random
            else (CALM,)
        ),
        kills_at=tuple(chance.randrange(size) for _ in range(3)),
        change_at=chance.randrange(size),
    )


def schedule(*, runs: int, seed: int, database: Database, only: str | None = None) -> Iterator[Run]:
    """Give ``runs`` runs at every point in turn, of ascending seeds; every third one is random."""
    points = [point for point in POINTS if only in (None, point.name)]
    steps = [point for point in points if point.name != RANDOM] or points
    for number in range(runs):
        is_random = only is None and number % 3 == 2  # one of three
        point = BY_NAME[RANDOM] if is_random else steps[(number - number // 3) % len(steps)]
        yield draw(seed + number, point, database)
