"""
Keep, outside the database, how far its sends were: a file for each machine that sends.

Touches that one file. A database whose count of starts lies behind the file's was restored from a
backup; who got mail since then stands in no row of it.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from digest.errors import SettingsError
from digest.model import Epoch, Sending

SETTING = "DIGEST_SEND_MARKER"
WEEKS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the sends of one database were when this machine last started one."""

    count: int = 0
    weeks: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """The count at the last start of each week's issue."""

    def is_ahead(self, epoch: Epoch, week: str, sending: Sending | None) -> bool:
        """Say whether this machine knows of a start that the database has lost."""
        of_week = self.weeks.get(week, 0)
        return self.count > epoch.count or of_week > (sending.epoch if sending else 0)

    def raised(self, epoch: Epoch, week: str) -> "Mark":
        """Give the mark after a start of the week's issue."""
        weeks = dict(sorted({**self.weeks, week: epoch.count}.items())[-WEEKS_KEPT:])
        return Mark(epoch.count, weeks)


class MarkerFile:
    """One file with the marks of all databases that this machine sends for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, database: str) -> Mark:
        """Give the mark of a database, an empty one before its first send. Raises SettingsError."""
        found = self._all().get(database, {})
        return Mark(found.get("count", 0), found.get("weeks", {}))

    def write(self, database: str, mark: Mark) -> None:
        """Replace the mark of a database, so that it outlives a loss of power."""
        marks = {**self._all(), database: {"count": mark.count, "weeks": dict(mark.weeks)}}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _replace(self.path, json.dumps(marks, indent=1))
        except OSError as error:
            raise SettingsError(
                SETTING,
                f"{self.path} cannot be written ({error.strerror}), so a restored backup could "
                "not be told from this database; mend its rights, or name another path",
            ) from error

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self.path.read_bytes())
            for mark in found.values():
                _ = (
                    int(mark["count"]),
                    {str(key): int(value) for key, value in mark["weeks"].items()},
                )
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise SettingsError(
                SETTING, f"{self.path} cannot be read ({error.strerror}); mend its rights"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(
                SETTING,
                f"{self.path} is not what was written; if no backup was restored, remove it, "
                "else put it back",
            ) from error
        return dict(found)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".send-marker-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
