"""A folder of this machine as a place for captures."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from digest.sources.shelves.base import COMING, LEAVING, Entry


class FolderShelf:
    """A folder of this machine; many processes may share it."""

    is_url = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.shown = str(folder)

    def read(self, name: str) -> bytes:
        """Give a file."""
        return (self._folder / name).read_bytes()

    def read_many(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give the files that are there, one after the other."""
        for name in names:
            try:
                content = self.read(name)
            except FileNotFoundError:
                continue
            yield name, content

    def write(self, name: str, content: bytes, *, is_vital: bool = True) -> None:
        """Write so that a reader, at any moment, finds all of the file or none of it."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=COMING, delete=False) as file:
            try:
                file.write(content)
                file.flush()
                if is_vital:
                    os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink()
                raise

    def touch(self, name: str) -> bool:
        """Make a file count as written now."""
        try:
            os.utime(self._folder / name)
        except OSError:
            return False
        return True

    def entries(self, under: str) -> Iterator[Entry]:
        """Give all files below a folder."""
        for folder, _, files in os.walk(self._folder / under):
            for file in files:
                path = Path(folder, file)
                try:
                    stat = path.stat()
                except FileNotFoundError:
                    continue  # a file that was being written has its last name by now
                changed_at = datetime.fromtimestamp(stat.st_mtime, UTC)
                yield Entry(path.relative_to(self._folder).as_posix(), stat.st_size, changed_at)

    def folders(self, under: str) -> list[str]:
        """Give the names of the folders right below a folder."""
        try:
            return sorted(path.name for path in (self._folder / under).iterdir() if path.is_dir())
        except FileNotFoundError:
            return []

    def remove(self, name: str, *, unless_written_since: datetime | None = None) -> bool:
        """
        Take a file away.

        It is moved aside before its time is looked at again: a writer that touched it just before
        gets it back, and one that comes later finds it gone and writes it anew.
        """
        path = self._folder / name
        aside = path.with_name(f"{path.name}{LEAVING}")
        try:
            if _is_fresh(path, unless_written_since):
                return False
            path.replace(aside)
        except FileNotFoundError:
            return False
        if _is_fresh(aside, unless_written_since):
            aside.replace(path)
            return False
        aside.unlink()
        return True


def _is_fresh(path: Path, since: datetime | None) -> bool:
    return since is not None and path.stat().st_mtime >= since.timestamp()
