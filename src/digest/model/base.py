"""What all nouns share: frozen, strict about their fields, comparable by value."""

from pydantic import ConfigDict
from sqlmodel import SQLModel


class Value(SQLModel):
    """A frozen value that validates itself; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # type: ignore[assignment] # SQLModel's own config type lacks the keys


_GIVEN: dict[frozenset[str], set[str]] = {}
"""Sets of fields that values were given, each once."""


def lean(value: Value) -> None:
    """
    Let a value share the set of its given fields with all that were given the same.

    Each has a set of its own else, half of what a small value takes: where a hundred thousand are in
    memory at once, that is what fills it. Nobody changes such a set: values are frozen, and a copy
    of one takes a copy of it.
    """
    own = value.model_fields_set
    shared = _GIVEN.setdefault(frozenset(own), own)
    object.__setattr__(value, "__pydantic_fields_set__", shared)
