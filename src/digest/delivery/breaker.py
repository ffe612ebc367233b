"""
Decide how long a mail server that fails is left alone, and when a run gives it up.

Pure. After a failure the breaker is open: nothing is handed over for a while, then one message
alone tries whether the server is back. Waits grow; an answer closes the breaker.
"""

from dataclasses import dataclass, replace

from digest.delivery.pace import Pace

DOUBTS = 4
"""Failures in a row that each left messages uncertain, after which no more are risked."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of the mail server in this run."""

    was_reached: bool = False
    failures: int = 0
    """In a row, since it last took a message or refused one for good."""
    waited_s: float = 0.0
    """Since then."""
    doubts: int = 0
    """Failures since then that left messages uncertain."""

    @property
    def is_open(self) -> bool:
        """True while only one message may try."""
        return self.failures > 0

    def answered(self) -> "Breaker":
        """Give the breaker after the server answered: it is closed."""
        return Breaker(was_reached=True)

    def failed(self, *, was_doubtful: bool, pace: Pace) -> tuple["Breaker", float | None]:
        """
        Give the breaker after a failure, and the seconds to wait.

        Args:
            was_doubtful: Whether the failure left messages uncertain.
            pace: Says how long is waited.

        Returns:
            None in place of the seconds: the server is given up.
        """
        doubts = self.doubts + was_doubtful
        wait_s = pace.outage_waits_s[min(self.failures, len(pace.outage_waits_s) - 1)]
        after = replace(
            self, failures=self.failures + 1, waited_s=self.waited_s + wait_s, doubts=doubts
        )
        is_enough = (
            self.waited_s >= pace.outage_s if self.was_reached else self.failures >= pace.unreached
        )
        return after, None if is_enough or doubts >= DOUBTS else wait_s
