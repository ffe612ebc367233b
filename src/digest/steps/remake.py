"""
One source's launches, taken back to an earlier moment and made again from its captures.

Its captures are read in the order they came, through the code that ingestion uses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from digest.errors import CaptureError, NotFoundError
from digest.model import Source, SourceState, Value
from digest.sources import parsers
from digest.sources.captures import CaptureStore, Described
from digest.steps.keeping import Fetch, find, responses_of
from digest.steps.record import GOOD_OUTCOMES, past_of, read_fetched, store_reading
from digest.store import captures as capture_store
from digest.store import rewind
from digest.store import sources as source_store
from digest.store.engine import Database

TOLD_BY_CONTENT = (
    *("outcome", "reason", "items", "checked_at", "good_at", "complete_at"),
    *("etag", "last_modified", "validator_url"),
)
"""What of a source's state follows from its captures; the rest is between us, its host and the
operator, and no replay changes it."""


class SourceReplay(Value):
    """What one source's captures were made into."""

    source: str
    captures: int = 0
    """Fetches read again; a listing of several pages is one."""
    damaged: int = 0
    """Fetches passed over, since a body or description of theirs is damaged or gone."""
    launches: int = 0
    """Launches stored now."""
    new: int = 0
    """Of these, launches that were not stored before."""
    changed: int = 0
    """Launches that read otherwise now."""
    gone: int = 0
    """Launches that were stored before and are not found in any capture now."""


@dataclass(frozen=True, slots=True)
class ReplayParts:
    """What a replay works with; nothing in it can reach a network."""

    db: Database
    captures: CaptureStore
    sources: Sequence[Source]
    """As the sources file has them now; one that is gone from it is read as it stood then."""


@dataclass(slots=True)
class _Before:
    """How a source stood in the database before anything was taken away."""

    launches: dict[str, dict[str, Any]]
    readings: list[rewind.PastReadingNote]
    state: SourceState | None


@dataclass(slots=True)
class _Work:
    """One source's fetches since the moment, in the order they came, and how many are damaged."""

    fetches: list[Fetch] = field(default_factory=list)
    damaged: int = 0


def remake(
    name: str,
    described: Sequence[Described],
    *,
    parts: ReplayParts,
    since: datetime | None,
    skips_damaged: bool,
) -> SourceReplay:
    """
    Read a source's captures again, all in one transaction.

    Args:
        name: The source.
        described: Its fetches, from the day of ``since`` on.
        parts: What to work with.
        since: Aware; earlier fetches are left alone. None: none is.
        skips_damaged: Pass over what cannot be read any more.

    Raises:
        CaptureError: One cannot be read; nothing has changed.
    """
    with parts.db.write() as session:
        rewind.hold(session)
        work = _work(
            [*described, *_just_stored(session, name, described, since=since)],
            parts=parts,
            since=since,
            skips_damaged=skips_damaged,
        )
        if not work.fetches:
            count = len(rewind.launch_rows(session, name))
            return SourceReplay(source=name, damaged=work.damaged, launches=count)
        before = _take_back(session, name, work.fetches)
        for fetch in list(work.fetches):
            try:
                _read_again(session, fetch, parts=parts)
            except CaptureError:
                if not skips_damaged:
                    raise
                work.fetches.remove(fetch)
                work.damaged += 1
        return _settled(session, name, work, before=before)


def _just_stored(
    session: Session, name: str, described: Sequence[Described], *, since: datetime | None
) -> list[Described]:
    """Find what an ingestion has stored since the captures were listed."""
    listed = {each.key for each in described}
    stored = (Described(name, key) for key in capture_store.first_keys(session, name) - listed)
    first = f"{since.astimezone(UTC):%Y%m%dT%H%M%S}" if since else ""
    return [each for each in stored if each.second >= first]


