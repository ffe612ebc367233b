"""
Ask a mail service by HTTP: one POST, and what its answer, or none, proves.

Touches that service and nothing else. A proxy of the environment is not used, and no redirect is
followed: a request carries a key and readers' addresses.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from ssl import SSLContext, SSLError

import httpx

from digest import __version__
from digest.errors import TransportError

CONNECT_S = 5.0
"""Seconds for a connection, and for each write."""
ANSWER_S = 30.0
"""Seconds for one answer, from the request's last octet: a lease of 120 s outlives three of them."""
LARGEST_ANSWER = 4 * 1024 * 1024
"""Octets: 500 results take about 100,000."""
_WORDS = 300
"""Characters of a service's words that are kept."""

_NEVER_WRITTEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.WriteTimeout,  # the last octets of a body whose length was announced never left
)
"""What proves that no server has the whole request. A WriteError does not: httpx hides it."""


class LostError(Exception):
    """The request was written and no sound answer came: nobody knows whether it was accepted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def after_s(self) -> float | None:
        """Seconds to wait before the next request, as Retry-After says; None where it says none."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isascii() and asked.isdigit():
            return float(asked[:9])
        try:
            until = parsedate_to_datetime(asked)
            return max(0.0, (until - parsedate_to_datetime(self.headers["date"])).total_seconds())
        except (KeyError, TypeError, ValueError):  # neither a number nor two dates that compare
            return None


class Caller:
    """
    A client of one service; connections are kept open. Several threads may use it at once.

    Args:
        server: Its name, for errors.
        answer_s: Seconds to wait for an answer. Giving up makes messages uncertain.
    """

    def __init__(
        self,
        server: str,
        *,
        answer_s: float = ANSWER_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._answer_s = answer_s
        self._monotonic = monotonic
        timeout = httpx.Timeout(CONNECT_S, read=answer_s)
        self._client = httpx.Client(
            timeout=timeout, verify=_authorities(), trust_env=False, follow_redirects=False
        )

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """
        Ask once.

        Raises:
            TransportError: The service has not got the request; nothing was given.
            LostError: It may have got it.
        """
        sent = {"user-agent": f"digest/{__version__}", "accept": "application/json", **headers}
        try:
            with self._client.stream("POST", url, headers=sent, content=body) as response:
                named = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, named, self._body(response))
        except _NEVER_WRITTEN as error:
            raise TransportError(
                self._server,
                f"no connection: {_reason(error)}; look at the network, or its address",
            ) from error
        except httpx.TimeoutException as error:
            raise LostError(f"no answer within {self._answer_s:g} s") from error
        except httpx.HTTPError as error:
            raise LostError(f"no answer: {_reason(error)}") from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _body(self, response: httpx.Response) -> bytes:
        until = self._monotonic() + self._answer_s
        found = bytearray()
        for part in response.iter_bytes():
            found += part
            if len(found) > LARGEST_ANSWER:
                raise LostError(f"an answer of more than {LARGEST_ANSWER} octets")
            if self._monotonic() > until:  # the client's time-out counts each part anew
                raise LostError(f"no whole answer within {self._answer_s:g} s")
        return bytes(found)


@cache
def _authorities() -> SSLContext:
    """Give what certificates are checked against; reading it takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)


def _reason(error: httpx.HTTPError) -> str:
    """Give a cause in few words; the client's own say nothing where it timed out."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SSLError):
            return f"TLS failed ({cause.reason or type(cause).__name__})"
        cause = cause.__cause__ or cause.__context__
    return str(error) or type(error).__name__


def said(answer: Answer) -> dict[str, object]:
    """Give the JSON object of an answer; empty where there is none."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def words(answer: Answer) -> str:
    """Give status and message of an answer that is no success, for a person."""
    found = said(answer)
    message = found.get("message") or found.get("Message") or ""
    return f"{answer.status} {clean(message)}".strip()


def clean(text: object) -> str:
    """Give a service's words on one line, at most 300 characters."""
    line = "".join(char if char.isprintable() else " " for char in str(text))
    return " ".join(line.split())[:_WORDS]
