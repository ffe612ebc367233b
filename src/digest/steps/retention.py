"""
Take away captures that have been kept long enough; what issues rest on is kept for good.

May be cut off at any point and run again: descriptions go first, then the database's rows, which
say what is still to do, and bodies last, so that nothing ever speaks of a body that is not there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from digest.model import Value
from digest.sources.captures import CaptureStore, Described, KeptBody
from digest.sources.retention import outlived
from digest.steps.keeping import find
from digest.store import captures as store
from digest.store import health as health_store
from digest.store.captures import CaptureNote
from digest.store.engine import Database

REST = timedelta(days=1)
"""Age below which a body that belongs to no capture is left: its fetch may be under way."""


class PruneReport(Value):
    """What was taken away, or would be, and what is left."""

    is_rehearsal: bool
    captures: int
    """Captures taken away."""
    bodies: int
    """Bodies taken away: theirs that nothing else has, and those that belonged to none."""
    octets: int
    """What that frees, compressed."""
    left: int
    """Captures that are kept."""
    left_octets: int
    for_good: int
    """Of the captures kept, those too old or too many that something rests on."""
    unknown: int
    """Fetches that are kept, since this database knows nothing of them."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long captures are kept, and how much of them."""

    keep: timedelta
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class _Stock:
    """All there is: what the database knows, and what lies in the store."""

    notes: list[CaptureNote]
    bodies: list[KeptBody]
    described: list[Described]
    unknown_bodies: frozenset[str]
    """Bodies of fetches that the database knows nothing of."""
    unknown: int

    @property
    def sizes(self) -> dict[str, int]:
        """Octets by body."""
        return {body.sha256: body.size for body in self.bodies}


def prune(
    db: Database,
    captures: CaptureStore,
    *,
    bounds: Bounds,
    now: datetime,
    also_kept: Collection[str] = (),
    is_rehearsal: bool = False,
) -> PruneReport:
    """
    Take away what is older than the bounds allow, or more.

    Kept for good are captures that facts of compared tools stand on, that issues quote, the newest
    well-read one of each source, what open incidents show, and ``also_kept``.

    Args:
        db: What knows the captures.
        captures: Where they lie.
        bounds: How much is kept.
        now: What ages count to.
        also_kept: Keys of further captures that something rests on.
        is_rehearsal: Only say what would be taken away.

    Raises:
        CaptureError: The store cannot be looked at or written to; run it again.
    """
    stock = _taken(db, captures)
    with db.read() as session:
        keys = store.cited_keys(session) | store.newest_found(session) | set(also_kept)
        for incident in health_store.open_incidents(session).values():
            keys |= {incident.capture_before, incident.capture_during}
        moments = store.cited_moments(session)
    choose = partial(
        outlived,
        stock.notes,
        sizes=stock.sizes,
        before=now - bounds.keep,
        max_bytes=bounds.max_bytes,
    )
    gone = choose(keys=keys, moments=moments)
    due = choose(keys=(), moments=())
    rested = captures.wall_now() - REST  # files have the real time, whatever the program's clock
    orphans = _orphans(stock, gone=set(gone), before=rested)
    if not is_rehearsal:
        orphans = _drop(db, captures, stock, gone=gone, orphans=orphans, before=rested)
    sizes = stock.sizes
    freed = sum(sizes[sha256] for sha256 in orphans)
    return PruneReport(
        is_rehearsal=is_rehearsal,
        captures=len(gone),
        bodies=len(orphans),
        octets=freed,
        left=len(stock.notes) - len(gone),
        left_octets=sum(sizes.values()) - freed,
        for_good=len(set(due) - set(gone)),
        unknown=stock.unknown,
    )


def _taken(db: Database, captures: CaptureStore) -> _Stock:
    """
    Take stock.

    Bodies are listed first and the database is asked last: what is stored meanwhile has a body
    that is not in the list, or a capture that is found.
    """
    bodies = captures.bodies()
    described = captures.described()
    with db.read() as session:
        notes = store.capture_notes(session)
    known = {note.key for note in notes}
    unknown = [each for each in described if each.key not in known]
    fetches = find(captures, unknown)
    return _Stock(
        notes=notes,
        bodies=bodies,
        described=described,
        unknown_bodies=frozenset(
            capture.body_sha256 for fetch in fetches for capture in fetch.captures
        ),
        unknown=len(unknown),
    )


def _orphans(stock: _Stock, *, gone: Collection[str], before: datetime) -> list[str]:
    """Give the bodies that no capture has any more, unless they were put just now."""
    used = {note.body_sha256 for note in stock.notes if note.key not in gone}
    return [
        body.sha256
        for body in stock.bodies
        if body.sha256 not in used
        and body.sha256 not in stock.unknown_bodies
        and body.changed_at is not None
        and body.changed_at < before
    ]


def _drop(
    db: Database,
    captures: CaptureStore,
    stock: _Stock,
    *,
    gone: Sequence[str],
    orphans: Sequence[str],
    before: datetime,
) -> list[str]:
    """Take all that away, bodies last; give those that went."""
    leaving = set(gone)
    for each in stock.described:
        if each.key in leaving:
            captures.drop_description(each)
    with db.write() as session:
        store.drop_captures(session, gone)
    captures.drop_scraps(unless_put_since=before)
    return [sha256 for sha256 in orphans if captures.drop_body(sha256, unless_put_since=before)]
