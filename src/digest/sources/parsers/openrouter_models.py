"""
Read OpenRouter's list of models (openrouter.ai/api/v1/models).

Rows such as ``maker/model:free`` are variants of one model, and ``~maker/model-latest`` is another
name for one: both fold into the model they stand for.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.readings import failed, gather, launch_of, suspect
from digest.sources.text import first_sentence, line, prose_of_markdown
from digest.sources.wire import (
    JsonObject,
    count_at,
    id_at,
    object_at,
    raw_at,
    read_json,
    rows_at,
    text_at,
    texts_at,
    unix_at,
    without_nothing,
)

VERSION = "1"

PAGE = "https://openrouter.ai/{}"
_AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,30})?(?:e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
"""A decimal number of 0 or more. "-1" means that the price depends, and is no price."""


@dataclass(slots=True)
class _Model:
    """The rows of one model, while they are folded."""

    native_id: str
    base: JsonObject | None = None
    variants: dict[str, JsonObject] = field(default_factory=dict)
    aliases: dict[str, JsonObject] = field(default_factory=dict)


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole list; never raises."""
    data = read_json(body, capture)
    if isinstance(data, Reading):
        return data
    rows = rows_at(data, "data")
    if rows is None:
        said = text_at(object_at(data, "error"), "message")
        return (
            failed(f"OpenRouter answered with an error: {said}")
            if said
            else suspect("no list of models: layout unknown")
        )
    named = [row for row in rows if isinstance(row, dict) and id_at(row, "id")]
    if not named:
        return suspect("no model in the list, and no word that this is right", rows=len(rows))
    models = _fold(named)
    reading = gather(models, partial(_launch, capture, source))
    counted = {
        "rows": len(rows),
        "rejected": reading.rejected + len(rows) - len(named),
        "folded": reading.folded + len(named) - len(models),
    }
    return reading.model_copy(update=counted)


def _fold(rows: Iterable[JsonObject]) -> list[_Model]:
    """Put the rows of one model together, in the order models first appear."""
    models: dict[str, _Model] = {}
    for row in rows:
        written = text_at(row, "id")
        target = text_at(object_at(row, "alias_target"), "slug")
        base, _, variant = (target or written).partition(":")
        model = models.setdefault(base, _Model(base))
        if target:
            model.aliases[written] = row
        elif variant:
            model.variants[variant] = row
        else:
            model.base = row
    return list(models.values())


def _launch(capture: Capture, source: Source, model: _Model) -> Launch | None:
    alias = next(iter(model.aliases.values()), {})
    variant = next(iter(model.variants.values()), {})
    row = model.base or variant or alias
    is_alias_only = row is alias
    title = _title(model, row, alias, is_alias_only=is_alias_only)
    vendor, colon, name = title.partition(": ")
    description = prose_of_markdown(raw_at(row, "description"))
    # the date of another name for a model says nothing about the model
    launched_at = None if is_alias_only else unix_at(row, "created")
    return launch_of(
        capture,
        source,
        native_id=model.native_id,
        title=title,
        name=name if colon else title,
        tagline=first_sentence(description),
        description=description,
        url=PAGE.format(model.native_id),
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.API if launched_at else None,
        published_raw=id_at(row, "created"),
        author=vendor if colon else model.native_id.partition("/")[0],
        tags=tuple(f"output:{kind}" for kind in _modes(row, "output_modalities")),
        details=_details(model, row, launched_at),
    )


def _title(model: _Model, row: JsonObject, alias: JsonObject, *, is_alias_only: bool) -> str:
    if is_alias_only:
        return text_at(object_at(alias, "alias_target"), "name") or text_at(row, "name")
    title = text_at(row, "name")
    if model.base is None:  # only variants are listed: the model itself is not "(free)"
        for variant in model.variants:
            title = title.removesuffix(f" ({variant})")
    return title


def _modes(row: JsonObject, key: str) -> tuple[str, ...]:
    return texts_at(object_at(row, "architecture"), key)


def _details(model: _Model, row: JsonObject, launched_at: datetime | None) -> dict[str, Any]:
    architecture = object_at(row, "architecture")
    prices = {} if model.base is None and model.variants else _prices(object_at(row, "pricing"))
    return without_nothing(
        {
            "prices": prices,
            "overrides": _overrides(object_at(row, "pricing")),
            "variants": {
                name: _prices(object_at(variant, "pricing"))
                for name, variant in model.variants.items()
            },
            "aliases": list(model.aliases),
            "context_length": count_at(row, "context_length"),
            "max_completion_tokens": count_at(
                object_at(row, "top_provider"), "max_completion_tokens"
            ),
            "modality": text_at(architecture, "modality"),
            "input_modalities": list(_modes(row, "input_modalities")),
            "output_modalities": list(_modes(row, "output_modalities")),
            "tokenizer": text_at(architecture, "tokenizer"),
            "supported_parameters": list(texts_at(row, "supported_parameters")),
            "hugging_face_id": text_at(row, "hugging_face_id"),
            "canonical_slug": text_at(row, "canonical_slug"),
            "created_at": launched_at.isoformat() if launched_at else "",
            "knowledge_cutoff": text_at(row, "knowledge_cutoff"),
            "expiration_date": text_at(row, "expiration_date"),
        }
    )


def _prices(pricing: JsonObject) -> dict[str, str]:
    """Give USD per unit (token, image, request), as written: digits are not to be lost."""
    return {
        line(name): amount
        for name, amount in pricing.items()
        if isinstance(amount, str) and _AMOUNT.fullmatch(amount)
    }


def _overrides(pricing: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the price tiers for long prompts, each with its lowest number of prompt tokens."""
    tiers = [tier for tier in rows_at(pricing, "overrides") or () if isinstance(tier, dict)]
    return [
        without_nothing({"min_prompt_tokens": count_at(tier, "min_prompt_tokens"), **_prices(tier)})
        for tier in tiers
    ]
