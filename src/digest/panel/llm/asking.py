"""
One answer of a model, checked: asked, sent back once where it is wrong, given up where it stays so.

An unusable answer is no error here but a reason: the checklist's review stands in its place.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from pydantic_ai import Agent, ModelRetry, NativeOutput, PromptedOutput, RunContext, ToolOutput
from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    IncompleteToolCall,
    ModelAPIError,
    ModelHTTPError,
    ModelTimeoutError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
)
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from digest.model import Usage
from digest.panel.llm.calling import HOPELESS, Metered, UnreadableAnswerError
from digest.panel.llm.caps import CapReachedError, Caps, Price
from digest.panel.llm.checks import SHOWN
from digest.panel.llm.judges import Judge
from digest.panel.llm.schema import NoteAnswer, ReviewAnswer
from digest.panel.llm.setup import OutputForm, Setup

FAILURES = 3
"""Failures of a model's server in a row after which it is not asked again in this run."""
LONGEST_REASON = 160

Out = TypeVar("Out", ReviewAnswer, NoteAnswer)


@dataclass(slots=True)
class Order(Generic[Out]):
    """What to ask, and what must hold of the answer."""

    kind: type[Out]
    instructions: str
    message: str
    complaints: Callable[[Out], Sequence[str]]
    last: tuple[str, ...] = ()
    """What is wrong with the last answer."""
    said: list[str] = field(default_factory=list)
    """All that was wrong with any."""


@dataclass(slots=True)
class Asked(Generic[Out]):
    """What came of an order: an answer or a reason, and what it took."""

    usage: Usage
    answer: Out | None = None
    reason: str | None = None
    sent_back: bool = False
    """True where the first answer was not good enough, for its form or its words."""
    complaints: tuple[str, ...] = ()
    """What was wrong with its words."""


class Bench:
    """The models of one run, opened once, with its purse and its patience."""

    def __init__(
        self,
        setup: Setup,
        *,
        opened: Callable[[Judge], Model],
        priced: Callable[[Judge], Price],
        spent: Usage | None = None,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._setup = setup
        self._opened = opened
        self._priced = priced
        self._wait = wait
        self._models: dict[str, Model] = {}
        self._stack = AsyncExitStack()
        self._turns = asyncio.Semaphore(setup.at_once)
        self._failures: Counter[str] = Counter()
        self._ended = asyncio.get_running_loop().time() + setup.run_s
        self.caps = Caps(setup.limits, spent=spent)
        self.down: dict[str, str] = {}
        """Why a model is not asked any more, by its name."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def ask(self, judge: Judge, order: Order[Out]) -> Asked[Out]:
        """Have one order answered by a judge, in its turn."""
        async with self._turns:
            if judge.name in self.down:
                return Asked(Usage(), reason=self.down[judge.name])
            if self.caps.reached:
                return Asked(Usage(), reason=f"{self.caps.reached} was reached")
            metered = await self._metered(judge)
            left = self._left()
            if left <= 0:
                return Asked(Usage(), reason=self._over)
            try:
                async with asyncio.timeout(min(left, self._setup.review_s)):
                    answer = await self._run(order, metered)
            except (CapReachedError, TimeoutError, AgentRunError) as error:
                reason = self._reason(judge, order, error)
                return _asked(order, metered, reason=reason)
            self._failures[judge.name] = 0
            return _asked(order, metered, answer=answer)

    def _left(self) -> float:
        """Seconds of the run that are left."""
        return self._ended - asyncio.get_running_loop().time()

    @property
    def _over(self) -> str:
        return f"the run's time of {self._setup.run_s:g} s was over"

    async def _metered(self, judge: Judge) -> Metered:
        if judge.name not in self._models:
            self._models[judge.name] = await self._stack.enter_async_context(self._opened(judge))
        return Metered(
            self._models[judge.name],
            caps=self.caps,
            price=self._priced(judge),
            most_out=self._setup.most_out,
            wait=self._wait,
            patience_s=self._setup.review_s,
        )

    async def _run(self, order: Order[Out], model: Model) -> Out:
        agent: Agent[Order[Out], Out] = Agent(
            None,
            output_type=_form(order.kind, self._setup.form),
            deps_type=Order,
            instructions=order.instructions,
            retries={"output": 1, "tools": 0},
        )
        agent.output_validator(_checked)
        result = await agent.run(
            order.message, deps=order, model=model, model_settings=_settings(self._setup)
        )
        return result.output

    def _reason(self, judge: Judge, order: Order[Any], error: BaseException) -> str:
        """Say why there is no answer, and stop asking a model whose server does not work."""
        if isinstance(error, CapReachedError):
            return f"{error} was reached"
        if isinstance(error, TimeoutError) and self._left() <= 0:
            return self._over
        if isinstance(error, TimeoutError | ModelAPIError):
            self._failures[judge.name] += 1
            said = _said_of_server(error, self._setup)
            if isinstance(error, HOPELESS):
                self.down[judge.name] = said
            elif self._failures[judge.name] >= FAILURES:
                self.down[judge.name] = f"{said}, {FAILURES} times in a row"
            return said
        self._failures[judge.name] = 0
        return _said_of_answer(order, error)


def _asked(
    order: Order[Out], metered: Metered, *, answer: Out | None = None, reason: str | None = None
) -> Asked[Out]:
    return Asked(
        metered.usage,
        answer=answer,
        reason=reason,
        sent_back=metered.answers > 1,
        complaints=tuple(order.said),
    )


def _form(kind: type[Out], form: OutputForm) -> Any:
    match form:
        case OutputForm.TOOL:
            return ToolOutput(kind, name="answer", description="Give the whole answer at once.")
        case OutputForm.SCHEMA:
            return NativeOutput(kind, name="answer")
        case OutputForm.PROMPT:
            return PromptedOutput(kind, name="answer")


def _settings(setup: Setup) -> ModelSettings:
    settings = ModelSettings(
        max_tokens=setup.most_out, timeout=setup.review_s, max_retries=0, parallel_tool_calls=False
    )
    if setup.temperature is not None:
        settings["temperature"] = setup.temperature
    return settings


def _checked(context: RunContext[Order[Out]], answer: Out) -> Out:
    order = context.deps
    order.last = tuple(order.complaints(answer))
    order.said += order.last
    if order.last:
        listed = "\n".join(f"- {each}" for each in order.last[:SHOWN])
        raise ModelRetry(f"Mend this and give the whole answer again:\n{listed}")
    return answer


def _said_of_server(error: BaseException, setup: Setup) -> str:
    if isinstance(error, TimeoutError | ModelTimeoutError):
        return f"no answer within {setup.review_s:g} s"
    if isinstance(error, ModelHTTPError):
        return f"the model's server answered {error.status_code}"
    if isinstance(error, UnreadableAnswerError):
        return "the model's server sent no readable answer"
    return "the model's server could not be reached"


def _said_of_answer(order: Order[Any], error: BaseException) -> str:
    causes = {type(each) for each in (error, error.__cause__) if each is not None}
    if causes & {IncompleteToolCall, OutputTokenLimitExceeded}:
        return "the answer was cut off"
    if causes & {ContentFilterError}:
        return "the model refused"
    if order.last:
        return f"the answer could not be shown after a second try: {order.last[0]}"[:LONGEST_REASON]
    if isinstance(error, UnexpectedModelBehavior):
        return "the answer was not of the form that was asked for, twice"
    return f"no usable answer ({type(error).__name__})"
