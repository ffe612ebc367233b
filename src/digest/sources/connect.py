"""
The way out to the web: every request goes to an address that was checked, and to no other.

A name is resolved once per request, all its addresses are judged, and the connection is made to
exactly those, so an answer of the name service that changes in between gains nothing. The Host
header and the name in the TLS handshake stay the site's own.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable

import httpx

from digest.sources.address import AllowedHosts, Target, check_address, read_url

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""From host and port to IP addresses, in the order to be tried; raises OSError."""


async def resolve_name(host: str, port: int) -> tuple[str, ...]:
    """
    Ask the system's name service.

    Raises:
        OSError: The name is not known, or the service cannot be asked.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedTransport(httpx.AsyncBaseTransport):
    """A transport that resolves names itself and connects to checked addresses only."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        allowed: AllowedHosts,
        resolve: Resolve,
        connect_s: float,
    ) -> None:
        self._inner = inner
        self._allowed = allowed
        self._resolve = resolve
        self._connect_s = connect_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send ``request`` to the first checked address that takes it.

        Raises:
            RefusedAddressError: The host stands for an address that is not allowed.
            httpx.TransportError: No connection, or it broke.
        """
        target = read_url(str(request.url))
        *others, last = await self._checked_addresses(target)
        for address in others:
            try:
                return await self._inner.handle_async_request(_pinned(request, target, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # the next address may do; the last one's error is the one shown
        return await self._inner.handle_async_request(_pinned(request, target, last))

    async def aclose(self) -> None:
        """Close the kept connections."""
        await self._inner.aclose()

    async def _checked_addresses(self, target: Target) -> tuple[str, ...]:
        addresses = await self._addresses(target)
        for address in addresses:
            check_address(target, address, allowed=self._allowed)
        return addresses

    async def _addresses(self, target: Target) -> tuple[str, ...]:
        if _is_literal(target.host):
            return (target.host,)
        try:
            async with asyncio.timeout(self._connect_s):
                addresses = await self._resolve(target.host, target.port)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("the name service does not answer") from error
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"the name {target.host} is not found: {error}") from error
        if not addresses:
            raise httpx.ConnectError(f"the name {target.host} has no address")
        return addresses


def open_transport(
    *, tls: ssl.SSLContext, allowed: AllowedHosts, resolve: Resolve, connect_s: float
) -> GuardedTransport:
    """
    Open the way to one host: a pool of one, since httpx's pool costs the square of its size.

    No httpx client stands above it: that would take proxies from the environment, which resolve
    names themselves, past all checks, and keep cookies.
    """
    inner = httpx.AsyncHTTPTransport(
        verify=tls,
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
    )
    return GuardedTransport(inner, allowed=allowed, resolve=resolve, connect_s=connect_s)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _pinned(request: httpx.Request, target: Target, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,  # Host is among them, made from the name
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": target.host},
    )
