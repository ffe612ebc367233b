"""
What Hugging Face's lists of models and Spaces have in common: identity, date, likes, licence, tags.

Pure: takes rows of the Hub's API, gives launches. The lists go by trend, and a trend is no launch:
each row is dated by when it was created.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from digest.model import Capture, Flag, Launch, LaunchDateSource, Popularity, Source
from digest.model.licences import HUB_LICENCES
from digest.sources.readings import launch_of
from digest.sources.wire import (
    JsonObject,
    count_at,
    iso_at,
    object_at,
    raw_at,
    text_at,
    texts_at,
    without_nothing,
)

_ID = re.compile(r"\w[\w.-]{0,95}(?:/\w[\w.-]{0,95})?", re.ASCII)
_ADULT = "not-for-all-audiences"
_LICENCE = "license:"
_BASE = "base_model:"
_ARXIV = "arxiv:"


def hub_launch(
    capture: Capture, source: Source, row: JsonObject, *, page: str, details: Mapping[str, Any]
) -> Launch | None:
    """
    Make a launch of a row.

    Args:
        capture: What the row was read from.
        source: What it was fetched for.
        row: A model or a Space.
        page: Address of its page, with ``{}`` for the id.
        details: What only this kind of row tells.

    Returns:
        The launch; None where the row has no id of the Hub's form.
    """
    native_id = raw_at(row, "id")
    if not _ID.fullmatch(native_id):
        return None
    owner, _, name = native_id.rpartition("/")
    card = object_at(row, "cardData")
    url = page.format(native_id)
    created_at = iso_at(row, "createdAt")
    marks = texts_at(row, "tags")
    named = _licence_name(marks, card)
    return launch_of(
        capture,
        source,
        native_id=native_id,
        title=native_id,
        name=text_at(card, "title") or name,
        tagline=text_at(card, "short_description"),
        url=url,
        site=url,
        launched_at=created_at,
        launched_at_source=LaunchDateSource.API if created_at else None,
        published_raw=text_at(row, "createdAt") or None,
        popularity=count_at(row, "likes"),
        popularity_metric=Popularity.LIKES,
        author=owner or None,
        tags=_tags(text_at(row, "pipeline_tag"), marks),
        licence=HUB_LICENCES.get(named.casefold()),
        details=without_nothing(
            {
                "opaque_id": text_at(row, "_id"),  # stays while names change
                "license": named,
                "trending_score": count_at(row, "trendingScore"),
                "updated_at": text_at(row, "lastModified"),
                "arxiv_ids": list(_after(_ARXIV, marks)),
                **_bases(marks),
                **details,
            }
        ),
        flags=(Flag.NSFW,) if _ADULT in marks else (),
    )


def _licence_name(marks: Iterable[str], card: JsonObject) -> str:
    """Give the one licence that tags or card name; empty where there is none, or more than one."""
    named = _after(_LICENCE, marks) or (text_at(card, "license"),)
    return named[0] if len(named) == 1 else ""


def _after(prefix: str, marks: Iterable[str]) -> tuple[str, ...]:
    return tuple(mark.removeprefix(prefix) for mark in marks if mark.startswith(prefix))


def _tags(task: str, marks: Iterable[str]) -> tuple[str, ...]:
    """Give the task and the plain tags; ``key:value`` ones are fields, not tags."""
    plain = (mark for mark in marks if ":" not in mark)
    return tuple(dict.fromkeys(tag for tag in (task, *plain) if tag))


def _bases(marks: Iterable[str]) -> dict[str, list[str]]:
    """Say what a model was made from, and how: ``base_model:quantized:maker/model``."""
    pairs = [mark.rpartition(":") for mark in _after(_BASE, marks)]
    return {
        "base_models": list(dict.fromkeys(base for _, _, base in pairs)),
        "derived_by": list(dict.fromkeys(how for how, _, _ in pairs if how)),
    }
