"""
Take a finished message apart, for services that want fields instead of a mail.

Pure: a message in, its fields out, read by the standard library. What those services write anew is
left out: Date, the MIME structure, and any DKIM signature, which would no longer fit.
"""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from digest.model import Message

_REWRITTEN = frozenset(
    {
        "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version",
        "content-type", "content-transfer-encoding", "dkim-signature", "return-path", "sender",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MailParts:
    """A message as fields; text has LF line ends."""

    sender: str
    """From, as a name and an address."""
    reply_to: str | None
    subject: str
    html: str | None
    text: str | None
    headers: tuple[tuple[str, str], ...]
    """Other fields to pass on, unfolded, in order; without Message-ID."""


def parts_of(message: Message) -> MailParts:
    """Give the fields of a message."""
    mail = message_from_bytes(message.content, _class=EmailMessage, policy=default)
    reply_to = mail["Reply-To"]
    return MailParts(
        sender=_line(mail["From"]),
        reply_to=None if reply_to is None else _line(reply_to),
        subject=_line(mail["Subject"]),
        html=_body(mail, "html"),
        text=_body(mail, "plain"),
        headers=tuple(
            (name, _line(value)) for name, value in mail.items() if name.lower() not in _REWRITTEN
        ),
    )


def _line(value: object) -> str:
    return " ".join(str(value or "").split())


def _body(mail: EmailMessage, kind: str) -> str | None:
    part = mail.get_body((kind,))
    if part is None:
        return None
    content = part.get_content()
    return str(content).replace("\r\n", "\n")
