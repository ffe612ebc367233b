"""Settings of a send as a whole: how fast, for how long, on whom it is tried first."""

import math
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

MINUTE_S = 60
FASTEST = 1_000_000
MARKER_NAME = "send-marker.json"
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class SendingSettings(BaseSettings):
    """What an operator can set of a send as a whole."""

    send_rate: float | None = Field(
        default=None,
        gt=0,
        le=FASTEST,
        description="Messages a second over all senders of this database; unset, no limit.",
    )
    send_domain_rates: Annotated[dict[str, float], NoDecode] = Field(
        default={},
        description="Messages a minute to single recipient domains, as comma list of domain=N, such "
        "as lake.example=600.",
    )
    send_stop_after_hours: float = Field(
        default=24.0,
        gt=0,
        le=24 * 31,
        description="Hours after the first start of an issue's sending at which what still waits is "
        "rejected.",
    )
    send_canary: int = Field(
        default=0,
        ge=0,
        description="Recipients that go first; the others follow once these were well. 0: none do.",
    )
    send_canary_minutes: float = Field(
        default=15.0,
        ge=0,
        le=24 * 60,
        description="Minutes between the last answer to those and the look at what came back.",
    )
    send_marker: Path | None = Field(
        default=None,
        description="File, outside the database and its backups, that tells a restored backup; one "
        "per machine. Unset, send-marker.json beside the folder of captures, else in var.",
    )
    approval_days: float = Field(
        default=7.0,
        gt=0,
        le=365,
        description="Days an approval holds; an issue approved longer ago does not begin to be sent.",
    )

    @field_validator("send_domain_rates", mode="before")
    @classmethod
    def _split_rates(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found: dict[str, float] = {}
        for part in filter(None, (each.strip() for each in value.split(","))):
            domain, _, number = (each.strip().lower() for each in part.partition("="))
            if not _DOMAIN.fullmatch(domain) or not 0 < _number(number) <= FASTEST:
                raise ValueError(
                    f"{part!r} is not of the form domain=N, N being messages a minute above 0"
                )
            found[domain] = _number(number)
        return found

    @property
    def send_limits(self) -> dict[str, float]:
        """Messages a second by recipient domain, and for all mail together by the empty name."""
        limits = {domain: rate / MINUTE_S for domain, rate in self.send_domain_rates.items()}
        return {"": self.send_rate, **limits} if self.send_rate else limits

    def marker_beside(self, captures_dir: str) -> Path:
        """Give where this machine notes how far its sends are; captures may be at a URL."""
        if self.send_marker is not None:
            return self.send_marker
        folder = Path("var") if "://" in captures_dir else Path(captures_dir).parent
        return folder / MARKER_NAME


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number
