"""
Take values out of JSON that somebody else wrote: each is of the kind asked for, or not there.

Pure. Nothing in here trusts a shape: a field may be missing, null, or of another type tomorrow.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from digest.errors import HookError

Fields = Mapping[str, object]

LONGEST_WORDS = 500
"""Characters of a server's words that feedback keeps."""


def opened(body: bytes | str, *, hook: str, is_proven: bool = True) -> Fields:
    """Give the JSON object of what a service, or somebody, posted. Raises HookError."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HookError(hook, "what it posted is no JSON", is_proven=is_proven) from error
    if not isinstance(found, dict):
        raise HookError(hook, "what it posted is no JSON object", is_proven=is_proven)
    return found


def fields(given: Fields, name: str) -> Fields:
    """Give an object; an empty one where there is none."""
    value = given.get(name)
    return value if isinstance(value, dict) else {}


def objects(given: Fields, name: str) -> list[Fields]:
    """Give the objects of a list, in order."""
    value = given.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(given: Fields, name: str) -> str | None:
    """Give a text or a number as text; None where there is none, or an empty one."""
    value = given.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def words(*parts: str | None) -> str | None:
    """Give a server's words on one line, at most 500 characters; None where it said nothing."""
    line = " ".join(" ".join(part.split()) for part in parts if part)
    return line[:LONGEST_WORDS] or None


def moment(given: Fields, name: str, *, now: datetime) -> datetime:
    """Give when something happened, UTC: now where it is not said, or said to be in the future."""
    try:
        at = datetime.fromisoformat(text(given, name) or "")
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # no moment, or one before the first year
        return now
    return min(at, now)
