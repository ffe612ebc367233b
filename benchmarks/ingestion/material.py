"""
Feeds and pages to measure with: made from a number, the same bytes on every machine.

Pure. A feed of 100 entries has about 190 KB, every other one is Atom; a page has about 101 KB.
"""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from random import Random

ENTRY_OCTETS = 1_700
PAGE_OCTETS = 101_000
START = datetime(2026, 11, 13, 6, 0, tzinfo=UTC)

_WORDS = [
    "agent",
    "model",
    "prompt",
    "search",
    "index",
    "vector",
    "token",
    "batch",
    "stream",
    "editor",
    "terminal",
    "review",
    "commit",
    "branch",
    "issue",
    "merge",
    "deploy",
    "server",
    "client",
    "cache",
    "queue",
    "worker",
    "memory",
    "budget",
    "price",
    "plan",
    "seat",
    "local",
    "hosted",
    "open",
    "weights",
    "licence",
    "audio",
    "video",
    "image",
    "caption",
    "table",
    "chart",
    "report",
    "answer",
    "question",
    "context",
    "window",
    "router",
    "gateway",
    "latency",
    "throughput",
    "metric",
    "trace",
    "log",
    "replay",
    "café",
    "naïve",
]


def feed(number: int, *, entries: int) -> bytes:
    """Give one feed: RSS 2.0 with escaped HTML for even numbers, Atom for odd ones."""
    chance = Random(number)
    make = _rss if number % 2 == 0 else _atom
    return make(number, [_item(chance, number, position) for position in range(entries)])


def page(number: int) -> bytes:
    """Give one product page: title, canonical, og:url, some 400 links, a table, prose."""
    chance = Random(-1 - number)
    head = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{_title(chance)} – "
        f"product {number}</title><link rel=canonical href='/tools/{number}'>"
        f"<meta property='og:url' content='https://tools.example/tools/{number}'></head><body>"
    )
    parts = [head]
    size = len(head)
    while size < PAGE_OCTETS:
        part = _block(chance, number)
        size += len(part)
        parts.append(part)
    return "".join([*parts, "</body></html>"]).encode()


def _block(chance: Random, number: int) -> str:
    links = "".join(
        f'<li class="nav item"><a class="link" href="/p/{number}/{chance.randrange(10**6)}">'
        f"{_title(chance)}</a></li>"
        for _ in range(4)
    )
    cells = "".join(f"<td>${chance.randrange(99)} / seat</td>" for _ in range(3))
    return (
        f'<section class="card wide"><h2>{_title(chance)}</h2><ul>{links}</ul>'
        f"<p>{_prose(chance, 400)}</p><table><tr>{cells}</tr></table></section>\n"
    )


def _item(chance: Random, number: int, position: int) -> dict[str, str]:
    parts: list[str] = []
    while sum(map(len, parts)) < ENTRY_OCTETS - 600:
        parts.append(
            f'<p>{_prose(chance, 250)} <a href="https://docs.example/{number}/{position}">'
            f"<b>{_title(chance)}</b></a> &amp; more</p>"
        )
    parts.append(f'<img src="https://img.example/{number}/{position}.png" alt="a view"/>')
    moment = START - timedelta(minutes=37 * position + number)
    return {
        "title": f"{_title(chance)} {number}-{position}",
        "link": f"https://site-{number}.example/launches/{position}?from=feed",
        "id": f"tag:site-{number}.example,2026:launch/{position}",
        "html": "".join(parts),
        "rfc": format_datetime(moment),
        "iso": moment.isoformat().replace("+00:00", "Z"),
        "author": _title(chance, 2),
        "tag": chance.choice(_WORDS),
    }


def _rss(number: int, items: list[dict[str, str]]) -> bytes:
    rows = "".join(
        f"<item><title>{escape(item['title'])}</title><link>{escape(item['link'])}</link>"
        f'<guid isPermaLink="false">{item["id"]}</guid><pubDate>{item["rfc"]}</pubDate>'
        f"<dc:creator>{item['author']}</dc:creator><category>{item['tag']}</category>"
        f"<description>{escape(item['html'])}</description></item>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Launches {number}</title><link>https://site-{number}.example/</link>"
        f"<description>What is new</description>\n{rows}</channel></rss>\n"
    ).encode()


def _atom(number: int, items: list[dict[str, str]]) -> bytes:
    rows = "".join(
        f"<entry><title>{escape(item['title'])}</title><id>{item['id']}</id>"
        f'<link rel="alternate" type="text/html" href="{escape(item["link"])}"/>'
        f"<published>{item['iso']}</published><updated>{item['iso']}</updated>"
        f'<author><name>{item["author"]}</name></author><category term="{item["tag"]}"/>'
        f'<content type="html">{escape(item["html"])}</content></entry>\n'
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Launches {number}</title><id>tag:site-{number}.example,2026:feed</id>"
        f'<link rel="self" href="https://site-{number}.example/feed"/>'
        f"<updated>{items[0]['iso'] if items else START.isoformat()}</updated>\n{rows}</feed>\n"
    ).encode()


def _title(chance: Random, words: int = 4) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(words)).capitalize()


def _prose(chance: Random, octets: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(octets // 7))
