"""
What a place for captures can do: keep whole files under names with slashes.

What goes wrong in one is an OSError.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

SETTING = "DIGEST_CAPTURES_DIR"
COMING = ".coming-"
"""Beginning of the name of a file that is being written."""
LEAVING = ".leaving"
"""End of the name of a file that is being taken away."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file on a shelf."""

    name: str
    size: int
    """Octets as it lies there."""
    changed_at: datetime | None
    """When it was last written; None where the place does not say."""


class Shelf(Protocol):
    """Whole files under names such as ``ab/cd/name``."""

    shown: str
    """The place as it may be shown: without user name and password."""
    is_url: bool

    def read(self, name: str) -> bytes:
        """Give a file. Raises FileNotFoundError, or another OSError."""

    def read_many(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give the files that are there, in no order."""

    def write(self, name: str, content: bytes, *, is_vital: bool = True) -> None:
        """Put a file in place of an older one; a vital one is on the disk when this returns."""

    def touch(self, name: str) -> bool:
        """Make a file count as written now; False where that cannot be done without writing it."""

    def entries(self, under: str) -> Iterator[Entry]:
        """Give all files below a folder, in no order; none where there is no such folder."""

    def folders(self, under: str) -> list[str]:
        """Give the names of the folders right below a folder, sorted."""

    def remove(self, name: str, *, unless_written_since: datetime | None = None) -> bool:
        """Take a file away; False where it was not there, or was written since then."""


def is_scrap(name: str) -> bool:
    """Tell whether a file is left over from writing or taking away another."""
    return name.rpartition("/")[2].startswith(COMING) or name.endswith(LEAVING)
