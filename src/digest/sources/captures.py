"""
The store of captures: each body once under its own hash, and beside them what each fetch was.

Bodies and descriptions are enough to make all launches again; the database is not needed for that.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import zstandard

from digest.errors import CaptureError
from digest.sources.shelves import Entry, Shelf, open_shelf
from digest.sources.shelves.base import SETTING, is_scrap

DESCRIPTIONS = "meta"
KEY = re.compile(r"[0-9a-f]{64}-(\d{4})(\d{2})(\d{2})T\d{6}", re.ASCII)

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BODY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})\.zst", re.ASCII)
_DESCRIPTION = re.compile(
    rf"{DESCRIPTIONS}/\d{{4}}/\d{{2}}/\d{{2}}/([a-z0-9_-]+)/({KEY.pattern})\.json", re.ASCII
)


def capture_key(url: str, *, status: int, body_sha256: str, fetched_at: datetime) -> str:
    """
    Make the key of a capture: 64 hexadecimal digits, a dash and the UTC time, 80 characters.

    The digits stand for URL, status, body and the time to the microsecond.

    Args:
        url: The address asked for, in its stored form.
        status: HTTP status.
        body_sha256: Of the decoded body.
        fetched_at: Aware.
    """
    moment = fetched_at.astimezone(UTC)
    parts = "\n".join((url, str(status), body_sha256, moment.isoformat(timespec="microseconds")))
    return f"{hashlib.sha256(parts.encode()).hexdigest()}-{moment:%Y%m%dT%H%M%S}"


@dataclass(frozen=True, slots=True)
class Described:
    """Where one fetch is described: its source, and the key of its first capture."""

    source: str
    key: str

    @property
    def second(self) -> str:
        """The UTC second it was fetched in, as text that sorts by time."""
        return self.key.rpartition("-")[2]

    @property
    def name(self) -> str:
        """The name of its file: a folder for each day and source."""
        found = KEY.fullmatch(self.key)
        if found is None:
            raise CaptureError(self.key, "is no key of a capture; pass Capture.key")
        return f"{DESCRIPTIONS}/{'/'.join(found.groups())}/{self.source}/{self.key}.json"


@dataclass(frozen=True, slots=True)
class KeptBody:
    """One body as it lies in the store."""

    sha256: str
    size: int
    """Octets, compressed."""
    changed_at: datetime | None
    """When it was last put; None where the place does not say."""


class CaptureStore:
    """Bodies and descriptions of fetches, in a folder or at a URL; many processes may share it."""

    def __init__(self, place: Path | str, *, wall_ns: Callable[[], int] = time.time_ns) -> None:
        """
        Name the folder, or the URL of another place; it is made with the first body.

        Args:
            place: A path, or a URL that fsspec knows, such as ``s3://bucket/prefix``.
            wall_ns: Nanoseconds of real time: descriptions of one moment are told apart by it,
                also where the program's own clock stands still.
        """
        self._shelf: Shelf = open_shelf(place)
        self._wall_ns = wall_ns

    @property
    def shown(self) -> str:
        """The place as it may be shown."""
        return self._shelf.shown

    def put(self, body: bytes) -> str:
        """
        Keep a body; in a folder, one that is kept already is not written again, a damaged one is.

        Returns:
            Its sha256 in hexadecimal, which :meth:`get` takes.

        Raises:
            CaptureError: It cannot be written, for want of room or permission.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        try:
            # Touched before it is looked at: a sweep that runs now then leaves it where it is.
            if not (self._shelf.touch(_body_name(sha256)) and self._holds(sha256)):
                content = zstandard.ZstdCompressor().compress(body)
                self._shelf.write(_body_name(sha256), content)
        except OSError as error:
            raise self._unwritable(sha256, error) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """
        Give a kept body.

        Raises:
            CaptureError: It is not there, or is not what was kept.
        """
        if not _SHA256.fullmatch(sha256):
            raise CaptureError(sha256, "is no sha256 of a body; pass Capture.body_sha256")
        name = _body_name(sha256)
        try:
            # Fed as a stream: the size a damaged frame claims must not be reserved up front.
            body = zstandard.ZstdDecompressor().decompressobj().decompress(self._shelf.read(name))
        except FileNotFoundError as error:
            raise CaptureError(
                sha256, f"is missing from {self.shown}; restore {self._it} from its backup"
            ) from error
        except OSError as error:
            raise CaptureError(
                sha256,
                f"cannot be read ({_why(error)}); check the rights of {self.shown}/{name}",
            ) from error
        except zstandard.ZstdError as error:
            raise self._damaged(sha256) from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise self._damaged(sha256)
        return body

    def describe(self, described: Described, text: Callable[[int], str]) -> None:
        """
        Keep what is to be said of a fetch, in place of what was said before.

        Args:
            described: Which fetch.
            text: Makes the text from the nanosecond it is kept at.

        Raises:
            CaptureError: It cannot be written.
        """
        try:
            # Not vital: after a power cut the database, if it lived, still has the capture's row.
            content = text(self._wall_ns()).encode()
            self._shelf.write(described.name, content, is_vital=False)
        except OSError as error:
            raise self._unwritable(described.key, error) from error

    def described(self, *, since: datetime | None = None) -> list[Described]:
        """
        Give all fetches that are described, from the day of ``since`` on, by day, then by name.

        Raises:
            CaptureError: The place cannot be looked at.
        """
        first = f"{since.astimezone(UTC):%Y/%m/%d}" if since else ""
        try:
            found = [
                _DESCRIPTION.fullmatch(entry.name)
                for day in self._days()
                if day >= first
                for entry in self._shelf.entries(f"{DESCRIPTIONS}/{day}")
            ]
        except OSError as error:
            raise self._unlooked(error) from error
        return sorted(
            (Described(match[1], match[2]) for match in found if match),
            key=lambda each: (each.second, each.source, each.key),
        )

    def _days(self) -> Iterator[str]:
        for year in self._shelf.folders(DESCRIPTIONS):
            for month in self._shelf.folders(f"{DESCRIPTIONS}/{year}"):
                for day in self._shelf.folders(f"{DESCRIPTIONS}/{year}/{month}"):
                    yield f"{year}/{month}/{day}"

    def descriptions(self, wanted: Sequence[Described]) -> dict[Described, str]:
        """
        Give what is said of these fetches, of those that are described.

        Raises:
            CaptureError: The place cannot be looked at.
        """
        names = {each.name: each for each in wanted}
        try:
            return {
                names[name]: content.decode("utf-8", errors="replace")
                for name, content in self._shelf.read_many(list(names))
            }
        except OSError as error:
            raise self._unlooked(error) from error

    def bodies(self) -> list[KeptBody]:
        """Give all bodies that lie in the store, in no order. Raises CaptureError."""
        return [
            KeptBody(match[1], entry.size, entry.changed_at)
            for entry in self._entries()
            if (match := _BODY.fullmatch(entry.name))
        ]

    def _entries(self) -> Iterator[Entry]:
        try:
            yield from self._shelf.entries("")
        except OSError as error:
            raise self._unlooked(error) from error

    def drop_description(self, described: Described) -> None:
        """Forget what a fetch was; it may be gone already. Raises CaptureError."""
        try:
            self._shelf.remove(described.name)
        except OSError as error:
            raise self._unremovable(described.key, error) from error

    def drop_body(self, sha256: str, *, unless_put_since: datetime) -> bool:
        """
        Take a body away that no kept capture has any more.

        Args:
            sha256: Which.
            unless_put_since: One put since then stays: its capture may not be described yet.

        Returns:
            True if it was taken away; False if it stays, or was gone.

        Raises:
            CaptureError: It cannot be taken away.
        """
        try:
            return self._shelf.remove(_body_name(sha256), unless_written_since=unless_put_since)
        except OSError as error:
            raise self._unremovable(sha256, error) from error

    def drop_scraps(self, *, unless_put_since: datetime) -> None:
        """Take away what programs that were killed left half done. Raises CaptureError."""
        for entry in list(self._entries()):
            if is_scrap(entry.name):
                self._shelf.remove(entry.name, unless_written_since=unless_put_since)

    def wall_now(self) -> datetime:
        """The real time, which files are dated by."""
        return datetime.fromtimestamp(self._wall_ns() / 1e9, UTC)

    def _holds(self, sha256: str) -> bool:
        try:
            self.get(sha256)
        except CaptureError:
            return False
        return True

    @property
    def _it(self) -> str:
        return "it" if self._shelf.is_url else "the folder"

    def _damaged(self, sha256: str) -> CaptureError:
        where = f"{self.shown}/{_body_name(sha256)}"
        return CaptureError(sha256, f"is damaged; restore {where} from its backup or fetch again")

    def _unwritable(self, key: str, error: OSError) -> CaptureError:
        return CaptureError(
            key,
            f"cannot be written to {self.shown} ({_why(error)}); "
            f"make room or set {SETTING} to a folder that can be written",
        )

    def _unremovable(self, key: str, error: OSError) -> CaptureError:
        return CaptureError(
            key, f"cannot be taken out of {self.shown} ({_why(error)}); check its rights"
        )

    def _unlooked(self, error: OSError) -> CaptureError:
        return CaptureError(
            self.shown, f"cannot be looked at ({_why(error)}); check its rights, or {SETTING}"
        )


def _body_name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.zst"


def _why(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
