"""
From kept captures to stored launches, once more: the same rows, without asking any site.

On a database that is in use, what captures since a moment brought is taken away and made again, in
one transaction a source; what came before stands.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from digest.errors import DigestError, NotFoundError
from digest.model import Source
from digest.sources.captures import Described
from digest.steps.remake import ReplayParts, SourceReplay, remake
from digest.store import rewind
from digest.store.engine import Database


def replay(
    parts: ReplayParts,
    *,
    since: datetime | None = None,
    names: Collection[str] = (),
    skips_damaged: bool = False,
    on_report: Callable[[SourceReplay], None] = lambda _report: None,
) -> tuple[SourceReplay, ...]:
    """
    Make launches and readings anew from captures.

    Args:
        parts: What to work with.
        since: Aware; only captures fetched then or later are read again. None: all that are kept.
        names: Sources; empty for every one that has captures.
        skips_damaged: Pass over what cannot be read any more, instead of stopping there.
        on_report: Called with each source's report as soon as it is stored.

    Returns:
        One report for each source, by name.

    Raises:
        NotFoundError: A name is no source that has captures or stands in the sources file.
        DigestError: Captures since then are no longer kept: launches would be lost.
        CaptureError: A capture is damaged; its source is as it was, those before it are done.
    """
    kept: dict[str, list[Described]] = defaultdict(list)
    for each in parts.captures.described(since=since):
        kept[each.source].append(each)
    chosen = _chosen(names, kept=kept, sources=parts.sources)
    _require_all(parts.db, chosen, kept=kept, since=since)
    reports = []
    for name in chosen:
        report = remake(name, kept[name], parts=parts, since=since, skips_damaged=skips_damaged)
        reports.append(report)
        on_report(report)
    return tuple(reports)


def _chosen(
    names: Collection[str], *, kept: Mapping[str, object], sources: Sequence[Source]
) -> list[str]:
    known = {*kept, *(source.name for source in sources)}
    unknown = sorted(set(names) - known)
    if unknown:
        raise NotFoundError("source", unknown[0], f"known are: {', '.join(sorted(known))}")
    return sorted(names or kept)


def _require_all(
    db: Database,
    names: Sequence[str],
    *,
    kept: Mapping[str, Sequence[Described]],
    since: datetime | None,
) -> None:
    """Refuse to take away what cannot be made again."""
    with db.read() as session:
        lost = [
            (at, name)
            for name in names
            if (at := lost_at(session, name, kept=kept.get(name, ()), since=since))
        ]
    if lost:
        at, name = max(lost)
        after = at.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        raise DigestError(
            f"source {name}: captures that launches rest on are no longer kept, the newest of "
            f"{at:%Y-%m-%d %H:%M} UTC; replay what came after them, with --since "
            f"{after.isoformat()}, or restore the captures from their backup"
        )


def lost_at(
    session: Session, name: str, *, kept: Sequence[Described], since: datetime | None
) -> datetime | None:
    """Give when the newest capture since then was read that is kept no more, but could be read."""
    keys = [each.key for each in kept]
    return rewind.newest_lost(session, name, since=since, kept=keys)
