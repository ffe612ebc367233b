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
from digest.sources.connection import Connection

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
    """
    The way to one host: resolves names itself and connects to checked addresses only.

    No httpx client stands above it: that would take proxies from the environment, which resolve
    names themselves, past all checks, and keep cookies.
    """

    def __init__(
        self,
        *,
        tls: Callable[[], ssl.SSLContext],
        allowed: AllowedHosts,
        resolve: Resolve,
        connect_s: float,
    ) -> None:
        """
        Open nothing yet.

        Args:
            tls: Gives the context for https; called with the first https address.
            allowed: Hosts that may be reached although they are private.
            resolve: The name service.
            connect_s: Longest wait for it, in seconds.
        """
        self._connection = Connection(tls)
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
                return await self._connection.ask(request, target, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # the next address may do; the last one's error is the one shown
        return await self._connection.ask(request, target, last)

    async def aclose(self) -> None:
        """Close the kept connection."""
        await self._connection.aclose()

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


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
