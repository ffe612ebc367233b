"""Settings of the processes of a send."""

from pydantic import Field
from pydantic_settings import BaseSettings


class WorkersSettings(BaseSettings):
    """What an operator can set of the processes that send together on this machine."""

    send_workers: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Processes of this machine that send together. Unset, as many as cores, and one "
        "where fewer than 2000 mails wait; always one with the transports file and memory.",
    )
