"""
Share hosts with all other workers: who asks which one, and when it may be asked again.

Takes claims and releases of many tasks, and hands them to the ledger in few groups: a transaction
for each would cost more than the requests themselves.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from digest.model import HostClaim, HostRelease, HostState


class HostLedger(Protocol):
    """Where claims and releases are kept; blocking, and never called twice at the same time."""

    def claim(
        self, claims: Sequence[HostClaim], *, holder: str, now: datetime
    ) -> Mapping[str, HostState]:
        """
        Take every host that nobody else holds and that may be asked now.

        Returns:
            The state of every host named, after that.
        """
        ...

    def release(self, releases: Sequence[HostRelease], *, holder: str) -> None:
        """Note what was learned of hosts, and give back those that ``holder`` still has."""
        ...


class MemoryHosts:
    """A ledger for workers of one process: what it holds ends with it."""

    def __init__(self) -> None:
        self._states: dict[str, HostState] = {}

    def claim(
        self, claims: Sequence[HostClaim], *, holder: str, now: datetime
    ) -> Mapping[str, HostState]:
        """Take every host that is free."""
        for claim in claims:
            state = self._states.get(claim.host) or HostState(host=claim.host)
            is_free = (
                state.leased_by in {None, holder}
                or state.leased_until is None
                or state.leased_until <= now
            )
            if is_free and not (state.held_until and state.held_until > now):
                changes = {"leased_by": holder, "leased_until": claim.until}
                state = state.model_copy(update=changes)
            self._states[claim.host] = state
        return {claim.host: self._states[claim.host] for claim in claims}

    def release(self, releases: Sequence[HostRelease], *, holder: str) -> None:
        """Give hosts back."""
        for release in releases:
            state = self._states.get(release.host) or HostState(host=release.host)
            changes = {
                name: value
                for name, value in release.model_dump(exclude={"host"}).items()
                if value is not None
            }
            if release.ended_at:
                changes["ended_by"] = holder
            if state.leased_by == holder:
                changes |= {"leased_by": None, "leased_until": None}
            self._states[release.host] = state.model_copy(update=changes)


class HostBook:
    """One worker's way to the ledger: what comes in while it is being written goes in together."""

    def __init__(self, ledger: HostLedger, *, holder: str, clock: Callable[[], datetime]) -> None:
        """
        Name the worker.

        Args:
            ledger: Shared with other workers.
            holder: Unlike any other worker's.
            clock: Real time, aware: leases of workers that died must run out.
        """
        self.holder = holder
        self.clock = clock
        self._ledger = ledger
        self._claims: list[tuple[HostClaim, asyncio.Future[HostState]]] = []
        self._releases: list[HostRelease] = []
        self._writer: asyncio.Task[None] | None = None
        self._trouble: Exception | None = None

    async def claim(self, host: str, *, until: datetime) -> HostState:
        """
        Try to have a host to oneself until a time.

        Returns:
            Its state; it is ours where ``leased_by`` names us.
        """
        future: asyncio.Future[HostState] = asyncio.get_running_loop().create_future()
        self._claims.append((HostClaim(host=host, until=until), future))
        self._wake()
        try:
            return await future
        except asyncio.CancelledError:
            self.release(HostRelease(host=host))  # it may have been taken meanwhile
            raise

    def release(self, release: HostRelease) -> None:
        """Give a host back, before anything that is claimed after this."""
        self._releases.append(release)
        self._wake()

    async def aclose(self) -> None:
        """Wait until everything is written. Raises what a release that nobody waits for met."""
        while self._writer is not None and not self._writer.done():
            await self._writer
        if self._trouble is not None:
            trouble, self._trouble = self._trouble, None
            raise trouble

    def _wake(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        await asyncio.sleep(0)  # all who are about to ask shall go in the first group
        while self._claims or self._releases:
            claims, self._claims = self._claims, []
            releases, self._releases = self._releases, []
            try:
                states = await asyncio.to_thread(self._settle, releases, [c for c, _ in claims])
            except Exception as error:  # noqa: BLE001 # it belongs to those who wait
                self._trouble = None if claims else error
                for _, future in claims:
                    if not future.done():
                        future.set_exception(error)
                continue
            for claim, future in claims:
                if not future.done():
                    future.set_result(states[claim.host])

    def _settle(
        self, releases: Sequence[HostRelease], claims: Sequence[HostClaim]
    ) -> Mapping[str, HostState]:
        if releases:
            self._ledger.release(releases, holder=self.holder)
        if not claims:
            return {}
        return self._ledger.claim(claims, holder=self.holder, now=self.clock())
