"""
What an answer of a web site means for us: content, a redirect, a refusal, or trouble.

Pure: takes an answer that was read to its end, gives the error it amounts to, if any.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from digest.errors import BlockedError, FetchError, FrontPageError, WaitError
from digest.model.hosts import registrable
from digest.sources.address import stored_url
from digest.sources.readings import CHALLENGE_HEAD, is_challenge
from digest.sources.waiting import asked_wait_s

OK_STATUSES = frozenset({200, 203})
NOT_MODIFIED = 304
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECTS = frozenset({301, 308})
NOT_FOUND = 404
GONE = 410
PATIENCE_STATUSES = frozenset({408, 429})
FIRST_SERVER_ERROR = 500
LIMIT_STATUSES = frozenset({403, 429, 503})
"""Statuses that hosts give to those who ask too often."""

LONGEST_VALIDATOR = 500

_FRONT_PAGE = re.compile(r"/?|/(?:index|home|default)(?:\.\w{2,5})?/?", re.IGNORECASE)

_PERMANENT = {
    401: "wants a login (401), so it is not open to us; give a public address or remove the source",
    404: "there is no such page (404); correct the source's url",
    410: "the page is gone for good (410); it is not asked for again until the source's url changes "
    "or the source is read by its name",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response, read to its end and decoded."""

    url: str
    status: int
    headers: Mapping[str, str]
    """Lower-case names; repeated headers joined by commas."""
    body: bytes
    wire_octets: int = 0
    """Length of the body as it came, before any content coding was undone."""

    @property
    def leads_to(self) -> str | None:
        """Where it redirects to, as its Location header says; None where it is no redirect."""
        return self.headers.get("location") if self.status in REDIRECT_STATUSES else None

    @property
    def is_challenge(self) -> bool:
        """True for the page that wants to see a browser instead of giving content."""
        if self.headers.get("cf-mitigated", "").strip().lower() == "challenge":
            return True
        return is_challenge(self.body[:CHALLENGE_HEAD].decode("utf-8", errors="replace"))

    @property
    def may_pass(self) -> bool:
        """True where the same request may well succeed in a moment."""
        patience = self.status in PATIENCE_STATUSES or self.status >= FIRST_SERVER_ERROR
        return patience and not self.is_challenge

    def wait_s(self, *, now: datetime) -> float | None:
        """Seconds the host asks to be left alone; None where it asks for nothing."""
        if self.status in OK_STATUSES or self.status == NOT_MODIFIED:
            rest = {name: text for name, text in self.headers.items() if name != "retry-after"}
            return asked_wait_s(rest, now=now)
        if self.status in LIMIT_STATUSES or self.may_pass:
            return asked_wait_s(self.headers, now=now)
        return None


def trouble_with(answer: Answer, *, was_conditional: bool, now: datetime) -> FetchError | None:
    """
    Say why ``answer`` is no content; None where it is content, or says the content is unchanged.

    Args:
        answer: The last one of a chain of redirects.
        was_conditional: Validators were sent, so that 304 makes sense.
        now: What ``until`` of a WaitError counts from.
    """
    url = stored_url(answer.url)
    if answer.is_challenge:
        return BlockedError(
            url,
            f"the site shows a challenge page (status {answer.status}) instead of its content; "
            "it does not want programs there, so use its API or feed, or remove the source",
        )
    if answer.status in OK_STATUSES or (answer.status == NOT_MODIFIED and was_conditional):
        return None
    wait = answer.wait_s(now=now)
    if wait is not None:
        return asked_to_wait(url, now + timedelta(seconds=wait), status=answer.status)
    if answer.status in {403, 451}:
        return BlockedError(
            url, f"the site refuses us ({answer.status}); ask its owner or remove the source"
        )
    if reason := _PERMANENT.get(answer.status):
        return FetchError(url, reason, permanent=True)
    return _other_trouble(url, answer)


def _other_trouble(url: str, answer: Answer) -> FetchError:
    if answer.may_pass:
        return FetchError(
            url, f"the site answers with status {answer.status} each time; try again later"
        )
    return FetchError(
        url,
        f"the answer has status {answer.status}, which brings no page; check the source's url",
        permanent=True,
    )


def asked_to_wait(url: str, until: datetime, *, status: int | None = None) -> WaitError:
    """Make the error for a host that wants to be left alone; ``url`` in its stored form."""
    told = f" (status {status})" if status else ""
    return WaitError(
        url,
        f"asked to wait until {until:%Y-%m-%d %H:%M:%S %Z}{told}; run again after that",
        until=until,
    )


def next_url(answer: Answer, *, seen: Sequence[str], limit: int) -> str:
    """
    Give the absolute address that a redirect leads to.

    Args:
        answer: A redirect.
        seen: All addresses asked so far in their order, this one included.
        limit: Most redirects that are followed.

    Raises:
        FetchError: It leads nowhere, in a circle, too far, from https to http, or from one page to
            the front page of its site.
    """
    shown = stored_url(answer.url)
    try:
        target = str(httpx.URL(answer.url).join(answer.leads_to or ""))
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(
            shown, "redirects to something that is no web address; correct the source's url"
        ) from error
    if target in seen:
        raise FetchError(
            shown, f"redirects in a circle, back to {stored_url(target)}; correct the source's url"
        )
    if len(seen) > limit:
        raise FetchError(shown, f"redirects more than {limit} times; correct the source's url")
    if httpx.URL(answer.url).scheme == "https" and target.startswith("http:"):
        raise FetchError(
            shown,
            f"redirects from https to http ({stored_url(target)}), which is never followed; "
            "correct the source's url",
            permanent=True,
        )
    asked = seen[0] if seen else answer.url
    if _is_front_page(target) and not _is_front_page(asked) and _same_site(target, asked):
        raise FrontPageError(shown)
    return target


def _is_front_page(url: str) -> bool:
    parsed = httpx.URL(url)
    return _FRONT_PAGE.fullmatch(parsed.path) is not None and not parsed.query


def _same_site(one: str, other: str) -> bool:
    return registrable(httpx.URL(one).host) == registrable(httpx.URL(other).host)


def usable_validator(text: str | None) -> str | None:
    """Give an ETag or Last-Modified that can be sent back as it is; None for any other."""
    if not text or len(text) > LONGEST_VALIDATOR or not (text.isascii() and text.isprintable()):
        return None
    return text
