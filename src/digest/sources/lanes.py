"""One host's lane: one request at a time, spaced, and none while the host wants to be left alone."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import httpx

from digest.sources.answers import asked_to_wait


class Lane:
    """What all requests to one host share: their turns, the host's wishes, the connection."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.transport = transport
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._held_until: datetime | None = None
        self._spacing_s = 0.0
        self._last_end = -math.inf
        self._paused_until = -math.inf

    @asynccontextmanager
    async def turn(self, url: str, *, spacing_s: float) -> AsyncIterator[None]:
        """
        Wait for this host's next free moment, and have the host alone meanwhile.

        Spacing is counted from the end of one request to the start of the next; where sources of
        one host differ, the widest spacing holds for all of them.

        Args:
            url: Named in the error, in its stored form.
            spacing_s: Seconds between two requests, 0 or more.

        Raises:
            WaitError: The host asked to be left alone for longer than anyone sleeps.
        """
        async with self._lock:
            if self._held_until is not None and self._held_until > self._clock():
                raise asked_to_wait(url, self._held_until)
            self._spacing_s = max(self._spacing_s, spacing_s)
            free_at = max(self._last_end + self._spacing_s, self._paused_until)
            if (wait := free_at - self._monotonic()) > 0:
                await self._sleep(wait)
            try:
                yield
            finally:
                self._last_end = self._monotonic()

    def pause(self, seconds: float) -> None:
        """Let the next request to this host start no earlier than in ``seconds``."""
        self._paused_until = max(self._paused_until, self._monotonic() + seconds)

    def hold(self, until: datetime) -> None:
        """Refuse every request to this host before ``until``."""
        self._held_until = until
