"""Give out what is stored: an edition as files, as a reader would see it, and all launches."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from digest.errors import DigestError, IssueError
from digest.mail.stationery import Brand
from digest.model import Delivery, Launch
from digest.steps.composing import composer
from digest.store import issues as store
from digest.store import launches as launch_store
from digest.store.engine import Database

READER = "example-reader-0"
"""Stands for a reader in the exported mail; its links lead to nobody's subscription."""
ADDRESS = "reader@example.net"


def export_issue(
    db: Database,
    week: str,
    *,
    directory: Path,
    brand: Brand,
    secret: bytes,
    clock: Callable[[], datetime],
) -> tuple[Path, ...]:
    """
    Write issue.html, issue.txt and issue.eml into ``directory``, replacing older ones.

    Raises:
        NotFoundError: There is no such issue.
        IssueError: It has no edition yet.
        DigestError: The folder cannot be written to.
    """
    with db.read() as session:
        store.issue_row(session, week)
        edition = store.edition_of(session, week)
        issue = store.issue_of(session, week)
    if edition is None or issue is None:
        raise IssueError(week, f"it has no edition yet: digest build --week {week}")
    compose = composer(edition, issue, brand=brand, secret=secret, clock=clock)
    delivery = Delivery(week=week, subscriber=READER, address=ADDRESS, changed_at=clock())
    contents = {
        "issue.html": edition.html.encode(),
        "issue.txt": edition.text.encode(),
        "issue.eml": compose(delivery).content,
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (directory / name).write_bytes(content)
    except OSError as error:
        raise DigestError(
            f"{directory}: cannot be written to ({error.strerror}); name another folder with --dir"
        ) from error
    return tuple(directory / name for name in contents)


def export_launches(
    db: Database, *, sources: Collection[str] = (), since: datetime | None = None
) -> Iterator[Launch]:
    """
    Give launches as they were read, times in UTC, always in one order: by source and native id.

    What we made of them since (their tool, when they were last seen) is left out: the same
    captures give the same launches, whenever they are read.

    Args:
        db: Where they are stored.
        sources: Only those of these sources; empty for all.
        since: Aware; only those first seen then or later.
    """
    with db.read() as session:
        for launch in launch_store.each_launch(session, sources=sources, since=since):
            times = {
                name: value.astimezone(UTC)
                for name in ("launched_at", "first_seen_at")
                if (value := getattr(launch, name)) is not None
            }
            yield launch.model_copy(update=times)
