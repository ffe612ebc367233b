"""Servers on loopback that a benchmark starts and stops: Debian's smtp-sink, and a delaying proxy."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
BACKLOG = "400"


def program(name: str) -> str:
    """Give the path of a program of Debian's package postfix."""
    found = shutil.which(name, path=PATH)
    if found is None:
        raise SystemExit(f"this benchmark needs {name}, of Debian's package postfix")
    return found


@contextmanager
def smtp_sink(*options: str) -> Iterator[int]:
    """Run smtp-sink on a free port; gives the port."""
    port = free_port()
    command = [program("smtp-sink"), "-u", "nobody", *options, f"127.0.0.1:{port}", BACKLOG]
    with _running(command, port):
        yield port


@contextmanager
def delayed(port: int, *, one_way_ms: float) -> Iterator[int]:
    """Put a delay before a server, the same each way; gives the port to connect to."""
    if not one_way_ms:
        yield port
        return
    front = free_port()
    proxy = Path(__file__).with_name("delay.py")
    command = [sys.executable, str(proxy), str(front), str(port), "--each-way-ms", str(one_way_ms)]
    with _running(command, front):
        yield front


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Give a port of loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
