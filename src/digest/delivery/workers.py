"""
Name the process that holds a lease, tell whether it still runs, and how many are to send.

A name is ``host/namespace:pid:start:n``: the host and PID namespace in which the process number
means something, the process's start time in clock ticks (numbers are used again), and a count, so
that two senders in one process do not take each other for themselves.
"""

import itertools
import os
import socket
from pathlib import Path

WORTH_HELP = 2000
"""Mails from which on more than one process sends, unless it is set otherwise."""
_PROC = Path("/proc")
_count = itertools.count(1)


def this_worker() -> str:
    """Give a name for one sender in this process; every call gives another."""
    pid = os.getpid()
    return f"{_place()}:{pid}:{_start(pid)}:{next(_count)}"


def is_alive(worker: str) -> bool:
    """
    Say whether a worker may still be sending.

    Returns:
        False only when it is known to be gone: it ran here, and no process has its number and
        start time. True otherwise, also for a worker elsewhere: its lease has to run out.
    """
    place, _, rest = worker.partition(":")
    pid, _, rest = rest.partition(":")
    start = rest.partition(":")[0]
    if place != _place() or not start or not pid.isdigit():
        return True
    return _start(int(pid)) == start


def senders(wanted: int | None, *, waiting: int, cores: int) -> int:
    """
    Give how many processes are to send together, 1 or more.

    Args:
        wanted: What the operator set; None leaves it to us.
        waiting: Mails that wait. For a few, starting another process takes longer than sending.
        cores: That we may use.
    """
    if wanted is not None:
        return wanted
    return cores if waiting >= WORTH_HELP else 1


def cores() -> int:
    """Give how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # no Linux


def _place() -> str:
    try:
        namespace = (_PROC / "self/ns/pid").readlink().name
    except OSError:  # no Linux: then there is no start time either, and nothing is known
        namespace = ""
    return f"{socket.gethostname()}/{namespace.strip('pid:[]')}"


def _start(pid: int) -> str:
    """Give the start time of a running process in clock ticks since boot; empty if none runs."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return "" if state in {"Z", "X"} else fields[18]
