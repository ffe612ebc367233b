"""How much is sent at a time, and how long anything is waited for."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """The amounts and waits of one sender."""

    batch: int = 200
    """Deliveries a claim takes."""
    group: int = 10
    """Deliveries handed over between two notes: the most that a kill can leave uncertain."""
    lease: timedelta = timedelta(seconds=120)
    """How long a claim holds without a sign of life."""
    patience_s: float = 120.0
    """Seconds a run waits, all in all, for deferred deliveries and for leases of others."""
    outage_waits_s: tuple[float, ...] = (1.0, 2.0, 4.0)
    """Waits after the first, second … failure of the mail server in a row; then the run ends."""
    note_waits_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    """Waits between tries to store results: those mails are out, so this is tried hard."""


STEADY = Pace()
"""The pace where nothing else is asked for."""
