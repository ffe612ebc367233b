"""Debian's smtp-sink in changing weather: it counts by itself, one file for each message it took."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_MESSAGE_ID = re.compile(r"^Message-ID: (\S+)$", re.MULTILINE | re.IGNORECASE)
_RECIPIENT = re.compile(r"^X-Rcpt-Args: <(\S+)>", re.MULTILINE)
_LAST_LINES = ("This was all.\n\n", "--\n\n")
"""How messages end: those of the senders here, and multiparts; smtp-sink adds a line."""
REFUSING = {("-r", "."), ("-f", "."), ("-Q", ".")}
"""Weathers in which a message that is dumped was refused all the same: with a 4xx or 5xx."""


def program() -> str | None:
    """Give the path of smtp-sink; None where it is not installed."""
    return shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")


@dataclass
class Sink:
    """One port that smtp-sink listens on, in one weather after the other; nothing after close()."""

    folder: Path
    """For what was taken; made free for the user that the sink runs as."""
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _dumps: list[tuple[Path, bool]] = field(default_factory=list)
    """A folder for each weather, and whether what lies there was taken."""

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o777)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def start(self, *weather: str) -> None:
        """Begin to listen, with these flags, in place of what was there."""
        self.close()
        dumps = self.folder / str(len(self._dumps))
        dumps.mkdir()
        dumps.chmod(0o777)
        self._dumps.append((dumps, weather not in REFUSING))
        found = program()
        if found is None:
            raise RuntimeError("smtp-sink is not installed: apt-get install postfix")
        user = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
        place = f"127.0.0.1:{self.port}"
        command = [found, *user, *weather, "-d", f"{dumps}/%M.", place, "100"]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self._wait()

    def close(self) -> None:
        """Kill it, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def count(self) -> int:
        """Count the files so far, whole or not."""
        return sum(len(list(folder.iterdir())) for folder, _ in self._dumps)

    def taken(self, *, by_recipient: bool = False) -> Counter[str]:
        """
        Count how often each Message-ID, or each recipient, was taken by all sinks so far.

        A message that is not there to its last line was cut off, and not taken.
        """
        key = _RECIPIENT if by_recipient else _MESSAGE_ID
        times: Counter[str] = Counter()
        for folder, was_taken in self._dumps:
            for path in folder.iterdir() if was_taken else ():
                text = path.read_text()
                found = key.search(text)
                if found and text.endswith(_LAST_LINES):
                    times[found[1]] += 1
        return times

    def _wait(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.005)
        raise RuntimeError("smtp-sink did not start")
