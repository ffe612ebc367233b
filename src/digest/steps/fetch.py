"""
Fetch one address as ingestion would, keep what came, and say what became of it.

For an operator who wonders what a site gives us: same guards, same manners, no parser.
"""

from digest.model import Outcome, Source, Value
from digest.sources.address import stored_url
from digest.sources.captures import CaptureStore
from digest.sources.charset import decode
from digest.sources.fetch import Fetched, Fetcher
from digest.store import captures as capture_store
from digest.store import sources as source_store
from digest.store.engine import Database

SOURCE = "fetch"
"""Under which name such captures are kept; no source of the list is read from them."""


class FetchReport(Value):
    """What became of one fetch."""

    url: str
    """Without anything secret, as everywhere."""
    outcome: Outcome
    reason: str | None = None
    status: int | None = None
    """None where no answer came to its end."""
    final_url: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    """As the header says; None where the body came as it is."""
    charset: str | None = None
    charset_known_by: str | None = None
    """mark, content, header, prolog, detector, or nothing."""
    wire_octets: int | None = None
    decoded_octets: int | None = None
    capture_key: str | None = None


async def fetch_page(
    url: str, *, fetcher: Fetcher, db: Database, captures: CaptureStore
) -> FetchReport:
    """
    Fetch ``url`` once, as a page: robots.txt is obeyed.

    Raises:
        CaptureError: What came cannot be kept.
    """
    if not url.lower().startswith(("http://", "https://")):
        reason = f"{url!r} is no web address; begin it with https://"
        return FetchReport(url=stored_url(url), outcome=Outcome.FAILED, reason=reason)
    source = Source(name=SOURCE, kind="feed", url=url, max_mib=20)
    fetched = await fetcher.fetch(source, None, parser_version="", obeys_robots=True)
    with db.write() as session:
        if fetched.capture is not None and fetched.body is not None:
            captures.put(fetched.body)
            capture_store.put_capture(session, fetched.capture)
        source_store.put_robots_texts(session, fetcher.take_robots())
    return _report(url, fetched)


def _report(url: str, fetched: Fetched) -> FetchReport:
    report = FetchReport(url=stored_url(url), outcome=fetched.outcome, reason=fetched.reason)
    capture, body = fetched.capture, fetched.body
    if capture is None or body is None:
        return report
    text = decode(body, capture.content_type)
    return report.model_copy(
        update={
            "status": capture.status,
            "final_url": capture.final_url,
            "content_type": capture.content_type or None,
            "content_encoding": capture.headers.get("content-encoding"),
            "charset": text.charset,
            "charset_known_by": text.known_by,
            "wire_octets": fetched.wire_octets,
            "decoded_octets": len(body),
            "capture_key": capture.key,
        }
    )
