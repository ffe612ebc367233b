"""The ``digest`` command: a thin face over the steps, one file a group of commands."""

import atexit
import gc
import os
import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main() -> None:
    """Run the command. The rest is loaded in here, so that Ctrl-C is quiet from the start."""
    sys.unraisablehook = _unraisable
    # Python looks for cycles among all that was loaded once more at its end: 0.15 s for nothing.
    atexit.register(gc.freeze)
    try:
        from digest.cli.app import run  # noqa: PLC0415 # see above

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _unraisable(told: "sys.UnraisableHookArgs") -> None:
    """Stop at once for a Ctrl-C that comes while an object is taken apart: nobody can catch it."""
    if isinstance(told.exc_value, KeyboardInterrupt):
        os._exit(INTERRUPTED)
    sys.__unraisablehook__(told)


__all__ = ["main"]
