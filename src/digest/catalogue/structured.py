"""
Read what a listing states in fields of its own: licence, dates, prices per token, sizes.

Pure: takes a launch, gives claims. Their spans are the field's name in words and its value as the
source wrote it, ``last push: 2026-07-13T05:16:56Z``; the capture has both raw.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from digest.catalogue.patterns import HOSTING_TAGS, INTERFACE_TAGS, LOCAL_TAGS
from digest.catalogue.urls import canonical, github_repository
from digest.catalogue.words import MAX_SPAN, Claim
from digest.model import EntryPrice, FactKind, Launch, LaunchDateSource
from digest.model.licences import is_osi

MILLION = Decimal(1_000_000)
LICENCE_FIELD = "license"
"""Begins the span of what only follows from a repository's licence."""
_IN_WORDS = {
    "pushed_at": "last push",
    "created_at": "created",
    "updated_at": "last change",
    "price_text": "price",
    "prompt": "US dollars per input token",
    "completion": "US dollars per output token",
    "variants": "variant",
    "context_length": "context length in tokens",
    "hugging_face_id": "weights on Hugging Face",
}
"""Names of fields that are no words."""
WEIGHTS = "https://huggingface.co/"
"""Begins the page of a model's weights."""
SERVED_BY = "OpenAI-compatible API"
_OFFERS = frozenset({EntryPrice.FREE.value, EntryPrice.FREEMIUM.value, EntryPrice.PAID.value})
_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?")


def field_claims(launch: Launch) -> tuple[Claim, ...]:
    """Give what a launch's fields state."""
    return (
        *_repository(launch),
        *_library(launch),
        *_gateway(launch),
        *_tokens(launch.details),
        *_offer(launch.details),
        *_model(launch.details),
        *_tags(launch),
    )


def is_model(launch: Launch) -> bool:
    """Tell whether the listing is one of models: sizes and contexts in its words are its own."""
    return not launch.details.keys().isdisjoint({"context_length", "sizes", "tokenizer"})


def _field(name: str, value: object) -> str:
    return f"{_IN_WORDS.get(name, name)}: {value}"[:MAX_SPAN]


def _day(value: object) -> str | None:
    """Give the UTC day of an ISO time; None where it is none."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date().isoformat()


def _repository(launch: Launch) -> Iterator[Claim]:
    """Read a code host's row; others may point to a repository, but state nothing of it."""
    address = canonical(launch.url or "")
    if launch.url and address and github_repository(address):
        yield Claim(FactKind.REPOSITORY, launch.url, launch.url[:MAX_SPAN])
    if launch.licence:
        span = _field(LICENCE_FIELD, launch.licence)
        yield Claim(FactKind.LICENCE, launch.licence, span)
        if is_osi(launch.licence):  # the licence itself lets anybody run it, at no charge
            yield Claim(FactKind.SELF_HOST, value=True, span=span)
            yield Claim(FactKind.ENTRY_PRICE, EntryPrice.FREE.value, span)
    if "full_name" not in launch.details:
        return
    for kind, name in (
        (FactKind.CREATED_AT, "created_at"),
        (FactKind.MAINTAINED_AT, "pushed_at"),
    ):
        if day := _day(launch.details.get(name)):
            yield Claim(kind, day, _field(name, launch.details[name]))


def _library(launch: Launch) -> Iterator[Claim]:
    """
    Read a row of the Ollama library: what is in there is downloaded and run by one command.

    The runtime that runs it answers in OpenAI's manner, whichever model it is.
    """
    address = canonical(launch.url or "")
    if address is None or address.host != "ollama.com" or address.words[:1] != ("library",):
        return
    span = str(launch.url)[:MAX_SPAN]
    yield Claim(FactKind.INSTALL, f"ollama run {launch.native_id}", span)
    yield Claim(FactKind.RUNS_LOCALLY, value=True, span=span)
    yield Claim(FactKind.OPEN_INTERFACE, SERVED_BY, span)
    yield Claim(FactKind.ENTRY_PRICE, EntryPrice.FREE.value, span)
    if launch.launched_at and launch.launched_at_source == LaunchDateSource.UPDATED:
        day = launch.launched_at.astimezone(UTC).date().isoformat()
        span = launch.published_raw or _field("updated_at", launch.details.get("updated_at"))
        yield Claim(FactKind.MAINTAINED_AT, day, span[:MAX_SPAN])


def _gateway(launch: Launch) -> Iterator[Claim]:
    """Read a row of OpenRouter: every model there answers by the one interface it has."""
    address = canonical(launch.url or "")
    if address and address.host == "openrouter.ai":
        yield Claim(FactKind.OPEN_INTERFACE, SERVED_BY, str(launch.url)[:MAX_SPAN])


