"""Settings of embeddings: which model tells what texts mean, and how it is reached."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from digest.settings.servers import LOOPBACK, api_root

LOCAL = "minilm"


class EmbeddingsSettings(BaseSettings):
    """What an operator can set of embeddings; without a model words and tags alone decide."""

    embeddings_model: str | None = Field(
        default=None,
        max_length=200,
        description="Model that tells what tools' texts mean, beside their words: minilm (on this "
        "machine, extra embeddings), or a name that DIGEST_EMBEDDINGS_URL knows; unset, none does.",
    )
    embeddings_url: str | None = Field(
        default=None,
        description="Server that speaks OpenAI's embeddings API, as https://host/v1; plain http on "
        "this machine only.",
    )
    embeddings_key: SecretStr | None = Field(
        default=None, description="Key for that server, sent there only."
    )
    embeddings_seconds: float = Field(
        default=30.0, gt=0, le=600, description="Seconds one answer of that server may take."
    )

    @field_validator("embeddings_url")
    @classmethod
    def _check_embeddings_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        root = api_root(value, key="DIGEST_EMBEDDINGS_KEY")
        parts = urlsplit(root)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError(f"{value!r} must begin with https://, since texts and a key go there")
        return root.removesuffix("/embeddings")

    @field_validator("embeddings_key")
    @classmethod
    def _check_embeddings_key(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("holds blanks or characters that cannot be sent; copy it once more")
        return value

    @model_validator(mode="after")
    def _check_embeddings(self) -> Self:
        if self.embeddings_url and not self.embeddings_model:
            raise ValueError(
                "DIGEST_EMBEDDINGS_MODEL must name a model of the server at DIGEST_EMBEDDINGS_URL"
            )
        if self.embeddings_model not in {None, LOCAL} and not self.embeddings_url:
            raise ValueError(
                "DIGEST_EMBEDDINGS_URL must name the server of DIGEST_EMBEDDINGS_MODEL; without "
                f"one only {LOCAL} works"
            )
        return self
