"""What a model costs: as the settings say, else as the price list in genai-prices does."""

from decimal import Decimal

from genai_prices import Usage, calc_price

from digest.errors import SettingsError
from digest.panel.llm.caps import Price
from digest.panel.llm.judges import Judge

MILLION = 1_000_000


def price_of(judge: Judge, *, given: tuple[float, float] | None) -> Price:
    """
    Give what a judge costs, by tokens.

    Args:
        judge: The model.
        given: US dollars per million tokens in and out; None: the price list is asked. A model on
            this machine that the list does not know costs nothing.
    """
    if given is not None:
        dollars_in, dollars_out = given
        return lambda tokens_in, tokens_out: (
            (tokens_in * dollars_in + tokens_out * dollars_out) / MILLION
        )
    if judge.provider == "ollama" or (judge.is_local and _listed(judge, 1, 1) is None):
        return lambda _in, _out: 0.0
    return lambda tokens_in, tokens_out: _listed(judge, tokens_in, tokens_out)


def require_price(judge: Judge, price: Price, *, most_usd: float | None) -> None:
    """Refuse to count money for a model that nobody knows the price of. Raises SettingsError."""
    if most_usd is not None and price(1, 1) is None:
        raise SettingsError(
            "DIGEST_PANEL_MAX_USD",
            f"cannot be kept: nobody says what {judge.name} costs; set DIGEST_PANEL_PRICE_IN and "
            "DIGEST_PANEL_PRICE_OUT in US dollars per million tokens (0 for a server of your own)",
        )


def _listed(judge: Judge, tokens_in: int, tokens_out: int) -> float | None:
    usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
    try:
        found = calc_price(usage, model_ref=judge.model, provider_id=judge.provider)
    except LookupError:
        return None
    total: Decimal = found.total_price
    return float(total)
