"""What arrives at one time is stored together: few transactions, and still each source by itself."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from digest.errors import StoreError
from digest.model import Outcome, Source
from digest.sources.captures import CaptureStore
from digest.sources.fetch import Fetcher
from digest.steps.ingest import IngestParts, SourceReport, ingest
from digest.store import health as health_store
from digest.store import launches as launch_store
from digest.store import sources as source_store
from digest.store.engine import Database
from tests.steps.test_ingest_in_flight import FEED, NOW

pytestmark = pytest.mark.enable_socket

NUMBER = 30
ANSWERS = {
    True: b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
    False: b'HTTP/1.1 200 OK\r\nETag: "1"\r\nConnection: close\r\n'
    b"Content-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n%s" % (len(FEED), FEED),
}


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = await reader.readuntil(b"\r\n\r\n")
    writer.write(ANSWERS[b"if-none-match" in asked.lower()])
    await writer.drain()
    writer.close()


async def _read(db: Database, folder: Path, *, times: int = 1) -> list[tuple[SourceReport, ...]]:
    server = await asyncio.start_server(_answer, "0.0.0.0", 0)  # noqa: S104 # all of 127/8
    port = server.sockets[0].getsockname()[1]
    sources = [
        Source(
            name=f"s{n:02}",
            kind="feed",
            url=f"http://127.0.1.{n + 1}:{port}/",
            spacing_s=0,
            dated=False,
        )
        for n in range(NUMBER)
    ]
    async with server:
        return [await _once(db, folder, sources) for _ in range(times)]


async def _once(db: Database, folder: Path, sources: list[Source]) -> tuple[SourceReport, ...]:
    async with Fetcher(
        user_agent="digest/test (+https://verdicts.example.com/about)",
        allowed_private_hosts=("127.0.0.0/8",),
        clock=lambda: NOW,
    ) as fetcher:
        captures = CaptureStore(folder)
        parts = IngestParts(db=db, fetcher=fetcher, captures=captures, clock=lambda: NOW)
        return await ingest(sources, parts=parts)


async def test_sources_that_arrive_together_share_transactions(db: Database, tmp_path: Path):
    commits = []
    event.listen(db.engine, "commit", commits.append)

    first, second = await _read(db, tmp_path, times=2)

    assert {(report.outcome, report.new) for report in first} == {(Outcome.OK, 6)}
    assert {report.outcome for report in second} == {Outcome.UNCHANGED}
    assert len(commits) < 1.5 * NUMBER  # for 2 * NUMBER readings; mostly it is a tenth
    with db.read() as session:
        assert sum(launch_store.count_launches(session).values()) == 6 * NUMBER
        states = source_store.source_states(session)
        readings = {name: health_store.trend(session, name, limit=9) for name in states}
    assert len(states) == NUMBER
    assert {tuple(each.outcome for each in told) for told in readings.values()} == {
        (Outcome.OK, Outcome.UNCHANGED)
    }


async def test_a_source_that_cannot_be_stored_leaves_nothing_and_hinders_nobody(
    sqlite_db: Database, tmp_path: Path
):
    with sqlite_db.write() as session:
        session.connection().execute(
            sa.text(
                "CREATE TRIGGER no_s07 BEFORE INSERT ON reading WHEN NEW.source = 's07' "
                "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
            )
        )

    with pytest.raises((StoreError, sa.exc.IntegrityError), match="not this one"):
        await _read(sqlite_db, tmp_path)

    with sqlite_db.read() as session:
        counts = launch_store.count_launches(session)
        states = source_store.source_states(session)
    assert "s07" not in counts
    assert "s07" not in states
    assert counts.keys() == states.keys()
    assert len(counts) > 1
