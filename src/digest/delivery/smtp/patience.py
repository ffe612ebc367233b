"""How long each thing of a mail server is waited for."""

from collections.abc import Mapping
from types import MappingProxyType

from digest.delivery.smtp.conversation import Wait

USUAL: Mapping[Wait, float] = MappingProxyType(
    {
        Wait.IDLE: float("inf"),
        Wait.CONNECT: 30.0,
        Wait.GREETING: 300.0,
        Wait.COMMAND: 300.0,
        Wait.DATA: 120.0,
        Wait.BLOCK: 180.0,
        Wait.FINAL: 600.0,
        Wait.QUIT: 2.0,
    }
)
"""Seconds, as RFC 5321 4.5.3.2 has them; it is silent on connecting, TLS and leaving."""
_TICK_S = 0.5


class Patience:
    """
    The seconds for each wait.

    Args:
        timeout_s: For everything but the reply to the final dot; None: as usual.
        final_timeout_s: For that reply; None: as usual. Giving up there makes a message uncertain.
    """

    def __init__(
        self, timeout_s: float | None = None, final_timeout_s: float | None = None
    ) -> None:
        self._seconds = dict(USUAL)
        if timeout_s is not None:
            self._seconds |= {wait: timeout_s for wait in USUAL if wait is not Wait.IDLE}
            self._seconds[Wait.QUIT] = min(timeout_s, USUAL[Wait.QUIT])
        self._seconds[Wait.FINAL] = (
            USUAL[Wait.FINAL] if final_timeout_s is None else final_timeout_s
        )
        self.tick_s = min(_TICK_S, min(self._seconds.values()) / 2)
        """How often to look at the clock."""

    def seconds(self, wait: Wait) -> float:
        """Give the seconds for one kind of wait; an idle connection is kept as long as it lasts."""
        return self._seconds[wait]
