"""
A process that helps ``digest send``: started by it alone, as ``python -m digest.cli.helper WEEK SHA256``.

Tells lines of JSON on standard output: ``{"ended": N}`` whenever so many more deliveries have a
named end, ``{"trouble": SENTENCE}``, and ``{"error": SENTENCE}`` at the end where it failed. It ends
tidily when its standard input closes: then the process that it helps has had enough, or is dead.
"""

import json
import os
import sys
import threading
from collections.abc import Callable

from digest.cli import INTERRUPTED
from digest.errors import DigestError
from digest.settings import load_settings
from digest.steps.helping import help_send
from digest.steps.stopping import stopping_on_signals
from digest.wiring import open_resources


def main(week: str, sha256: str) -> int:
    """Help until nothing is left; give the exit code."""
    try:
        _help(week, sha256)
    except DigestError as error:
        _tell(error=str(error))
        return 1
    except KeyboardInterrupt:  # a second Ctrl-C: the sender has it as well
        return INTERRUPTED
    return 0


def _help(week: str, sha256: str) -> None:
    with (
        open_resources(load_settings()) as resources,
        resources.transport() as transport,
        stopping_on_signals() as is_signalled,
    ):
        is_alone = _input_closed()
        help_send(
            week,
            sha256,
            parts=resources.send_parts(),
            transport=transport,
            stop=lambda: is_signalled() or is_alone(),
            on_progress=lambda ended: _tell(ended=ended),
            on_trouble=lambda sentence: _tell(trouble=sentence),
        )


def _input_closed() -> Callable[[], bool]:
    """Give what says whether standard input has closed."""
    closed = threading.Event()

    def wait() -> None:
        while os.read(0, 1):  # nothing is ever said; the end of it is what is waited for
            pass
        closed.set()

    threading.Thread(target=wait, daemon=True).start()
    return closed.is_set


def _tell(**said: object) -> None:
    try:
        os.write(1, f"{json.dumps(said)}\n".encode())
    except OSError:  # nobody listens any more: input has closed as well
        return


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