def _work(
    described: Sequence[Described],
    *,
    parts: ReplayParts,
    since: datetime | None,
    skips_damaged: bool,
) -> _Work:
    """Read the descriptions; of those of the first second, only what came in time counts."""
    work = _Work()
    try:
        found = find(parts.captures, described)
    except CaptureError:
        if not skips_damaged:
            raise
        found = []
        for each in described:
            try:
                found += find(parts.captures, [each])
            except CaptureError:
                work.damaged += 1
        found.sort(key=lambda fetch: fetch.order)
    work.fetches = [
        fetch for fetch in found if since is None or fetch.captures[0].fetched_at >= since
    ]
    return work


def _take_back(session: Session, name: str, fetches: Sequence[Fetch]) -> _Before:
    """Put the source back to where it stood before the first of these fetches."""
    first = fetches[0]
    before = _Before(
        launches=rewind.launch_rows(session, name),
        readings=rewind.readings_of_captures(session, name),
        state=source_store.source_state(session, name),
    )
    rewind.take_back(
        session,
        name,
        cutoff=first.captures[0].fetched_at,
        keys=[fetch.captures[0].key for fetch in fetches],
    )
    found_at, items = rewind.last_found(session, name)
    blank = SourceState(source=name, kind=first.source.kind, url=first.source.url)
    told = {each: getattr(blank, each) for each in TOLD_BY_CONTENT}
    told |= {"good_at": found_at, "complete_at": found_at, "items": items}
    source_store.put_source_state(session, (before.state or blank).model_copy(update=told))
    return before


def _read_again(session: Session, fetch: Fetch, *, parts: ReplayParts) -> None:
    """Do with a kept fetch what ingestion did with it."""
    source = read_as(fetch.source, parts.sources)
    responses = responses_of(parts.captures, fetch)
    at = fetch.captures[0].fetched_at
    past = past_of(session, source.name, before=at)
    reading = read_fetched(
        source, fetch.fetched, responses, past=past, trouble=fetch.trouble, at=at
    )
    store_reading(
        session,
        source,
        reading,
        captures=fetch.captures,
        fetched=fetch.fetched,
        now=fetch.captures[-1].fetched_at,
    )


def read_as(then: Source, sources: Sequence[Source]) -> Source:
    """
    Give the source a capture is read for: as the sources file has it now, else as it was.

    Raises:
        NotFoundError: Its kind is none that this program reads.
    """
    now = next((each for each in sources if each.name == then.name), then)
    source = now if now.kind == then.kind else then
    if source.kind not in parsers.KINDS:
        known = ", ".join(sorted(parsers.KINDS))
        raise NotFoundError("kind of source", source.kind, f"this program reads: {known}")
    return source


def _settled(session: Session, name: str, work: _Work, *, before: _Before) -> SourceReplay:
    """Give back what no capture says, and count what is other than before."""
    rewind.give_back(session, name, before.launches)
    after = rewind.launch_rows(session, name)
    gone = before.launches.keys() - after.keys()
    rewind.make_due(session, {tool for each in gone if (tool := before.launches[each]["tool"])})
    _settle_state(session, name, before)
    old = before.launches
    return SourceReplay(
        source=name,
        captures=len(work.fetches),
        damaged=work.damaged,
        launches=len(after),
        new=len(after.keys() - old.keys()),
        changed=sum(
            not rewind.is_same_launch(old[each], after[each]) for each in after.keys() & old.keys()
        ),
        gone=len(gone),
    )


def _settle_state(session: Session, name: str, before: _Before) -> None:
    """
    Say how the source stands.

    Where its last capture reads as well as it did, all that was learnt of it later without a
    capture still holds: unchanged answers, refused connections.
    """
    if before.state is None:
        return
    now = source_store.source_state(session, name) or before.state
    readings = rewind.readings_of_captures(session, name)
    old, new = (
        [(note.capture_key, note.outcome) for note in notes]
        for notes in (before.readings, readings)
    )
    is_good = bool(new) and new[-1][1] in GOOD_OUTCOMES
    stands = new == old or (is_good and new[-1:] == old[-1:])
    told = ("items",) if stands else TOLD_BY_CONTENT
    source_store.put_source_state(
        session, before.state.model_copy(update={each: getattr(now, each) for each in told})
    )
