"""A scripted web site on loopback, and time that passes only by sleeping."""

import importlib.util
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.model import Source
from digest.sources.fetch import Fetched, Fetcher

_SPEC = importlib.util.spec_from_file_location(
    "scripted_site", Path(__file__).with_name("scripted_site.py")
)
scripted_site = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(scripted_site)
Site = scripted_site.Site

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)


@pytest.fixture
def site(socket_enabled) -> Iterator[Site]:  # noqa: ARG001 # it opens the door
    """A scripted site on 127.0.0.1."""
    with scripted_site.running("127.0.0.1") as running:
        yield running


@pytest.fixture
def other_site(socket_enabled) -> Iterator[Site]:  # noqa: ARG001 # it opens the door
    """A second host, 127.0.0.2."""
    with scripted_site.running("127.0.0.2") as running:
        yield running


class FreeTime:
    """Time that passes only by sleeping; ``slept`` is every wait in seconds."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def free_time() -> FreeTime:
    """Waits are noted, nobody waits."""
    return FreeTime()


@pytest.fixture
def build_fetcher(free_time) -> Callable[..., Fetcher]:
    """Make a fetcher that may reach loopback, with free time and no jitter."""

    def build(**changes: object) -> Fetcher:
        parts = {
            "user_agent": "digest/0.1 (+https://verdicts.example/about)",
            "allowed_private_hosts": ("127.0.0.0/8",),
            "clock": lambda: NOW,
            "sleep": free_time.sleep,
            "monotonic": free_time.monotonic,
            "jitter": lambda: 0.0,
        }
        return Fetcher(**(parts | changes))

    return build


@pytest.fixture
def fetch_once(build_fetcher) -> Callable[..., object]:
    """Fetch one address with a fetcher of its own."""

    async def fetch(url: str, *, state=None, obeys_robots=False, **changes) -> Fetched:
        source = Source(name="launches", kind="feed", url=url)
        async with build_fetcher(**changes) as fetcher:
            return await fetcher.fetch(source, state, parser_version="1", obeys_robots=obeys_robots)

    return fetch
