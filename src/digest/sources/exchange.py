"""One request and its answer, read to the end under caps; knows no retries and no redirects."""

import asyncio
import ssl
from collections.abc import Mapping

import httpx

from digest.errors import FetchError
from digest.sources.address import stored_url
from digest.sources.answers import REDIRECT_STATUSES, Answer
from digest.sources.decode import decode_body
from digest.sources.limits import MIB, Limits

LAST_STATUS = 599
"""Some sites answer beyond it, 999 say, to tell programs to go away."""

PASSING_TROUBLE = (
    httpx.ConnectTimeout,
    httpx.ReadTimeout,
    httpx.NetworkError,
    httpx.RemoteProtocolError,
)
"""Troubles before or while an answer comes that the same request may not meet again."""


def may_pass(error: httpx.TransportError) -> bool:
    """Return True where the same request may fare better; a wrong certificate stays wrong."""
    is_wrong = isinstance(_deepest(error), ssl.SSLCertVerificationError)
    return isinstance(error, PASSING_TROUBLE) and not is_wrong


async def exchange(
    transport: httpx.AsyncBaseTransport,
    url: str,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    body: bytes | None = None,
) -> Answer:
    """
    Ask for ``url`` once; with a body it is a POST.

    Raises:
        httpx.TransportError: No connection, no answer, or a silence in the middle of it.
        FetchError: The answer is too large, too slow, cut off, or cannot be decoded.
    """
    timeout = httpx.Timeout(limits.read_s, connect=limits.connect_s)
    request = httpx.Request(
        "GET" if body is None else "POST",
        url,
        headers=headers,
        content=body,
        extensions={"timeout": timeout.as_dict()},
    )
    try:
        async with asyncio.timeout(limits.total_s):
            response = await transport.handle_async_request(request)
            try:
                _check_status(response, url=url)
                wire = await _read_wire(response, url=url, limits=limits)
            finally:
                await response.aclose()
    except TimeoutError as error:
        raise FetchError(
            stored_url(url),
            f"the answer was not complete within {limits.total_s:g} s; try again later",
        ) from error
    decoded = decode_body(
        wire,
        response.headers.get("content-encoding", ""),
        url=stored_url(url),
        limits=limits,
    )
    headers_read = dict(response.headers.items())  # repeated ones joined by commas
    return Answer(url, response.status_code, headers_read, decoded, wire_octets=len(wire))


def _check_status(response: httpx.Response, *, url: str) -> None:
    if response.status_code > LAST_STATUS:
        raise FetchError(
            stored_url(url),
            f"the answer has status {response.status_code}, which HTTP does not know; "
            "it does not want programs there, so remove the source",
            permanent=True,
        )


async def _read_wire(response: httpx.Response, *, url: str, limits: Limits) -> bytes:
    if response.status_code in REDIRECT_STATUSES:
        return b""  # nobody reads it, so it cannot spoil the way to the page
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limits.max_compressed:
        raise _too_large(url, limits)
    wire = bytearray()
    try:
        async for piece in response.aiter_raw():
            wire += piece
            if len(wire) > limits.max_compressed:
                raise _too_large(url, limits)
    except (httpx.NetworkError, httpx.ProtocolError) as error:
        raise FetchError(
            stored_url(url),
            "the connection ended in the middle of the answer; nothing of it was used, "
            "try again later",
        ) from error
    return bytes(wire)


def _too_large(url: str, limits: Limits) -> FetchError:
    return FetchError(
        stored_url(url),
        f"the answer is larger than {limits.max_compressed / MIB:g} MiB, so reading it was "
        "stopped; give an address with a shorter list",
        permanent=True,
    )


def connection_trouble(url: str, host: str, error: httpx.TransportError) -> FetchError:
    """Say in one sentence why ``host`` gave no answer; the cause goes in brackets."""
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            what = f"no connection to {host}"
        case httpx.TimeoutException():
            what = f"{host} keeps silent"
        case _:
            what = f"the connection to {host} broke"
    return FetchError(
        stored_url(url),
        f"{what} ({_cause(error)}); check the address and the network, or try again later",
    )


def _cause(error: BaseException) -> str:
    """Give the text a person knows; "All connection attempts failed" hides it several layers up."""
    if isinstance(_deepest(error), ConnectionRefusedError):
        return "connection refused"
    return str(error) or type(error).__name__


def _deepest(error: BaseException) -> BaseException:
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error
