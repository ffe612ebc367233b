"""Text from elsewhere on its way into a page: escaped, with code and source marks made visible."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_CODE = re.compile(r"`([^`\n]{1,200})`")
_MARK = re.compile(r"(\s?\[\d{1,3}\])")
_TALLY = re.compile(r"(\d+|none) of (\d+)")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def prose(text: str) -> Markup:
    """Give text with ```code``` spans as code; everything else in it is only text."""
    parts = _CODE.split(text)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def unbroken(text: str) -> Markup:
    """Give text whose tallies, such as ``3 of 4``, stay on one line."""
    return Markup(_TALLY.sub(r"\1&nbsp;of&nbsp;\2", str(escape(text))))  # noqa: S704 # escaped


def cited(text: str, numbers: Mapping[int, int]) -> Markup:
    """
    Give a take whose marks link to the page's list of sources.

    Args:
        text: Sentences with marks such as ``[1]``.
        numbers: Mark in the take → number on the page; a mark that is not in it stays text.
    """
    parts = _MARK.split(text)
    return Markup().join(
        _mark(part, numbers) if place % 2 else prose(part) for place, part in enumerate(parts)
    )


def _mark(text: str, numbers: Mapping[int, int]) -> Markup:
    number = numbers.get(int(text.strip()[1:-1]))
    if number is None:
        return escape(text)
    link = Markup('<a class="mark" href="#source-{0}" aria-label="source {0}">{0}</a>')
    return link.format(number)


def web_url(url: str | None) -> str | None:
    """Give a link from a source only where it leads to the web; no script, no file."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def host(url: str | None) -> str:
    """Give the host of a link, without ``www.``, for people; empty where there is none."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if web_url(url) and url else ""


def printable(text: str) -> str:
    """Give text without the characters XML 1.0 forbids."""
    return _UNPRINTABLE.sub("", text)
