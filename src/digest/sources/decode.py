"""
Undo the content coding of a response body, layer by layer, under a cap.

Pure: takes the octets of the wire and the Content-Encoding header, gives the content. A body that
grows beyond its bounds, ends too early or is damaged is an error, never a shorter page.
"""

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli  # type: ignore[import-untyped] # the package ships no types
import zstandard

from digest.errors import FetchError
from digest.sources.limits import MIB, Limits

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
"""What :func:`decode_body` can undo; send nothing else."""

STEP = 256
"""Octets fed at a time: they grow to 8 MiB at the very worst (zstd), so the cap is met soon."""

ZSTD_WINDOW = 8 * MIB
"""Largest window a zstd frame may ask for over HTTP (RFC 9659)."""

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class _DecodeTrouble(Exception):  # noqa: N818 # it never leaves this module
    """Why a layer cannot be undone."""


class _Frame(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def decode_body(body: bytes, content_encoding: str, *, url: str, limits: Limits) -> bytes:
    """
    Undo all content codings of ``body``.

    Args:
        body: The octets as they came over the wire; empty is empty under any coding.
        content_encoding: The header's value, codings in the order they were applied.
        url: Named in errors.
        limits: The caps hold after every layer; the ratio counts from the wire, so that stacking
            layers gains nothing.

    Raises:
        FetchError: An unknown coding, too many layers, a body that is truncated or damaged, or one
            that grows beyond the caps.
    """
    layers = [
        name
        for part in content_encoding.split(",")
        if (name := part.strip().lower()) not in {"", "identity"}
    ]
    if len(layers) > limits.max_layers:
        raise FetchError(
            url,
            f"the body is compressed {len(layers)} times over, at most {limits.max_layers} are "
            "undone; this is no page to read",
            permanent=True,
        )
    cap = min(limits.max_decoded, limits.max_ratio * len(body))
    for name in reversed(layers if body else []):
        body = _undo(name, body, cap, url=url)
    return body


def _undo(name: str, body: bytes, cap: int, *, url: str) -> bytes:
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise FetchError(
            url,
            f"the body has the content coding {name[:40]!r}, which was not asked for; "
            "tell the site's owner",
        )
    try:
        return decoder(body, cap)
    except (_DecodeTrouble, zlib.error, zstandard.ZstdError, brotli.error) as error:
        raise FetchError(
            url, f"the {name} body {_describe(error)}; nothing of it was used, try again later"
        ) from error


def _describe(error: Exception) -> str:
    return str(error) if isinstance(error, _DecodeTrouble) else f"is damaged ({error})"


def _too_large(cap: int) -> _DecodeTrouble:
    return _DecodeTrouble(f"expands to more than {cap:,} octets, as a decompression bomb does")


def _truncated() -> _DecodeTrouble:
    return _DecodeTrouble("is truncated: it ends before its end marker")


def _undo_frames(data: bytes, cap: int, new: Callable[[], _Frame], again: bytes) -> bytes:
    """
    Undo one frame, and each further one that begins with ``again``; the rest is padding.

    For a decoder that knows no cap: it is fed so little at a time that no step can grow far.
    """
    out = bytearray()
    position = 0
    while position == 0 or data.startswith(again, position):
        frame = new()
        while not frame.eof:
            chunk = data[position : position + STEP]
            if not chunk:
                raise _truncated()
            out += frame.decompress(chunk)
            position += len(chunk) - len(frame.unused_data)
            if len(out) > cap:
                raise _too_large(cap)
    return bytes(out)


def _gunzip(data: bytes, cap: int) -> bytes:
    return _unzip(data, cap, wbits=31, again=GZIP_MAGIC)


def _inflate(data: bytes, cap: int) -> bytes:
    """Both things servers call deflate: with zlib's wrapping (RFC 9110) and raw."""
    try:
        return _unzip(data, cap, wbits=zlib.MAX_WBITS)
    except zlib.error:
        return _unzip(data, cap, wbits=-zlib.MAX_WBITS)


def _unzip(data: bytes, cap: int, *, wbits: int, again: bytes = b"") -> bytes:
    """
    Undo one member, and each further one that begins with ``again``; the rest is padding.

    zlib keeps the cap itself, so the first member is one call: fed in small steps, each would hand
    the interpreter's lock to another thread and wait for it. Further members are rare, and a
    body of nothing but empty ones must not be copied for each: those go in small steps.
    """
    member = zlib.decompressobj(wbits)
    out = member.decompress(data, cap + 1)  # one octet more tells what just fits from the rest
    if len(out) > cap:
        raise _too_large(cap)
    if not member.eof:
        raise _truncated()
    rest = member.unused_data
    if not (again and rest.startswith(again)):
        return out
    more = _undo_frames(rest, cap - len(out), lambda: zlib.decompressobj(wbits), again)
    return out + more


def _unzstd(data: bytes, cap: int) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
    return _undo_frames(data, cap, reader.decompressobj, ZSTD_MAGIC)


def _unbrotli(data: bytes, cap: int) -> bytes:
    reader = brotli.Decompressor()
    out = bytearray(reader.process(data, output_buffer_limit=cap + 1))
    while not reader.is_finished() and len(out) <= cap:
        more = reader.process(b"", output_buffer_limit=cap + 1)
        if not more:
            raise _truncated()
        out += more
    if len(out) > cap:
        raise _too_large(cap)
    return bytes(out)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
