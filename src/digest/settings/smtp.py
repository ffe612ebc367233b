"""Settings of the way to the mail server: where it is, how it is spoken to, who we are to it."""

from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from digest.settings.servers import LOOPBACK

PORTS = {"smtp": 25, "smtps": 465}
_FORMS = "smtp://host:port, smtps://host:port or smtp://user:password@host:port"


class TlsPolicy(StrEnum):
    """Whether mail goes to the server encrypted (STARTTLS); smtps:// always is."""

    REQUIRED = "required"
    OFFERED = "offered"
    NEVER = "never"


class SmtpSettings(BaseSettings):
    """What an operator can set of the mail server."""

    smtp_url: SecretStr = Field(
        default=SecretStr("smtp://127.0.0.1:25"),
        description="Mail server, as smtp://host:port (STARTTLS), or smtps://host:port (TLS from "
        "the start); user:password@ before the host logs in, percent-encoded.",
    )
    smtp_user: str | None = Field(
        default=None, description="Name to log in with at the mail server, if not in the URL."
    )
    smtp_password: SecretStr | None = Field(
        default=None, description="Password to log in with at the mail server, if not in the URL."
    )
    smtp_tls: TlsPolicy | None = Field(
        default=None,
        description="STARTTLS for smtp://: required, offered (where the server has it) or never; "
        "unset, required unless the server is this machine. The certificate is always checked.",
    )
    smtp_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authorities that the mail server's certificate may come from; "
        "unset, the system's.",
    )
    send_connections: int = Field(
        default=4,
        ge=1,
        le=100,
        description="Connections to the mail server that one sending process holds at most.",
    )

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(value.get_secret_value())
            _ = parts.port  # raises where it is no port number
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            # not repeated: it may hold a password
            raise ValueError(f"is not of the form {_FORMS}")
        if (parts.username is None) != (parts.password is None) or parts.username == "":
            raise ValueError(f"holds half a login; the form is {_FORMS}, percent-encoded")
        return value

    @field_validator("smtp_ca_file")
    @classmethod
    def _check_smtp_ca_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}; name the authorities' PEM file")
        return value

    @model_validator(mode="after")
    def _check_smtp_login(self) -> Self:
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError(
                "DIGEST_SMTP_USER and DIGEST_SMTP_PASSWORD go together; set both or none"
            )
        if self.smtp_user is not None and self._smtp_parts.username is not None:
            raise ValueError("DIGEST_SMTP_USER is set, and DIGEST_SMTP_URL holds a login; keep one")
        is_plain = self.smtp_tls is TlsPolicy.NEVER and self._smtp_parts.scheme == "smtp"
        if self.smtp_login and is_plain and self.smtp_host not in LOOPBACK:
            raise ValueError("DIGEST_SMTP_TLS must not be never, since a password goes there")
        return self

    @property
    def smtp_host(self) -> str:
        """Name or address of the mail server."""
        return self._smtp_parts.hostname or ""

    @property
    def smtp_port(self) -> int:
        """Port of the mail server."""
        return self._smtp_parts.port or PORTS[self._smtp_parts.scheme]

    @property
    def smtp_is_tls(self) -> bool:
        """Whether TLS begins with the connection (smtps://)."""
        return self._smtp_parts.scheme == "smtps"

    @property
    def smtp_login(self) -> tuple[str, str] | None:
        """Name and password at the mail server; None where there is no login."""
        parts = self._smtp_parts
        if parts.username is not None and parts.password is not None:
            return unquote(parts.username), unquote(parts.password)
        if self.smtp_user is not None and self.smtp_password is not None:
            return self.smtp_user, self.smtp_password.get_secret_value()
        return None

    @property
    def _smtp_parts(self) -> SplitResult:
        return urlsplit(self.smtp_url.get_secret_value())
