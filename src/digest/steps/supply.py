"""
A page that an operator saved: kept, read, judged and stored where it belongs in time.

For sites that let no programs in; and for whatever was saved while we were not looking.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Field

from digest.errors import DigestError
from digest.model import Capture, Launch, Outcome, Source, Value
from digest.sources import parsers
from digest.sources.address import stored_url
from digest.sources.captures import capture_key
from digest.sources.config import supplied_source
from digest.sources.fetch import DEFAULT_LIMITS, Fetched
from digest.sources.urls import web_url
from digest.steps.keeping import keep
from digest.steps.record import Response
from digest.steps.remake import ReplayParts, remake
from digest.steps.replay import lost_at
from digest.store import captures as capture_store
from digest.store import health as health_store

PAGE_STATUS = 200


class Page(Value):
    """A saved page, and what its operator says of it."""

    kind: str
    body: bytes
    url: str
    captured_at: datetime
    content_type: str = ""
    name: str | None = None
    """Source it belongs to; None for the one named as the kind."""


class Supplied(Value):
    """What a saved page was made into."""

    source: str
    kind: str
    capture_key: str
    outcome: Outcome
    reason: str | None = None
    rows: int = 0
    launches: int = 0
    new: int = 0
    was_known: bool = False
    """True where the same page of the same time had been given before: nothing was added."""
    found: tuple[Launch, ...] = Field(default=(), exclude=True)
    """The launches in it, whether or not they were believed; left out of documents."""


def read_page(path: Path) -> bytes:
    """
    Give a saved page's octets.

    Raises:
        DigestError: It cannot be read, is empty, or larger than any page that would be fetched.
    """
    limit = DEFAULT_LIMITS.max_decoded
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise DigestError(
            f"{path}: cannot be read ({error.strerror}); name a file that can"
        ) from error
    if not body:
        raise DigestError(f"{path}: is empty; save the page again")
    if len(body) > limit:
        raise DigestError(
            f"{path}: is larger than {limit // 1024**2} MiB, the most of one page that is read; "
            "save only the page itself"
        )
    return body


def supply(page: Page, *, parts: ReplayParts, now: datetime) -> Supplied:
    """
    Keep a page and read it, as if it had been fetched when it was saved.

    Captures of its source that are newer are read again after it, so that an older page makes
    nothing newer older.

    Args:
        page: The page.
        parts: What to work with.
        now: No page can have been saved later.

    Raises:
        DigestError: What is said of it cannot be, or captures since then are no longer kept.
        CaptureError: It cannot be kept.
    """
    source, capture = _described(page, parts=parts, now=now)
    with parts.db.read() as session:
        known = capture_store.capture_of(session, capture.key)
    if known and known.source != source.name:
        raise DigestError(f"this page was given before, as one of source {known.source}")
    was_known = known is not None
    new = 0 if was_known else _stored(source, capture, page.body, parts=parts)
    with parts.db.read() as session:
        reading = health_store.reading_at(session, source.name, capture.key)
    if reading is None:
        raise DigestError(
            f"capture {capture.key} is kept, but nothing was read from it; "
            f"run: digest replay --source {source.name}"
        )
    return Supplied(
        source=source.name,
        kind=source.kind,
        capture_key=capture.key,
        outcome=reading.outcome,
        reason=reading.reason,
        rows=reading.rows,
        launches=reading.items,
        new=new,
        was_known=was_known,
        found=parsers.read(capture, page.body, source).launches,
    )


def _described(page: Page, *, parts: ReplayParts, now: datetime) -> tuple[Source, Capture]:
    """Check what is said of a page, and write it down as a capture."""
    url = web_url(page.url)
    if url is None:
        raise DigestError(f"{page.url!r} is no web address; begin it with https://")
    captured_at = page.captured_at.astimezone(UTC)
    if captured_at > now:
        raise DigestError(
            f"{captured_at:%Y-%m-%d %H:%M} UTC is still to come; give the time the page was saved"
        )
    shown = stored_url(url)
    source = supplied_source(page.kind, name=page.name, url=shown, known=parts.sources)
    sha256 = hashlib.sha256(page.body).hexdigest()
    key = capture_key(shown, status=PAGE_STATUS, body_sha256=sha256, fetched_at=captured_at)
    capture = Capture(
        key=key,
        source=source.name,
        url=shown,
        final_url=shown,
        status=PAGE_STATUS,
        content_type=page.content_type,
        body_sha256=sha256,
        body_bytes=len(page.body),
        fetched_at=captured_at,
        supplied=True,
    )
    return source, capture


def _stored(source: Source, capture: Capture, body: bytes, *, parts: ReplayParts) -> int:
    """Keep a page, and read its source's captures from there on; how many launches were new."""
    since = capture.fetched_at
    kept = [each for each in parts.captures.described(since=since) if each.source == source.name]
    with parts.db.read() as session:
        lost = lost_at(session, source.name, kept=kept, since=since)
    if lost is not None:
        raise DigestError(
            f"a page of {since:%Y-%m-%d %H:%M} UTC cannot be put in its place: captures of "
            f"{source.name} up to {lost:%Y-%m-%d %H:%M} are no longer kept; give a later page, or "
            "restore the captures from their backup"
        )
    keep(parts.captures, source, Fetched(outcome=Outcome.OK), [Response(capture, body)])
    kept = [each for each in parts.captures.described(since=since) if each.source == source.name]
    report = remake(source.name, kept, parts=parts, since=since, skips_damaged=False)
    return report.new
