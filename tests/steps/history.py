"""Fetches that happen one after the other, as a test says a site answered, and what they left."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from digest.model import Capture, Outcome, Source
from digest.sources.captures import CaptureStore, capture_key
from digest.sources.fetch import Fetched
from digest.steps.export import export_launches
from digest.steps.ingest import IngestParts, ingest
from digest.steps.remake import ReplayParts
from digest.store.engine import Database
from digest.store.tables import ReadingRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

LIST = Source(
    name="list", kind="feed", url="https://one.example/feed", floor=2, dated=False, label="The List"
)
SHELF = Source(name="shelf", kind="feed", url="https://one.example/shelf", floor=1, dated=False)


def page(*ids: int, title: str = "Tool") -> bytes:
    """A feed whose items have no dates: when they were launched, the listing has to show."""
    items = "".join(
        f"<item><guid>g{number}</guid><title>{title} {number}</title>"
        f"<link>https://tool{number}.example/</link></item>"
        for number in ids
    )
    return f"<rss version='2.0'><channel><title>List</title>{items}</channel></rss>".encode()


def came(
    source: Source, body: bytes, *, at: datetime, status: int = 200, etag: str | None = None
) -> Fetched:
    """What a fetch gives that brought this body."""
    sha256 = hashlib.sha256(body).hexdigest()
    capture = Capture(
        key=capture_key(source.url, status=status, body_sha256=sha256, fetched_at=at),
        source=source.name,
        url=source.url,
        final_url=source.url,
        status=status,
        content_type="application/rss+xml",
        body_sha256=sha256,
        body_bytes=len(body),
        fetched_at=at,
    )
    return Fetched(outcome=Outcome.OK, capture=capture, body=body, etag=etag)


@dataclass
class History:
    """A database, its captures, and fetches that happen one after the other."""

    db: Database
    captures: CaptureStore
    now: datetime = NOW
    sources: Sequence[Source] = (LIST, SHELF)
    _next: Fetched | None = None

    async def fetch(self, source: Source, *_: object, **__: object) -> Fetched:
        """Stands for the fetcher: gives what the test says a site gives."""
        del source
        assert self._next is not None
        return self._next

    def take_robots(self) -> tuple[()]:
        """No site has rules."""
        return ()

    def happens(self, source: Source, fetched: Fetched) -> Outcome:
        """Let one fetch of a source come out as said."""
        self._next = fetched
        parts = IngestParts(
            db=self.db, fetcher=self, captures=self.captures, clock=lambda: self.now
        )
        (report,) = asyncio.run(ingest([source], parts=parts))
        return report.outcome

    def reads(self, source: Source, body: bytes, *, later: timedelta = HOUR) -> Outcome:
        """Let a source give this page, some time after the last."""
        self.now += later
        return self.happens(source, came(source, body, at=self.now, etag=f'"{len(body)}"'))

    def unchanged(self, source: Source, *, later: timedelta = HOUR) -> Outcome:
        """Let a source say that nothing changed."""
        self.now += later
        return self.happens(source, Fetched(outcome=Outcome.UNCHANGED, etag='"same"'))

    def fails(self, source: Source, *, later: timedelta = HOUR) -> Outcome:
        """Let a source be out of reach."""
        self.now += later
        return self.happens(source, Fetched(outcome=Outcome.FAILED, reason="no such host"))

    def parts(self, db: Database | None = None) -> ReplayParts:
        return ReplayParts(db=db or self.db, captures=self.captures, sources=self.sources)


def exported(db: Database) -> str:
    return json.dumps([launch.model_dump(mode="json") for launch in export_launches(db)], indent=1)


def readings(db: Database) -> list[tuple[str, str, str | None, int]]:
    """All readings that have a capture, in time order."""
    with db.read() as session:
        rows = session.exec(select(ReadingRow).order_by(ReadingRow.read_at, ReadingRow.id))
        return [(row.source, row.outcome, row.reason, row.items) for row in rows if row.capture_key]
