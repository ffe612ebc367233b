"""Settings of the way out of mail: which it is, and what the services by HTTP ask for."""

import re
from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from digest.settings.servers import LOOPBACK, api_root

SHORTEST_HOOK_SECRET = 16
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_TOPIC = re.compile(r"arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
_SVIX_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{24,}={0,2}")


class TransportKind(StrEnum):
    """Where finished messages go."""

    SMTP = "smtp"
    FILE = "file"
    MEMORY = "memory"
    SES = "ses"
    POSTMARK = "postmark"
    RESEND = "resend"

    @property
    def is_service(self) -> bool:
        """True of those that take mail by HTTP; they sign it themselves, whatever we did."""
        return self in NEEDED


class Hook(StrEnum):
    """A service whose webhooks are taken."""

    SES = "ses"
    POSTMARK = "postmark"
    RESEND = "resend"


NEEDED = {
    TransportKind.SES: ("ses_region", "ses_access_key", "ses_secret"),
    TransportKind.POSTMARK: ("postmark_token",),
    TransportKind.RESEND: ("resend_key",),
}
"""What each transport cannot go without."""
HOOK_SECRETS = {
    Hook.SES: "ses_topic",
    Hook.POSTMARK: "postmark_hook_secret",
    Hook.RESEND: "resend_hook_secret",
}
"""What proves that a webhook comes from the service."""


class EspSettings(BaseSettings):
    """What an operator can set of the way out of mail, and of the services' webhooks."""

    transport: TransportKind = Field(
        default=TransportKind.FILE,
        description="Where mail goes: smtp, file (.eml files in the outbox), memory (rehearsal), or "
        "a service by HTTP: ses, postmark, resend.",
    )
    ses_region: str | None = Field(
        default=None, description="Region of Amazon SES, such as eu-central-1."
    )
    ses_access_key: str | None = Field(
        default=None, description="Access key of a user that may send through SES."
    )
    ses_secret: SecretStr | None = Field(
        default=None, description="Secret access key of that user; it never leaves this machine."
    )
    ses_session_token: SecretStr | None = Field(
        default=None, description="Session token, where the key is a temporary one."
    )
    ses_configuration_set: str | None = Field(
        default=None,
        description="Configuration set of SES by which events are published; needed for our tokens "
        "to come back.",
    )
    ses_url: str | None = Field(
        default=None, description="Root of the SES API; unset, that of the region."
    )
    ses_topic: str | None = Field(
        default=None, description="ARN of the only SNS topic whose notifications are believed."
    )
    postmark_token: SecretStr | None = Field(
        default=None, description="Server API token of Postmark."
    )
    postmark_stream: str = Field(
        default="broadcast", min_length=1, description="Message stream of Postmark."
    )
    postmark_batch: int = Field(
        default=100,
        ge=1,
        le=500,
        description="Messages of one request to Postmark: the most that a kill leaves uncertain.",
    )
    postmark_url: str = Field(
        default="https://api.postmarkapp.com", description="Root of Postmark's API."
    )
    postmark_hook_secret: SecretStr | None = Field(
        default=None,
        description="What Postmark's webhooks show, as HTTP Basic password or as header "
        "X-Webhook-Secret: 16 or more characters.",
    )
    resend_key: SecretStr | None = Field(default=None, description="API key of Resend.")
    resend_url: str = Field(default="https://api.resend.com", description="Root of Resend's API.")
    resend_hook_secret: SecretStr | None = Field(
        default=None, description="Signing secret of Resend's webhook, whsec_…."
    )
    feedback_hooks: Annotated[tuple[Hook, ...], NoDecode] = Field(
        default=(),
        description="Services whose webhooks are taken at /feedback/NAME: comma list of ses, "
        "postmark, resend; the others answer 404.",
    )

    @field_validator("feedback_hooks", mode="before")
    @classmethod
    def _split_hooks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("ses_region")
    @classmethod
    def _check_region(cls, value: str | None) -> str | None:
        if value is not None and not _REGION.fullmatch(value):
            raise ValueError(f"{value!r} is no region of AWS, such as eu-central-1")
        return value

    @field_validator("ses_topic")
    @classmethod
    def _check_topic(cls, value: str | None) -> str | None:
        if value is not None and not _TOPIC.fullmatch(value):
            raise ValueError(f"{value!r} is not of the form arn:aws:sns:REGION:ACCOUNT:NAME")
        return value

    @field_validator("ses_url", "postmark_url", "resend_url")
    @classmethod
    def _check_esp_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        root = api_root(value, key="the variable for it")
        parts = urlsplit(root)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError(f"{value!r} must begin with https://, since mails and a key go there")
        return root

    @field_validator(
        "ses_access_key", "ses_secret", "ses_session_token", "postmark_token", "postmark_stream",
        "resend_key", "postmark_hook_secret", "ses_configuration_set",
    )  # fmt: skip
    @classmethod
    def _check_esp_key(cls, value: str | SecretStr | None) -> str | SecretStr | None:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value or ""
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("holds blanks or characters that cannot be sent; copy it once more")
        return value

    @field_validator("postmark_hook_secret")
    @classmethod
    def _check_hook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        length = len(value.get_secret_value()) if value else SHORTEST_HOOK_SECRET
        if length < SHORTEST_HOOK_SECRET:
            raise ValueError(f"{length} characters are too few; use 32 random ones")
        return value

    @field_validator("resend_hook_secret")
    @classmethod
    def _check_svix_secret(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        if value and not (_SVIX_SECRET.fullmatch(text) and len(text.partition("_")[2]) % 4 == 0):
            raise ValueError("is not of the form whsec_…; copy it once more")
        return value

    @model_validator(mode="after")
    def _check_esp(self) -> Self:
        for name in NEEDED.get(self.transport, ()):
            if not getattr(self, name):
                raise ValueError(
                    f"DIGEST_{name.upper()} must be set where DIGEST_TRANSPORT is {self.transport}"
                )
        for hook in self.feedback_hooks:
            name = HOOK_SECRETS[hook]
            if not getattr(self, name):
                raise ValueError(
                    f"DIGEST_{name.upper()} must be set where DIGEST_FEEDBACK_HOOKS names {hook}: "
                    "without it anybody could take readers off the list"
                )
        return self

    @property
    def ses_root(self) -> str:
        """The root of the SES API."""
        end = "amazonaws.com.cn" if (self.ses_region or "").startswith("cn-") else "amazonaws.com"
        return self.ses_url or f"https://email.{self.ses_region}.{end}"
