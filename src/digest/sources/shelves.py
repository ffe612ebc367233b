"""
The places captures can lie in: a folder, or whatever an fsspec URL names (S3, memory, SFTP …).

A shelf keeps whole files under names with slashes. What goes wrong on it is an OSError.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from digest.errors import SettingsError
from digest.sources.address import stored_url

SETTING = "DIGEST_CAPTURES_DIR"
TOGETHER = 100
"""Files asked for at once where a place can be asked for many."""

Found = TypeVar("Found")


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


def open_shelf(place: Path | str) -> Shelf:
    """Give the shelf at a path or URL; nothing is opened or made yet."""
    text = str(place)
    if "://" not in text:
        return FolderShelf(Path(text))
    parts = urlsplit(text)
    if parts.scheme in {"file", "local"}:
        return FolderShelf(Path(unquote(parts.netloc + parts.path)))
    return UrlShelf(text)


class FolderShelf:
    """A folder of this machine; many processes may share it."""

    is_url = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.shown = str(folder)

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def read_many(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
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
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
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
        try:
            os.utime(self._folder / name)
        except OSError:
            return False
        return True

    def entries(self, under: str) -> Iterator[Entry]:
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
        aside = path.with_name(f"{path.name}.leaving")
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


class UrlShelf:
    """
    A place that fsspec knows how to reach.

    An object store shows a file whole or not at all. Other places may show half of one that is
    being written; whoever reads a capture checks its hash.
    """

    is_url = True

    def __init__(self, url: str) -> None:
        self._url = url
        self.shown = stored_url(url)

    def read(self, name: str) -> bytes:
        found: bytes = self._do(lambda: self._files.cat_file(self._path(name)))
        return found

    def read_many(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for start in range(0, len(names), TOGETHER):
            paths = {self._path(name): name for name in names[start : start + TOGETHER]}
            found = self._do(lambda paths=paths: self._files.cat(list(paths), on_error="return"))  # type: ignore[misc] # mypy infers no lambda with a default
            for path, content in found.items():
                if isinstance(content, bytes):
                    yield paths[path], content
                elif not isinstance(content, FileNotFoundError):
                    raise _as_os_error(content) from content

    def write(self, name: str, content: bytes, *, is_vital: bool = True) -> None:
        del is_vital  # such a place answers when it has the file
        path = self._path(name)

        def put() -> None:
            self._files.pipe_file(path, content)

        try:
            self._do(put)
        except FileNotFoundError:  # a place with real folders, and this one is not there yet
            self._do(lambda: self._files.makedirs(path.rpartition("/")[0], exist_ok=True))
            self._do(put)

    def touch(self, name: str) -> bool:
        del name
        return False

    def entries(self, under: str) -> Iterator[Entry]:
        for path, info in self._below(under).items():
            if info.get("type") == "file":
                yield Entry(self._name(path), int(info.get("size") or 0), _changed_at(info))

    def _below(self, under: str) -> dict[str, dict[str, Any]]:
        def find() -> dict[str, dict[str, Any]]:
            self._files.invalidate_cache()
            found: dict[str, dict[str, Any]] = self._files.find(self._path(under), detail=True)
            return found

        try:
            return self._do(find)
        except FileNotFoundError:
            return {}

    def folders(self, under: str) -> list[str]:
        def look() -> list[dict[str, Any]]:
            self._files.invalidate_cache()
            found: list[dict[str, Any]] = self._files.ls(self._path(under), detail=True)
            return found

        try:
            infos = self._do(look)
        except FileNotFoundError:
            return []
        paths = (info["name"].rstrip("/") for info in infos if info["type"] == "directory")
        return sorted(path.rpartition("/")[2] for path in paths)

    def remove(self, name: str, *, unless_written_since: datetime | None = None) -> bool:
        path = self._path(name)
        try:
            if unless_written_since is not None:
                changed_at = _changed_at(self._do(lambda: self._files.info(path)))
                if changed_at is None or changed_at >= unless_written_since:
                    return False
            self._do(lambda: self._files.rm_file(path))
        except FileNotFoundError:
            return False
        return True

    @cached_property
    def _place(self) -> tuple[Any, str]:
        import fsspec  # noqa: PLC0415 # a tenth of a second that a folder need not pay

        try:
            files, root = fsspec.core.url_to_fs(self._url)
        except ImportError as error:
            raise SettingsError(
                SETTING, f"{self.shown} needs one more package ({error}); install it beside digest"
            ) from error
        except ValueError as error:
            raise SettingsError(
                SETTING, f"{self.shown} names no place that is known ({error}); name a folder"
            ) from error
        return files, root.rstrip("/")

    @property
    def _files(self) -> Any:
        return self._place[0]

    def _path(self, name: str) -> str:
        return f"{self._place[1]}/{name}".rstrip("/")

    def _name(self, path: str) -> str:
        root = self._place[1].lstrip("/")
        return path.lstrip("/").removeprefix(f"{root}/" if root else "")

    def _do(self, act: Callable[[], Found]) -> Found:
        """Let the place act; each kind of place has errors of its own, and we know only one."""
        try:
            return act()
        except (OSError, SettingsError):
            raise
        except Exception as error:
            raise _as_os_error(error) from error


def _as_os_error(error: BaseException) -> OSError:
    return error if isinstance(error, OSError) else OSError(f"{type(error).__name__}: {error}")


def _changed_at(info: dict[str, Any]) -> datetime | None:
    """Read when a file was written, under whichever name the kind of place says it."""
    for name in ("LastModified", "last_modified", "mtime", "updated", "modified", "created"):
        value = info.get(name)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                continue
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None
