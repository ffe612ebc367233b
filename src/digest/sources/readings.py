"""
Build readings: a launch from checked parts, an outcome from rows, a reason from a refusal.

Pure: what every parser needs to end well, whatever the response holds.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import SchemaValidator

from digest.model import Capture, Launch, Outcome, Reading, Source
from digest.sources.flags import word_flags

Row = TypeVar("Row")

CHALLENGE_HEAD = 65_536
"""Characters (or octets, where they are not decoded yet) that a challenge page shows itself in."""

_CHALLENGE_TITLE = re.compile(
    r"[^>]*>\s*(?:just a moment|attention required! \| cloudflare"
    r"|making sure you(?:'|&#39;|\u2019)re not a bot|vercel security checkpoint)"
)
_CHALLENGE_SCRIPTS = ("window._cf_chl_opt", "captcha-delivery.com")
_HTML_STARTS = ("<!doctype html", "<html", "<head", "<body", "<title")
_START = max(map(len, _HTML_STARTS))


def failed(reason: str) -> Reading:
    """The response cannot be read at all."""
    return Reading(outcome=Outcome.FAILED, reason=reason)


def suspect(reason: str, *, rows: int = 0) -> Reading:
    """The response can be read, but is not what a healthy source gives."""
    return Reading(outcome=Outcome.SUSPECT, reason=reason, rows=rows)


def ok_empty(reason: str) -> Reading:
    """Nothing is there, and the response itself says so."""
    return Reading(outcome=Outcome.OK_EMPTY, reason=reason)


def is_html(text: str) -> bool:
    """Tell whether a text begins as a web page does; comments and a prolog may come first."""
    head = text[:CHALLENGE_HEAD].lstrip("\ufeff \t\r\n")
    while head.startswith(("<!--", "<?")):
        end = "-->" if head.startswith("<!--") else "?>"
        head = head.partition(end)[2].lstrip()
    return head[:_START].lower().startswith(_HTML_STARTS)


def is_challenge(text: str) -> bool:
    """
    Tell whether a page is a bot check instead of its content.

    Only an HTML page can be one: a feed or JSON list may well quote such a page.
    """
    if not is_html(text):
        return False
    head = _lowered(text[:CHALLENGE_HEAD])
    is_titled = _CHALLENGE_TITLE.match(head.partition("<title")[2]) is not None
    return is_titled or any(script in head for script in _CHALLENGE_SCRIPTS)


def _lowered(text: str) -> str:
    """Lower A to Z alone: every page is looked at, and all letters of the world take ten times it."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def unreadable(text: str, *, due: str) -> Reading:
    """
    Say what came instead of what was due.

    Args:
        text: The response.
        due: What was expected, such as "JSON".
    """
    if is_challenge(text):
        return Reading(
            outcome=Outcome.BLOCKED, reason="a bot check (challenge page) came instead of content"
        )
    if not text.strip():
        return failed(f"an empty response where {due} is due")
    if is_html(text):
        return failed(f"a web page (HTML) where {due} is due")
    return failed(f"not {due}")


def gather(rows: Iterable[Row], read: Callable[[Row], Launch | None]) -> Reading:
    """
    Read row by row: a row that cannot be read is counted, the others are kept.

    Of rows with one native id the latest stands: an announcement that was edited. More rows
    rejected than read is suspect.
    """
    launches: dict[str, Launch] = {}
    total = rejected = folded = 0
    for row in rows:
        total += 1
        launch = read(row)
        if launch is None:
            rejected += 1
            continue
        other = launches.get(launch.native_id)
        folded += other is not None
        if is_later(launch, other):
            launches[launch.native_id] = launch
    reading = Reading(
        outcome=Outcome.OK,
        launches=tuple(launches.values()),
        rows=total,
        rejected=rejected,
        folded=folded,
    )
    if rejected * 2 > total:
        return doubtful(reading, f"{rejected} of {total} rows could not be read: layout unknown")
    return reading


def is_later(launch: Launch, other: Launch | None) -> bool:
    """Tell whether a launch replaces the one read before it; of equals the first stands."""
    if other is None or other.launched_at is None:
        return other is None or launch.launched_at is not None
    return launch.launched_at is not None and launch.launched_at > other.launched_at


def doubtful(reading: Reading, reason: str) -> Reading:
    """Turn a reading into a suspect one; what was read is kept for show."""
    return reading.model_copy(update={"outcome": Outcome.SUSPECT, "reason": reason})


def launch_of(
    capture: Capture, source: Source, *, native_id: str | None, title: str, **fields: Any
) -> Launch | None:
    """
    Make a launch with its word flags, its first sight and its capture.

    Returns:
        The launch; None where id or title is missing or a part does not fit.
    """
    if not native_id or not title:
        return None
    url = fields.get("url")
    if fields.get("tagline") == title:
        del fields["tagline"]  # says nothing new
    words = (title, native_id, *fields.get("tags", ()))
    flags = (*fields.get("flags", ()), *word_flags(words=words, url=url))
    fields["flags"] = tuple(dict.fromkeys(flags))
    fields["source"] = source.name
    fields["native_id"] = native_id
    fields["title"] = title
    fields["name"] = fields.get("name") or title
    fields["first_seen_at"] = capture.fetched_at
    fields["capture_key"] = capture.key
    try:
        return checked(fields)
    except ValidationError:
        return None


def checked(fields: dict[str, Any]) -> Launch:
    """
    Make a launch as ``Launch(**fields)`` does, at a fifth of the cost.

    Its fields go through the same checks; what is left out is SQLModel's making of the object, which
    takes three times as long as they do. Raises ValidationError.
    """
    values, extra, given = _checks().validate_python(fields)
    launch = object.__new__(Launch)
    _set(launch, "__dict__", values)
    _set(launch, "__pydantic_extra__", extra)
    _set(launch, "__pydantic_fields_set__", given)
    _set(launch, "__pydantic_private__", None)
    return launch


_set = object.__setattr__  # a launch is frozen


@cache
def _checks() -> SchemaValidator:
    """The checks of a launch's fields, without the launch."""
    Launch.model_rebuild()
    schema: Any = Launch.__pydantic_core_schema__
    return SchemaValidator(schema["schema"], schema["config"])
