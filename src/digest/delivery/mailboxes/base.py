"""What every mailbox can do: give its mails a few at a time, and let go of those that are dealt with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.delivery.bounces.mime import MAX_OCTETS

__all__ = ["KEPT", "MAX_OCTETS", "Mail", "Mailbox"]

KEPT = "digest-kept"
"""Folder of mails that a person may want to look at; nothing here ever reads or empties it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a mailbox."""

    uid: str
    """Names it within its mailbox while that is open."""
    content: bytes
    """As it came, at most its first MAX_OCTETS: what a report says stands at its front."""
    received_at: datetime
    """When the mailbox got it; aware."""


class Mailbox(Protocol):
    """
    A mailbox that only we read.

    Mails stay in it until ``remove`` or ``keep`` names them; whoever stops in between finds them
    again. All methods raise MailboxError where the mailbox cannot be used.
    """

    name: str
    """Where it is, without a password."""

    def batches(self, size: int) -> Iterator[Sequence[Mail]]:
        """Give all mails that are there now, at most ``size`` at a time, each once."""
        ...

    def remove(self, mails: Sequence[Mail]) -> None:
        """Delete mails of the batch given last; one that is gone already is no error."""
        ...

    def keep(self, mails: Sequence[Mail]) -> None:
        """Move mails of the batch given last into the folder KEPT; gone ones are no error."""
        ...

    def close(self) -> None:
        """Give the connection back; may be called twice, and never raises."""
        ...
