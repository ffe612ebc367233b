"""However many sources there are, only so many are in flight, and of one host one."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.model import Outcome, Source
from digest.sources.captures import CaptureStore
from digest.sources.fetch import Fetcher
from digest.steps.ingest import IngestParts, ingest
from digest.store.engine import Database

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOSTS = [f"127.0.0.{number}" for number in range(2, 12)]
FEED = (
    b"<rss version='2.0'><channel><title>x</title>"
    + b"".join(
        b"<item><title>Tool %d</title><guid isPermaLink='false'>%d</guid></item>" % (n, n)
        for n in range(6)
    )
    + b"</channel></rss>"
)

pytestmark = pytest.mark.enable_socket


class Counting:
    """A site of many hosts that notes how many requests it answers at the same time."""

    def __init__(self) -> None:
        self.active: dict[str, int] = {}
        self.busiest = 0
        self.busiest_host = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.active[host] = self.active.get(host, 0) + 1
                self.busiest = max(self.busiest, sum(self.active.values()))
                self.busiest_host = max(self.busiest_host, self.active[host])
                await asyncio.sleep(0.02)
                self.active[host] -= 1
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(FEED) + FEED)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


async def _read_all(db: Database, folder: Path, *, in_flight: int) -> tuple[Counting, list]:
    site = Counting()
    first = await asyncio.start_server(site.answer, HOSTS[0], 0)
    port = first.sockets[0].getsockname()[1]
    servers = [first] + [await asyncio.start_server(site.answer, each, port) for each in HOSTS[1:]]
    sources = [
        Source(
            name=f"s{n}",
            kind="feed",
            url=f"http://{HOSTS[n % len(HOSTS)]}:{port}/{n}",
            spacing_s=0,
            dated=False,
        )
        for n in range(20)
    ]
    async with Fetcher(
        user_agent="digest/test (+https://verdicts.example.com/about)",
        allowed_private_hosts=("127.0.0.0/8",),
        clock=lambda: NOW,
    ) as fetcher:
        parts = IngestParts(
            db=db, fetcher=fetcher, captures=CaptureStore(folder), clock=lambda: NOW
        )
        reports = await ingest(sources, parts=parts, in_flight=in_flight)
    for server in servers:
        server.close()
    assert [report.source for report in reports] == [source.name for source in sources]
    return site, [report.outcome for report in reports]


async def test_no_more_hosts_than_allowed_are_in_flight(sqlite_db: Database, tmp_path: Path):
    site, outcomes = await _read_all(sqlite_db, tmp_path, in_flight=3)

    assert outcomes == [Outcome.OK] * 20
    assert site.busiest_host == 1
    assert site.busiest == 3
