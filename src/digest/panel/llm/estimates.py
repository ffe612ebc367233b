"""What a run would cost, worked out from what would be sent; nobody is asked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.panel.base import Estimate
from digest.panel.llm.caps import Price
from digest.panel.llm.cases import Case, Docket
from digest.panel.llm.judges import Judge

EXPECTED_OUT = 500
"""Tokens that an answer has, about."""
OCTETS_A_TOKEN = 4
"""About, in English and JSON."""
NOTE_CALLS = 2
"""A note is asked for in both orders."""
FORM_OCTETS = 3_000
"""The form of an answer, sent along with every request."""


@dataclass(frozen=True, slots=True)
class _Cost:
    """One case: about, and at most."""

    tokens_in: int
    usd: float | None
    worst_tokens: int
    worst_usd: float | None


def estimate(
    cases: Sequence[Case],
    *,
    reused: int,
    pairs: int,
    docket: Docket,
    priced: Callable[[Judge], Price],
    now: datetime,
) -> Estimate:
    """
    Estimate a run.

    Args:
        cases: Those that would be asked.
        reused: How many others are kept from before.
        pairs: Pairs of which a note would be written, where notes are; kept ones are counted too.
        docket: Makes what would be sent.
        priced: Gives what a judge costs.
        now: The date that is told to the model.
    """
    costs = [_cost(case, docket, priced(case.judge), now) for case in cases]
    if docket.setup.writes_notes and costs:
        costs += NOTE_CALLS * pairs * [_of_a_note(costs)]
    return Estimate(
        reviews=len(cases) + reused,
        reused=reused,
        calls=len(costs),
        tokens_in=sum(each.tokens_in for each in costs),
        tokens_out=EXPECTED_OUT * len(costs),
        usd=_sum(each.usd for each in costs),
        worst_tokens=sum(each.worst_tokens for each in costs),
        worst_usd=_sum(each.worst_usd for each in costs),
        models=tuple(each.name for each in docket.setup.all_judges),
    )


def _cost(case: Case, docket: Docket, price: Price, now: datetime) -> _Cost:
    order = docket.order(case, now=now)
    size = len(f"{order.instructions}{order.message}".encode()) + FORM_OCTETS
    about_in, most_out = size // OCTETS_A_TOKEN, docket.setup.most_out
    # sent back once, all of it is read again with the first answer and the complaints after it
    worst_in = 2 * size + most_out * OCTETS_A_TOKEN
    return _Cost(
        tokens_in=about_in,
        usd=price(about_in, EXPECTED_OUT),
        worst_tokens=worst_in + 2 * most_out,
        worst_usd=price(worst_in, 2 * most_out),
    )


def _of_a_note(costs: Sequence[_Cost]) -> _Cost:
    """Give what one call for a note costs: it shows two tools, so as much as two reviews."""
    usd, worst_usd = _sum(each.usd for each in costs), _sum(each.worst_usd for each in costs)
    share = 2 / len(costs)
    return _Cost(
        tokens_in=round(share * sum(each.tokens_in for each in costs)),
        usd=None if usd is None else share * usd,
        worst_tokens=round(share * sum(each.worst_tokens for each in costs)),
        worst_usd=None if worst_usd is None else share * worst_usd,
    )


def _sum(values: Iterable[float | None]) -> float | None:
    found = list(values)
    return None if None in found else sum(each for each in found if each is not None)
