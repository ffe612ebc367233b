"""Settings of what comes back: the mailboxes that bounces, complaints and wishes to leave go to."""

from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from digest.settings.servers import LOOPBACK

FORM = "imaps://user@host/INBOX"


class FeedbackSettings(BaseSettings):
    """Where an operator lets come back what mails cause; without any, only servers' replies count."""

    feedback_imap_url: str | None = Field(
        default=None,
        description="Mailbox that bounces come to, as imaps://user@host/INBOX; an @ in the user is "
        "%40. Only digest may read it: mails that are dealt with are deleted.",
    )
    feedback_imap_password: SecretStr | None = Field(
        default=None, description="Password of that user, sent to that server only."
    )
    feedback_maildir: Path | None = Field(
        default=None,
        description="Maildir that bounces are delivered to, on this machine; read as well where "
        "both are set.",
    )

    @field_validator("feedback_imap_url")
    @classmethod
    def _check_imap_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            _ = parts.port  # raises where it is no port number
        except ValueError:
            parts = urlsplit("")
        if parts.password is not None:  # not repeated
            raise ValueError("holds a password; give it in DIGEST_FEEDBACK_IMAP_PASSWORD")
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not value.isascii():
            raise ValueError(f"{value!r} is not of the form {FORM}")
        if not parts.username:
            raise ValueError(f"{value!r} names no user, as in {FORM}; an @ in the user is %40")
        mailbox = unquote(parts.path)
        if not (mailbox.isascii() and mailbox.isprintable()):
            raise ValueError(
                f"{value!r} names a mailbox beyond ASCII, which servers write otherwise; name it as "
                "the server lists it, such as B&APw-ro"
            )
        if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
            raise ValueError(f"{value!r} must begin with imaps://, since a password goes there")
        return value

    @model_validator(mode="after")
    def _check_imap_password(self) -> Self:
        if (self.feedback_imap_url is None) != (self.feedback_imap_password is None):
            raise ValueError(
                "DIGEST_FEEDBACK_IMAP_PASSWORD and DIGEST_FEEDBACK_IMAP_URL are set together or not "
                "at all"
            )
        return self
