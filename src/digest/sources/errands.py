"""
Carry out one errand on the web: from turn to turn and redirect to redirect, to an answer.

Takes an errand, gives the answer at its end. Every step is judged like the first one: the address,
robots.txt, the host's turn, and who may see a credential.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial

import httpx

from digest.model.hosts import registrable
from digest.sources.address import AllowedHosts, Target, read_url, stored_url
from digest.sources.answers import PERMANENT_REDIRECTS, Answer, next_url
from digest.sources.connect import GuardedTransport, Resolve
from digest.sources.credentials import Pass
from digest.sources.exchange import connection_trouble, exchange, may_pass
from digest.sources.hosts import HostBook
from digest.sources.lanes import Lane, Walk
from digest.sources.limits import MIB, Limits
from digest.sources.robots import Robots
from digest.sources.waiting import backoff_s

ACCEPT_ROBOTS = "text/plain, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Recall:
    """What makes a request conditional, asked for anew where another worker was there meanwhile."""

    known_at: datetime
    """Since when another worker may have learned more; real time."""
    headers: Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Errand:
    """What is asked for, and what holds for every step to it."""

    url: str
    headers: Mapping[str, str]
    spacing_s: float
    obeys_robots: bool = False
    body: bytes | None = None
    """Posted, once and only to the address itself; None for a GET."""
    shows: Pass | None = None
    recall: Recall | None = None
    max_decoded: int = 8 * MIB
    """Octets that the answer may have after decoding."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The answer at the end of a chain of redirects."""

    answer: Answer
    moved_to: str | None = None
    """Where the address leads for good; None where its first step is none for good."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How time passes, and the chance in it."""

    sleep: Callable[[float], Awaitable[object]]
    """Waits for seconds."""
    monotonic: Callable[[], float]
    """Seconds that spacing is measured with; must advance while sleeping."""
    jitter: Callable[[], float]
    """Chance in [0, 1)."""


class Courier:
    """Carries out errands; all of one run share the lanes, so that each host has one."""

    def __init__(
        self,
        *,
        user_agent: str,
        allowed: AllowedHosts,
        robots: Robots,
        book: HostBook,
        limits: Limits,
        resolve: Resolve,
        pacing: Pacing,
    ) -> None:
        self._user_agent = user_agent
        self._allowed = allowed
        self._robots = robots
        self._book = book
        self._limits = limits
        self._resolve = resolve
        self._pacing = pacing
        self._retries_left = limits.retries_a_run
        self._lanes: dict[str, Lane] = {}
        self._transports: dict[str, GuardedTransport] = {}

    async def go(self, errand: Errand) -> Arrived:
        """
        Fetch the answer.

        Raises:
            FetchError: There is none, or none that may be asked for.
        """
        with Walk() as walk:
            return await self._follow(errand, walk)

    async def aclose(self) -> None:
        """Close the connections and give all hosts back."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()
        await self._book.aclose()

    async def _follow(self, errand: Errand, walk: Walk) -> Arrived:
        """Follow redirects by hand; a POST is never sent on."""
        seen: list[str] = []
        url, moved_to, is_for_good = errand.url, None, True
        while True:
            target = read_url(url)
            if errand.obeys_robots:
                await self._enter(target, errand, walk)
                ask = partial(self._ask_for_robots, errand=errand, walk=walk)
                await self._robots.check(target, ask=ask)
            await self._enter(target, errand, walk)
            answer = await self._ask(target, errand)
            seen.append(url)
            if answer.leads_to is None or errand.body is not None:
                return Arrived(answer, moved_to)
            url = next_url(answer, seen=seen, limit=self._limits.max_redirects)
            is_for_good = is_for_good and answer.status in PERMANENT_REDIRECTS
            moved_to = url if is_for_good else moved_to

    async def _ask_for_robots(self, url: str, *, errand: Errand, walk: Walk) -> Answer:
        headers = {**errand.headers, "Accept": ACCEPT_ROBOTS}
        plain = Errand(url, _unconditional(headers), errand.spacing_s)
        return (await self._follow(plain, walk)).answer

    async def _enter(self, target: Target, errand: Errand, walk: Walk) -> None:
        lane = self._lane(target.host)
        await walk.to(lane, stored_url(target.url), spacing_s=errand.spacing_s)

    async def _ask(self, target: Target, errand: Errand) -> Answer:
        """Ask one address, again where the trouble may pass; a POST is sent once."""
        lane = self._lane(target.host)
        shown = stored_url(target.url)
        attempts = self._limits.attempts if errand.body is None else 1
        cap = min(errand.max_decoded, self._limits.max_decoded)
        limits = replace(self._limits, max_decoded=cap)
        attempt = 0
        while True:
            attempt += 1
            is_last = attempt >= attempts or self._retries_left <= 0
            try:
                async with lane.turn(shown, spacing_s=errand.spacing_s):
                    answer = await exchange(
                        self._transport(target.host),
                        target.url,
                        headers=self._headers(target, errand, lane),
                        limits=limits,
                        body=errand.body,
                    )
            except httpx.TransportError as error:
                if is_last or not may_pass(error):
                    raise connection_trouble(target.url, target.host, error) from error
            else:
                may_ask_soon = self._heed(lane, answer)
                if is_last or not may_ask_soon or not answer.may_pass:
                    return answer
            self._retries_left -= 1
            lane.pause(backoff_s(attempt, jitter=self._pacing.jitter()))

    def _headers(self, target: Target, errand: Errand, lane: Lane) -> dict[str, str]:
        """Give what is sent; a credential only to the host that it belongs to."""
        headers = {"User-Agent": self._user_agent, **errand.headers}
        if errand.recall and lane.was_shared_since(errand.recall.known_at):
            headers = {**_unconditional(headers), **errand.recall.headers()}
        if errand.shows and errand.shows.fits(target, allowed=self._allowed):
            headers["Authorization"] = errand.shows.header
        return headers

    def _heed(self, lane: Lane, answer: Answer) -> bool:
        """
        Do what the host asks for.

        Returns:
            True where it may be asked again in this run; False where it wants a longer rest.
        """
        now = self._book.clock()
        wait = answer.wait_s(now=now) or 0.0
        if wait > self._limits.max_sleep_s:
            lane.hold(now + timedelta(seconds=wait))
            return False
        lane.pause(wait)
        return True

    def _lane(self, host: str) -> Lane:
        name = registrable(host)
        if name not in self._lanes:
            self._lanes[name] = Lane(
                name,
                book=self._book,
                limits=self._limits,
                monotonic=self._pacing.monotonic,
                sleep=self._pacing.sleep,
                jitter=self._pacing.jitter,
            )
        return self._lanes[name]

    def _transport(self, host: str) -> GuardedTransport:
        if host not in self._transports:
            self._transports[host] = GuardedTransport(
                tls=lambda: self._tls,
                allowed=self._allowed,
                resolve=self._resolve,
                connect_s=self._limits.connect_s,
            )
        return self._transports[host]

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Shared by all hosts: loading the certificates takes longer than a request."""
        context = httpx.create_ssl_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


def _unconditional(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in headers.items() if not name.startswith("If-")}
