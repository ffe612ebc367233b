"""What all nouns share: frozen, strict about their fields, comparable by value."""

from pydantic import ConfigDict
from sqlmodel import SQLModel


class Value(SQLModel):
    """A frozen value that validates itself; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # type: ignore[assignment] # SQLModel's own config type lacks the keys
