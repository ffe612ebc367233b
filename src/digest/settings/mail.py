"""Settings of what a mail says of its sender: where it comes back to, and who vouches for it."""

import re
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

LONGEST_BOUNCE_LOCAL_PART = 23
"""Octets: a plus sign and a token of 40 follow it, and a local part has at most 64 (RFC 5321)."""

_LOCAL_PART = re.compile(r"[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*")
_LABELS = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABELS}(?:\.{_LABELS})+")
_LEAVING = re.compile(r"\b(?:unsubscribe|leave|u)$", re.IGNORECASE)
"""How a local part ends whose ``+TOKEN`` means leaving (``delivery.bounces.replies``)."""
_SELECTOR = re.compile(rf"{_LABELS}(?:\.{_LABELS})*")


def is_selector(text: str) -> bool:
    """Return True if a key can have this name in DNS; False otherwise."""
    return _SELECTOR.fullmatch(text) is not None


class MailSettings(BaseSettings):
    """What an operator can set of the addresses a mail comes back to, and of its signatures."""

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
    dkim_selector: str | None = Field(
        default=None,
        description="Selector of the RSA key that signs mail: its public half is published at "
        "SELECTOR._domainkey.DOMAIN. Unset, mail leaves unsigned.",
    )
    dkim_domain: str | None = Field(
        default=None,
        description="Domain that vouches for the mail (d=); unset, the domain of "
        "DIGEST_SENDER_ADDRESS, which it has to be, or lie above or below.",
    )
    dkim_key_file: Path | None = Field(
        default=None, description="File of the RSA key in PEM form, without a passphrase."
    )
    dkim_key: SecretStr | None = Field(
        default=None, description="The RSA key itself in PEM form, in place of a file."
    )
    dkim_ed25519_selector: str | None = Field(
        default=None,
        description="Selector of an Ed25519 key that signs as well; never without an RSA key, since "
        "many receivers do not know it.",
    )
    dkim_ed25519_key_file: Path | None = Field(
        default=None, description="File of the Ed25519 key in PEM form, without a passphrase."
    )
    dkim_ed25519_key: SecretStr | None = Field(
        default=None, description="The Ed25519 key itself in PEM form, in place of a file."
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
    def _check_bounce_local_part(cls, value: str | None) -> str | None:
        local = (value or "").rpartition("@")[0]
        if _LEAVING.search(local):
            raise ValueError(
                f"{value!r} reads as a wish to leave; name it bounces@…, else each out-of-office note "
                "to it would end a subscription"
            )
        if len(local) > LONGEST_BOUNCE_LOCAL_PART:
            raise ValueError(
                f"{value!r} has {len(local)} characters before the @; at most "
                f"{LONGEST_BOUNCE_LOCAL_PART} leave room for the token of each mail"
            )
        return value

    @field_validator("dkim_selector", "dkim_ed25519_selector")
    @classmethod
    def _check_selector(cls, value: str | None) -> str | None:
        if value and not is_selector(value):
            raise ValueError(f"{value!r} is no name in DNS, such as digest2026")
        return value and value.lower()

    @field_validator("dkim_domain")
    @classmethod
    def _check_dkim_domain(cls, value: str | None) -> str | None:
        if value and not _DOMAIN.fullmatch(value):
            raise ValueError(f"{value!r} is no domain in ASCII (one beyond it as A-labels, xn--…)")
        return value and value.lower()

    @model_validator(mode="after")
    def _check_dkim(self) -> Self:
        rsa = ("DIGEST_DKIM", self.dkim_selector, self.dkim_key_file, self.dkim_key)
        other = (
            "DIGEST_DKIM_ED25519",
            self.dkim_ed25519_selector,
            self.dkim_ed25519_key_file,
            self.dkim_ed25519_key,
        )
        for prefix, selector, file, key in (rsa, other):
            if file and key:
                raise ValueError(f"{prefix}_KEY_FILE and {prefix}_KEY are both set; take one away")
            if selector and not (file or key):
                raise ValueError(f"{prefix}_KEY_FILE must name the key of {prefix}_SELECTOR")
            if (file or key) and not selector:
                raise ValueError(
                    f"{prefix}_SELECTOR must say under which name the key is published"
                )
        if self.dkim_ed25519_selector and not self.dkim_selector:
            raise ValueError(
                "DIGEST_DKIM_SELECTOR must name an RSA key too: many receivers know no Ed25519"
            )
        if self.dkim_selector and self.dkim_selector == self.dkim_ed25519_selector:
            raise ValueError(
                "DIGEST_DKIM_ED25519_SELECTOR must be another name than that of the RSA key: one "
                "name has one record"
            )
        return self
