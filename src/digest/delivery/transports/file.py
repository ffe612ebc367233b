"""Write each message as an .eml file: the whole delivery with nothing leaving the house."""

import errno
import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from digest.delivery.transports.base import Closing
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_LONGEST = 200
"""Octets of a name; file systems allow 255, the temporary name needs some."""


class FileTransport(Closing):
    """
    Writes into one folder, made when first needed.

    A file is there whole or not at all. Its name is made from the Message-ID, so sending a message
    again writes the same file again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult]:
        """Write one file per message; the reply is its path. Raises TransportError."""
        for message in messages:
            yield SendResult(
                subscriber=message.subscriber,
                outcome=SendOutcome.ACCEPTED,
                reply=f"written to {self._write(message)}",
            )

    def _write(self, message: Message) -> Path:
        path = self.folder / f"{_file_stem(message.message_id)}.eml"
        partial = path.with_name(f".{path.name}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(message.content)
            partial.replace(path)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            remedy = "make room on its disk" if error.errno in _FULL else "make the folder writable"
            raise TransportError(
                str(self.folder),
                f"cannot write the message: {error.strerror}; {remedy}",
                permanent=True,
            ) from error
        return path


def _file_stem(message_id: str) -> str:
    """Give a name for a Message-ID: itself where it is safe, else with a digest that tells apart."""
    plain = message_id.strip("<>")
    safe = _UNSAFE.sub("_", plain)[:_LONGEST].lstrip(".")
    if safe == plain and safe:
        return safe
    return f"{safe}-{hashlib.sha256(message_id.encode()).hexdigest()[:16]}"
