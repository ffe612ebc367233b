"""
Which addresses may be fetched: judge a URL, and what its name resolves to.

Pure: no name is resolved here. Only public addresses on the usual ports pass, unless the operator's
setting names the host; a URL that two programs could read differently never passes.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import unquote_plus

import httpx

from digest.errors import RefusedAddressError, SettingsError
from digest.model.hosts import is_address

SETTING = "DIGEST_ALLOWED_PRIVATE_HOSTS"
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65535

_HOST_ENTRY = re.compile(
    r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_.-]+))(?::(?P<port>\d{1,5}))?"
)
_ODD_CHARACTERS = re.compile(r"[\x00-\x20\x7f\\]")
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")
_SECRET_NAME = re.compile(
    r"(?:.*[_.-])?(?:access|api|auth|client|private|refresh|user)?"
    r"(?:token|key|secret|password|passwd|pwd|auth|authorization|signature|sig|jwt|credentials?)",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"^([^/?#]*//)[^/?#]*@")

_NAT64 = IPv6Network("64:ff9b::/96")
_REFUSED_KINDS = (
    ("is_unspecified", "no address at all"),
    ("is_loopback", "this machine"),
    ("is_link_local", "a link-local address, where clouds keep machine credentials"),
    ("is_multicast", "a multicast address"),
    ("is_private", "a private address"),
    ("is_reserved", "a reserved address"),
)
# Public in Python's eyes, or only in those of some versions, and yet no place of the open web.
_REFUSED_NETWORKS = (
    (IPv4Network("100.64.0.0/10"), "an address behind a carrier's NAT"),
    (IPv4Network("168.63.129.16/32"), "a cloud's metadata service"),
    (IPv4Network("192.0.0.0/24"), "a reserved address, where one cloud keeps machine credentials"),
    (IPv4Network("192.88.99.0/24"), "a 6to4 relay"),
    (IPv6Network("2001::/32"), "a Teredo tunnel"),
    (IPv6Network("2002::/16"), "a 6to4 tunnel"),
    (IPv6Network("3fff::/20"), "an address for documentation only"),
    (IPv6Network("64:ff9b:1::/48"), "a local translation address"),
    (IPv6Network("fec0::/10"), "a private address"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points; ``host`` in lower-case ASCII, IPv6 without brackets."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port, always spelled out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Hosts the operator allows although they are private, or on an unusual port."""

    hosts: frozenset[str] = frozenset()
    """Allowed on every port."""
    ports: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Allowed on every port, by the address that is connected to."""

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "AllowedHosts":
        """
        Read entries of the forms ``host``, ``host:port`` and ``network/bits``.

        Raises:
            SettingsError: An entry has none of these forms.
        """
        hosts: set[str] = set()
        ports: set[tuple[str, int]] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for entry in entries:
            match _read_entry(entry):
                case str(host):
                    hosts.add(host)
                case (host, port):
                    ports.add((host, port))
                case network:
                    networks.append(network)
        return cls(frozenset(hosts), frozenset(ports), tuple(networks))

    def covers(self, target: Target, address: IPv4Address | IPv6Address) -> bool:
        """True where the operator named this host, host and port, or the address's network."""
        return self._has(target) or any(address in network for network in self.networks)

    def names(self, target: Target) -> bool:
        """True where the operator named this host as it is spelled, before anything is resolved."""
        if self._has(target):
            return True
        return is_address(target.host) and self.covers(target, ipaddress.ip_address(target.host))

    def _has(self, target: Target) -> bool:
        return target.host in self.hosts or (target.host, target.port) in self.ports


def _read_entry(entry: str) -> str | tuple[str, int] | IPv4Network | IPv6Network:
    text = entry.strip().lower()
    found = _HOST_ENTRY.fullmatch(text)
    try:
        if found is None:
            return ipaddress.ip_network(text, strict=False)
        host = str(IPv6Address(found["six"])) if found["six"] else found["name"]
    except ValueError as error:
        raise SettingsError(
            SETTING, f"{entry!r} is neither host, host:port nor network such as 127.0.0.0/8"
        ) from error
    return (host, int(found["port"])) if found["port"] else host


def is_secret_name(name: str) -> bool:
    """Tell a parameter or header named token, key, secret and the like."""
    return bool(_SECRET_NAME.fullmatch(name))


def stored_url(url: str) -> str:
    """
    Give ``url`` as it may be stored, logged and shown: without anything secret.

    User name and password, the fragment, and query parameters named token, key, secret and the
    like are left out; the rest stays as it was spelled.
    """
    if "?" not in url and "@" not in url and "#" not in url:
        return url
    head, mark, query = url.partition("#")[0].partition("?")
    kept = [
        part
        for part in query.split("&")
        if not is_secret_name(unquote_plus(part.partition("=")[0]))
    ]
    return _USERINFO.sub(r"\1", head) + (mark + "&".join(kept) if any(kept) else "")


@lru_cache(maxsize=256)
def read_url(url: str) -> Target:
    """
    Read a URL that is about to be fetched; the last ones are known still, for each is read twice.

    Raises:
        RefusedAddressError: It is no http or https URL, carries credentials, or is spelled so that
            another program could read another host in it.
    """
    if _ODD_CHARACTERS.search(url):
        raise _refused(url, "the address holds blanks, control characters or backslashes")
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, UnicodeError) as error:
        raise _refused(url, f"this is no web address ({error})") from error
    if parsed.scheme not in DEFAULT_PORTS:
        raise _refused(url, "only http and https are fetched")
    if _USERINFO.search(url):
        raise _refused(url, "an address with user name or password is never fetched")
    host = _usual_host(url, host)
    port = DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    if not 0 < port <= MAX_PORT:
        raise _refused(url, f"there is no port {port}")
    return Target(url, parsed.scheme, host, port)


def _usual_host(url: str, host: str) -> str:
    if "%" in host or not all(host.split(".")):
        raise _refused(url, "the address names no host in the usual way")
    try:
        if ":" in host:
            return str(IPv6Address(host))
        if _ENDS_IN_NUMBER.search(host):
            IPv4Address(host)
    except ValueError as error:
        raise _refused(url, "the host is a number in an odd spelling; write it 1.2.3.4") from error
    return host


def check_address(target: Target, address: str, *, allowed: AllowedHosts) -> None:
    """
    Judge one address that ``target``'s host stands for.

    Raises:
        RefusedAddressError: It is not on the open web, or the port is unusual, and ``allowed`` does
            not cover it.
    """
    parsed = ipaddress.ip_address(address)
    if allowed.covers(target, parsed):
        return
    remedy = f"name it in {SETTING} to allow it"
    if reason := _why_not_public(parsed):
        where = address if address == target.host else f"{target.host} ({address})"
        raise _refused(target.url, f"{where} is {reason}; {remedy}")
    if target.port not in DEFAULT_PORTS.values():
        raise _refused(target.url, f"port {target.port} is not one of the web's; {remedy}")


def _why_not_public(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return "an IPv4 address dressed up as IPv6"
        if address in _NAT64:  # how networks without IPv4 reach sites that have nothing else
            return _why_not_public(IPv4Address(address.packed[-4:]))
    for network, reason in _REFUSED_NETWORKS:
        if address in network:
            return reason
    for claim, reason in _REFUSED_KINDS:
        if getattr(address, claim):
            return reason
    return None if address.is_global else "not on the open web"


def _refused(url: str, reason: str) -> RefusedAddressError:
    return RefusedAddressError(stored_url(url), reason)
