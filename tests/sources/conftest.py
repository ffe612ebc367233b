"""What tests of reading share: a capture around any body, and a source of any kind."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from digest.model import Capture, Reading, Source
from digest.sources import parsers

FETCHED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""Friday, 20 November 2026."""

EXAMPLE_OPTIONS = {"html_list": {"item": ".card", "title": "h1, h2", "date": ".meta"}}
"""What kinds that cannot do without options are told where a test does not say."""


def _capture_of(body, *, content_type="", status=200, fetched_at=FETCHED_AT):
    digest = hashlib.sha256(body).hexdigest()
    return Capture(
        key=f"{digest}-test",
        source="a-source",
        url="https://source.example/list",
        final_url="https://source.example/list",
        status=status,
        content_type=content_type,
        body_sha256=digest,
        body_bytes=len(body),
        fetched_at=fetched_at,
    )


def source_of(kind, **options):
    return Source(name="a-source", kind=kind, url="https://source.example/list", **options)


@pytest.fixture(scope="session")
def read_as() -> Callable[..., Reading]:
    """Read a body as a kind of source: ``read_as(kind, body, content_type=…, options=…)``."""

    def read(kind, body, *, options=None, **capture):
        told = EXAMPLE_OPTIONS.get(kind, {}) if options is None else options
        source = source_of(kind, options=told)
        return parsers.read(_capture_of(body, **capture), body, source)

    return read


@pytest.fixture(scope="session")
def make_source() -> Callable[..., Source]:
    """Make a source: ``make_source(kind, floor=…)``."""
    return source_of


@pytest.fixture(scope="session")
def capture_of() -> Callable[..., Capture]:
    """Describe a body: ``capture_of(body, status=…)``."""
    return _capture_of
