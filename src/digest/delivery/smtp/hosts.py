"""
Which address of a server is tried next: back-off for each, doubling, with a cap.

Pure: times are seconds of any steady clock.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0

Address = TypeVar("Address", bound=Hashable)


@dataclass(slots=True)
class _Record:
    failures: int = 0
    """In a row."""
    until: float = 0.0


class Hosts(Generic[Address]):
    """The addresses of one name, in the order of preference."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._records: dict[Address, _Record] = {each: _Record() for each in addresses}

    def next(self, now: float) -> Address | None:
        """Give the address to try: of those not waiting, the one that failed least; None if all wait."""
        free = [each for each, record in self._records.items() if record.until <= now]
        return min(free, key=lambda each: self._records[each].failures, default=None)

    def failed(self, address: Address, now: float) -> None:
        """Let an address rest, twice as long as the last time."""
        record = self._records.setdefault(address, _Record())
        record.until = now + min(FIRST_WAIT_S * 2**record.failures, LONGEST_WAIT_S)
        record.failures = min(record.failures + 1, 30)

    def worked(self, address: Address) -> None:
        """Forget the failures of an address that took us in; a rest it has to keep, it keeps."""
        self._records.setdefault(address, _Record()).failures = 0

    def release(self) -> None:
        """Let every address be tried at once: whoever asks has waited himself."""
        for record in self._records.values():
            record.until = 0.0
