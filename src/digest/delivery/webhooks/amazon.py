"""
Ask Amazon SNS for its certificates, and confirm our subscription there.

Touches the hosts of SNS and nothing else. What is asked for was checked before to be an address of
theirs; here no redirect is followed, little is read, and strangers who post nonsense cannot make us
ask more than a few times an hour.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

import httpx

from digest.errors import FetchError

TIMEOUT_S = 5.0
LARGEST = 20_000
"""Octets; a certificate has about 2,000."""
MOST_ASKED = 20
"""Requests within an hour; certificates change once a year."""
HOUR_S = 3600.0
MOST_KEPT = 8
BEGINNING = b"-----BEGIN CERTIFICATE-----"
OK = 200


def fetch(url: str, *, transport: httpx.BaseTransport | None = None) -> bytes:
    """Give what is at an address of SNS, over the network where no transport is given. Raises FetchError."""
    try:
        with (
            httpx.Client(
                timeout=TIMEOUT_S, trust_env=False, follow_redirects=False, transport=transport
            ) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != OK:
                raise FetchError(_plain(url), f"answers with status {response.status_code}")
            found = bytearray()
            for part in response.iter_bytes():
                found += part
                if len(found) > LARGEST:
                    raise FetchError(_plain(url), f"is larger than {LARGEST} octets")
            return bytes(found)
    except httpx.HTTPError as error:
        raise FetchError(_plain(url), f"cannot be had ({type(error).__name__})") from error


def _plain(url: str) -> str:
    return url.partition("?")[0]  # what follows is a token


class Amazon:
    """Keeps certificates once they were fetched; several threads may use it at once."""

    def __init__(
        self,
        ask: Callable[[str], bytes] = fetch,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._kept: dict[str, bytes] = {}
        self._asked: deque[float] = deque()
        self._lock = Lock()

    def certificate(self, url: str) -> bytes:
        """Give a certificate, PEM, that was not yet looked at. Raises FetchError."""
        with self._lock:
            if url not in self._kept:
                found = self._bounded(url)
                if not found.startswith(BEGINNING):
                    raise FetchError(url, "brings no certificate")
                if len(self._kept) >= MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[url] = found
            return self._kept[url]

    def confirm(self, url: str) -> None:
        """Confirm a subscription by asking for its address. Raises FetchError."""
        with self._lock:
            self._bounded(url)

    def _bounded(self, url: str) -> bytes:
        now = self._monotonic()
        while self._asked and now - self._asked[0] >= HOUR_S:
            self._asked.popleft()
        if len(self._asked) >= MOST_ASKED:
            raise FetchError(_plain(url), f"not asked: {MOST_ASKED} requests within an hour")
        self._asked.append(now)
        return self._ask(url)
