"""
The one connection to a host, kept from request to request: httpcore's own, without its pool.

Takes requests and answers of httpx, so that what stands above knows httpx alone. Who may be
connected to is judged before.
"""

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import httpcore
import httpx

from digest.sources.address import Target
from digest.sources.sockets import AsyncioBackend

KEPT_S = 5.0
"""How long an idle connection is gone by; sites close theirs about then."""

_TROUBLES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


class Connection:
    """Asks one host after request, one at a time; opens a new connection where the last is spent."""

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        """
        Open nothing yet.

        Args:
            tls: Gives the context for https; called with the first https address.
        """
        self._tls = tls
        self._backend = AsyncioBackend()
        self._kept: httpcore.AsyncHTTPConnection | None = None

    async def ask(self, request: httpx.Request, target: Target, address: str) -> httpx.Response:
        """
        Send a request to an address of its host; the answer's body is still to be read.

        Raises:
            httpx.TransportError: No connection, or it broke.
        """
        url = httpcore.URL(
            scheme=target.scheme.encode(),
            host=address.encode(),
            port=target.port,
            target=request.url.raw_path,
        )
        asked = httpcore.Request(
            request.method,
            url,
            headers=request.headers.raw,  # Host is among them, made from the name
            content=request.stream,
            extensions={**request.extensions, "sni_hostname": target.host},
        )
        with _as_httpx():
            connection = await self._to(url.origin, is_secure=target.scheme == "https")
            answer = await connection.handle_async_request(asked)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Drop the connection."""
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.aclose()

    async def _to(
        self, origin: httpcore.Origin, *, is_secure: bool
    ) -> httpcore.AsyncHTTPConnection:
        """Give the kept connection where it leads there and lives, else a new one."""
        kept = self._kept
        if kept and kept.can_handle_request(origin) and _is_ready(kept):
            return kept
        await self.aclose()
        self._kept = httpcore.AsyncHTTPConnection(
            origin,
            ssl_context=self._tls() if is_secure else None,
            keepalive_expiry=KEPT_S,
            network_backend=self._backend,
        )
        return self._kept


class _Body(httpx.AsyncByteStream):
    """An answer's body as it comes; its troubles are httpx's."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for piece in self._answer.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        with _as_httpx():
            await self._answer.aclose()


def _is_ready(connection: httpcore.AsyncHTTPConnection) -> bool:
    return connection.is_available() and not connection.has_expired()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise httpcore's troubles under the same name in httpx."""
    try:
        yield
    except _TROUBLES as error:
        trouble: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
        raise trouble(str(error)) from error
