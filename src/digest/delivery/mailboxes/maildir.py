"""A maildir that a mail server of this machine delivers to."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from digest.delivery.mailboxes.base import KEPT, MAX_OCTETS, Mail
from digest.errors import MailboxError


class MaildirMailbox:
    """
    Mails in the folders ``new`` and ``cur`` of a maildir.

    Kept ones go to its folder ``.digest-kept``, where a mail program shows them.
    """

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def batches(self, size: int) -> Iterator[Sequence[Mail]]:
        """Give the mails, those delivered first in front; as in ``base.Mailbox``."""
        with self._trouble():
            names = [
                f"{part}/{entry.name}"
                for part in ("new", "cur")
                for entry in os.scandir(self._folder / part)
                if not entry.name.startswith(".")
            ]
        names.sort(key=lambda name: name.partition("/")[2])
        for start in range(0, len(names), size):
            with self._trouble():
                found = [self._read(name) for name in names[start : start + size]]
            yield [mail for mail in found if mail]

    def remove(self, mails: Sequence[Mail]) -> None:
        """Delete the files of mails."""
        with self._trouble():
            for mail in mails:
                (self._folder / mail.uid).unlink(missing_ok=True)

    def keep(self, mails: Sequence[Mail]) -> None:
        """Move the files of mails to the folder of kept ones, as seen."""
        kept = self._folder / f".{KEPT}"
        with self._trouble():
            for part in ("new", "cur", "tmp") if mails else ():
                (kept / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            for mail in mails:
                name = mail.uid.partition("/")[2].partition(":")[0]
                try:
                    (self._folder / mail.uid).rename(kept / "cur" / f"{name}:2,S")
                except FileNotFoundError:
                    continue

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, name: str) -> Mail | None:
        """Read the front of a mail; None where it is gone meanwhile, or is no plain file."""
        path = self._folder / name
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return None
            with path.open("rb") as file:
                moment = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
                return Mail(name, file.read(MAX_OCTETS), moment)
        except FileNotFoundError:
            return None

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise MailboxError(
                self.name,
                f"{error.filename or self.name} cannot be used ({error.strerror}); name a maildir "
                "with the folders new and cur that digest may write to",
                permanent=isinstance(error, (FileNotFoundError, NotADirectoryError)),
            ) from error
