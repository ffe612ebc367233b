"""
Say where an address that only redirects leads, without asking anybody.

Pure and offline: the target is taken from the address itself, where it is written there.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

MAX_WRAPS = 3

_REDIRECTORS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "duckduckgo.com": ("/l/", ("uddg",)),
    "facebook.com": ("/l.php", ("u",)),
    "l.instagram.com": ("/", ("u",)),
    "out.reddit.com": ("/", ("url",)),
    "youtube.com": ("/redirect", ("q",)),
    "linkedin.com": ("/safety/go", ("url",)),
    "vk.com": ("/away.php", ("to",)),
    "t.umblr.com": ("/redirect", ("z",)),
    "exit.sc": ("/", ("url",)),
    "slack-redir.net": ("/link", ("url",)),
    "disq.us": ("/url", ("url",)),
    "medium.com": ("/r/", ("url",)),
    "getpocket.com": ("/redirect", ("url",)),
    "safelinks.protection.outlook.com": ("/", ("url",)),
    "pxf.io": ("/c/", ("u",)),
    "sjv.io": ("/c/", ("u",)),
}
"""Hosts that only redirect, and those below them: the path's beginning, and the parameters that may
hold the target."""
_GOOGLE = re.compile(r"(?:[a-z]+\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
"""Google's own redirector answers on a host for each country."""


def unwrapped(url: str) -> str:
    """
    Give the address that a redirector's address leads to; any other as it is.

    Raises:
        ValueError: It is no address.
    """
    for _ in range(MAX_WRAPS):
        target = _target(url)
        if target is None:
            break
        url = target
    return url


def _target(url: str) -> str | None:
    parts = urlsplit(url)
    path, names = _redirector((parts.hostname or "").removeprefix("www."))
    if not names or not (parts.path or "/").startswith(path):
        return None
    query = parse_qs(parts.query)
    found = (query[name][0] for name in names if name in query)
    return next((to for to in found if to.startswith(("http://", "https://"))), None)


def _redirector(host: str) -> tuple[str, tuple[str, ...]]:
    if _GOOGLE.fullmatch(host):
        return "/url", ("url", "q")
    found = (_REDIRECTORS[each] for each in above_of(host) if each in _REDIRECTORS)
    return next(found, ("", ()))


def above_of(host: str) -> Iterator[str]:
    """Give a host, and each domain that it stands below, the nearest first."""
    labels = host.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))
