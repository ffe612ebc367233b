"""
An edition as it goes over the wire: encoded once, then only joined, piece by piece, per recipient.

Takes and gives values. The header block is written here and not by the standard library, which
turns a long List-Unsubscribe into encoded words and lets lines of quoted-printable grow too long.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, quote
from urllib.parse import quote as percent_encoded

from email_validator import EmailNotValidError, validate_email

from digest.errors import AddressError
from digest.mail.quoted import encode
from digest.mail.stationery import Brand, Letter
from digest.model import Edition, Message

CRLF = "\r\n"
HEADER_WIDTH = 76
UNSUBSCRIBE = "UNSUBSCRIBE"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,75}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+>")
_PHRASE = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class WireTemplate:
    """
    A message without its recipient: constant pieces, and the names of the slots between them.

    ``body`` alternates text and slot names, beginning and ending with text.
    """

    head: str
    """Header fields that are the same for everybody, each with CRLF."""
    list_unsubscribe: str | None
    """URL up to the token; None for a mail outside the list."""
    mail_unsubscribe: str | None
    """URL of the mailbox for leaving by mail, up to the token; None where there is none."""
    body: tuple[str, ...]

    @property
    def slots(self) -> frozenset[str]:
        """Names of the slots a message needs."""
        wanted = set(self.body[1::2])
        return frozenset(wanted | {UNSUBSCRIBE} if self.list_unsubscribe else wanted)

    def message(
        self,
        *,
        subscriber: str,
        recipient: str,
        slots: Mapping[str, str],
        message_id: str,
        date: datetime,
        envelope_sender: str,
        smtputf8: bool = False,
    ) -> Message:
        """
        Make the message for one recipient; equal input gives equal octets.

        Args:
            subscriber: Public id, passed on.
            recipient: One address; a domain beyond ASCII is written in A-labels.
            slots: A token for each of ``slots``: url-safe, at most 75 characters.
            message_id: With its angle brackets.
            date: Aware; goes into Date.
            envelope_sender: MAIL FROM; it is not in the headers.
            smtputf8: The server takes local parts beyond ASCII; the To field is then UTF-8.

        Raises:
            AddressError: Not one usable address, or one that needs ``smtputf8``.
            ValueError: A slot is missing or unknown, or a value could break out of its place.
        """
        if set(slots) != self.slots:
            raise ValueError(f"slots {sorted(slots)} given, {sorted(self.slots)} wanted")
        if bad := [name for name, token in slots.items() if not _TOKEN.fullmatch(token)]:
            raise ValueError(f"not a url-safe token of at most 75 characters: {', '.join(bad)}")
        if not _MESSAGE_ID.fullmatch(message_id):
            raise ValueError(f"not a message id: {message_id!r}")
        to = wire_address(recipient, smtputf8=smtputf8)
        personal = _fields(("To", to), ("Date", format_datetime(date)), ("Message-ID", message_id))
        head = self.head + personal + self._unsubscribe_fields(slots)
        body = "".join(
            slots[piece] if position % 2 else piece for position, piece in enumerate(self.body)
        )
        return Message(
            subscriber=subscriber,
            sender=wire_address(envelope_sender),
            recipient=to,
            message_id=message_id,
            content=f"{head}{CRLF}{body}".encode(),
        )

    def _unsubscribe_fields(self, slots: Mapping[str, str]) -> str:
        if self.list_unsubscribe is None:
            return ""
        token = slots[UNSUBSCRIBE]
        by_mail = f",{CRLF} <{self.mail_unsubscribe}{token}>" if self.mail_unsubscribe else ""
        return _fields(
            ("List-Unsubscribe", f"<{self.list_unsubscribe}{token}>{by_mail}"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )


def compile_edition(edition: Edition, *, brand: Brand) -> WireTemplate:
    """
    Encode an edition once for all its recipients.

    Args:
        edition: Passed by preflight.
        brand: Its address is From and Reply-To, its domain names the list, and leaving the list is
            a POST to its pages.

    Raises:
        AddressError: The sender's address cannot be used.
        ValueError: The subject or a name holds a line break.
    """
    sender = wire_address(brand.sender_address)
    mailbox = f"mailto:{percent_encoded(sender, safe='@')}"
    name = _phrase(brand.name, field="List-Id")
    listed = _fields(
        ("List-Id", f"{name}{CRLF} <weekly.{brand.domain}>"),
        ("List-Archive", f"<{brand.base_url}/issues>"),
        ("List-Owner", f"<{mailbox}>"),
        ("List-Post", "NO"),
        ("Feedback-ID", f"{edition.week}:weekly:newsletter:{_sender_id(brand.domain)}"),
        ("Precedence", "list"),
    )
    return _compiled(
        Letter(subject=edition.subject, html=edition.html, text=edition.text),
        brand=brand,
        listed=listed,
        list_unsubscribe=f"{brand.base_url}/unsubscribe/",
        mail_unsubscribe=_mail_unsubscribe(brand.unsubscribe_address),
    )


def compile_letter(letter: Letter, *, brand: Brand) -> WireTemplate:
    """Encode a mail that belongs to no list, such as the one that asks to confirm; as above."""
    return _compiled(letter, brand=brand, listed="", list_unsubscribe=None, mail_unsubscribe=None)


def message_id(secret: bytes, week: str, subscriber: str, domain: str) -> str:
    """Give the id of one subscriber's mail of one week: the same at each attempt, told by no one."""
    parts = f"digest.message-id.v1\0{week}\0{subscriber}"
    mac = hmac.digest(secret, parts.encode(), hashlib.sha256)[:18]
    return f"<{urlsafe_b64encode(mac).decode()}@{domain}>"


