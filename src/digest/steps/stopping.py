"""Turn the operator's signals into a question that a step asks between two pieces of work."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopping_on_signals() -> Iterator[Callable[[], bool]]:
    """
    Catch SIGTERM and SIGINT while the block runs; for the main thread only.

    Yields:
        ``stop``: True once either came. A second SIGINT interrupts at once, as always.
    """
    came = False

    def remember(number: int, _frame: FrameType | None) -> None:
        nonlocal came
        if came and number == signal.SIGINT:
            raise KeyboardInterrupt
        came = True

    before = {number: signal.signal(number, remember) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
