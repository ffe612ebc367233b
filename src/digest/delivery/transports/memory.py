"""Keep messages in this process: a rehearsal that leaves nothing behind."""

from collections.abc import Iterable, Iterator

from digest.delivery.transports.base import Closing
from digest.model import Message, SendOutcome, SendResult


class MemoryTransport(Closing):
    """Accepts everything; ``sent`` holds the messages in the order they came."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult]:
        """Keep each message and accept it."""
        for message in messages:
            self.sent.append(message)
            yield SendResult(
                subscriber=message.subscriber, outcome=SendOutcome.ACCEPTED, reply="kept in memory"
            )
