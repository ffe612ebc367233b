"""Column types that both databases understand, and that give nouns back as they went in."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from json.encoder import encode_basestring
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""Made once: ``json.dumps`` makes an encoder a value, which costs more than the encoding."""


class JsonText(TypeDecorator[Any]):
    """A JSON value as text with sorted keys: the same bytes for the same value on any database."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: object) -> str | None:
        """Give the text to store."""
        del dialect
        if value is None:
            return None
        return _encode(value)

    def process_result_value(self, value: str | None, dialect: object) -> Any:
        """Give the value back."""
        del dialect
        return None if value is None else json.loads(value)


class TupleText(JsonText):
    """A tuple of strings, stored as a JSON list."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: object) -> str | None:
        """Give the text to store."""
        return super().process_bind_param(None if value is None else list(value), dialect)

    def process_result_value(self, value: str | None, dialect: object) -> Any:
        """Give the tuple back."""
        loaded = super().process_result_value(value, dialect)
        return None if loaded is None else tuple(loaded)


def enum_text(kind: type[StrEnum]) -> sa.Enum:
    """Give the column type that stores the enum's value as text; no native type to migrate."""
    return sa.Enum(
        kind,
        native_enum=False,
        length=20,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def binder(kind: TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    """
    Give what makes the driver's value of ours; None where they are the same.

    It is what the type itself does, without the calls in between where rows come by the thousand.
    """
    usual = kind.bind_processor(dialect)
    if isinstance(kind, TupleText):
        return _tuple_text
    if isinstance(kind, JsonText):
        return _json_text
    if isinstance(kind, UTCDateTime) and dialect.name == "sqlite" and usual is not None:
        return partial(_sqlite_moment, usual)
    return usual


def _json_text(value: Any) -> str | None:
    return "{}" if value == {} else None if value is None else _encode(value)


def _tuple_text(value: tuple[str, ...] | None) -> str | None:
    return None if value is None else f"[{','.join(map(encode_basestring, value))}]"


def _sqlite_moment(usual: Callable[[Any], str | None], value: datetime | None) -> str | None:
    if value is None or value.tzinfo is not UTC:
        return usual(value)
    return value.isoformat(" ", "microseconds")[:26]  # without the offset
