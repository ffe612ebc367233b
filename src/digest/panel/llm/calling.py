"""
One call of a model: its worst case is set aside, busy servers are waited for, what it took is booked.

The only module that reaches a model's server, through pydantic-ai and the makers' own clients.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from digest.model import Usage
from digest.panel.llm.caps import Caps, Claim, Price
from digest.panel.llm.judges import Judge

ATTEMPTS = 3
"""Calls made for one answer where a server is busy or fails."""
FIRST_WAIT_S = 0.5
"""Wait after the first failure where the server names none; it doubles."""
WIRE_TOKENS = 64
"""Set aside for what a provider adds around messages."""
BUSY = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)
HOPELESS = (ModelAuthenticationError, ModelNotFoundError, ModelQuotaExceededError)
"""What fails the same way at every further call: key, name or purse are wrong."""


class UnreadableAnswerError(ModelAPIError):
    """What a server sent is no answer of a model, and the maker's client broke over it."""


@dataclass
class Metered(WrapperModel):
    """A model for one review: every request is claimed before, and booked after."""

    wrapped: Model
    caps: Caps
    price: Price
    most_out: int
    """Tokens that an answer may have."""
    wait: Callable[[float], Awaitable[None]]
    patience_s: float
    """Longest wait that a server may ask for."""
    usage: Usage = field(default_factory=Usage)
    answers: int = 0
    """Responses that came; a second one is that to an answer sent back."""

    def __post_init__(self) -> None:
        WrapperModel.__init__(self, self.wrapped)

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask, at most ``ATTEMPTS`` times while the server is busy."""
        worst_in = octets(messages, model_request_parameters)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(
                    worst_in, messages, model_settings, model_request_parameters
                )
            except BUSY as error:
                asked_for = error.retry_after
                pause = FIRST_WAIT_S * 2 ** (attempt - 1) if asked_for is None else asked_for
                is_slow = isinstance(error, ModelTimeoutError)
                if attempt == ATTEMPTS or is_slow or pause > self.patience_s:
                    raise
                await self.wait(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self,
        worst_in: int,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        parameters: ModelRequestParameters,
    ) -> ModelResponse:
        usd = self.price(worst_in, self.most_out) or 0.0
        claim = Claim(tokens=worst_in + self.most_out, usd=usd)
        number = await self.caps.claim(claim)
        spent = (worst_in, self.most_out)  # an answer that was lost on the way may be billed
        try:
            response = await self._answer(messages, model_settings, parameters)
            spent = _taken(response, worst_in, self.most_out)
            self.answers += 1
        except ModelAPIError as error:
            if isinstance(error, ModelHTTPError) or getattr(error, "phase", "") == "connect":
                spent = (0, 0)
            raise
        finally:
            await asyncio.shield(self._book(number, *spent))
        return response

    async def _answer(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        parameters: ModelRequestParameters,
    ) -> ModelResponse:
        try:
            response = await self.wrapped.request(messages, model_settings, parameters)
            ModelMessagesTypeAdapter.dump_json(
                [response]
            )  # half a surrogate is sent back by nobody
        except AgentRunError:
            raise
        except Exception as error:
            # An empty list of choices is an IndexError, a date out of range a ValueError, and so on
            # without end: clients take the form of what a server sends on trust.
            raise UnreadableAnswerError(self.model_name, f"no answer: {error!r}") from error
        return response

    async def _book(self, number: int, tokens_in: int, tokens_out: int) -> None:
        cost = self.price(tokens_in, tokens_out)
        await self.caps.settle(number, tokens_in=tokens_in, tokens_out=tokens_out, usd=cost or 0.0)
        before = self.usage
        is_known = cost is not None and before.cost_usd is not None
        self.usage = Usage(
            requests=before.requests + 1,
            tokens_in=before.tokens_in + tokens_in,
            tokens_out=before.tokens_out + tokens_out,
            cost_usd=(before.cost_usd or 0.0) + (cost or 0.0) if is_known else None,
        )


def octets(messages: list[ModelMessage], parameters: ModelRequestParameters) -> int:
    """Give the octets of a request: it never has more tokens than those."""
    schemas = [
        tool.parameters_json_schema
        for tool in (*parameters.output_tools, *parameters.function_tools)
    ]
    if parameters.output_object is not None:
        schemas.append(parameters.output_object.json_schema)
    shown = len(ModelMessagesTypeAdapter.dump_json(messages))
    return shown + len(json.dumps(schemas).encode()) + WIRE_TOKENS


def _taken(response: ModelResponse, worst_in: int, most_out: int) -> tuple[int, int]:
    """Give the tokens of an answer; a server that does not count them is taken at the worst."""
    usage = response.usage
    if usage.input_tokens <= 0:
        return worst_in, usage.output_tokens if usage.output_tokens > 0 else most_out
    return usage.input_tokens, max(usage.output_tokens, 0)


def open_model(judge: Judge, *, key: str | None) -> Model:
    """
    Give a judge's model; use it as an async context manager, which closes its connections.

    The makers' clients try again by themselves: that is switched off in the settings of each call,
    since every attempt counts against the caps.
    """
    if judge.provider == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415 # half a second
        from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415

        return AnthropicModel(
            judge.model, provider=AnthropicProvider(api_key=key or "none", base_url=judge.base_url)
        )
    from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415 # half a second
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

    return OpenAIChatModel(
        judge.model, provider=OpenAIProvider(base_url=judge.base_url, api_key=key or "none")
    )
