"""What every way out of the house promises."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from digest.model import Message, SendResult


class Transport(Protocol):
    """Takes finished messages and says of each what became of it; used by one thread at a time."""

    def send_batch(self, messages: Sequence[Message]) -> Iterator[SendResult]:
        """
        Send messages, in order.

        Yields:
            One result per message, as soon as it is known.

        Raises:
            TransportError: The server cannot be used just now. What was yielded before stands;
                of every message without a result, provably nothing was given to any server.
        """
        ...

    def close(self) -> None:
        """End the session politely; may be called again, and a later batch opens a new one."""
        ...

    def __enter__(self) -> Self:
        """Give the transport itself."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        ...


class Closing:
    """Makes a transport usable in a ``with`` block; one that holds nothing open needs no more."""

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        """Give the transport itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
