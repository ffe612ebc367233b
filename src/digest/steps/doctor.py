"""
Try every source's parser on the newest listing kept of it, and on look-alikes: what does it find?

Nothing is fetched and nothing is stored: it says whether a parser still reads what it should.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, Session

from digest.errors import CaptureError
from digest.model import Capture, Outcome, Source, Value
from digest.sources import parsers
from digest.sources.captures import CaptureStore
from digest.sources.health import counts_of
from digest.sources.listings import read_pages
from digest.sources.paging import Response
from digest.store import captures as capture_store
from digest.store.engine import Database


class Finding(Value):
    """What a parser made of one response."""

    source: str
    kind: str
    parser_version: str
    origin: str
    """Where the response is from: "kept" or "look-alike"."""
    fetched_at: datetime | None = None
    """None where nothing is kept of the source."""
    outcome: Outcome | None = None
    reason: str | None = None
    rows: int = 0
    launches: int = 0
    rejected: int = 0
    folded: int = 0
    passed_over: int = 0
    fields: dict[str, int] = Field(default_factory=dict)
    """Launches that have a field, by its name."""
    hits: dict[str, int] = Field(default_factory=dict)
    """Elements each selector of the source fits, where it has selectors."""

    @property
    def is_fine(self) -> bool:
        """True where launches, or a right emptiness, were read; or where there is nothing to read."""
        return self.outcome in {None, Outcome.OK, Outcome.OK_EMPTY}


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A response that ships with the program, in the form of a real site's."""

    source: Source
    body: bytes
    capture: Capture


def examine(
    db: Database,
    captures: CaptureStore,
    sources: Sequence[Source],
    *,
    look_alikes: Sequence[LookAlike] = (),
) -> tuple[Finding, ...]:
    """
    Try the parsers.

    Args:
        db: Which responses are kept.
        captures: Their bodies.
        sources: Each is read from the newest response kept of it.
        look_alikes: Read besides.

    Returns:
        A finding for each source, then one for each look-alike, in the orders given.
    """
    with db.read() as session:
        newest = {source.name: _newest(session, source.name) for source in sources}
    kept = tuple(_kept(source, newest[source.name], captures) for source in sources)
    return (
        *kept,
        *(
            _finding(each.source, [Response(each.capture, each.body)], origin="look-alike")
            for each in look_alikes
        ),
    )


def _newest(session: Session, source: str) -> list[Capture]:
    """Give the pages of a source's newest listing; none where nothing of it is kept."""
    first = capture_store.newest_capture(session, source)
    return capture_store.listing_of(session, first) if first else []


def _kept(source: Source, pages: Sequence[Capture], captures: CaptureStore) -> Finding:
    if not pages:
        return _blank(source, reason="no response of it is kept; it was not read yet")
    try:
        responses = [Response(page, captures.get(page.body_sha256)) for page in pages]
    except CaptureError as error:
        lost = {"outcome": Outcome.FAILED, "fetched_at": pages[0].fetched_at}
        return _blank(source, reason=str(error)).model_copy(update=lost)
    return _finding(source, responses, origin="kept")


def _blank(source: Source, *, reason: str) -> Finding:
    return Finding(
        source=source.name,
        kind=source.kind,
        parser_version=parsers.version_of(source),
        origin="kept",
        reason=reason,
    )


def _finding(source: Source, responses: Sequence[Response], *, origin: str) -> Finding:
    reading = read_pages(source, responses)
    first = responses[0]
    counts = counts_of(reading)
    fields: Mapping[str, int] = {"date": counts.dated or 0, **counts.fills}
    return Finding(
        source=source.name,
        kind=source.kind,
        parser_version=parsers.version_of(source),
        origin=origin,
        fetched_at=first.capture.fetched_at,
        outcome=reading.outcome,
        reason=reading.reason,
        rows=reading.rows,
        launches=counts.items,
        rejected=reading.rejected,
        folded=reading.folded,
        passed_over=reading.passed_over,
        fields=dict(fields),
        hits=parsers.hits_of(first.capture, first.body, source),
    )
