"""All settings in one frozen value, read from DIGEST_* variables; each field says its unit."""

import ipaddress
import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from digest.errors import SettingsError
from digest.settings.embeddings import EmbeddingsSettings
from digest.settings.esp import EspSettings, TransportKind
from digest.settings.feedback import FeedbackSettings
from digest.settings.mail import MailSettings
from digest.settings.panel import PanelForm, PanelSettings
from digest.settings.sending import SendingSettings
from digest.settings.servers import LOOPBACK
from digest.settings.smtp import SmtpSettings
from digest.settings.unknown import unknown_words
from digest.settings.workers import WorkersSettings

__all__ = ["PanelForm", "Settings", "TransportKind", "load_settings"]

logger = logging.getLogger(__name__)

SOURCE_SECRETS = (
    "producthunt_token",
    "github_token",
    "huggingface_token",
    "reddit_client_id",
    "reddit_client_secret",
)
SHORTEST_SOURCE_SECRET = 6
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Settings(
    MailSettings,
    SmtpSettings,
    EspSettings,
    FeedbackSettings,
    PanelSettings,
    EmbeddingsSettings,
    SendingSettings,
    WorkersSettings,
):
    """
    What an operator can set. Every field is the variable ``DIGEST_<NAME>`` in upper case.

    Relative paths count from the working directory. An empty variable counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix="DIGEST_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    database_url: str = Field(
        default="sqlite:///var/digest.db",
        description="SQLAlchemy URL: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.",
    )
    captures_dir: str = Field(
        default="var/captures",
        description="Folder that keeps every fetched response, or a URL that fsspec knows, such as "
        "s3://bucket/prefix.",
    )
    captures_keep_days: float = Field(
        default=365.0,
        ge=1,
        le=36_500,
        description="Days after which digest capture prune takes a response away.",
    )
    captures_max_gb: float | None = Field(
        default=None,
        gt=0,
        description="GB (10^9 octets, compressed) that digest capture prune leaves, the oldest "
        "going first; unset, only the age counts.",
    )
    sources: Path | None = Field(
        default=None, description="Path of a sources.toml; unset, the one shipped inside is used."
    )
    templates_dir: Path | None = Field(
        default=None, description="Folder of mail templates; unset, the shipped ones are used."
    )
    allowed_private_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Private addresses that may be fetched all the same: comma list of host, "
        "host:port or network such as 127.0.0.0/8.",
    )
    producthunt_token: SecretStr | None = Field(
        default=None,
        description="Developer token of Product Hunt's API; sent to api.producthunt.com only.",
    )
    github_token: SecretStr | None = Field(
        default=None,
        description="Token of GitHub's API, for more searches a minute; sent to api.github.com only.",
    )
    huggingface_token: SecretStr | None = Field(
        default=None,
        description="Token of Hugging Face, for more requests; sent to its API only.",
    )
    reddit_client_id: SecretStr | None = Field(
        default=None, description="Identifier of a Reddit app of your own, for reddit_json."
    )
    reddit_client_secret: SecretStr | None = Field(
        default=None, description="Secret of that app; exchanged for a token at www.reddit.com."
    )
    outbox_dir: Path = Field(
        default=Path("var/outbox"), description="Folder the file transport writes .eml files to."
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Key that signs links: 32 or more random characters. Unset with SQLite, one is "
        "made once and kept beside the database.",
    )
    operator_password: SecretStr | None = Field(
        default=None,
        min_length=12,
        description="Password of the operators' pages, 12 or more characters. Unset, they exist for "
        "this machine only, and only while DIGEST_BASE_URL is loopback or a name for examples.",
    )
    timezone: str = Field(
        default="UTC", description="Operator's IANA time zone; it decides an issue's week."
    )
    now: AwareDatetime | None = Field(
        default=None,
        description="ISO time with offset that stands in for the clock: replays and rehearsals.",
    )
    base_url: str = Field(
        default="https://verdicts.example.com",
        description="Public address of the web pages; every link in a mail begins with it.",
    )
    sender_name: str = Field(
        default="Weekly AI Tool Verdicts", min_length=1, description="Display name in From."
    )
    sender_address: str = Field(
        default="news@verdicts.example.com", description="Address in From and of the envelope."
    )
    postal_address: str = Field(
        default="Weekly AI Tool Verdicts, 1 Example Street, 10115 Berlin, Germany",
        min_length=1,
        description="Postal address of the sender, printed at the foot of every mail.",
    )
    contact_url: str = Field(
        default="https://verdicts.example.com/about",
        description="Address in our User-Agent where a site's owner can complain.",
    )
    late_after_hours: float = Field(
        default=6.0,
        gt=0,
        le=24 * 365,
        description="Hours after its planned time at which a run will not send.",
    )
    lease_seconds: float = Field(
        default=120.0,
        gt=0,
        le=24 * 3600,
        description="Seconds a sender holds a batch before it counts as dead.",
    )

    @field_validator("captures_dir", mode="before")
    @classmethod
    def _take_paths(cls, value: object) -> object:
        return str(value) if isinstance(value, Path) else value

    @field_validator("allowed_private_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("allowed_private_hosts")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            if "/" in entry and not _is_network(entry):
                raise ValueError(
                    f"{entry!r} is neither host, host:port nor network such as 127.0.0.0/8"
                )
        return value

    @field_validator(*SOURCE_SECRETS)
    @classmethod
    def _check_header_secret(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("holds blanks or characters that cannot be sent; copy it once more")
        if value and len(text) < SHORTEST_SOURCE_SECRET:
            raise ValueError(f"has only {len(text)} characters, so it was not copied whole")
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:  # no such name, no name, or a folder's
            raise ValueError(f"{value!r} is no IANA time zone, such as Europe/Berlin") from error
        return value

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        host = _host_of(value, schemes={"https", "http"})
        if host is None or not set(value).isdisjoint("?#@"):
            raise ValueError(f"{value!r} is not of the form https://host")
        if value.lower().startswith("http:") and host not in LOOPBACK:
            raise ValueError(f"{value!r} must begin with https://, since mails link there")
        return value.rstrip("/")

    @field_validator("sender_address")
    @classmethod
    def _check_sender_address(cls, value: str) -> str:
        if value == cls.model_fields["sender_address"].default:
            return value
        from email_validator import (  # noqa: PLC0415 # slow to load, and few commands send mail
            EmailNotValidError,
            validate_email,
        )

        try:
            validate_email(value, check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError as error:
            raise ValueError(f"{value!r} is no e-mail address: {error}".rstrip(".")) from error
        return value

    @field_validator("sender_name", "sender_address")
    @classmethod
    def _check_header(cls, value: str) -> str:
        if _CONTROL.search(value):
            raise ValueError(f"{value!r} holds a line break or a control character; take it out")
        return value

    @property
    def source_secrets(self) -> dict[str, SecretStr]:
        """What sources are let in by, by the names of the variables; only what is set."""
        found = {name: getattr(self, name) for name in SOURCE_SECRETS}
        return {f"DIGEST_{name.upper()}": value for name, value in found.items() if value}

    @property
    def zone(self) -> ZoneInfo:
        """The operator's time zone."""
        return ZoneInfo(self.timezone)

    def clock(self) -> datetime:
        """The moment this program takes for now: DIGEST_NOW where set, else the real time, UTC."""
        return self.now.astimezone(UTC) if self.now else datetime.now(UTC)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _host_of(url: str, *, schemes: set[str]) -> str | None:
    """Give the host of a URL; None where its scheme, host or port cannot be used."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no port number
    except ValueError:
        return None
    return parts.hostname if parts.scheme in schemes else None


def load_settings(**overrides: Any) -> Settings:
    """
    Read the settings from the environment; one that is misspelt is warned of.

    Raises:
        SettingsError: A variable cannot be used; the text names it, says why, and what it is for.
    """
    known = {f"DIGEST_{field.upper()}" for field in Settings.model_fields}
    for words in unknown_words(os.environ, known=known):
        logger.warning(words)
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        reason = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:  # two that contradict each other; the text names them
            name, _, rest = reason.partition(" ")
            raise SettingsError(name, rest) from error
        field = str(first["loc"][0])
        if first["type"] != "value_error":  # pydantic's own words say nothing of the purpose
            reason = f"{reason}; wanted: {Settings.model_fields[field].description}".rstrip(".")
        raise SettingsError(f"DIGEST_{field.upper()}", reason) from error
