"""
Runs ``digest`` as often as it is asked to, each time in a copy of a process that has loaded it.

A cold start spends a second on loading. The copy has a folder, an environment, streams and an exit
code of its own, as any other process; what needs a cold start is tested with one (test_edges.py).
"""

import gc
import importlib
import json
import os
import pkgutil
import socket
import sys

import digest

NOT_LOADED = ("digest.store.migrations",)


def load_everything() -> None:
    """Load all modules, so that no copy has to."""
    for module in pkgutil.walk_packages(digest.__path__, "digest."):
        if not module.name.startswith(NOT_LOADED):
            importlib.import_module(module.name)
    importlib.import_module("sklearn.linear_model")
    importlib.import_module("sklearn.feature_extraction.text")
    jobs = importlib.import_module("digest.catalogue.jobs")
    jobs.JobClassifier(jobs.load_jobs()).prepare()  # learning takes longer than most commands


def become(wish: dict) -> None:
    """Take over what a process is started with."""
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["environment"])
    sys.argv = ["digest", *wish["arguments"]]
    for number, path in ((0, os.devnull), (1, wish["out"]), (2, wish["err"])):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)


def run() -> int:
    """Run the command; gives its exit code."""
    from digest.cli import main  # noqa: PLC0415 # after everything, as in a process of its own

    try:
        main()
    except SystemExit as end:
        return end.code or 0
    return 0


load_everything()
gc.freeze()  # what is loaded is not gone through again, in no copy
asked = socket.socket(fileno=int(sys.argv[1]))
for line in asked.makefile("r", encoding="ascii"):
    copy = os.fork()
    if not copy:
        become(json.loads(line))
        code = run()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # taking apart all that was loaded would take longer than most commands
    _, status = os.waitpid(copy, 0)
    asked.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