def wire_address(address: str, *, smtputf8: bool = False) -> str:
    """
    Give one address as it stands in an envelope and in To: the domain in A-labels.

    Raises:
        AddressError: It is no address, or more than one, or its local part is not ASCII and
            ``smtputf8`` is not given.
    """
    try:
        found = validate_email(
            address,
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=smtputf8,
            strict=True,
        )
    except EmailNotValidError as error:
        raise AddressError(address, str(error).rstrip(".")) from error
    return f"{found.local_part}@{found.ascii_domain}"


def _compiled(
    letter: Letter,
    *,
    brand: Brand,
    listed: str,
    list_unsubscribe: str | None,
    mail_unsubscribe: str | None,
) -> WireTemplate:
    sender = wire_address(brand.sender_address)
    parts = f"{letter.subject}\0{letter.html}\0{letter.text}".encode()
    # "=_" cannot occur in quoted-printable, so no part can hold its own boundary.
    boundary = f"=_{hashlib.sha256(parts).hexdigest()[:24]}"
    head = _fields(
        ("From", f"{_phrase(brand.sender_name, field='From')} <{sender}>"),
        ("Reply-To", sender),
        ("Subject", _unstructured(letter.subject, field="Subject")),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;{CRLF} boundary="{boundary}"'),
    )
    return WireTemplate(
        head=head + listed,
        list_unsubscribe=list_unsubscribe,
        mail_unsubscribe=mail_unsubscribe,
        body=_joined(boundary, ("plain", letter.text), ("html", letter.html)),
    )


def _mail_unsubscribe(address: str | None) -> str | None:
    """Give the mailto: of a mailbox that is read; without one a reader would only think to be gone."""
    if address is None:
        return None
    return f"mailto:{percent_encoded(wire_address(address), safe='@')}?subject=u-"


def _joined(boundary: str, *parts: tuple[str, str]) -> tuple[str, ...]:
    """Give the multipart body as text and slot names in turn."""
    pieces = [""]
    for subtype, content in parts:
        pieces[-1] += f"--{boundary}{CRLF}" + _fields(
            ("Content-Type", f"text/{subtype}; charset=utf-8"),
            ("Content-Transfer-Encoding", "quoted-printable"),
        )
        first, *rest = encode(content)
        pieces[-1] += CRLF + first
        pieces += rest
        pieces[-1] += CRLF
    pieces[-1] += f"--{boundary}--{CRLF}"
    return tuple(pieces)


def _fields(*fields: tuple[str, str]) -> str:
    return "".join(f"{name}: {value}{CRLF}" for name, value in fields)


def _unstructured(text: str, *, field: str) -> str:
    """Give header text, as it is where that is safe, else as encoded words on lines of their own."""
    if _CONTROL.search(text):
        raise ValueError(f"{field} holds a line break or a control character: {text!r}")
    fits = len(f"{field}: {text}") <= HEADER_WIDTH
    if text.isascii() and fits and "=?" not in text and "  " not in text:
        return text
    return Header(text, "utf-8", HEADER_WIDTH, header_name=field).encode(linesep=CRLF)


def _phrase(name: str, *, field: str) -> str:
    """Give a display name: bare words, a quoted string, or encoded words."""
    text = _unstructured(name, field=field)
    if text != name or _PHRASE.fullmatch(name):
        return text
    return f'"{quote(name)}"'


def _sender_id(domain: str) -> str:
    """Give the stable 5 to 15 characters that Feedback-ID knows a sender by."""
    return re.sub(r"[^a-z0-9]", "", domain.lower())[:15].ljust(5, "0")
