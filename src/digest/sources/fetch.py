"""
Fetch a source's page politely: one request that keeps the manners, and what became of it.

Takes a source and what is known of its health; gives a value. Whatever a web site does becomes an
outcome with a reason; only mistakes in settings and programs are raised.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from digest.errors import FetchError, SettingsError
from digest.model import RobotsText, Source, SourceState
from digest.sources.address import AllowedHosts, stored_url
from digest.sources.answers import NOT_FOUND, Answer, asked_to_wait
from digest.sources.connect import Resolve, resolve_name
from digest.sources.credentials import Credential, Pass
from digest.sources.decode import ACCEPT_ENCODING
from digest.sources.errands import Arrived, Courier, Errand, Pacing, Recall
from digest.sources.fetched import (
    SIGHTINGS,
    Conditions,
    Fetched,
    Moved,
    ended_in,
    known_move,
    report,
    seen_again,
    validator_key,
)
from digest.sources.hosts import HostBook, MemoryHosts
from digest.sources.keyring import Keyring
from digest.sources.limits import MIB, Limits
from digest.sources.paging import Request
from digest.sources.robots import Robots
from digest.sources.secrecy import secrets_in

__all__ = ["Fetched", "Fetcher", "validator_key"]

ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
ACCEPT_DATA = (
    "application/json, application/feed+json, application/atom+xml, application/rss+xml, "
    "application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
FORM = "application/x-www-form-urlencoded"
DEFAULT_LIMITS = Limits()
STORED_WITHIN = timedelta(seconds=10)
"""Time that another worker may need to store what it has fetched."""


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
        book: HostBook | None = None,
        secrets: Mapping[str, SecretStr] | None = None,
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
            clock: Aware time for captures; it may stand still.
            known_robots: What earlier runs read of robots.txt; gone by for a day.
            book: How hosts are shared with other workers; None where there are no others.
            secrets: Tokens and client secrets, by the names of their variables.
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
        allowed = AllowedHosts.parse(allowed_private_hosts)
        self._clock = clock
        self._book = book or HostBook(MemoryHosts(), holder="this run", clock=clock)
        self._robots = Robots(user_agent=user_agent, clock=clock, known=known_robots)
        self._courier = Courier(
            user_agent=user_agent,
            allowed=allowed,
            robots=self._robots,
            book=self._book,
            limits=limits,
            resolve=resolve,
            pacing=Pacing(sleep=sleep, monotonic=monotonic, jitter=jitter),
        )
        self._keyring = Keyring(
            secrets or {}, allowed=allowed, ask=self._ask_for_token, monotonic=monotonic
        )

    def take_robots(self) -> tuple[RobotsText, ...]:
        """Give what was read of robots.txt since the last call, for the next run."""
        return self._robots.take_read()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._courier.aclose()

    async def fetch(
        self,
        source: Source,
        state: SourceState | None,
        *,
        parser_version: str,
        obeys_robots: bool,
        request: Request | None = None,
        credential: Credential | None = None,
        newer: Callable[[], SourceState | None] | None = None,
    ) -> Fetched:
        """
        Ask once, conditionally where validators are known.

        Args:
            source: Its url and spacing are used.
            state: What its last readings left behind; None for a source never read.
            parser_version: A page read by another parser must come whole, not as "unchanged".
            obeys_robots: True for pages meant for people: HTML is asked for and robots.txt obeyed;
                False for feeds and APIs, which are meant for programs.
            request: What to ask; None for a GET of ``source.url``.
            credential: What its host wants to see.
            newer: Gives the state anew, should another worker ask the host while we wait for it.
        """
        wanted = request or Request(source.url)
        moved = known_move(state, wanted.url)
        key = validator_key(wanted.url, parser_version)
        known = state if wanted.body is None else None
        conditions = Conditions(known, key, newer=newer or (lambda: state))
        recall = Recall(self._book.clock() - STORED_WITHIN, conditions.renewed)
        headers = _headers(ACCEPT_PAGE if obeys_robots else ACCEPT_DATA)
        errand = Errand(
            moved.to if moved and moved.seen >= SIGHTINGS else wanted.url,
            headers | conditions.headers | _kind_of(wanted),
            source.spacing_s,
            obeys_robots=obeys_robots,
            body=wanted.body,
            recall=recall if newer and wanted.body is None else None,
            max_decoded=source.max_mib * MIB,
        )
        try:
            self._check_wait(state, wanted.url)
            arrived = await self._go(errand, credential)
        except FetchError as error:
            kept = None if error.permanent and errand.url != wanted.url else moved
            ended = ended_in(error, secrets=self._secrets(wanted))
            return ended.model_copy(update={"moved": kept})
        fetched = report(
            arrived.answer,
            source=source.name,
            asked=wanted.url,
            key=key,
            known=conditions.known,
            secrets=self._secrets(wanted),
            captured_at=self._clock(),
            now=self._book.clock(),
        )
        return _with_move(fetched, arrived, moved, asked=errand.url, wanted=wanted.url)

    def _check_wait(self, state: SourceState | None, url: str) -> None:
        if state and state.not_before and state.not_before > self._book.clock():
            raise asked_to_wait(stored_url(url), state.not_before)

    async def _go(self, errand: Errand, credential: Credential | None) -> Arrived:
        shows = await self._keyring.pass_for(credential, errand.url, spacing_s=errand.spacing_s)
        return await self._courier.go(replace(errand, shows=shows) if shows else errand)

    async def _ask_for_token(self, url: str, shows: Pass, form: bytes, spacing_s: float) -> Answer:
        headers = _headers("application/json") | {"Content-Type": FORM}
        errand = Errand(url, headers, spacing_s, body=form, shows=shows)
        return (await self._courier.go(errand)).answer

    def _secrets(self, wanted: Request) -> tuple[str, ...]:
        return (*secrets_in(wanted.url), *self._keyring.secrets())


def _with_move(
    fetched: Fetched, arrived: Arrived, moved: Moved | None, *, asked: str, wanted: str
) -> Fetched:
    """Note what the fetch shows of a permanent redirect."""
    if asked != wanted:  # it was gone by; where the new place refuses us, the old one is asked next
        is_lost = fetched.is_gone or arrived.answer.status == NOT_FOUND
        changes = {"moved": None if is_lost else moved, "is_gone": False}
        return fetched.model_copy(update=changes)
    return fetched.model_copy(update={"moved": seen_again(moved, wanted, arrived.moved_to)})


def _headers(accept: str) -> dict[str, str]:
    return {"Accept": accept, "Accept-Encoding": ACCEPT_ENCODING}


def _kind_of(request: Request) -> dict[str, str]:
    return {} if request.body is None else {"Content-Type": "application/json"}
