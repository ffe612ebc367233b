"""
Keep secrets out of what is stored and shown: addresses, headers and bodies that repeat them.

Pure: takes texts and octets, gives them without the secrets that were sent or that stand in them.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, unquote_plus

from digest.sources.address import is_secret_name

SHORTEST = 6
"""Characters below which a value is no secret, and too common to be blotted out of a page."""
BLOT = b"*"

_DROPPED = frozenset(
    {"authorization", "cookie", "proxy-authorization", "set-cookie", "set-cookie2"}
    | {"authentication-info", "proxy-authentication-info"}
)
_PARAMETER = re.compile(r"([?&;]|^)([\w.%~-]{1,60})=([^&#\s\"'<>;,]*)")


def kept_headers(headers: Mapping[str, str], *, secrets: Iterable[str] = ()) -> dict[str, str]:
    """Give the headers a capture keeps: no cookies, no credentials, no tokens in addresses."""
    told = tuple(secrets)
    return {
        name: hidden(_without_parameters(text), told)
        for name, text in headers.items()
        if name not in _DROPPED and not is_secret_name(name)
    }


def secrets_in(url: str) -> tuple[str, ...]:
    """Give the values of an address's secret parameters, as they stand and decoded."""
    query = url.partition("#")[0].partition("?")[2]
    found: dict[str, None] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if is_secret_name(unquote_plus(name)):
            found |= dict.fromkeys((value, unquote(value), unquote_plus(value)))
    return tuple(value for value in found if len(value) >= SHORTEST)


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Give a text with every secret blotted out, as long as before."""
    for secret in secrets:
        text = text.replace(secret, BLOT.decode() * len(secret))
    return text


def hidden_octets(body: bytes, secrets: Iterable[str]) -> bytes:
    """
    Give a body with every secret blotted out, as long as before.

    Sites repeat what they were asked with: a feed's link to itself carries its reader's token.
    """
    for secret in secrets:
        octets = secret.encode()
        body = body.replace(octets, BLOT * len(octets))
    return body


def _without_parameters(text: str) -> str:
    """Take the secret parameters out of all addresses in a header (Link, Location …)."""

    def keep(match: re.Match[str]) -> str:
        if match[1] and is_secret_name(unquote_plus(match[2])):
            return f"{match[1]}{match[2]}={BLOT.decode()}"
        return match[0]

    return _PARAMETER.sub(keep, text)
