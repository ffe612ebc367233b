"""
An edition as it goes over the wire: encoded once, then only joined, piece by piece, per recipient.

Takes and gives values. What is the same for all recipients (the encoded parts, most of the header,
what of both a signature covers) is made at compile time; a message is a join of octets.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote as percent_encoded

from digest.mail.addresses import wire_address
from digest.mail.dkim.keys import DkimKey
from digest.mail.dkim.signing import Signer, prepare, relaxed
from digest.mail.fields import CRLF, Field, block, phrase, unstructured
from digest.mail.quoted import encode, require_wire_form
from digest.mail.stationery import Brand, Letter
from digest.model import Edition, Message

UNSUBSCRIBE = "UNSUBSCRIBE"
PERSONAL = ("To", "Date", "Message-ID")
"""Fields that every recipient has their own of; in a list's mail List-Unsubscribe as well."""
UNSIGNED = frozenset({"Precedence"})

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,75}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+>")


@dataclass(frozen=True, slots=True, eq=False)
class WireTemplate:
    """A message without its recipient: constant octets, and where a recipient's own go."""

    head: bytes
    """Header fields that are the same for everybody, each with CRLF."""
    leaving: tuple[bytes, ...]
    """The fields for leaving the list, cut where the token goes; empty for a mail outside the list."""
    relaxed_leaving: tuple[bytes, ...]
    """What of them is signed for each recipient, in DKIM's relaxed form, cut likewise."""
    body: tuple[bytes, ...]
    """Text and slots in turn, beginning and ending with text; slots are empty here."""
    places: tuple[tuple[int, str], ...]
    """Where in ``body`` the slots are, and their names."""
    slots: frozenset[str]
    """Names of the slots a message needs."""
    signer: Signer

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
        Make the message for one recipient, signed; equal input gives equal octets.

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
        tokens = self._checked(slots)
        if not _MESSAGE_ID.fullmatch(message_id):
            raise ValueError(f"not a message id: {message_id!r}")
        to = wire_address(recipient, smtputf8=smtputf8)
        date_said = _said(date.isoformat(timespec="seconds"))
        body = list(self.body)
        for place, name in self.places:
            body[place] = tokens[name]
        token = tokens.get(UNSUBSCRIBE, b"")
        personal = f"to:{to}\r\ndate:{date_said}\r\nmessage-id:{message_id}\r\n".encode()
        signatures = self.signer.signatures(
            personal=personal + token.join(self.relaxed_leaving), rest=body[1:]
        )
        own = f"To: {to}\r\nDate: {date_said}\r\nMessage-ID: {message_id}\r\n".encode()
        return Message(
            subscriber=subscriber,
            sender=wire_address(envelope_sender),
            recipient=to,
            message_id=message_id,
            content=b"".join(
                (signatures, self.head, own, token.join(self.leaving), b"\r\n", *body)
            ),
            is_wire_ready=to.isascii(),  # the encoder begins no line with a dot (quoted.py)
        )

    def _checked(self, slots: Mapping[str, str]) -> dict[str, bytes]:
        if slots.keys() != self.slots:
            raise ValueError(f"slots {sorted(slots)} given, {sorted(self.slots)} wanted")
        if bad := [name for name, token in slots.items() if not _TOKEN.fullmatch(token)]:
            raise ValueError(f"not a url-safe token of at most 75 characters: {', '.join(bad)}")
        return {name: token.encode() for name, token in slots.items()}


def compile_edition(
    edition: Edition, *, brand: Brand, keys: Sequence[DkimKey] = ()
) -> WireTemplate:
    """
    Encode an edition once for all its recipients.

    Args:
        edition: Passed by preflight.
        brand: Its address is From and Reply-To, its domain names the list, and leaving the list is
            a POST to its pages.
        keys: Each signs every message; without any they go unsigned.

    Raises:
        AddressError: The sender's address cannot be used.
        ValueError: The subject or a name holds a line break, or is longer than a header line.
    """
    sender = wire_address(brand.sender_address)
    name = phrase(brand.name, field="List-Id")
    letter = Letter(subject=edition.subject, html=edition.html, text=edition.text)
    listed = [
        ("List-Id", f"{name}{CRLF} <weekly.{brand.domain}>"),
        ("List-Archive", f"<{brand.base_url}/issues>"),
        ("List-Owner", f"<mailto:{percent_encoded(sender, safe='@')}>"),
        ("List-Post", "NO"),
        ("Feedback-ID", f"{edition.week}:weekly:newsletter:{_sender_id(brand.domain)}"),
        ("Precedence", "list"),
    ]
    return _compiled(letter, brand=brand, listed=listed, leaving=_leaving(brand), keys=keys)


