"""The parts that mail is made, sent and taken back with; the rest of the list is beside this file."""

# ruff: noqa: PLC0415 # loaded when first asked for, as all parts

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from digest.settings import Settings, TransportKind
from digest.store.engine import Database
from digest.wiring.secret import is_rehearsal, load_secret

if TYPE_CHECKING:
    from digest.delivery.mailboxes.base import Mailbox
    from digest.delivery.marker import MarkerFile
    from digest.delivery.transports.base import Transport
    from digest.mail.dkim.keys import DkimKey
    from digest.mail.stationery import Brand
    from digest.steps.collecting import CollectParts
    from digest.steps.gate import SendRules
    from digest.steps.shift import SendParts


@dataclass(frozen=True)
class MailResources:
    """Each is built from the settings when it is first asked for."""

    settings: Settings
    db: Database

    @cached_property
    def brand(self) -> "Brand":
        """How the newsletter names itself in mails."""
        return brand_of(self.settings)

    @cached_property
    def dkim_keys(self) -> "tuple[DkimKey, ...]":
        """
        The keys that sign every mail; none where none is set, or where a service signs.

        It changes what a signature of ours would cover. Raises SettingsError.
        """
        from digest.steps.signing import signing_keys

        keys = signing_keys(self.settings, sender_domain=self.brand.domain)
        return () if self.settings.transport.is_service else keys

    def signing_remarks(self) -> tuple[str, ...]:
        """What receivers may hold against the signatures of our mail, or their lack."""
        from digest.steps.signing import signing_remarks

        return signing_remarks(
            self.settings, self.dkim_keys, is_rehearsal=is_rehearsal(self.settings)
        )

    @cached_property
    def secret(self) -> bytes:
        """The key that signs links. Raises SettingsError."""
        return load_secret(self.settings, self.db)

    def send_parts(self) -> "SendParts":
        """What a send works with."""
        from digest.steps.shift import SendParts

        return SendParts(
            db=self.db,
            brand=self.brand,
            secret=self.secret,
            clock=self.settings.clock,
            lease=timedelta(seconds=self.settings.lease_seconds),
            rules=self.send_rules(),
            marker=self.marker(),
            keys=self.dkim_keys,
            workers=self.settings.send_workers,
            helper=self._helper(),
        )

    def mailboxes(self) -> "tuple[Mailbox, ...]":
        """Where what comes back is read from, in this order; none where none is set."""
        found: list[Mailbox] = []
        if self.settings.feedback_maildir is not None:
            from digest.delivery.mailboxes.maildir import MaildirMailbox

            found.append(MaildirMailbox(self.settings.feedback_maildir))
        if self.settings.feedback_imap_url and self.settings.feedback_imap_password:
            from digest.delivery.mailboxes.imap import ImapMailbox, ImapPlace

            place = ImapPlace.of(self.settings.feedback_imap_url)
            password = self.settings.feedback_imap_password.get_secret_value()
            found.append(ImapMailbox(place, password))
        return tuple(found)

    def collect_parts(self) -> "CollectParts":
        """What a collection of feedback works with."""
        from digest.steps.collecting import CollectParts

        return CollectParts(db=self.db, secret=self.secret, clock=self.settings.clock)

    def _helper(self) -> tuple[str, ...]:
        """The command of a process that helps a send; none where what one keeps stays with it."""
        if self.settings.transport in {TransportKind.FILE, TransportKind.MEMORY}:
            return ()
        return (sys.executable, "-m", "digest.cli.helper")

    def send_rules(self) -> "SendRules":
        """What an operator set of a send as a whole."""
        from digest.steps.gate import SendRules

        return SendRules(
            limits=self.settings.send_limits,
            stop_after=timedelta(hours=self.settings.send_stop_after_hours),
            canary=self.settings.send_canary,
            canary_wait=timedelta(minutes=self.settings.send_canary_minutes),
            approval_holds=timedelta(days=self.settings.approval_days),
        )

    def marker(self) -> "MarkerFile":
        """The file that tells a restored backup."""
        from digest.delivery.marker import MarkerFile

        return MarkerFile(self.settings.marker_beside(self.settings.captures_dir))

    def transport(self) -> "Transport":
        """A fresh way out for mail; close it after use."""
        match self.settings.transport:
            case TransportKind.SMTP:
                from digest.delivery.transports.smtp import SmtpTransport

                return SmtpTransport(
                    self.settings.smtp_host,
                    self.settings.smtp_port,
                    helo=self.brand.domain,
                    connections=self.settings.send_connections,
                    tls=self.settings.smtp_tls,
                    is_tls=self.settings.smtp_is_tls,
                    ca_file=self.settings.smtp_ca_file,
                    login=self.settings.smtp_login,
                )
            case TransportKind.SES | TransportKind.POSTMARK | TransportKind.RESEND:
                from digest.delivery.transports.choice import chosen_esp

                return chosen_esp(self.settings)
            case TransportKind.FILE:
                from digest.delivery.transports.file import FileTransport

                return FileTransport(self.settings.outbox_dir)
            case TransportKind.MEMORY:
                from digest.delivery.transports.memory import MemoryTransport

                return MemoryTransport()


def brand_of(settings: Settings) -> "Brand":
    """Give how the newsletter names itself, without a database."""
    from digest.mail.stationery import Brand

    return Brand(
        name=settings.sender_name,
        base_url=settings.base_url,
        sender_name=settings.sender_name,
        sender_address=settings.sender_address,
        postal_address=settings.postal_address,
        bounce_address=settings.bounce_address,
        unsubscribe_address=settings.unsubscribe_address,
    )


def real_time() -> datetime:
    """
    Give the real time, whatever DIGEST_NOW says.

    A lease of a worker that died must run out, and a host's rest be over, in a rehearsal as well.
    """
    return datetime.now(UTC)
