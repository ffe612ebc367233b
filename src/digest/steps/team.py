"""
Other processes of this machine that drain the same issue: start them, hear them, see them end.

Each is a whole sender with a database and a transport of its own; they share nothing but the queue.
A helper ends by itself when nothing is left, tidily when its standard input closes, as it does when
this process dies, and tells a line of JSON at a time what it did.
"""

import json
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

LISTEN_S = 0.2
"""Seconds between two looks at helpers when nothing is left to do but to wait for them."""


@dataclass(slots=True)
class _Helper:
    process: subprocess.Popen[str]
    heard: deque[str] = field(default_factory=deque)
    ear: threading.Thread | None = None
    is_told_of: bool = False
    """Whether its end was told, or was as it should be."""

    def listen(self) -> None:
        """Take in all it says until it ends; in a thread, since a full pipe would stop it."""
        if self.process.stdout is not None:
            self.heard.extend(self.process.stdout)


@dataclass(slots=True)
class Team:
    """The helpers of one send."""

    on_trouble: Callable[[str], None]
    helpers: list[_Helper] = field(default_factory=list)
    ended: int = 0
    """Deliveries to which helpers gave a named end."""

    def start(self, command: Sequence[str], *, number: int) -> None:
        """Start so many helpers, or as many as this machine lets us."""
        for _ in range(number):
            try:
                process = subprocess.Popen(  # noqa: S603 # our own program
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:  # no more processes, or memory
                words = error.strerror or error
                self.on_trouble(f"no helping process can be started ({words}); sending goes on")
                return
            helper = _Helper(process)
            helper.ear = threading.Thread(target=helper.listen, daemon=True)
            helper.ear.start()
            self.helpers.append(helper)

    def listen(self) -> None:
        """Take in what helpers told; say so where one is in trouble, or gone."""
        for helper in self.helpers:
            status = helper.process.poll()
            if status is not None and helper.ear is not None:
                helper.ear.join()  # what it said last
            while helper.heard:
                self._take(helper, _said(helper.heard.popleft()))
            if status and not helper.is_told_of:
                helper.is_told_of = True
                self.on_trouble(f"a helping process ended early ({_end(status)}); sending goes on")

    def wait(self, stop: Callable[[], bool]) -> None:
        """Wait until all helpers have ended, or we are to stop."""
        for helper in self.helpers:
            while helper.process.poll() is None and not stop():
                with suppress(subprocess.TimeoutExpired):
                    helper.process.wait(LISTEN_S)
                self.listen()

    def dismiss(self) -> None:
        """Ask all to end tidily, and wait until they have."""
        for helper in self.helpers:
            if helper.process.stdin is not None:
                helper.process.stdin.close()
        for helper in self.helpers:
            helper.process.wait()
        self.listen()
        for helper in self.helpers:
            if helper.process.stdout is not None:
                helper.process.stdout.close()

    def _take(self, helper: _Helper, said: dict[str, Any]) -> None:
        self.ended += said.get("ended", 0)
        if trouble := said.get("error") or said.get("trouble"):
            self.on_trouble(f"a helping process: {trouble}")
        helper.is_told_of = helper.is_told_of or "error" in said


@contextmanager
def team(
    command: Sequence[str],
    *,
    number: int,
    stop: Callable[[], bool],
    on_trouble: Callable[[str], None],
) -> Iterator[Team]:
    """
    Have helpers while the block runs; at its end they are waited for, after an error dismissed.

    Args:
        command: Starts one.
        number: How many; 0 is none.
        stop: True while waiting: they are asked to end.
        on_trouble: Told in a sentence of each trouble that a helper has.
    """
    members = Team(on_trouble)
    try:
        members.start(command, number=number)
        yield members
        members.wait(stop)
    finally:
        members.dismiss()


def _said(line: str) -> dict[str, Any]:
    """Give what a helper told; a line that is none of ours, or cut off by its death, is trouble."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {"trouble": line.strip()}


def _end(status: int) -> str:
    if status > 0:
        return f"exit code {status}"
    with suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"
