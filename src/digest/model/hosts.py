"""The hosts that are asked: what they go by, and what all who ask one share about it."""

import ipaddress
from functools import lru_cache

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org", "or", "ne", "go"})
_COUNTRY = 2  # letters of a country's top level
_NAME_AND_COUNTRY = 2  # labels


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """
    Give the part of a host that somebody registered: ``example.co.uk`` for ``a.example.co.uk``.

    An IP address is its own; a port after a name does not count.
    """
    name = host.strip("[]")
    if is_address(name):
        return name
    labels = host.partition(":")[0].rstrip(".").split(".")
    is_second = len(labels[-1]) == _COUNTRY and labels[-2:-1] and labels[-2] in _SECOND_LEVEL
    size = _NAME_AND_COUNTRY + 1 if is_second else _NAME_AND_COUNTRY
    return ".".join(labels[-size:])


def is_address(host: str) -> bool:
    """Tell an IP address from a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class HostState(Value):
    """
    What all workers share about one registrable host; real time, whatever clock a run goes by.

    One worker at a time holds its lease and asks it; a lease that ran out is nobody's.
    """

    host: str = Field(max_length=255)
    leased_by: str | None = Field(default=None, max_length=200)
    leased_until: AwareDatetime | None = None
    ended_by: str | None = Field(default=None, max_length=200)
    """Who asked last."""
    ended_at: AwareDatetime | None = None
    """When the last request ended."""
    free_at: AwareDatetime | None = None
    """The next request starts no earlier: spacing, or a short rest the host asked for."""
    held_until: AwareDatetime | None = None
    """The host asked not to be called before then (Retry-After, a used-up rate limit)."""


class HostClaim(Value):
    """A worker's wish to have a host to itself until a time."""

    host: str
    until: AwareDatetime


class HostRelease(Value):
    """A worker's note that it is done with a host, and what it learned there."""

    host: str
    ended_at: AwareDatetime | None = None
    """None where it asked for nothing."""
    free_at: AwareDatetime | None = None
    held_until: AwareDatetime | None = None
    """None where the host asked for nothing: what it asked for earlier stands."""
