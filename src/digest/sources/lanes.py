"""
One host's lane: one request at a time over all workers, spaced, and none while the host wants rest.

A lane stands for everything below one registrable name, whichever source asks.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from digest.errors import FetchError
from digest.model import HostRelease, HostState
from digest.sources.answers import asked_to_wait
from digest.sources.hosts import HostBook
from digest.sources.limits import Limits

FIRST_LOOK_S = 0.05
LONGEST_LOOK_S = 0.5
LONGEST_REST_S = 600.0
"""No other worker's note makes us wait longer: its clock may be wrong."""


class Lane:
    """What all requests to one host share: their turns, the lease, the host's wishes."""

    def __init__(
        self,
        host: str,
        *,
        book: HostBook,
        limits: Limits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        jitter: Callable[[], float],
    ) -> None:
        self._host = host
        self._book = book
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._lock = asyncio.Lock()
        self._lease_until: datetime | None = None
        self._held_until: datetime | None = None
        self._ended_at: datetime | None = None
        self._others_at: datetime | None = None
        self._spacing_s = 0.0
        self._last_end = -math.inf
        self._paused_until = -math.inf

    async def enter(self, url: str, *, spacing_s: float) -> None:
        """
        Have the host to oneself until :meth:`leave`.

        Args:
            url: Named in the error, in its stored form.
            spacing_s: Seconds between two requests, 0 or more.

        Raises:
            WaitError: The host asked to be left alone for longer than anyone sleeps.
            FetchError: Another worker has it for too long.
        """
        await self._lock.acquire()
        try:
            self._spacing_s = max(self._spacing_s, spacing_s)
            self._check_hold(url)
            # Rested before the lease is taken: so other workers get their turn in between.
            await self._rest()
            await self._take(url)
        except BaseException:
            self._lock.release()
            raise

    def leave(self) -> None:
        """Give the host back, with what was learned there."""
        ended, self._ended_at = self._ended_at, None
        rest = max(self._free_in(), 0.0)
        self._book.release(
            HostRelease(
                host=self._host,
                ended_at=ended,
                free_at=self._book.clock() + timedelta(seconds=rest) if ended else None,
                held_until=self._held_until,
            )
        )
        self._lease_until = None
        self._lock.release()

    @asynccontextmanager
    async def turn(self, url: str, *, spacing_s: float) -> AsyncIterator[None]:
        """
        Wait for the next free moment of the host that was entered, and ask it then.

        Spacing is counted from the end of one request to the start of the next; where sources of
        one host differ, the widest spacing holds for all of them.

        Raises:
            WaitError: The host asked to be left alone for longer than anyone sleeps.
        """
        self._check_hold(url)
        self._spacing_s = max(self._spacing_s, spacing_s)
        await self._keep(url)
        await self._rest()
        try:
            yield
        finally:
            self._last_end = self._monotonic()
            self._ended_at = self._book.clock()

    def pause(self, seconds: float) -> None:
        """Let the next request to this host start no earlier than in ``seconds``."""
        self._paused_until = max(self._paused_until, self._monotonic() + seconds)

    def hold(self, until: datetime) -> None:
        """Refuse every request to this host before ``until``, by any worker."""
        self._held_until = until

    def was_shared_since(self, moment: datetime) -> bool:
        """Tell whether another worker has asked the host since then, as far as our leases show."""
        return self._others_at is not None and self._others_at >= moment

    def _check_hold(self, url: str) -> None:
        if self._held_until is not None and self._held_until > self._book.clock():
            raise asked_to_wait(url, self._held_until)

    def _free_in(self) -> float:
        """Seconds until the next request may start; negative where it may have long since."""
        return max(self._last_end + self._spacing_s, self._paused_until) - self._monotonic()

    async def _rest(self) -> None:
        if (wait := self._free_in()) > 0:
            await self._sleep(wait)

    async def _keep(self, url: str) -> None:
        """Make sure that the lease lasts over the coming request."""
        needed = max(self._free_in(), 0.0) + self._limits.request_s
        until = self._book.clock() + timedelta(seconds=needed)
        if self._lease_until is None or self._lease_until < until:
            await self._take(url)

    async def _take(self, url: str) -> None:
        """Take the lease, waiting for the worker that has it."""
        began = self._monotonic()
        look_s = FIRST_LOOK_S
        while not await self._try(url):
            if self._monotonic() - began > self._limits.max_turn_s:
                raise FetchError(
                    url,
                    f"other workers have been asking {self._host} for "
                    f"{self._limits.max_turn_s:g} s; run again later",
                )
            await self._sleep(look_s * (1 + self._jitter()))
            look_s = min(look_s * 2, LONGEST_LOOK_S)

    async def _try(self, url: str) -> bool:
        """Return True where the lease is ours now; False where another worker has it."""
        lease_s = max(self._free_in(), 0.0) + self._limits.lease_s
        until = self._book.clock() + timedelta(seconds=lease_s)
        state = await self._book.claim(self._host, until=until)
        now = self._book.clock()
        if state.held_until is not None and state.held_until > now:
            self._held_until = state.held_until
            raise asked_to_wait(url, state.held_until)
        if state.leased_by != self._book.holder:
            return False
        self._lease_until = until
        self._heed(state, now)
        return True

    def _heed(self, state: HostState, now: datetime) -> None:
        """Keep the distance to another worker's last request as to one of our own."""
        if state.ended_at is None or state.ended_by == self._book.holder:
            return
        self._others_at = state.ended_at
        spaced = state.ended_at + timedelta(seconds=self._spacing_s)
        wait = (max(spaced, state.free_at or spaced) - now).total_seconds()
        self.pause(min(wait, LONGEST_REST_S))


class Walk:
    """One fetch on its way from host to host; it is in one lane at a time, so nobody is locked out."""

    def __init__(self) -> None:
        self._lane: Lane | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()

    async def to(self, lane: Lane, url: str, *, spacing_s: float) -> None:
        """Change over to a lane; nothing happens where that is the one we are in."""
        if lane is self._lane:
            return
        self._leave()
        await lane.enter(url, spacing_s=spacing_s)
        self._lane = lane

    def _leave(self) -> None:
        lane, self._lane = self._lane, None
        if lane is not None:
            lane.leave()
