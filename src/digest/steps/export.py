"""Write an edition to files, as a reader would see it: HTML, text, and one finished mail."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from digest.errors import DigestError, IssueError
from digest.mail.stationery import Brand
from digest.model import Delivery
from digest.steps.composing import composer
from digest.store import issues as store
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
