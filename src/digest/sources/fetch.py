"""
Fetch a source's page politely: one GET that keeps the manners, and what became of it.

Takes a source and what is known of its health; gives a value. Whatever a web site does becomes an
outcome with a reason; only mistakes in settings and programs are raised.
"""

import asyncio
import hashlib
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Self

import httpx
from pydantic import AwareDatetime

from digest.errors import BlockedError, FetchError, SettingsError, WaitError
from digest.model import Capture, Outcome, RobotsText, Source, SourceState, Value
from digest.sources.address import AllowedHosts, Target, read_url, stored_url
from digest.sources.answers import (
    NOT_MODIFIED,
    Answer,
    asked_to_wait,
    kept_headers,
    next_url,
    trouble_with,
    usable_validator,
)
from digest.sources.captures import capture_key
from digest.sources.connect import Resolve, open_transport, resolve_name
from digest.sources.decode import ACCEPT_ENCODING
from digest.sources.exchange import PASSING_TROUBLE, connection_trouble, exchange
from digest.sources.lanes import Lane
from digest.sources.limits import Limits
from digest.sources.robots import Robots
from digest.sources.waiting import backoff_s

ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
ACCEPT_DATA = (
    "application/json, application/feed+json, application/atom+xml, application/rss+xml, "
    "application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
DEFAULT_LIMITS = Limits()


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
    etag: str | None = None
    last_modified: str | None = None
    validator_url: str | None = None
    """With the two above, what a SourceState keeps once the content proved good."""
    not_before: AwareDatetime | None = None
    """The host asked not to be called before then."""


def validator_key(url: str, parser_version: str) -> str:
    """Give what validators belong to: a new URL or parser needs the whole page again."""
    return f"{stored_url(url)} {parser_version}"


class Fetcher:
    """
    Fetches pages for one run; an async context manager.

    All sources share it, so that each host has one lane whichever source asks.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed_private_hosts: Iterable[str] = (),
        clock: Callable[[], datetime],
        known_robots: Iterable[RobotsText] = (),
        limits: Limits = DEFAULT_LIMITS,
        resolve: Resolve = resolve_name,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """
        Build from plain values; nothing is opened yet.

        Args:
            user_agent: ``name/version (+contact URL)``, sent as it is.
            allowed_private_hosts: Entries ``host``, ``host:port`` or ``network/bits``.
            clock: Aware time for captures and for what hosts ask; it may stand still.
            known_robots: What earlier runs read of robots.txt; gone by for a day.
            limits: What one fetch may cost.
            resolve: The name service.
            sleep: Waits for seconds.
            monotonic: Seconds that spacing is measured with; must advance while sleeping.
            jitter: Chance in [0, 1).

        Raises:
            SettingsError: An entry is no host, or the User-Agent cannot be sent.
        """
        if not (user_agent.isascii() and user_agent.isprintable()):
            raise SettingsError("DIGEST_CONTACT_URL", "may hold only plain ASCII characters")
        self._user_agent = user_agent
        self._allowed = AllowedHosts.parse(allowed_private_hosts)
        self._clock = clock
        self._limits = limits
        self._resolve = resolve
        self._sleep = sleep
        self._monotonic = monotonic
        self._jitter = jitter
        self._lanes: dict[str, Lane] = {}
        self._robots = Robots(
            self._ask_for_robots, user_agent=user_agent, clock=clock, known=known_robots
        )

    @property
    def robots_read(self) -> tuple[RobotsText, ...]:
        """What this run has read of robots.txt, for the next run."""
        return tuple(self._robots.read)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for lane in self._lanes.values():
            await lane.transport.aclose()
        self._lanes.clear()

    async def fetch(
        self,
        source: Source,
        state: SourceState | None,
        *,
        parser_version: str,
        obeys_robots: bool,
    ) -> Fetched:
        """
        Fetch ``source.url`` once, conditionally where validators are known.

        Args:
            source: Its url and spacing are used.
            state: What its last readings left behind; None for a source never read.
            parser_version: A page read by another parser must come whole, not as "unchanged".
            obeys_robots: True for pages meant for people: HTML is asked for and robots.txt obeyed;
                False for feeds and APIs, which are meant for programs.
        """
        headers = self._headers(ACCEPT_PAGE if obeys_robots else ACCEPT_DATA)
        validators = _validators(state, validator_key(source.url, parser_version))
        try:
            if state and state.not_before and state.not_before > self._clock():
                raise asked_to_wait(stored_url(source.url), state.not_before)
            answer = await self._walk(
                source.url,
                headers | validators,
                spacing_s=source.spacing_s,
                obeys_robots=obeys_robots,
            )
        except FetchError as error:
            return _ended_in(error)
        key = validator_key(source.url, parser_version)
        return self._report(source, answer, key=key, state=state if validators else None)

    def _report(
        self, source: Source, answer: Answer, *, key: str, state: SourceState | None
    ) -> Fetched:
        """Say what the answer amounts to; ``state`` is None where nothing conditional was asked."""
        now = self._clock()
        trouble = trouble_with(answer, was_conditional=state is not None, now=now)
        capture = _capture(source, answer, now=now)
        if trouble is not None:
            return _ended_in(trouble, capture=capture, body=answer.body)
        wait = answer.wait_s(now=now)
        kept = Fetched(
            outcome=Outcome.OK,
            etag=usable_validator(answer.headers.get("etag")),
            last_modified=usable_validator(answer.headers.get("last-modified")),
            validator_url=key,
            not_before=now + timedelta(seconds=wait) if wait else None,
        )
        if answer.status == NOT_MODIFIED and state is not None:
            changes = {
                "outcome": Outcome.UNCHANGED,
                "etag": kept.etag or state.etag,
                "last_modified": kept.last_modified or state.last_modified,
            }
            return kept.model_copy(update=changes)
        return kept.model_copy(update={"capture": capture, "body": answer.body})

    async def _walk(
        self, url: str, headers: dict[str, str], *, spacing_s: float, obeys_robots: bool
    ) -> Answer:
        """Follow redirects by hand: each step is judged like the first one."""
        seen: list[str] = []
        while True:
            target = read_url(url)
            if obeys_robots:
                await self._robots.check(target, spacing_s=spacing_s)
            answer = await self._ask(target, headers, spacing_s=spacing_s)
            seen.append(url)
            if answer.leads_to is None:
                return answer
            url = next_url(answer, seen=seen, limit=self._limits.max_redirects)

    async def _ask_for_robots(self, url: str, spacing_s: float) -> Answer:
        headers = self._headers("text/plain, */*;q=0.5")
        return await self._walk(url, headers, spacing_s=spacing_s, obeys_robots=False)

    async def _ask(self, target: Target, headers: dict[str, str], *, spacing_s: float) -> Answer:
        """Ask one address, again where the trouble may pass."""
        lane = self._lane(target.host)
        shown = stored_url(target.url)
        attempt = 0
        while True:
            attempt += 1
            is_last = attempt >= self._limits.attempts
            try:
                async with lane.turn(shown, spacing_s=spacing_s):
                    answer = await exchange(
                        lane.transport, target.url, headers=headers, limits=self._limits
                    )
            except httpx.TransportError as error:
                if is_last or not isinstance(error, PASSING_TROUBLE):
                    raise connection_trouble(target.url, target.host, error) from error
            else:
                may_ask_soon = self._heed(lane, answer)
                if is_last or not may_ask_soon or not answer.may_pass:
                    return answer
            lane.pause(backoff_s(attempt, jitter=self._jitter()))

    def _heed(self, lane: Lane, answer: Answer) -> bool:
        """
        Do what the host asks for.

        Returns:
            True where it may be asked again in this run; False where it wants a longer rest.
        """
        now = self._clock()
        wait = answer.wait_s(now=now) or 0.0
        if wait > self._limits.max_sleep_s:
            lane.hold(now + timedelta(seconds=wait))
            return False
        lane.pause(wait)
        return True

    def _lane(self, host: str) -> Lane:
        if host not in self._lanes:
            transport = open_transport(
                tls=self._tls,
                allowed=self._allowed,
                resolve=self._resolve,
                connect_s=self._limits.connect_s,
            )
            self._lanes[host] = Lane(
                transport, clock=self._clock, monotonic=self._monotonic, sleep=self._sleep
            )
        return self._lanes[host]

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Shared by all hosts: loading the certificates takes longer than a request."""
        return httpx.create_ssl_context()

    def _headers(self, accept: str) -> dict[str, str]:
        return {
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Encoding": ACCEPT_ENCODING,
        }


def _validators(state: SourceState | None, key: str) -> dict[str, str]:
    if state is None or state.validator_url != key:
        return {}
    both = {
        "If-None-Match": usable_validator(state.etag),
        "If-Modified-Since": usable_validator(state.last_modified),
    }
    return {name: text for name, text in both.items() if text}


def _capture(source: Source, answer: Answer, *, now: datetime) -> Capture:
    url = stored_url(source.url)
    sha256 = hashlib.sha256(answer.body).hexdigest()
    return Capture(
        key=capture_key(url, status=answer.status, body_sha256=sha256, fetched_at=now),
        source=source.name,
        url=url,
        final_url=stored_url(answer.url),
        status=answer.status,
        content_type=answer.headers.get("content-type", ""),
        headers=kept_headers(answer.headers),
        body_sha256=sha256,
        body_bytes=len(answer.body),
        fetched_at=now,
    )


def _ended_in(
    error: FetchError, *, capture: Capture | None = None, body: bytes | None = None
) -> Fetched:
    return Fetched(
        outcome=Outcome.BLOCKED if isinstance(error, BlockedError) else Outcome.FAILED,
        reason=str(error),
        capture=capture,
        body=body,
        not_before=error.until if isinstance(error, WaitError) else None,
    )
