"""A small file system in a file, mounted for as long as it is needed, to be filled to its last octet."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

NOT_ALLOWED = "no file system may be mounted here"
"""Why a test of a full disk skips where it cannot be done."""


class MountingError(Exception):
    """Mounting is not allowed, or mkfs.ext4 is not there."""


@dataclass(frozen=True)
class Disk:
    """A mounted file system."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """What takes the room away."""
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave no room at all."""
        with self.ballast.open("ab", buffering=0) as ballast:
            for size in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while True:
                        ballast.write(b"\0" * size)
            os.fsync(ballast.fileno())

    def free(self) -> None:
        """Give the room back."""
        self.ballast.unlink(missing_ok=True)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise MountingError(f"{NOT_ALLOWED}: {said.decode().strip() or error}") from error


@contextmanager
def mounted(mib: int) -> Iterator[Disk]:
    """
    Give a new ext4 of so many MiB; unmounted and gone afterwards.

    Raises:
        MountingError: It cannot be done here; only root may, and not in every container.
    """
    with tempfile.TemporaryDirectory(prefix="digest-disk-") as name:
        image, folder = Path(name, "image"), Path(name, "disk")
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(mib << 20)
        if shutil.which("mkfs.ext4", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            raise MountingError(f"{NOT_ALLOWED}: mkfs.ext4 is not installed")
        # Blocks as on a disk in use. With the 1 KiB that so small a one would get, SQLite's shared
        # memory, which it claims by one octet for each 4 KiB, has holes: a full disk is a SIGBUS.
        options = ("-q", "-F", "-b", "4096", "-m", "0", "-O", "^has_journal")
        _run("mkfs.ext4", *options, str(image))
        _run("mount", "-o", "loop", str(image), str(folder))
        try:
            yield Disk(folder)
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=False, timeout=60)
