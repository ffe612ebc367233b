"""What many tasks give at once is worked on in groups, and nobody pays for another's failure."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from digest.steps.together import Together


class Work:
    """Doubles numbers; 13 cannot be doubled, nor anything in a group with it."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, group: Sequence[int]) -> list[int]:
        self.may_go_on.wait()
        self.groups.append(list(group))
        if 13 in group:
            raise ValueError("13")
        return [2 * number for number in group]


async def test_what_is_given_at_one_moment_is_one_group():
    work = Work()
    desk = Together(work)

    made = await asyncio.gather(*(desk.give(number) for number in range(5)))

    assert made == [0, 2, 4, 6, 8]
    assert work.groups == [[0, 1, 2, 3, 4]]


async def test_what_comes_while_a_group_is_worked_on_goes_together_in_the_next():
    work = Work()
    work.may_go_on.clear()
    desk = Together(work)
    first = asyncio.create_task(desk.give(1))
    await asyncio.sleep(0.05)
    later = [asyncio.create_task(desk.give(number)) for number in (2, 3)]
    await asyncio.sleep(0.05)
    work.may_go_on.set()

    assert await asyncio.gather(first, *later) == [2, 4, 6]
    assert work.groups == [[1], [2, 3]]


async def test_a_group_has_a_bound():
    work = Work()
    desk = Together(work, most=2)

    await asyncio.gather(*(desk.give(number) for number in range(5)))

    assert work.groups == [[0, 1], [2, 3], [4]]


async def test_a_failure_is_told_to_whoever_gave_the_thing_and_to_nobody_else():
    work = Work()
    desk = Together(work)

    made = await asyncio.gather(*map(desk.give, (1, 13, 2)), return_exceptions=True)

    assert made[::2] == [2, 4]
    assert isinstance(made[1], ValueError)
    assert await desk.give(3) == 6


async def test_what_was_given_is_worked_on_even_if_nobody_waits_for_it_any_more():
    work = Work()
    work.may_go_on.clear()
    desk = Together(work)
    giver = asyncio.create_task(desk.give(1))
    await asyncio.sleep(0.05)

    giver.cancel()
    with pytest.raises(asyncio.CancelledError):
        await giver
    work.may_go_on.set()
    await desk.aclose()

    assert work.groups == [[1]]
