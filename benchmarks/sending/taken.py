"""Count what smtp-sink accepted by Message-ID, from the files it dumps, which go once they are read."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import smtp_sink

HEAD = 8192
"""Octets of a dump that hold the header."""
QUIET_S = 10.0
"""A dump that nobody has written to for so long is whole."""
LOOK_EVERY_S = 2.0
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)


class Taken:
    """The accepted messages of one sink."""

    def __init__(self, folder: Path) -> None:
        self.by_id: Counter[bytes] = Counter()
        self._folder = folder
        self._is_over = threading.Event()

    def read(self, *, quiet_s: float) -> None:
        """Read and remove the dumps that were not written to for so long."""
        before = time.time() - quiet_s
        for path in self._folder.iterdir():
            if quiet_s and path.stat().st_mtime > before:
                continue
            with path.open("rb") as dump:
                found = MESSAGE_ID.search(dump.read(HEAD))
            if found is None:
                raise ValueError(f"{path}: an accepted message without a Message-ID")
            self.by_id[found[1]] += 1
            path.unlink()

    def watch(self) -> None:
        """Read until the sink has ended, so that dumps of thousands never lie on the disk at once."""
        while not self._is_over.wait(LOOK_EVERY_S):
            self.read(quiet_s=QUIET_S)

    def end(self) -> None:
        """Let the watching end."""
        self._is_over.set()


@contextmanager
def counting_sink(folder: Path) -> Iterator[tuple[int, Taken]]:
    """Run a sink that keeps what it accepts; gives its port, and the count, whole after the block."""
    folder.mkdir()
    folder.chmod(0o777)  # the sink gives its rights up
    taken = Taken(folder)
    watcher = threading.Thread(target=taken.watch)
    try:
        with smtp_sink("-d", f"{folder}/%M.") as port:
            watcher.start()
            yield port, taken
    finally:
        taken.end()
        watcher.join()
        taken.read(quiet_s=0.0)