def _tokens(details: Mapping[str, Any]) -> Iterator[Claim]:
    """Read prices in US dollars per token, and whether a variant is free."""
    prices = _amounts(details.get("prices"))
    variants = details.get("variants")
    offers = [_amounts(offer) for offer in _values(variants)]
    has_free = any(offer and not any(offer.values()) for offer in offers)
    if text := _per_million(prices):
        span = ", ".join(
            _field(name, details["prices"][name])
            for name in ("prompt", "completion")
            if name in prices
        )
        kind = EntryPrice.FREEMIUM if has_free else EntryPrice.PAID
        yield Claim(FactKind.PRICE, text, span)
        yield Claim(FactKind.ENTRY_PRICE, kind.value, span)
    elif prices and not any(prices.values()):
        span = _field("prompt", details["prices"].get("prompt", "0"))
        yield Claim(FactKind.ENTRY_PRICE, EntryPrice.FREE.value, span)
    elif has_free and not prices:
        name = next(name for name, offer in zip(variants or (), offers, strict=True) if offer)
        yield Claim(FactKind.ENTRY_PRICE, EntryPrice.FREE.value, _field("variants", name))


def _offer(details: Mapping[str, Any]) -> Iterator[Claim]:
    """Read what a directory says of the price; an amount without its unit is no price."""
    offer, said = details.get("price"), details.get("price_text")
    if not isinstance(offer, dict) or not isinstance(said, str):
        return
    span = _field("price_text", said)
    kind = offer.get("kind")
    if kind in _OFFERS:
        yield Claim(FactKind.ENTRY_PRICE, str(kind), span)
    amounts = _amounts(offer)
    if "amount" in amounts and offer.get("unit") and offer.get("currency"):
        text = f"from {offer['currency']}{amounts['amount']:,f} per {offer['unit']}"
        yield Claim(FactKind.PRICE, text, span)


def _values(found: object) -> Iterable[object]:
    return found.values() if isinstance(found, dict) else ()


def _amounts(found: object) -> dict[str, Decimal]:
    """Give amounts by name; exact, for they are written as text."""
    pairs = found.items() if isinstance(found, dict) else ()
    return {
        name: Decimal(amount)
        for name, amount in pairs
        if isinstance(amount, str) and _AMOUNT.fullmatch(amount)
    }


def _per_million(prices: Mapping[str, Decimal]) -> str | None:
    """Say prices per token: ``$3 in, $15 out per million tokens``; None where they are nil."""
    into, out = prices.get("prompt", Decimal(0)), prices.get("completion", Decimal(0))
    if not into and not out:
        return None
    if into == out:
        return f"{_dollars(into)} per million tokens"
    if not out:
        return f"{_dollars(into)} per million input tokens"
    return f"{_dollars(into)} in, {_dollars(out)} out per million tokens"


def _dollars(per_token: Decimal) -> str:
    amount = (per_token * MILLION).normalize()
    is_tenths = amount.as_tuple().exponent == -1
    return f"${amount:,f}{'0' if is_tenths else ''}"  # $1.50, not $1.5


def _model(details: Mapping[str, Any]) -> Iterator[Claim]:
    context = details.get("context_length")
    if isinstance(context, int) and context > 0:
        yield Claim(FactKind.CONTEXT_LENGTH, context, _field("context_length", context))
    sizes = details.get("sizes")
    if isinstance(sizes, list) and sizes:
        text = ", ".join(str(size).upper().replace("X", "x") for size in sizes)
        yield Claim(FactKind.PARAMETERS, text, _field("sizes", ", ".join(map(str, sizes))))
    weights = details.get("hugging_face_id")
    if isinstance(weights, str) and weights.count("/") == 1:
        url, span = f"{WEIGHTS}{weights}", _field("hugging_face_id", weights)
        yield Claim(FactKind.REPOSITORY, url, span)
        yield Claim(FactKind.RUNS_LOCALLY, value=True, span=span)


def _tags(launch: Launch) -> Iterator[Claim]:
    lowered = {tag.lower(): tag for tag in launch.tags}
    interfaces = {INTERFACE_TAGS[tag]: tag for tag in lowered if tag in INTERFACE_TAGS}
    if interfaces:
        span = _field("tags", ", ".join(lowered[tag] for tag in interfaces.values()))
        yield Claim(FactKind.OPEN_INTERFACE, ", ".join(sorted(interfaces)), span)
    for kind, tags in (
        (FactKind.RUNS_LOCALLY, LOCAL_TAGS),
        (FactKind.SELF_HOST, HOSTING_TAGS),
    ):
        if found := sorted(tags & lowered.keys()):
            yield Claim(kind, value=True, span=_field("tags", lowered[found[0]]))
