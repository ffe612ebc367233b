"""The ``digest`` command: a thin face over the steps, one file a group of commands."""

from digest.cli.app import main

__all__ = ["main"]
