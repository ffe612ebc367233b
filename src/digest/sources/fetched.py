"""
What became of one fetch, as a value: content with its capture, or an outcome with its reason.

Pure: takes an answer that was read to its end, or the error it ended in.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from digest.errors import BlockedError, FetchError, FrontPageError, WaitError
from digest.model import Capture, Outcome, SourceState, Value
from digest.sources.address import stored_url
from digest.sources.answers import GONE, NOT_MODIFIED, Answer, trouble_with, usable_validator
from digest.sources.captures import capture_key
from digest.sources.secrecy import hidden, hidden_octets, kept_headers

SIGHTINGS = 2
"""Readings in a row that must meet a permanent redirect before it is gone by."""


class Moved(Value):
    """A permanent redirect, and how often in a row it was met."""

    url: str
    to: str
    seen: int = 1


class Fetched(Value):
    """What became of one fetch. Only the body of an ``ok`` one is content for a parser."""

    outcome: Outcome
    """ok (the content is for a parser to judge), unchanged, blocked or failed."""
    reason: str | None = None
    """What happened, where, and what to do; None for ok and unchanged."""
    capture: Capture | None = None
    """Where an answer came to its end, whatever it said; None for unchanged."""
    body: bytes | None = None
    """The capture's body, decoded; under its hash it belongs into the capture store."""
    wire_octets: int = 0
    """Length of the body as it came over the wire."""
    etag: str | None = None
    last_modified: str | None = None
    validator_url: str | None = None
    """With the two above, what a SourceState keeps once the content proved good."""
    not_before: AwareDatetime | None = None
    """The host asked not to be called before then; real time."""
    may_pass: bool = False
    """True where the same request may well succeed in a minute: no connection, a server's error."""
    refuses_more: bool = False
    """True where the host refused a further page of the listing, or asked to wait with it."""
    is_gone: bool = False
    """True where the address answered 410."""
    leads_home: bool = False
    """True where the address redirects to the front page of its site instead."""
    moved: Moved | None = None
    """What is known of a permanent redirect after this fetch."""


def validator_key(url: str, parser_version: str) -> str:
    """Give what validators belong to: a new URL or parser needs the whole page again."""
    return f"{stored_url(url)} {parser_version}"


def validators_of(state: SourceState | None, key: str) -> dict[str, str]:
    """Give the headers of a conditional request; none where nothing is known under ``key``."""
    if state is None or state.validator_url != key:
        return {}
    both = {
        "If-None-Match": usable_validator(state.etag),
        "If-Modified-Since": usable_validator(state.last_modified),
    }
    return {name: text for name, text in both.items() if text}


class Conditions:
    """What makes a request conditional: validators that are known, or are by the time it is sent."""

    def __init__(
        self, state: SourceState | None, key: str, *, newer: Callable[[], SourceState | None]
    ) -> None:
        """Start with the state known now; ``newer`` gives it as other workers have left it."""
        self._state = state
        self._key = key
        self._newer = newer

    @property
    def headers(self) -> dict[str, str]:
        """The headers; none where nothing is known."""
        return validators_of(self._state, self._key)

    def renewed(self) -> dict[str, str]:
        """Give the headers by what is known by now."""
        self._state = self._newer()
        return self.headers

    @property
    def known(self) -> SourceState | None:
        """Where the validators come from; None where there are none."""
        return self._state if self.headers else None


def report(
    answer: Answer,
    *,
    source: str,
    asked: str,
    key: str,
    known: SourceState | None,
    secrets: Sequence[str],
    captured_at: datetime,
    now: datetime,
) -> Fetched:
    """
    Say what an answer amounts to.

    Args:
        answer: The last one of a chain of redirects.
        source: Name of the source it was asked for.
        asked: The address that was asked for first.
        key: What its validators will belong to.
        known: Where the validators that were sent come from; None where none were.
        secrets: What must not be stored, though the site may repeat it.
        captured_at: The capture's time.
        now: Real time, which the host's wishes count from.
    """
    trouble = trouble_with(answer, was_conditional=known is not None, now=now)
    body = hidden_octets(answer.body, secrets)
    capture = _capture(
        answer, body, source=source, asked=asked, secrets=secrets, captured_at=captured_at
    )
    if trouble is not None:
        ended = ended_in(trouble, secrets=secrets)
        changes = {
            "capture": capture,
            "body": body,
            "wire_octets": answer.wire_octets,
            "is_gone": answer.status == GONE,
        }
        return ended.model_copy(update=changes)
    wait = answer.wait_s(now=now)
    kept = Fetched(
        outcome=Outcome.OK,
        etag=usable_validator(answer.headers.get("etag")),
        last_modified=usable_validator(answer.headers.get("last-modified")),
        validator_url=key,
        not_before=now + timedelta(seconds=wait) if wait else None,
        wire_octets=answer.wire_octets,
    )
    if answer.status == NOT_MODIFIED and known is not None:
        changes = {
            "outcome": Outcome.UNCHANGED,
            "etag": kept.etag or known.etag,
            "last_modified": kept.last_modified or known.last_modified,
        }
        return kept.model_copy(update=changes)
    return kept.model_copy(update={"capture": capture, "body": body})


def ended_in(error: FetchError, *, secrets: Sequence[str] = ()) -> Fetched:
    """Give the outcome of a fetch that ended in an error."""
    return Fetched(
        outcome=Outcome.BLOCKED if isinstance(error, BlockedError) else Outcome.FAILED,
        reason=hidden(str(error), secrets),
        not_before=error.until if isinstance(error, WaitError) else None,
        may_pass=not (error.permanent or isinstance(error, WaitError)),
        leads_home=isinstance(error, FrontPageError),
    )


def known_move(state: SourceState | None, url: str) -> Moved | None:
    """Give the permanent redirect that earlier readings of this address met."""
    if state is None or state.moved_to is None or state.moved_from != stored_url(url):
        return None
    return Moved(url=state.moved_from, to=state.moved_to, seen=state.moved_seen)


def seen_again(before: Moved | None, url: str, moved_to: str | None) -> Moved | None:
    """
    Count a permanent redirect.

    Args:
        before: The one met by the last reading.
        url: The address asked.
        moved_to: Where it leads for good; None where it does not, and then there is no redirect.
    """
    if moved_to is None or stored_url(moved_to) != moved_to:
        return None  # an address with a token in it cannot be kept
    if before is not None and before.to == moved_to:
        return before.model_copy(update={"seen": before.seen + 1})
    return Moved(url=stored_url(url), to=moved_to)


def _capture(
    answer: Answer,
    body: bytes,
    *,
    source: str,
    asked: str,
    secrets: Sequence[str],
    captured_at: datetime,
) -> Capture:
    url = stored_url(asked)
    sha256 = hashlib.sha256(body).hexdigest()
    return Capture(
        key=capture_key(url, status=answer.status, body_sha256=sha256, fetched_at=captured_at),
        source=source,
        url=url,
        final_url=hidden(stored_url(answer.url), secrets),
        status=answer.status,
        content_type=hidden(answer.headers.get("content-type", ""), secrets),
        headers=kept_headers(answer.headers, secrets=secrets),
        body_sha256=sha256,
        body_bytes=len(body),
        fetched_at=captured_at,
    )
