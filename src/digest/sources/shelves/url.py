"""A place that fsspec knows how to reach, as a place for captures."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, TypeVar

from digest.errors import SettingsError
from digest.sources.address import stored_url
from digest.sources.shelves.base import SETTING, Entry

TOGETHER = 100
"""Files asked for at once."""

Found = TypeVar("Found")


class UrlShelf:
    """
    A place that fsspec knows how to reach.

    An object store shows a file whole or not at all. Other places may show half of one that is
    being written; whoever reads a capture checks its hash.
    """

    is_url = True

    def __init__(self, url: str) -> None:
        """
        Take a URL; nothing is connected to yet.

        Raises:
            SettingsError: Nothing here knows such places: said before anything is fetched.
        """
        self._url = url
        self.shown = stored_url(url)
        self._require_kind(url.partition("://")[0].split("::"))

    def read(self, name: str) -> bytes:
        """Give a file."""
        found: bytes = self._do(lambda: self._files.cat_file(self._path(name)))
        return found

    def read_many(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give the files that are there, many asked for at once."""
        for start in range(0, len(names), TOGETHER):
            part = names[start : start + TOGETHER]
            for path, content in self._do(partial(self._cat, part)).items():
                if isinstance(content, bytes):
                    yield self._name(path), content
                elif not isinstance(content, FileNotFoundError):
                    raise _as_os_error(content) from content

    def _cat(self, names: Sequence[str]) -> dict[str, bytes | Exception]:
        paths = [self._path(name) for name in names]
        found: dict[str, bytes | Exception] = self._files.cat(paths, on_error="return")
        return found

    def write(self, name: str, content: bytes, *, is_vital: bool = True) -> None:
        """Put a file; where the place has real folders, they are made."""
        del is_vital  # such a place answers when it has the file

        def put() -> None:
            self._files.pipe_file(self._path(name), content)

        def make_folder() -> None:
            self._files.makedirs(self._path(name).rpartition("/")[0], exist_ok=True)

        try:
            self._do(put)
        except FileNotFoundError:  # a place with real folders, and this one is not there yet
            self._do(make_folder)
            self._do(put)

    def touch(self, name: str) -> bool:
        """Say that it cannot be done: a file would have to be written again."""
        del name
        return False

    def entries(self, under: str) -> Iterator[Entry]:
        """Give all files below a folder."""
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
        """Give the names of the folders right below a folder."""

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
        """Take a file away; between looking at its time and that lies one request."""
        try:
            if unless_written_since is not None:
                changed_at = _changed_at(self._do(lambda: self._files.info(self._path(name))))
                if changed_at is None or changed_at >= unless_written_since:
                    return False
            self._do(lambda: self._files.rm_file(self._path(name)))
        except FileNotFoundError:
            return False
        return True

    def _require_kind(self, kinds: Sequence[str]) -> None:
        import fsspec  # noqa: PLC0415 # a tenth of a second that a folder need not pay

        try:
            for kind in kinds:
                fsspec.get_filesystem_class(kind)
        except ImportError as error:
            raise SettingsError(
                SETTING, f"{self.shown} needs one more package ({error}); install it beside digest"
            ) from error
        except ValueError as error:
            raise SettingsError(
                SETTING, f"{self.shown} is no kind of place that is known; name a folder"
            ) from error

    @cached_property
    def _place(self) -> tuple[Any, str]:
        import fsspec  # noqa: PLC0415 # as above

        files, root = fsspec.core.url_to_fs(self._url)
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
