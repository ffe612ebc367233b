"""
Hold the secrets of one run, and get what they are exchanged for: bearer tokens, kept in memory only.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from digest.errors import FetchError
from digest.sources.address import AllowedHosts, read_url, stored_url
from digest.sources.answers import OK_STATUSES, Answer
from digest.sources.credentials import Credential, Pass, basic, bearer, pass_host
from digest.sources.secrecy import SHORTEST
from digest.sources.wire import JsonObject, count_at, raw_at

GRANT = b"grant_type=client_credentials"
USUAL_LIFE_S = 3600
SPARE_S = 60.0
"""A token is not shown in the last minute of its life."""

AskForToken = Callable[[str, Pass, bytes, float], Awaitable[Answer]]
"""From address, credential, form and spacing (s) to the answer; raises FetchError."""


class Keyring:
    """What one run has to show."""

    def __init__(
        self,
        secrets: Mapping[str, SecretStr],
        *,
        allowed: AllowedHosts,
        ask: AskForToken,
        monotonic: Callable[[], float],
    ) -> None:
        """
        Take the secrets by the names of their variables.

        Args:
            secrets: Only those that are set.
            allowed: Private hosts that may stand in for the real ones, in a rehearsal.
            ask: Posts a form.
            monotonic: Seconds that the life of a token is measured with.
        """
        self._secrets = secrets
        self._allowed = allowed
        self._ask = ask
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._tokens: dict[str, tuple[str, float]] = {}
        """Token and end of its life, by where it was had."""

    def secrets(self) -> tuple[str, ...]:
        """Give everything that must never be stored, though a site may repeat it."""
        own = (secret.get_secret_value() for secret in self._secrets.values())
        all_of_them = (*own, *(token for token, _ in self._tokens.values()))
        return tuple(secret for secret in all_of_them if len(secret) >= SHORTEST)

    async def pass_for(
        self, credential: Credential | None, url: str, *, spacing_s: float
    ) -> Pass | None:
        """
        Give what is shown when ``url`` is asked; None where nothing has to be.

        Args:
            credential: What its kind shows.
            url: Asked next.
            spacing_s: Seconds between two requests, for the one that a token is had by.

        Raises:
            BlockedError: Nothing is to be had without it, and it is not set.
            FetchError: It could not be exchanged for a token.
        """
        if credential is None:
            return None
        missing = [name for name in credential.settings if name not in self._secrets]
        host = pass_host(credential, url, allowed=self._allowed)
        if missing or host is None:
            if not credential.is_needed:
                return None
            what = f"set {' and '.join(missing)}" if missing else f"its url is on {credential.host}"
            raise credential.needs(url, what)
        values = [self._secrets[name].get_secret_value() for name in credential.settings]
        if not credential.token_path:
            return Pass(host, bearer(values[0]))
        return Pass(host, bearer(await self._exchanged(credential, url, values, spacing_s)))

    async def _exchanged(
        self, credential: Credential, url: str, values: list[str], spacing_s: float
    ) -> str:
        """Give the token that a client's identifier and secret are worth, asked for once."""
        address = _token_address(credential, url, allowed=self._allowed)
        async with self._lock:  # the first who needs it asks; the others find it
            token, ends = self._tokens.get(address, ("", 0.0))
            if token and self._monotonic() < ends:
                return token
            token, life_s = await self._new_token(credential, address, values, spacing_s)
            self._tokens[address] = (token, self._monotonic() + life_s - SPARE_S)
            return token

    async def _new_token(
        self, credential: Credential, address: str, values: list[str], spacing_s: float
    ) -> tuple[str, float]:
        """Exchange identifier and secret; gives the token, and its life in seconds."""
        identifier, secret = values
        shown = Pass(read_url(address).host, basic(identifier, secret))
        answer = await self._ask(address, shown, GRANT, spacing_s)
        data = _json(answer)
        token = raw_at(data, "access_token")
        if not token:
            raise FetchError(
                stored_url(address),
                f"gives no token (status {answer.status}); check {' and '.join(credential.settings)}",
                permanent=answer.status not in OK_STATUSES,
            )
        return token, float(count_at(data, "expires_in") or USUAL_LIFE_S)


def _token_address(credential: Credential, url: str, *, allowed: AllowedHosts) -> str:
    """Give where a token is had: the real place, or in a rehearsal the same path of its host."""
    if not allowed.names(read_url(url)):
        return f"https://{credential.token_host}{credential.token_path}"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{credential.token_path}"


def _json(answer: Answer) -> JsonObject:
    try:
        data = json.loads(answer.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
