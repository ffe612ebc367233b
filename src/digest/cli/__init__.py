"""The ``digest`` command: a thin face over the steps, one file a group of commands."""

import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main() -> None:
    """Run the command. The rest is loaded in here, so that Ctrl-C is quiet from the start."""
    try:
        from digest.cli.app import run  # noqa: PLC0415 # see above

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


__all__ = ["main"]
