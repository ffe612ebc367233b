"""
Send messages through a service that takes them by HTTP, some in one request.

The requests run beside the thread that asks for results, so that a slow service never holds up a
sign of life. What every such service has in common is here; what its answers mean is its own.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import local

from digest.delivery.transports.base import Closing
from digest.delivery.transports.http import ANSWER_S, Answer, Caller, LostError, words
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

SIGN_OF_LIFE_S = 1.0
PATIENCE_S = 10.0
"""Seconds a request waits, all in all, for a service that asks for a short rest."""
LONGEST_REST_S = 60.0
"""Seconds of rest that are sat out before the next batch; a longer one ends it."""
USUAL_REST_S = 1.0
"""Seconds of rest where a service asks for one and names none."""

OK, MANY, UNAUTHORISED, FORBIDDEN, REQUEST_TIMEOUT, CONFLICT = 200, 429, 401, 403, 408, 409
_NO_SUCH_PAGE = frozenset({404, 405})


class RequestRefusedError(Exception):
    """A whole request was refused for what is in it; nothing of it was accepted."""


@dataclass(frozen=True, slots=True)
class Given:
    """What became of the messages of a request; those without a result were given to nobody."""

    results: tuple[SendResult, ...] = ()
    trouble: TransportError | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """How time passes: ``sleep`` waits so many seconds, and ``monotonic`` moves on as it does."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic


REAL = Times()


@dataclass(slots=True)
class _Batches:
    """Cuts a stream of messages into requests, taking no message before its request can go."""

    source: Iterator[Message]
    most: int
    octets: int
    held: list[Message] = field(default_factory=list)
    """One that was taken and did not fit in any more."""

    def take(self) -> list[Message]:
        """Give the next batch; empty at the end."""
        batch, self.held = self.held, []
        size = sum(len(each.content) for each in batch)
        while len(batch) < self.most and (message := next(self.source, None)) is not None:
            size += len(message.content)
            if batch and size > self.octets:
                self.held = [message]
                break
            batch.append(message)
        return batch


