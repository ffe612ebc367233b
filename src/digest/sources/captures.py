"""The folder of response bodies: each is kept once, under its own hash, and never changed."""

import hashlib
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import zstandard

from digest.errors import CaptureError

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


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


class CaptureStore:
    """Bodies in a folder, compressed; many processes may share it."""

    def __init__(self, directory: Path) -> None:
        """Name the folder; it is made with the first body."""
        self._directory = directory

    def put(self, body: bytes) -> str:
        """
        Keep a body; one that is kept already is not written again, a damaged one is mended.

        Returns:
            Its sha256 in hexadecimal, which :meth:`get` takes.

        Raises:
            CaptureError: It cannot be written, for want of room or permission.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        try:
            if not self._holds(sha256):
                self._write(self._path(sha256), zstandard.ZstdCompressor().compress(body))
        except OSError as error:
            raise CaptureError(
                sha256,
                f"cannot be written to {self._directory} ({error.strerror}); "
                "make room or set DIGEST_CAPTURES_DIR to a folder that can be written",
            ) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """
        Give a kept body.

        Raises:
            CaptureError: It is not there, or is not what was kept.
        """
        if not _SHA256.fullmatch(sha256):
            raise CaptureError(sha256, "is no sha256 of a body; pass Capture.body_sha256")
        path = self._path(sha256)
        try:
            # Fed as a stream: the size a damaged frame claims must not be reserved up front.
            body = zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
        except FileNotFoundError as error:
            raise CaptureError(
                sha256, f"is missing from {self._directory}; restore the folder from its backup"
            ) from error
        except OSError as error:
            raise CaptureError(
                sha256, f"cannot be read ({error.strerror}); check the rights of {path}"
            ) from error
        except zstandard.ZstdError as error:
            raise self._damaged(sha256) from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise self._damaged(sha256)
        return body

    def _holds(self, sha256: str) -> bool:
        try:
            self.get(sha256)
        except CaptureError:
            return False
        return True

    def _path(self, sha256: str) -> Path:
        return self._directory / sha256[:2] / sha256[2:4] / f"{sha256}.zst"

    def _damaged(self, sha256: str) -> CaptureError:
        return CaptureError(
            sha256, f"is damaged; restore {self._path(sha256)} from its backup or fetch again"
        )

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        """Write so that a reader, at any moment, finds all of the file or none of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink()
                raise
