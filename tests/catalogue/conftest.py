"""What the tests of the catalogue share: launches made by hand, and the captures' own."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.model import Capture, Launch, Source
from digest.sources import parsers

SEEN = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def a_launch() -> Callable[..., Launch]:
    """Makes a launch of a made-up product; ``source`` and ``native_id`` tell launches apart."""

    def make(name="Emberline", **fields):
        given = {
            "source": "hacker_news",
            "native_id": name,
            "title": name,
            "name": name,
            "first_seen_at": SEEN,
            "capture_key": f"{'a' * 64}-20260713T140900",
        }
        return Launch(**{**given, **fields})

    return make


@pytest.fixture(scope="session")
def read_capture(captures_dir: Path) -> Callable[..., tuple[Launch, ...]]:
    """Reads a real response with the parser of its kind."""

    def read(kind: str, path: str, *, url: str, content_type: str) -> tuple[Launch, ...]:
        body = (captures_dir / path).read_bytes()
        capture = Capture(
            key=f"{'c' * 64}-20260713T140900",
            source=kind,
            url=url,
            final_url=url,
            status=200,
            content_type=content_type,
            body_sha256=hashlib.sha256(body).hexdigest(),
            body_bytes=len(body),
            fetched_at=SEEN,
        )
        return parsers.read(capture, body, Source(name=kind, kind=kind, url=url)).launches

    return read


@pytest.fixture(scope="session")
def blurbs() -> list[dict[str, str]]:
    """Launch-style sentences with the job a person gave them."""
    return _lines("blurbs.jsonl")


@pytest.fixture(scope="session")
def held_out() -> list[dict[str, str]]:
    """Blurbs by a second author who had not read the descriptions nor the exemplars."""
    return _lines("held_out.jsonl")


@pytest.fixture(scope="session")
def not_ai() -> list[dict[str, str]]:
    """Launch-style sentences of things that have nothing to do with models."""
    return _lines("not_ai.jsonl")


def _lines(name):
    text = (Path(__file__).parents[1] / "data" / "jobs" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
