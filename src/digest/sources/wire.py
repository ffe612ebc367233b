"""
Read JSON responses and their fields: each comes out in the type asked for, or as nothing.

Pure: takes bytes and rows of strangers; wrong types, odd numbers and impossible dates never raise.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from digest.model import Capture, Reading
from digest.sources.charset import decode
from digest.sources.readings import failed, unreadable
from digest.sources.text import line

JsonObject = Mapping[str, Any]

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
MAX_COUNT = 2**31 - 1
"""Largest count that is believed, and that every database column holds."""


def read_json(body: bytes, capture: Capture) -> JsonObject | Reading:
    """Give the JSON object of a response, or the reading that says why there is none."""
    data = _read(body, capture)
    if isinstance(data, dict | Reading):
        return data
    return failed(f"a JSON {_kind(data)} where an object is due")


def read_json_list(body: bytes, capture: Capture) -> Sequence[Any] | Reading:
    """Give the JSON list of a response, or the reading that says why there is none."""
    data = _read(body, capture)
    if isinstance(data, list | Reading):
        return data
    said = text_at(data, "error") if isinstance(data, dict) else ""
    return failed(
        f"the source answered with an error: {said}"
        if said
        else f"a JSON {_kind(data)} where a list is due"
    )


def read_json_item(body: bytes, capture: Capture) -> Sequence[Any] | Reading:
    """Give the JSON list of a response; one object, or the null in place of one, is a list of it."""
    data = _read(body, capture)
    is_item = data is None or (isinstance(data, dict) and not text_at(data, "error"))
    return [data] if is_item else read_json_list(body, capture)


def _read(body: bytes, capture: Capture) -> Any:
    """Give the JSON value of a response, of any type; a reading where it is none."""
    text = decode(body, capture.content_type).text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith(("{", "[")):
            return failed(f"damaged or truncated JSON (line {error.lineno}: {error.msg})")
        return unreadable(text, due="JSON")
    except (ValueError, RecursionError):  # a number of thousands of digits, or endless nesting
        return failed("JSON that no honest source writes: a number or nesting without end")


def rows_at(data: JsonObject, key: str) -> Sequence[Any] | None:
    """Give the list under a key; None where there is no list."""
    found = data.get(key)
    return found if isinstance(found, list) else None


def text_at(row: JsonObject, key: str, *, limit: int = 300) -> str:
    """Give a text as one clean line; empty where there is none."""
    found = row.get(key)
    return line(found, limit=limit) if isinstance(found, str) else ""


def raw_at(row: JsonObject, key: str) -> str:
    """Give a text as it stands; empty where there is none."""
    found = row.get(key)
    return found if isinstance(found, str) else ""


def id_at(row: JsonObject, key: str) -> str | None:
    """Give an identifier, a number or a text, as text."""
    found = row.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found) if abs(found) < 10**30 else None
    return text_at(row, key) or None


def count_at(row: JsonObject, key: str) -> int | None:
    """Give a whole number of 0 or more; None where there is none."""
    found = row.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return int(found) if 0 <= found <= MAX_COUNT else None  # NaN and infinity are neither


def flag_at(row: JsonObject, key: str) -> bool | None:
    """Give True or False; None where neither is said."""
    found = row.get(key)
    return found if isinstance(found, bool) else None


def object_at(row: JsonObject, key: str) -> JsonObject:
    """Give the object under a key; an empty one where there is none."""
    found = row.get(key)
    return found if isinstance(found, dict) else {}


def texts_at(row: JsonObject, key: str) -> tuple[str, ...]:
    """Give the texts of a list as clean lines, empty ones and repetitions left out."""
    found = (line(item) for item in rows_at(row, key) or () if isinstance(item, str))
    return tuple(dict.fromkeys(text for text in found if text))


def unix_at(row: JsonObject, key: str) -> datetime | None:
    """Give the time that stands as seconds since 1970."""
    seconds = count_at({key: row.get(key)}, key)
    return plausible(datetime.fromtimestamp(seconds, tz=UTC)) if seconds is not None else None


def iso_at(row: JsonObject, key: str) -> datetime | None:
    """Give the time that stands as ISO 8601; UTC where no offset is given."""
    try:
        moment = datetime.fromisoformat(raw_at(row, key).strip())
        return plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def plausible(moment: datetime) -> datetime | None:
    """Give a time in UTC; None where it is before 1990 or after 2100: those are no dates."""
    return moment.astimezone(UTC) if EARLIEST <= moment <= LATEST else None


def without_nothing(details: Mapping[str, Any]) -> dict[str, Any]:
    """Give details without the keys that nothing is known for."""
    return {key: value for key, value in details.items() if value not in (None, "", (), [], {})}


def _kind(data: object) -> str:
    names = {dict: "object", list: "list", str: "text", type(None): "null", bool: "truth value"}
    return names.get(type(data), "number")
