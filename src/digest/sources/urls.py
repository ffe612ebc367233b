"""
Make addresses found in sources fit to keep: absolute, unwrapped, without credentials.

Pure and offline: a redirector is unwrapped only where its target stands in its own query.
"""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qs, urljoin, urlsplit, urlunsplit

from digest.sources.text import clean

MAX_LENGTH = 2_000
MAX_WRAPS = 3

_REDIRECTORS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("google.com", "/url"): ("url", "q"),
    ("duckduckgo.com", "/l/"): ("uddg",),
    ("facebook.com", "/l.php"): ("u",),
    ("out.reddit.com", ""): ("url",),
    ("youtube.com", "/redirect"): ("q",),
}
"""(host, path; empty for any) of pages that only redirect, and the parameters with the target."""
_REDIRECTING = frozenset(host for host, _ in _REDIRECTORS)

_USUAL = re.compile(
    r"https?://(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)"
    r"(?:/[\w.~!$&'()*+,;=:@%/-]*)?(?:\?([\w.~!$'()*+,;=:@%/&-]+))?",
    re.ASCII,
)
"""An absolute address as nearly all are written: no user, no port, no fragment, nothing to mend."""

_SECRETS = frozenset({"token", "access_token", "auth_token", "api_key", "apikey", "auth", "secret"})
"""Fewer names than address.is_secret_name knows: there one too many costs nothing, here it would make
two items one (``?sort_key=…``)."""


def web_url(value: str | None, *, base: str = "") -> str | None:
    """
    Give a web address in the form that is kept.

    Args:
        value: What the source says; may be relative, wrapped in a redirector, or no URL at all.
        base: Address that relative ones are counted from.

    Returns:
        An absolute http or https URL without credentials; None where there is none.
    """
    if not value:
        return None
    if _is_fit(value):
        return value
    written = "".join(clean(value).split())
    try:
        parts = urlsplit(unwrap(urljoin(base, written)))
        host, _ = parts.hostname, parts.port  # a bad port or bracket raises here
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    url = _without_secrets(parts)
    return url if len(url) <= MAX_LENGTH else None


def _is_fit(value: str) -> bool:
    """Tell whether an address can be kept as it is: the long way would give the same one."""
    found = _USUAL.fullmatch(value)
    if found is None or len(value) > MAX_LENGTH or found[1] in _REDIRECTING:
        return False
    query = found[2]
    return query is None or not any(
        pair.partition("=")[0].lower() in _SECRETS for pair in query.split("&")
    )


def unwrap(url: str) -> str:
    """Follow redirectors that carry their target in the query; other addresses stay as they are."""
    for _ in range(MAX_WRAPS):
        target = _target(url)
        if target is None:
            break
        url = target
    return url


def without_secrets(url: str) -> str:
    """Drop user, password and token parameters: feeds hand readers' credentials out in links."""
    if "@" not in url and "?" not in url and "#" not in url:
        return url
    try:
        return _without_secrets(urlsplit(url))
    except ValueError:
        return url


def host_of(url: str | None) -> str:
    """Give the host in lower case without ``www.``; empty where there is none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _target(url: str) -> str | None:
    parts = urlsplit(url)
    host = host_of(url)
    for (suffix, path), parameters in _REDIRECTORS.items():
        if host == suffix and path in {"", parts.path}:
            query = parse_qs(parts.query)
            found = (query[name][0] for name in parameters if name in query)
            return next((to for to in found if to.startswith(("http://", "https://"))), None)
    return None


def _without_secrets(parts: SplitResult) -> str:
    pairs = parts.query.split("&")
    kept = [pair for pair in pairs if pair.partition("=")[0].lower() not in _SECRETS]
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=netloc, query="&".join(kept)))
