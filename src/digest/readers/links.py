"""
Signed links: what stands in a URL, and proof that we put it there.

One purpose per token, so a forwarded mail gives away nothing but that purpose. A token never holds
an address. Unsubscribe, undo and vote tokens have a fixed length (they fill slots of a rendered
mail) and no date inside: leaving works for ever, the other two end by rule. Confirm and form tokens
carry the moment they were made. A bounce token stands in no URL but in the address that bounces
come back to, and is made of small letters and digits, since mail servers may fold capitals.
"""

import binascii
import hashlib
import hmac
import re
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from digest.errors import LinkError

PUBLIC_ID_LENGTH = 16
"""Characters of a subscriber's public id: 12 random octets, url-safe."""
MAC_OCTETS = 18
TOKEN_LENGTH = PUBLIC_ID_LENGTH + MAC_OCTETS * 4 // 3
"""Characters of an unsubscribe, undo or vote token."""
CONFIRM_DAYS = 7
BOUNCE_MAC_OCTETS = 11
BOUNCE_TOKEN_LENGTH = 40
"""Characters of a bounce token: base32 of 2 octets of week, 12 of public id, and the MAC."""

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{16}")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_FIRST_YEAR = 2000
_WEEK_BITS = 6

DAMAGED = "this link is damaged or incomplete; open it again from the mail it came in"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a confirm link says: whose, and when it was made (UTC, whole seconds)."""

    public_id: str
    issued_at: datetime


def unsubscribe_token(public_id: str, *, secret: bytes) -> str:
    """Give the token that ends one subscription; it never expires."""
    return _sealed(public_id, "unsubscribe", secret=secret)


def read_unsubscribe_token(token: str, *, secret: bytes) -> str:
    """Give the public id an unsubscribe token stands for. Raises LinkError."""
    return _opened(token, "unsubscribe", secret=secret)


def undo_token(public_id: str, *, secret: bytes) -> str:
    """Give the token that takes leaving back; for how long is subscriptions.undo's rule."""
    return _sealed(public_id, "undo", secret=secret)


def read_undo_token(token: str, *, secret: bytes) -> str:
    """Give the public id an undo token stands for. Raises LinkError."""
    return _opened(token, "undo", secret=secret)


def vote_token(public_id: str, week: str, slug: str, *, secret: bytes) -> str:
    """Give the token that lets one subscriber vote on one comparison of one issue."""
    return _sealed(public_id, "vote", week, slug, secret=secret)


def read_vote_token(token: str, week: str, slug: str, *, secret: bytes) -> str:
    """Give the public id of the voter; the token must be for this very comparison."""
    return _opened(token, "vote", week, slug, secret=secret)


def confirm_token(public_id: str, *, secret: bytes, now: datetime) -> str:
    """Give the token that confirms a sign-up within CONFIRM_DAYS."""
    return _dated("confirm", secret).dumps([public_id, int(now.timestamp())])


def read_confirm_token(token: str, *, secret: bytes, now: datetime) -> Confirmation:
    """Give what a confirm link says. Raises LinkError, also when it is too old."""
    public_id, issued_at = _read_dated(token, "confirm", secret)
    if now - issued_at > timedelta(days=CONFIRM_DAYS):
        raise LinkError(f"this link was good for {CONFIRM_DAYS} days; sign up again for a new one")
    return Confirmation(public_id, issued_at)


def form_token(token: str, *, secret: bytes, now: datetime) -> str:
    """Give the note a vote form carries: for which vote token it was shown, and when."""
    return _dated("form", secret).dumps([token, int(now.timestamp())])


def read_form_token(form: str, token: str, *, secret: bytes) -> datetime:
    """Give when the form for this vote token was shown. Raises LinkError."""
    shown_for, shown_at = _read_dated(form, "form", secret)
    if shown_for != token:
        raise LinkError(DAMAGED)
    return shown_at


def bounce_token(week: str, public_id: str, *, secret: bytes) -> str:
    """
    Give the token for the address that a bounce of one mail comes back to; it never expires.

    Args:
        week: ISO week of the issue, such as 2026-W47.
        public_id: Of the subscriber.
        secret: Signs it, so that nobody can bounce others off the list.

    Returns:
        BOUNCE_TOKEN_LENGTH small letters and digits (RFC 4648 base32).

    Raises:
        ValueError: It is no ISO week from 2000 on, or no public id.
    """
    year, number = _week_numbers(week)
    if not _PUBLIC_ID.fullmatch(public_id):
        raise ValueError(f"not a public id of {PUBLIC_ID_LENGTH} characters: {public_id!r}")
    when = (year - _FIRST_YEAR) << _WEEK_BITS | number
    packed = when.to_bytes(2, "big") + urlsafe_b64decode(public_id)
    return b32encode(packed + _bounce_mac(packed, secret=secret)).decode().lower()


def read_bounce_token(token: str, *, secret: bytes) -> tuple[str, str]:
    """Give week and public id of the mail that came back; capitals do not matter. Raises LinkError."""
    try:
        octets = b32decode(token.encode("ascii"), casefold=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise LinkError(DAMAGED) from error
    packed, mac = octets[:-BOUNCE_MAC_OCTETS], octets[-BOUNCE_MAC_OCTETS:]
    if not hmac.compare_digest(mac, _bounce_mac(packed, secret=secret)):
        raise LinkError(DAMAGED)
    when = int.from_bytes(packed[:2], "big")
    year, number = _FIRST_YEAR + (when >> _WEEK_BITS), when & (1 << _WEEK_BITS) - 1
    return f"{year}-W{number:02d}", urlsafe_b64encode(packed[2:]).decode()


def _week_numbers(week: str) -> tuple[int, int]:
    found = _WEEK.fullmatch(week)
    if found is None or int(found[1]) < _FIRST_YEAR:
        raise ValueError(f"not an ISO week such as 2026-W47: {week!r}")
    return int(found[1]), int(found[2])


def _bounce_mac(packed: bytes, *, secret: bytes) -> bytes:
    message = b"digest.link.v1\0bounce\0" + packed
    return hmac.digest(secret, message, hashlib.sha256)[:BOUNCE_MAC_OCTETS]


def _sealed(public_id: str, *purpose: str, secret: bytes) -> str:
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise ValueError(f"a public id has {PUBLIC_ID_LENGTH} characters, not {len(public_id)}")
    return public_id + _mac(public_id, *purpose, secret=secret)


def _opened(token: str, *purpose: str, secret: bytes) -> str:
    public_id, mac = token[:PUBLIC_ID_LENGTH], token[PUBLIC_ID_LENGTH:]
    expected = _mac(public_id, *purpose, secret=secret)
    if not hmac.compare_digest(mac.encode(), expected.encode()):
        raise LinkError(DAMAGED)
    return public_id


def _mac(*parts: str, secret: bytes) -> str:
    # NUL between the parts: no two lists of parts give the same message.
    message = "\0".join(("digest.link.v1", *parts)).encode()
    mac = hmac.digest(secret, message, hashlib.sha256)[:MAC_OCTETS]
    return urlsafe_b64encode(mac).decode()


def _dated(purpose: str, secret: bytes) -> URLSafeSerializer:
    options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(secret, salt=f"digest.{purpose}.v1", signer_kwargs=options)


def _read_dated(token: str, purpose: str, secret: bytes) -> tuple[str, datetime]:
    try:
        subject, seconds = _dated(purpose, secret).loads(token)
    except BadData as error:
        raise LinkError(DAMAGED) from error
    return subject, datetime.fromtimestamp(seconds, UTC)
