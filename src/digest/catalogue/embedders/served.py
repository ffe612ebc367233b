"""
Ask a server that speaks OpenAI's embeddings API for vectors.

Touches that server and nothing else. What it says in an error is never repeated: some servers quote
the key there.
"""

import json
import re
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from digest.catalogue.embedders.answers import vectors_in
from digest.catalogue.vectors import Vector
from digest.errors import EmbeddingError

AT_ONCE = 64
"""Texts of one request: far below what any server bounds, and an answer stays small."""
TRIES = 4
WAIT_S = 1.0
"""Seconds before the second try; twice as many before each further one."""
LONGEST_WAIT_S = 30.0
"""Seconds; a server that asks for a longer rest is left alone in this run."""
LARGEST_ANSWER = 32 * 1024 * 1024
"""Octets: 64 vectors of 8,192 numbers take fewer."""

OK, REQUEST_TIMEOUT, TOO_MANY = 200, 408, 429
_REASONS = {
    401: "refuses the key; check DIGEST_EMBEDDINGS_KEY",
    403: "refuses the key; check DIGEST_EMBEDDINGS_KEY",
    404: "knows no such page or model; check DIGEST_EMBEDDINGS_URL and DIGEST_EMBEDDINGS_MODEL",
    413: "finds the texts too long; name another model in DIGEST_EMBEDDINGS_MODEL",
}


class _PassingError(Exception):
    """What another try may mend; ``after_s`` is the rest the server asks for, or None."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        self.after_s = after_s
        super().__init__(reason)


class ServedEmbedder:
    """Asks one server for the vectors of one model."""

    at_once = AT_ONCE

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: SecretStr | None = None,
        timeout_s: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        Take what to ask; nothing is asked yet.

        Args:
            url: The API's root, such as ``https://host/v1``; ``/embeddings`` is added.
            model: Its name there.
            key: Sent as bearer token.
            timeout_s: Seconds one answer may take, from asking to its last octet.
            sleep: Waits so many seconds between tries.
        """
        self._url = f"{url.rstrip('/')}/embeddings"
        self._name = model
        self._headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self._timeout_s = timeout_s
        self._sleep = sleep
        self.model = f"{model}@{urlsplit(url).netloc}"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Give the vector of each text; see :class:`digest.catalogue.embedders.base.Embedder`."""
        wait_s = WAIT_S
        for left in reversed(range(TRIES)):
            try:
                return vectors_in(self._answer(texts), of=len(texts))
            except _PassingError as error:
                rest_s = wait_s if error.after_s is None else max(wait_s, error.after_s)
                if not left or rest_s > LONGEST_WAIT_S:
                    raise self._failed(f"{error}; try again later", permanent=False) from error
                self._sleep(rest_s)
                wait_s *= 2
            except ValueError as error:
                raise self._failed(f"{error}; check DIGEST_EMBEDDINGS_URL") from error
        raise AssertionError  # pragma: no cover # the last try returns or raises

    def _answer(self, texts: Sequence[str]) -> object:
        """Ask once. Raises _PassingError, EmbeddingError, or ValueError where it is no JSON."""
        wanted = {"model": self._name, "input": list(texts), "encoding_format": "float"}
        until = time.monotonic() + self._timeout_s
        try:
            with (
                httpx.Client(timeout=self._timeout_s, trust_env=False) as client,
                client.stream("POST", self._url, json=wanted, headers=self._headers) as response,
            ):
                self._check(response)
                return json.loads(self._body(response, until))
        except httpx.TimeoutException as error:
            raise _PassingError(f"gave no answer within {self._timeout_s:g} s") from error
        except httpx.TransportError as error:
            raise _PassingError(f"cannot be reached ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise self._failed(f"sent what is no answer ({type(error).__name__})") from error
        except UnicodeDecodeError as error:
            raise ValueError("sent what is no text") from error
        except json.JSONDecodeError as error:
            raise ValueError("sent what is no JSON") from error

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in {REQUEST_TIMEOUT, TOO_MANY} or response.is_server_error:
            raise _PassingError(
                f"answers with status {status}", _seconds(response.headers.get("Retry-After"))
            )
        if status == OK:
            return
        told = "leads elsewhere; name that address" if response.is_redirect else "refuses the texts"
        raise self._failed(f"{_REASONS.get(status, told)} (status {status})")

    def _body(self, response: httpx.Response, until: float) -> bytes:
        found = bytearray()
        for part in response.iter_bytes():
            found += part
            if len(found) > LARGEST_ANSWER:
                raise self._failed(f"sent more than {LARGEST_ANSWER} octets")
            if time.monotonic() > until:  # a timeout of the client counts each part anew
                raise _PassingError(f"gave no whole answer within {self._timeout_s:g} s")
        return bytes(found)

    def _failed(self, reason: str, *, permanent: bool = True) -> EmbeddingError:
        return EmbeddingError(self._url, reason, permanent=permanent)


def _seconds(header: str | None) -> float | None:
    """Give the seconds a Retry-After header asks for; None where it gives none, or a date."""
    return float(header) if header and re.fullmatch(r"[0-9]{1,6}", header) else None
