"""
Say which captures have been kept long enough.

Pure: takes what is known of each capture, gives the keys of those that may go.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol


class Note(Protocol):
    """As much of a capture as is decided by."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def listing(self) -> str:
        """Key of the first page of its listing: its own on a first or only page."""

    @property
    def body_sha256(self) -> str:
        """Its body; several captures may share one."""

    @property
    def fetched_at(self) -> datetime:
        """Aware."""


def outlived(
    notes: Iterable[Note],
    *,
    keys: Collection[str],
    moments: Collection[datetime],
    sizes: Mapping[str, int],
    before: datetime,
    max_bytes: int | None,
) -> list[str]:
    """
    Choose the captures that may go, oldest first; the pages of one listing go together.

    Args:
        notes: All captures.
        keys: Captures that are kept for good.
        moments: Seconds, UTC; what was fetched in one of them is kept for good as well.
        sizes: Octets each body takes up; one that is not there takes none.
        before: Older captures go.
        max_bytes: What may be left; the oldest go until that is so. None: any amount.

    Returns:
        Keys. More than ``max_bytes`` is left where what is kept for good is more.
    """
    fetches: dict[str, list[Note]] = defaultdict(list)
    for note in sorted(notes, key=lambda note: (note.fetched_at, note.key)):
        fetches[note.listing].append(note)
    users = Counter(note.body_sha256 for pages in fetches.values() for note in pages)
    total = sum(sizes.get(sha256, 0) for sha256 in users)
    gone: list[str] = []
    for pages in fetches.values():
        is_large = max_bytes is not None and total > max_bytes
        if _is_kept(pages, keys=keys, moments=moments):
            continue
        if pages[0].fetched_at < before or is_large:
            gone += [note.key for note in pages]
            total -= _freed(pages, users, sizes)
    return gone


def _is_kept(
    pages: Sequence[Note], *, keys: Collection[str], moments: Collection[datetime]
) -> bool:
    return any(
        note.key in keys or note.fetched_at.astimezone(UTC).replace(microsecond=0) in moments
        for note in pages
    )


def _freed(pages: Sequence[Note], users: Counter[str], sizes: Mapping[str, int]) -> int:
    """Take pages out of the count of who uses which body; give the octets nobody uses any more."""
    freed = 0
    for note in pages:
        users[note.body_sha256] -= 1
        if not users[note.body_sha256]:
            freed += sizes.get(note.body_sha256, 0)
    return freed
