"""Settings of the model panel: which models judge, how they are reached, what a run may spend."""

from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from digest.settings.servers import LOOPBACK, api_root

REVIEWERS = ("builder", "skeptic", "futurist", "founder")


class PanelForm(StrEnum):
    """How a model is made to fill in the form of a review."""

    TOOL = "tool"
    SCHEMA = "schema"
    PROMPT = "prompt"


class PanelSettings(BaseSettings):
    """What an operator can set of the model panel; without a model the checklist reviews."""

    panel_model: str | None = Field(
        default=None,
        description="Model that reviews, as openai:NAME, anthropic:NAME or ollama:NAME; unset, the "
        "checklist does, without any key.",
    )
    panel_models: Annotated[dict[str, str], NoDecode] = Field(
        default={},
        description="Models of single reviewers, as comma list of reviewer=model, such as "
        "skeptic=anthropic:NAME; the others take DIGEST_PANEL_MODEL.",
    )
    panel_spare_model: str | None = Field(
        default=None,
        description="Model that judges a tool whose maker is the reviewing model's own.",
    )
    panel_base_url: str | None = Field(
        default=None,
        description="Server that speaks OpenAI's chat API (or Anthropic's), in place of the maker's "
        "own; for models of the same provider as DIGEST_PANEL_MODEL.",
    )
    panel_vendor: str | None = Field(
        default=None,
        max_length=60,
        description="Who makes DIGEST_PANEL_MODEL, where its name does not tell.",
    )
    panel_openai_key: SecretStr | None = Field(
        default=None, description="Key for openai: models; other variables' keys are never used."
    )
    panel_anthropic_key: SecretStr | None = Field(
        default=None, description="Key for anthropic: models."
    )
    panel_form: PanelForm = Field(
        default=PanelForm.TOOL,
        description="How a model fills in its answer: tool (tool call), schema (JSON schema) or "
        "prompt (JSON asked for in words); for servers that lack tool calls.",
    )
    panel_temperature: float | None = Field(
        default=None, ge=0, le=2, description="Temperature; unset, the model's own."
    )
    panel_max_requests: int = Field(
        default=200, ge=1, description="Requests a run may make; then the checklist goes on."
    )
    panel_max_tokens: int = Field(
        default=1_000_000, ge=1, description="Tokens a run may use, in and out together."
    )
    panel_max_usd: float = Field(
        default=1.0,
        ge=0,
        description="US dollars a run may cost. A model whose price nobody knows is refused.",
    )
    panel_price_in: float | None = Field(
        default=None,
        ge=0,
        description="US dollars per million tokens in; unset, the price list of genai-prices.",
    )
    panel_price_out: float | None = Field(
        default=None, ge=0, description="US dollars per million tokens out."
    )
    panel_answer_tokens: int = Field(
        default=2_000, ge=300, description="Tokens one answer may have, thinking included."
    )
    panel_review_seconds: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        description="Seconds for one review, waiting for a busy server and a second try included.",
    )
    panel_run_seconds: float = Field(
        default=900.0, gt=0, le=24 * 3600, description="Seconds for all reviews of a run."
    )
    panel_at_once: int = Field(
        default=4, ge=1, le=64, description="Reviews that are asked for at the same time."
    )
    panel_notes: bool = Field(
        default=False,
        description="Whether a model writes a note on each pair, asked in both orders.",
    )

    @field_validator("panel_models", mode="before")
    @classmethod
    def _split_models(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found: dict[str, str] = {}
        for part in filter(None, (each.strip() for each in value.split(","))):
            reviewer, equals, model = (each.strip() for each in part.partition("="))
            if not equals or reviewer not in REVIEWERS or not model:
                raise ValueError(
                    f"{part!r} is not of the form reviewer=model; reviewers are "
                    + ", ".join(REVIEWERS)
                )
            found[reviewer] = model
        return found

    @field_validator("panel_base_url")
    @classmethod
    def _check_panel_url(cls, value: str | None) -> str | None:
        return value and api_root(value, key="DIGEST_PANEL_OPENAI_KEY")

    @model_validator(mode="after")
    def _check_panel(self) -> Self:
        if (self.panel_price_in is None) != (self.panel_price_out is None):
            raise ValueError(
                "DIGEST_PANEL_PRICE_IN and DIGEST_PANEL_PRICE_OUT go together; set both or none"
            )
        others = self.panel_models or self.panel_spare_model
        if others and not self.panel_model:
            raise ValueError("DIGEST_PANEL_MODEL must be set where other models of the panel are")
        url = urlsplit(self.panel_base_url or "")
        has_key = self.panel_openai_key or self.panel_anthropic_key
        if has_key and url.scheme == "http" and url.hostname not in LOOPBACK:
            raise ValueError(
                "DIGEST_PANEL_BASE_URL must begin with https://, since a key goes there"
            )
        return self

    @property
    def panel_prices(self) -> tuple[float, float] | None:
        """US dollars per million tokens in and out, as set; None where the price list counts."""
        if self.panel_price_in is None or self.panel_price_out is None:
            return None
        return self.panel_price_in, self.panel_price_out
