"""
Work on things in groups: what comes in while one group is worked on goes together in the next.

For work whose cost is the round and not the thing in it, as with transactions.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")

MOST = 64
"""Things in one group: nobody waits for much longer than his own takes."""


class Together(Generic[Thing, Made]):
    """Hands things from many tasks to one worker, in a thread, group by group."""

    def __init__(
        self,
        work: Callable[[Sequence[Thing]], Sequence[Made]],
        *,
        gather_s: float = 0.0,
        most: int = MOST,
    ) -> None:
        """
        Build it; it belongs to one event loop.

        Args:
            work: Blocking; makes one of each thing, in their order. Where it fails with several,
                it is called again with each alone: so its failure must leave nothing behind.
            gather_s: Seconds that a group waits for company, 0 or more.
            most: Things in one group.
        """
        self._work = work
        self._gather_s = gather_s
        self._most = most
        self._waiting: list[tuple[Thing, asyncio.Future[Made]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def give(self, thing: Thing) -> Made:
        """Have a thing worked on; gives what was made of it, and raises what that met."""
        future: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._rounds())
        return await future

    async def aclose(self) -> None:
        """Wait until all that was given is worked on."""
        while self._worker is not None and not self._worker.done():
            await self._worker

    async def _rounds(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._gather_s)
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._round(group)

    async def _round(self, group: Sequence[tuple[Thing, asyncio.Future[Made]]]) -> None:
        try:
            made = await asyncio.to_thread(self._work, [thing for thing, _ in group])
        except Exception as error:  # noqa: BLE001 # it belongs to whoever gave the thing
            if len(group) > 1:
                for each in group:
                    await self._round([each])
                return
            _tell(group[0][1], error)
            return
        for (_, future), one in zip(group, made, strict=True):
            if not future.done():  # cancelled meanwhile
                future.set_result(one)


def _tell(future: "asyncio.Future[Made]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
