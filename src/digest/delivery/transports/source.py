"""The messages that are still to be given, taken one by one from whoever makes them."""

from collections import deque
from collections.abc import Iterable
from operator import length_hint

from digest.delivery.smtp.conversation import Trouble
from digest.model import Message


class Source:
    """What one call of ``send`` was asked to send; ``error`` is what its maker raised, if he did."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.taken = 0
        self.error: BaseException | None = None
        self.refusal: Trouble | None = None
        """Why nothing of it can be sent at all."""
        self._messages = iter(messages)
        self._again: deque[Message] = deque()
        self._is_over = length_hint(messages, 1) == 0  # an empty list is not worth a connection

    @property
    def is_done(self) -> bool:
        """True when there is nothing more to take, just now or at all."""
        return self._is_over and not self._again

    def take(self) -> Message | None:
        """
        Give the next message, or None.

        An error of its maker ends it, and is kept until what was given has been answered; an
        interruption (KeyboardInterrupt and its like) goes through at once.
        """
        if self._again:
            return self._again.popleft()
        if self._is_over:
            return None
        try:
            message = next(self._messages)
        except StopIteration:
            self._is_over = True
            return None
        except BaseException as error:
            self._is_over, self.error = True, error
            if isinstance(error, Exception):
                return None
            raise
        self.taken += 1
        return message

    def put_back(self, message: Message) -> None:
        """Take back a message of which nothing was given; it is the next one then."""
        self._again.append(message)

    def left(self) -> list[Message]:
        """Take out what was put back, and end."""
        left = list(self._again)
        self._again.clear()
        self._is_over = True
        return left

    def refuse(self, refusal: Trouble) -> None:
        """End, since the server refuses all of it."""
        self.refusal = self.refusal or refusal
        self.left()
