"""
What is kept of a fetch, and what is found of it later: its bodies, and what it was.

A description stands beside the bodies and says all that reading them again takes, so that launches
can be made from captures alone, without the database and without the sources file of that time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from digest.errors import CaptureError
from digest.model import Capture, Source, Value
from digest.sources.address import stored_url
from digest.sources.captures import CaptureStore, Described
from digest.sources.fetch import Fetched
from digest.steps.record import Response

FORM = 1
"""Goes up when a description is written in another shape; every earlier one stays readable."""

Noun = TypeVar("Noun", bound=Value)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One fetch as it was kept: for what, how it ended, and the pages that came."""

    source: Source
    """As it stood in the sources file then, without anything secret."""
    captures: tuple[Capture, ...]
    """One or more, in the order of their pages."""
    fetched: Fetched
    kept_ns: int
    """Real time it was kept at: tells the order of two fetches of one moment."""
    trouble: str | None = None
    """Why the page after the last one did not come."""

    @property
    def order(self) -> tuple[datetime, int, str]:
        """What fetches of one source are sorted by."""
        return (self.captures[0].fetched_at, self.kept_ns, self.captures[0].key)


def keep(
    store: CaptureStore,
    source: Source,
    fetched: Fetched,
    responses: Sequence[Response],
    *,
    trouble: str | None = None,
) -> None:
    """
    Keep the bodies of a fetch, then what it was: a description never speaks of a missing body.

    Args:
        store: Where to.
        source: What was fetched.
        fetched: How that ended.
        responses: What came; nothing is kept where that is nothing.
        trouble: Why the page after the last one did not come.

    Raises:
        CaptureError: They cannot be written.
    """
    if not responses:
        return
    for response in responses:
        store.put(response.body)
    content = {
        "form": FORM,
        "source": source.model_copy(update={"url": stored_url(source.url)}).model_dump(mode="json"),
        "captures": [response.capture.model_dump(mode="json") for response in responses],
        "fetched": fetched.model_dump(mode="json", exclude={"capture", "body"}, exclude_none=True),
        "trouble": trouble,
    }
    store.describe(
        Described(source.name, responses[0].capture.key),
        lambda kept_ns: json.dumps({**content, "kept_ns": kept_ns}, ensure_ascii=False),
    )


def find(store: CaptureStore, wanted: Sequence[Described]) -> list[Fetch]:
    """
    Give these fetches in the order they happened.

    Raises:
        CaptureError: One cannot be read, or is no description.
    """
    texts = store.descriptions(wanted)
    return sorted((_fetch(each, text) for each, text in texts.items()), key=lambda it: it.order)


def responses_of(store: CaptureStore, fetch: Fetch) -> tuple[Response, ...]:
    """Give the pages of a fetch with their bodies. Raises CaptureError: one is gone or damaged."""
    return tuple(Response(capture, store.get(capture.body_sha256)) for capture in fetch.captures)


def _fetch(described: Described, text: str) -> Fetch:
    try:
        content = json.loads(text)
        fetch = Fetch(
            source=_noun(Source, content["source"]),
            captures=tuple(_noun(Capture, each) for each in content["captures"]),
            fetched=_noun(Fetched, content["fetched"]),
            kept_ns=int(content["kept_ns"]),
            trouble=content.get("trouble"),
        )
        is_it = fetch.captures[0].key == described.key
    except (ValueError, TypeError, LookupError, ValidationError) as error:
        raise _damaged(described) from error
    if not is_it:
        raise _damaged(described)
    return fetch


def _noun(kind: type[Noun], content: Mapping[str, Any]) -> Noun:
    """Read a noun as any version of this program wrote it: fields that are gone are passed over."""
    return kind.model_validate(
        {name: content[name] for name in kind.model_fields if name in content}
    )


def _damaged(described: Described) -> CaptureError:
    return CaptureError(
        described.key, f"has a damaged description; restore {described.name} from its backup"
    )
