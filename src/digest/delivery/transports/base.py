"""What every way out of the house promises."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self

from digest.model import Message, SendResult


class Transport(Protocol):
    """Takes finished messages and says of each what became of it; used by one thread at a time."""

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult | None]:
        """
        Send messages; each is taken from ``messages`` only when it can be handed over soon.

        Args:
            messages: Taken one by one, in order, from the thread that asks for results, and made
                as they are taken: composing, and noting in the ledger that content is about to
                leave, happen in there. It ends when nothing is due just now; it never waits.

        Yields:
            One result per message, as soon as it is known, in any order; and None at least once a
            second while none is known, so that the caller can see to its leases and notes.

        Raises:
            TransportError: The server cannot be used just now. What was yielded before stands; of
                every message without a result, provably nothing was given to any server.
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