class PostingTransport(Closing, ABC):
    """
    A way out through one service.

    Args:
        server: Its name, for errors.
        key_setting: The variable its key is in.
        url_setting: The variable its address is in.
        most: Messages of one request.
        octets: Size of the contents of one request, about.
        at_once: Requests under way at the same time.
        answer_s: Seconds for one answer; after that its messages are uncertain.
        times: How time passes.
    """

    def __init__(
        self,
        server: str,
        *,
        key_setting: str,
        url_setting: str,
        most: int,
        octets: int,
        at_once: int = 1,
        answer_s: float = ANSWER_S,
        times: Times = REAL,
    ) -> None:
        self.server = server
        self._key_setting = key_setting
        self._url_setting = url_setting
        self._most = most
        self._octets = octets
        self._at_once = at_once
        self._answer_s = answer_s
        self._times = times
        self._rest_until = times.monotonic()
        self._caller: Caller | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._run = 0
        """Number of the run; a thread of an earlier one, abandoned while it waited, asks no more."""
        self._thread = local()

    @abstractmethod
    def _ask(self, batch: Sequence[Message]) -> Given:
        """
        Make one request of one to ``most`` messages, in any thread.

        Raises:
            TransportError: Nothing was given.
            RequestRefusedError: The same, because of what is in the request.
            LostError: It may have been given.
        """

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult | None]:
        """Send messages; see :class:`digest.delivery.transports.base.Transport`."""
        yield from self._resting()
        batches = _Batches(iter(messages), self._most, self._octets)
        try:
            trouble = yield from self._run_dry(batches)
        finally:
            self._run += 1  # who was left in the middle may ask no more
        if isinstance(trouble, TransportError):
            self._rest_until = self._times.monotonic() + (trouble.after_s or 0.0)
        if trouble is not None:
            raise trouble

    def close(self) -> None:
        """Close the connections; a request still under way is cut off, and no other is made."""
        self._run += 1
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if self._caller is not None:
            self._caller.close()
        self._pool = self._caller = None

    def _run_dry(self, batches: _Batches) -> Generator[SendResult | None, None, Exception | None]:
        """Make requests until nothing is left, or something is wrong; give what."""
        running: set[Future[Given]] = set()
        trouble: Exception | None = None
        while True:
            if trouble is None:
                trouble = self._start(batches, running)
            if not running:
                return trouble
            done, running = wait(running, timeout=SIGN_OF_LIFE_S, return_when=FIRST_COMPLETED)
            if not done:
                yield None
            for given in [each.result() for each in done]:
                yield from given.results
                trouble = trouble or given.trouble

    def _resting(self) -> Iterator[None]:
        """Sit out a rest the service asked for, before anything is taken."""
        while (left_s := self._rest_until - self._times.monotonic()) > 0:
            if left_s > LONGEST_REST_S:
                raise self._failed(f"asks for a rest of {left_s:.0f} s more", after_s=left_s)
            self._times.sleep(min(left_s, SIGN_OF_LIFE_S))
            yield None

    def _start(self, batches: _Batches, running: set[Future[Given]]) -> Exception | None:
        """Start as many requests as may be under way; give what stopped the stream of messages."""
        self._open_caller()  # here, and not by several threads at once
        self._pool = self._pool or ThreadPoolExecutor(self._at_once, f"to {self.server}")
        try:
            while len(running) < self._at_once and (batch := batches.take()):
                running.add(self._pool.submit(self._work, batch, self._run))
        except Exception as error:  # noqa: BLE001 # raised on, once the answers under way are in
            return error
        return None

    def _work(self, batch: Sequence[Message], run: int) -> Given:
        """Make a request in a thread of its own, as part of one run."""
        self._thread.run = run
        return self._give(batch)

    def _give(self, batch: Sequence[Message]) -> Given:
        """Make a request; one that is refused whole is tried in halves, down to the bad message."""
        try:
            return self._ask(batch)
        except TransportError as error:
            return Given(trouble=error)
        except LostError as error:
            outcome = SendOutcome.UNCERTAIN
            return Given(
                tuple(SendResult(each.subscriber, outcome, str(error)) for each in batch),
                self._failed(str(error)),
            )
        except RequestRefusedError as error:
            if len(batch) == 1:
                return Given((SendResult(batch[0].subscriber, SendOutcome.REJECTED, str(error)),))
        middle = len(batch) // 2
        first = self._give(batch[:middle])
        if first.trouble:
            return first
        second = self._give(batch[middle:])
        return Given(first.results + second.results, second.trouble)

    def _open_caller(self) -> Caller:
        self._caller = self._caller or Caller(self.server, answer_s=self._answer_s)
        return self._caller

    def _post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Ask, and ask again after a short rest where that is all the service wants."""
        waited_s = 0.0
        while True:
            if self._thread.run != self._run:
                raise self._failed("its run is over, and nothing more is given")
            answer = self._open_caller().post(url, headers=headers, body=body)
            if not self._is_hurried(answer):
                return answer
            rest_s = USUAL_REST_S if answer.after_s is None else max(answer.after_s, 0.1)
            waited_s += rest_s
            if waited_s > PATIENCE_S:
                raise self._failed(
                    f"asks for a rest of {rest_s:g} s (status {answer.status})", after_s=rest_s
                )
            self._times.sleep(rest_s)

    def _is_hurried(self, answer: Answer) -> bool:
        """Say whether the service took nothing and only wants us to be slower."""
        return answer.status == MANY and not self._is_spent(answer)

    def _is_spent(self, answer: Answer) -> bool:
        """Say whether a quota of a day or longer is used up; to be said by each service."""
        del answer
        return False

    def _objection(self, answer: Answer) -> TransportError | None:
        """Give what a service's own error code says of our account; to be said by each."""
        del answer
        return None

    def _taken(self, answer: Answer) -> object:
        """
        Give the JSON of an answer that says "taken".

        Raises:
            TransportError, RequestRefusedError, LostError: As for ``_ask``.
        """
        status = answer.status
        if OK <= status < 300:  # noqa: PLR2004 # success
            try:
                return json.loads(answer.body)
            except ValueError as error:
                raise LostError(f"status {status}, with an answer that is no JSON") from error
        if objection := self._objection(answer):
            raise objection
        if self._is_spent(answer):
            raise self._failed(f"our quota is used up: {words(answer)}", permanent=True)
        if status >= 500 or status == REQUEST_TIMEOUT:  # noqa: PLR2004 # their fault
            raise LostError(f"status {words(answer)}")
        if status in {UNAUTHORISED, FORBIDDEN}:
            raise self._failed(
                f"refuses our key (status {status}); check {self._key_setting}, and that our "
                "sender's domain is verified there",
                permanent=True,
            )
        if status in _NO_SUCH_PAGE or status < 400:  # noqa: PLR2004 # it leads elsewhere
            raise self._failed(
                f"is not there (status {status}); check {self._url_setting}", permanent=True
            )
        raise RequestRefusedError(words(answer))

    def _failed(
        self, reason: str, *, permanent: bool = False, after_s: float | None = None
    ) -> TransportError:
        return TransportError(self.server, reason, permanent=permanent, after_s=after_s)
