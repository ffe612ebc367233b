"""
Spoil pages as servers, proxies and enemies do: any octets, and each structure at any place.

Deterministic: the same pages and the same chance give the same page.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

LONGEST = 1 << 20
"""Octets of a spoilt page; what is longer is cut."""
LARGE = 1 << 18
"""Octets from which JSON is spoilt as text alone."""
CONTENT_TYPES = (
    *("", "", "", "application/json", "text/xml", "application/xml; charset=utf-8"),
    *("text/html; charset=utf-16", "application/rss+xml; charset=windows-1252"),
    *("x; charset=rot13", "text/html; charset=iso-2022-jp", "text/xml; charset=utf-32"),
)
CHARSETS = ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "koi8-r", "cp1252", "shift_jis", "cp500")
TOKENS = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b">", b"&", b'"', b"'", b"]]>", b"<![CDATA["),
    *(b"<!--", b"-->", b"<?xml version='1.0' encoding='", b"<!DOCTYPE x [<!ENTITY a '", b"&a;"),
    *(b"&#55357;", b"&#0;", b"&#x110000;", b"&#99999999999999999999;", b"&nbsp;", b"\\ud800"),
    *(b"\\u0000", b"{", b"}", b"[", b"]", b"null", b"true", b"-1", b"1e999", b"NaN", b"9" * 5000),
    *(b"</item>", b"<item>", b"<entry>", b"</channel>", b"<rss><channel>", b"<feed>", b"<html>"),
    *(b"<script>", b"<style>", b"<svg><title>", b"<table><tr>", b"<template>", b"<plaintext>"),
    *(
        b"xmlns:a='b'",
        b"xmlns=''",
        b"xml:base='http://['",
        b"href='http://[::1'",
        b"//",
        b"http://",
    ),
    *(b"\xe2\x80\xae", b"\xf0\x9f\xa6\x84", b"\xed\xa0\x80", b"\r", b"\n\n", b"\t" * 500),
    *(b"0000-00-00T00:00:00Z", b"9999-12-31T23:59:59-23:59", b"Mon, 99 Jan 0000 99:99:99 GMT"),
)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**31, 2**63, -(10**400), 10**400, 1e308, -0.0, 0.1),
    *(
        math.nan,
        math.inf,
        "",
        " ",
        "\x00",
        "\ud800",
        "\ud83d",
        "<b>",
        "&lt;",
        "[x](y)",
        "-1",
        "1e5",
    ),
    *(
        "x" * 5000,
        "é" * 400,
        "\u202e",
        "http://[",
        "//",
        "https://a.example:99999/",
        "javascript:x",
    ),
    *(
        "9999-99-99T99:99:99Z",
        "0001-01-01T00:00:00+23:59",
        "2026-11-20",
        [],
        {},
        [[]],
        [None],
        {"": 0},
    ),
)
_TAG = re.compile(rb"<[^<>]{1,400}>")
_NUMBER = re.compile(rb"\d+")
_VALUE = re.compile(rb"([=:]\s*)(\"[^\"]{0,300}\"|'[^']{0,300}')")

Mutation = Callable[[bytes, bytes, Random], bytes]


def spoil(pages: Sequence[bytes], chance: Random) -> bytes:
    """Give one of the pages with one to four things wrong with it, at most ``LONGEST`` octets."""
    page = chance.choice(pages)
    for _ in range(chance.randint(1, 4)):
        page = chance.choice(MUTATIONS)(page, chance.choice(pages), chance)[:LONGEST]
    return page


def _span(page: bytes, chance: Random, *, longest: int | None = None) -> tuple[int, int]:
    start = chance.randint(0, len(page))
    end = chance.randint(start, len(page) if longest is None else min(len(page), start + longest))
    return start, end


def _cut_off(page: bytes, _: bytes, chance: Random) -> bytes:
    return page[: chance.randint(0, len(page))]


def _cut_out(page: bytes, _: bytes, chance: Random) -> bytes:
    start, end = _span(page, chance)
    return page[:start] + page[end:]


def _graft(page: bytes, other: bytes, chance: Random) -> bytes:
    at, (start, end) = chance.randint(0, len(page)), _span(other, chance)
    return page[:at] + other[start:end] + page[at:]


def _repeat(page: bytes, _: bytes, chance: Random) -> bytes:
    start, end = _span(page, chance, longest=chance.choice([5, 50, 500, 5000]))
    times = chance.choice([2, 3, 20, 500, 5000])
    return page[:start] + page[start:end] * times + page[end:]


def _flip_bits(page: bytes, _: bytes, chance: Random) -> bytes:
    spoilt = bytearray(page)
    for _ in range(chance.choice([1, 1, 8, 64]) if page else 0):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _put_in(page: bytes, _: bytes, chance: Random) -> bytes:
    for _ in range(chance.choice([1, 1, 3, 30])):
        at = chance.randint(0, len(page))
        page = page[:at] + chance.choice(TOKENS) + page[at:]
    return page


def _noise(page: bytes, _: bytes, chance: Random) -> bytes:
    start, end = _span(page, chance, longest=40)
    return page[:start] + chance.randbytes(chance.randint(0, 40)) + page[end:]


def _recode(page: bytes, _: bytes, chance: Random) -> bytes:
    """Write it in another charset than it says."""
    return page.decode(errors="replace").encode(chance.choice(CHARSETS), errors="replace")


def _nest(page: bytes, _: bytes, chance: Random) -> bytes:
    """Put a tag, or brackets, around a part many times over."""
    start, end = _span(page, chance, longest=2000)
    tags = _TAG.findall(page) or [b"[", b'{"a":']
    opening = chance.choice([*tags[:400], b"[", b'{"data":'])
    name = re.match(rb"<([\w:-]{1,40})", opening)
    closing = b"</" + name[1] + b">" if name else chance.choice([b"]", b"}"])
    depth = chance.choice([2, 30, 300, 3000])
    return page[:start] + opening * depth + page[start:end] + closing * depth + page[end:]


def _huge_number(page: bytes, _: bytes, chance: Random) -> bytes:
    found = list(_NUMBER.finditer(page))
    if not found:
        return page
    number, digits = (
        chance.choice(found),
        chance.choice([b"0", b"-1", b"9" * 20, b"9" * 6000, b"1e9"]),
    )
    return page[: number.start()] + digits + page[number.end() :]


def _move_tags(page: bytes, _: bytes, chance: Random) -> bytes:
    """Drop, double or exchange tags, so that nothing is closed where it was opened."""
    tags = list(_TAG.finditer(page))
    if not tags:
        return page
    tag, other = chance.choice(tags), chance.choice(tags)[0]
    put = chance.choice([b"", tag[0] * 2, other, tag[0].upper(), tag[0][:-1]])
    return page[: tag.start()] + put + page[tag.end() :]


def _other_values(page: bytes, _: bytes, chance: Random) -> bytes:
    """Put something odd between a pair of quotation marks."""
    found = list(_VALUE.finditer(page))
    if not found:
        return page
    value = chance.choice(found)
    odd = str(chance.choice(ODD)).encode(errors="replace") + chance.choice(TOKENS)
    quoted = value[2][:1] + odd.replace(value[2][:1], b"") + value[2][:1]
    return page[: value.start(2)] + quoted + page[value.end(2) :]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Give every place of a JSON document, as its holder and the key in it."""
    places, waiting = [], [value]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            keys = holder if isinstance(holder, dict) else range(len(holder))
            places += [(holder, key) for key in keys]
            waiting += [holder[key] for key in keys]
    return places


def _json(page: bytes) -> Any:
    """Give a document that is small enough to be changed; None where there is none."""
    try:
        return json.loads(page) if len(page) < LARGE else None
    except (ValueError, RecursionError):
        return None


def _other_types(page: bytes, other: bytes, chance: Random) -> bytes:
    """Put a wrong type, a lost field, a doubled list or a foreign part at any place of JSON."""
    for _ in range(chance.choice([1, 1, 2, 10])):
        document, foreign = _json(page), _places(_json(other))
        places = _places(document)
        if not places:
            break
        holder, key = chance.choice(places)
        match chance.randrange(5):
            case 0:
                del holder[key]
            case 1:
                holder[key] = [holder[key]] * chance.choice([1, 2, 300])
            case 2 if foreign:
                far, at = chance.choice(foreign)
                holder[key] = far[at]
            case _:
                holder[key] = chance.choice(ODD)
        page = json.dumps(document).encode(errors="replace")[:LONGEST]
    return page


MUTATIONS: tuple[Mutation, ...] = (
    *(_cut_off, _cut_out, _graft, _repeat, _flip_bits, _put_in, _noise, _recode, _nest),
    *(_huge_number, _move_tags, _other_values, _other_types, _other_types),
)
