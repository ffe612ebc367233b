"""How much is sent at a time, and how long anything is waited for. Pure."""

from dataclasses import dataclass
from datetime import timedelta

FIRST_CHUNK = 10
"""Deliveries of the first mark of a run, before anything is known of the server's speed."""
GROWTH = 4
"""At most so many times as large as the last is a chunk."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The amounts and waits of one sender."""

    batch: int = 500
    """Most deliveries that a claim takes."""
    ahead: int = 5
    """Chunks that a claim takes: fewer than a batch where the server is slow, so that no sender has
    much left to do when the others have nothing."""
    chunk: int = 100
    """Most deliveries marked as handed over at a time; fewer where the server is slow."""
    chunk_s: float = 1.0
    """Seconds that a chunk should last: what a kill leaves uncertain is about as much."""
    note_every: int = 200
    """Answers that are stored together at the latest; most are stored with the next chunk's mark."""
    note_every_s: float = 1.0
    """Seconds after which answers are stored, however few, and after which we look up at all."""
    lease: timedelta = timedelta(seconds=120)
    """How long a claim holds without a sign of life."""
    patience_s: float = 120.0
    """Seconds a run waits, all in all, for deferred deliveries and for leases of others."""
    outage_waits_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
    """Waits after the first, second … failure of the mail server in a row; the last one repeats."""
    unreached: int = 3
    """Waits before a run ends that never reached the server."""
    outage_s: float = 900.0
    """Seconds of such waits in a row before a run ends that had reached it."""
    note_waits_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, *(30.0,) * 9)
    """Waits between tries of a database that is away: mails are out, so this is tried hard."""


STEADY = Pace()
"""The pace where nothing else is asked for."""


def next_chunk(last: int, *, took_s: float, pace: Pace) -> int:
    """
    Give how many deliveries to mark next, 1 or more.

    Args:
        last: How many were marked last; 0 at first.
        took_s: Seconds in which they were handed over.
        pace: Says how long a chunk should last, and its bound.
    """
    if not last:
        return min(FIRST_CHUNK, pace.chunk)
    fitting = last * pace.chunk_s / took_s if took_s > 0 else last * GROWTH
    return max(1, min(int(fitting), last * GROWTH, pace.chunk))