def compile_letter(letter: Letter, *, brand: Brand, keys: Sequence[DkimKey] = ()) -> WireTemplate:
    """Encode a mail that belongs to no list, such as the one that asks to confirm; as above."""
    return _compiled(letter, brand=brand, listed=[], leaving=[], keys=keys)


def message_id(secret: bytes, week: str, subscriber: str, domain: str) -> str:
    """Give the id of one subscriber's mail of one week: the same at each attempt, told by no one."""
    parts = f"digest.message-id.v1\0{week}\0{subscriber}"
    mac = hmac.digest(secret, parts.encode(), hashlib.sha256)[:18]
    return f"<{urlsafe_b64encode(mac).decode()}@{domain}>"


def _compiled(
    letter: Letter,
    *,
    brand: Brand,
    listed: Sequence[Field],
    leaving: Sequence[Field],
    keys: Sequence[DkimKey],
) -> WireTemplate:
    boundary = _boundary(letter)
    head = [*_letterhead(letter, brand=brand, boundary=boundary), *listed]
    pieces = _joined(boundary, ("plain", letter.text), ("html", letter.html))
    require_wire_form(pieces)
    body = tuple(piece.encode("ascii") for piece in pieces[::2])
    own, same = leaving[:1], leaving[1:]
    return WireTemplate(
        head=block(head),
        leaving=_cut(block(leaving)),
        relaxed_leaving=_cut(b"".join(relaxed(name, value) for name, value in own)),
        body=tuple(piece for text in body for piece in (text, b""))[:-1],
        places=tuple((place, pieces[place]) for place in range(1, len(pieces), 2)),
        slots=frozenset([*pieces[1::2], *(UNSUBSCRIBE for _ in own)]),
        signer=prepare(
            keys,
            constant=[field for field in [*head, *same] if field[0] not in UNSIGNED],
            personal=[*PERSONAL, *(name for name, _ in own)],
            beginning=body[0],
        ),
    )


def _letterhead(letter: Letter, *, brand: Brand, boundary: str) -> list[Field]:
    sender = wire_address(brand.sender_address)
    return [
        ("From", f"{phrase(brand.sender_name, field='From')} <{sender}>"),
        ("Reply-To", sender),
        ("Subject", unstructured(letter.subject, field="Subject")),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;{CRLF} boundary="{boundary}"'),
    ]


def _leaving(brand: Brand) -> list[Field]:
    """
    Give the fields for leaving, the personal one first; its token is written as its slot.

    A mailto: stands beside the web page only where that mailbox is read: else a reader who writes
    there would only think to be gone.
    """
    ways = f"<{brand.base_url}/unsubscribe/{_HOLE}>"
    if brand.unsubscribe_address:
        mailbox = percent_encoded(wire_address(brand.unsubscribe_address), safe="@")
        ways += f",{CRLF} <mailto:{mailbox}?subject=u-{_HOLE}>"
    return [
        ("List-Unsubscribe", ways),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


_HOLE = f"@@{UNSUBSCRIBE}@@"


def _cut(octets: bytes) -> tuple[bytes, ...]:
    return tuple(octets.split(_HOLE.encode())) if octets else ()


def _boundary(letter: Letter) -> str:
    parts = f"{letter.subject}\0{letter.html}\0{letter.text}".encode()
    # "=_" cannot occur in quoted-printable, so no part can hold its own boundary.
    return f"=_{hashlib.sha256(parts).hexdigest()[:24]}"


def _joined(boundary: str, *parts: tuple[str, str]) -> list[str]:
    """Give the multipart body as text and slot names in turn."""
    pieces = [""]
    for subtype, content in parts:
        pieces[-1] += f"--{boundary}{CRLF}Content-Type: text/{subtype}; charset=utf-8{CRLF}"
        pieces[-1] += f"Content-Transfer-Encoding: quoted-printable{CRLF}{CRLF}"
        first, *rest = encode(content)
        pieces[-1] += first
        pieces += rest
        pieces[-1] += CRLF
    pieces[-1] += f"--{boundary}--{CRLF}"
    return pieces


@lru_cache(maxsize=16)
def _said(moment: str) -> str:
    """Give a moment as Date says it; in a second many messages are made."""
    return format_datetime(datetime.fromisoformat(moment))


def _sender_id(domain: str) -> str:
    """Give the stable 5 to 15 characters that Feedback-ID knows a sender by."""
    return re.sub(r"[^a-z0-9]", "", domain.lower())[:15].ljust(5, "0")
