"""Settings of what a mail says of its sender: where bounces and wishes to leave come back to."""

import re

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

LONGEST_BOUNCE_LOCAL_PART = 23
"""Octets: a plus sign and a token of 40 follow it, and a local part has at most 64 (RFC 5321)."""

_LOCAL_PART = re.compile(r"[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]*[A-Za-z0-9])+")


class MailSettings(BaseSettings):
    """What an operator can set of the addresses a mail comes back to."""

    bounce_address: str | None = Field(
        default=None,
        description="Address bounces come back to; each mail's has +TOKEN after the part before "
        "the @, which has at most 23 characters. Unset, they go to DIGEST_SENDER_ADDRESS.",
    )
    unsubscribe_address: str | None = Field(
        default=None,
        description="Address of a mailbox that digest reads: readers leave by writing to it. Unset, "
        "mails offer the web link only.",
    )

    @field_validator("bounce_address", "unsubscribe_address")
    @classmethod
    def _check_returning(cls, value: str | None) -> str | None:
        local, _, domain = (value or "x@example.com").rpartition("@")
        if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain):
            raise ValueError(
                f"{value!r} is no e-mail address of letters, digits, dots, plus and minus, such as "
                "bounces@verdicts.example.com (a domain beyond ASCII as A-labels, xn--…)"
            )
        return value

    @field_validator("bounce_address")
    @classmethod
    def _check_room_for_token(cls, value: str | None) -> str | None:
        local = (value or "").rpartition("@")[0]
        if len(local) > LONGEST_BOUNCE_LOCAL_PART:
            raise ValueError(
                f"{value!r} has {len(local)} characters before the @; at most "
                f"{LONGEST_BOUNCE_LOCAL_PART} leave room for the token of each mail"
            )
        return value
