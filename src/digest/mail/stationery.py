"""What every mail of ours is written on: who we are, and the three parts of a letter."""

from urllib.parse import urlsplit

import idna
from pydantic import field_validator
from sqlmodel import Field

from digest.errors import SettingsError
from digest.model import Value

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that plain http may name: rehearsals on the operator's own machine."""


def is_followable(url: str) -> bool:
    """Return True if a mail may link there: https, or http on this machine; False otherwise."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an unfinished IPv6 host
        return False
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname)


class Brand(Value):
    """How the newsletter names itself, and where its pages and its people are."""

    name: str = Field(min_length=1)
    base_url: str
    """Public address of the pages, http only on loopback; kept without a slash at its end."""
    sender_name: str = Field(min_length=1)
    sender_address: str
    """In From; its domain also names the list and the message ids."""
    postal_address: str = Field(min_length=1)
    bounce_address: str | None = None
    """Where bounces come back to, a token added for each mail; None: the sender's own address."""
    unsubscribe_address: str | None = None
    """A mailbox that is read, for those who leave by mail; None: there is none."""

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        # Both end up in headers: what is refused here can break out of none.
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise SettingsError(
                "DIGEST_BASE_URL", f"{value!r} must be ASCII, a host beyond it as A-labels (xn--…)"
            )
        if not is_followable(value):
            raise SettingsError("DIGEST_BASE_URL", f"{value!r} must be https: mails link there")
        return value.rstrip("/")

    @property
    def domain(self) -> str:
        """The sender's domain in A-labels; it ends the message ids."""
        return idna.encode(self.sender_address.rpartition("@")[2], uts46=True).decode()


class Letter(Value):
    """A mail that is no issue, such as the one that asks for a confirmation; without slots."""

    subject: str
    html: str
    text: str
