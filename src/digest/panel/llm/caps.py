"""
What a run of the model panel may spend, and what it has spent: no call is made that could go beyond.

Before each call its worst case is set aside: as many tokens as the request has octets, and as many in
the answer as the model may write. What it really took is booked when the answer is there.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from digest.model import Usage, Value

Price = Callable[[int, int], float | None]
"""US dollars for tokens in and tokens out; None where nobody says what the model costs."""


class Limits(Value):
    """What one run may spend."""

    requests: int
    tokens: int
    """In and out together."""
    usd: float | None
    """None: money is not counted."""


class CapReachedError(Exception):
    """The next call could go beyond what a run may spend."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is set aside for one call."""

    tokens: int
    usd: float


class Caps:
    """The purse of one run; one event loop uses it."""

    def __init__(self, limits: Limits, *, spent: Usage | None = None) -> None:
        self._limits = limits
        self._claims: dict[int, Claim] = {}
        self._settled = asyncio.Condition()
        self._next = 0
        self.spent = spent or Usage()
        self.reached: str | None = None
        """The cap that ended the spending; None while there is room."""

    async def claim(self, claim: Claim) -> int:
        """
        Set aside the worst case of a call; wait where only calls under way stand against it.

        Returns:
            A number to settle it by.

        Raises:
            CapReachedError: It does not fit, and never will; nothing is spent any more in this run.
        """
        async with self._settled:
            while True:
                if self.reached:
                    raise CapReachedError(self.reached)
                self.reached = self._against(claim)
                if self.reached is None:
                    break
                if not self._claims or self._never_fits(claim):
                    self._settled.notify_all()
                    raise CapReachedError(self.reached)
                self.reached = None
                await self._settled.wait()
            self._next += 1
            self._claims[self._next] = claim
            return self._next

    async def settle(self, number: int, *, tokens_in: int, tokens_out: int, usd: float) -> None:
        """Book what a call really took, in place of what was set aside for it."""
        async with self._settled:
            del self._claims[number]
            spent = self.spent
            self.spent = Usage(
                requests=spent.requests + 1,
                tokens_in=spent.tokens_in + tokens_in,
                tokens_out=spent.tokens_out + tokens_out,
                cost_usd=(spent.cost_usd or 0.0) + usd,
            )
            self._settled.notify_all()

    def _never_fits(self, claim: Claim) -> bool:
        return self._exceeded(claim, requests=0, tokens=0, usd=0.0) is not None

    def _against(self, claim: Claim) -> str | None:
        """Name the cap that stands against a call, with all that is set aside already."""
        held = self._claims.values()
        return self._exceeded(
            claim,
            requests=len(held),
            tokens=sum(each.tokens for each in held),
            usd=sum(each.usd for each in held),
        )

    def _exceeded(self, claim: Claim, *, requests: int, tokens: int, usd: float) -> str | None:
        limits, spent = self._limits, self.spent
        if spent.requests + requests + 1 > limits.requests:
            return f"the run's cap of {limits.requests:,} requests"
        if spent.tokens_in + spent.tokens_out + tokens + claim.tokens > limits.tokens:
            return f"the run's cap of {limits.tokens:,} tokens"
        if limits.usd is not None and (spent.cost_usd or 0.0) + usd + claim.usd > limits.usd:
            return f"the run's cap of ${limits.usd:,.2f}"
        return None
