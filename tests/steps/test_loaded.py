"""A run's collections look at what the run made, and nothing is left out for good."""

import asyncio
import gc
import weakref

import pytest

from digest.steps.loaded import spared


class Knot:
    """Something that only the collector can take away."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_before_is_left_alone_while_a_run_lasts():
    async def run() -> tuple[object, object]:
        knot = Knot()
        before = weakref.ref(knot)
        async with spared():
            del knot
            knot = Knot()
            during = weakref.ref(knot)
            del knot
            gc.collect()
            return before(), during()

    before, during = asyncio.run(run())
    assert before is not None
    assert during is None


def test_afterwards_all_is_collected_again_whatever_happened():
    async def run() -> None:
        async with spared():
            assert gc.get_freeze_count() > 0
            raise RuntimeError

    with pytest.raises(RuntimeError):
        asyncio.run(run())
    assert gc.get_freeze_count() == 0
