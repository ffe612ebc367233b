"""Content coding is undone under caps, and what is not whole is an error."""

import gzip
import random
import time
import tracemalloc
import zlib

import brotli
import pytest
import zstandard

from digest.errors import FetchError
from digest.sources.decode import ACCEPT_ENCODING, decode_body
from digest.sources.limits import MIB, Limits

LIMITS = Limits()
PAGE = " ".join(
    f"launch {number}" for number in random.Random(7).sample(range(10**6), 4000)
).encode()


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
    "zstd": zstandard.compress,
}


def decode(body, coding, limits=LIMITS):
    return decode_body(body, coding, url="https://a.example/", limits=limits)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_coding_is_undone(coding):
    assert decode(CODINGS[coding](PAGE), coding) == PAGE


def test_everything_asked_for_can_be_undone():
    assert set(ACCEPT_ENCODING.split(", ")) <= set(CODINGS)


def test_raw_deflate_is_deflate_too():
    assert decode(raw_deflate(PAGE), "deflate") == PAGE


def test_the_name_of_a_coding_may_be_spelled_in_capitals():
    assert decode(gzip.compress(PAGE), " GZip ") == PAGE


@pytest.mark.parametrize("coding", ["", "identity", "identity, "])
def test_without_a_coding_the_body_stays_as_it_is(coding):
    assert decode(PAGE, coding) == PAGE


def test_an_empty_body_is_empty_under_any_coding():
    assert decode(b"", "gzip, br") == b""


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_body_in_several_members_is_read_to_the_last(coding):
    pack = CODINGS[coding]

    assert decode(pack(PAGE[:900]) + pack(b"") + pack(PAGE[900:]), coding) == PAGE


def test_a_body_of_nothing_but_empty_members_is_not_copied_for_each():
    empty = gzip.compress(b"")
    began = time.process_time()

    assert decode(empty * 200_000, "gzip") == b""
    assert time.process_time() - began < 20  # copying the rest each time takes minutes


def test_padding_after_a_gzip_body_is_left_aside():
    assert decode(gzip.compress(PAGE) + bytes(100), "gzip") == PAGE


def test_layers_are_undone_from_the_last_applied_to_the_first():
    body = brotli.compress(zlib.compress(gzip.compress(PAGE)))

    assert decode(body, "gzip, deflate, br") == PAGE


def test_more_than_three_layers_are_refused():
    with pytest.raises(FetchError, match="4 times over") as caught:
        decode(PAGE, "gzip, gzip, gzip, gzip")

    assert caught.value.permanent


def test_an_unknown_coding_is_an_error():
    with pytest.raises(FetchError, match="'compress', which was not asked for"):
        decode(PAGE, "compress")


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("missing", [1, 9, 3000])
def test_a_truncated_body_is_an_error_and_no_shorter_page(coding, missing):
    with pytest.raises(FetchError, match="truncated"):
        decode(CODINGS[coding](PAGE)[:-missing], coding)


def test_a_truncated_raw_deflate_is_an_error():
    with pytest.raises(FetchError, match="truncated"):
        decode(raw_deflate(PAGE)[:-1], "deflate")


@pytest.mark.parametrize("coding", CODINGS)
def test_a_damaged_body_is_an_error(coding):
    with pytest.raises(FetchError, match="damaged"):
        decode(b"<html>no such coding</html>" * 99, coding)


def test_a_gzip_body_with_a_wrong_checksum_is_an_error():
    body = bytearray(gzip.compress(PAGE))
    body[-6] ^= 0xFF

    with pytest.raises(FetchError, match="damaged"):
        decode(bytes(body), "gzip")


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_is_stopped_by_its_ratio_long_before_the_size_cap(coding):
    bomb = CODINGS[coding](bytes(4_000_000))

    with pytest.raises(FetchError, match="decompression bomb"):
        decode(bomb, coding)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_is_stopped_before_it_fills_the_memory(coding):
    bomb = CODINGS[coding](bytes(64 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="decompression bomb"):
            decode(bomb, coding, Limits(max_decoded=MIB))
        assert tracemalloc.get_traced_memory()[1] < 20 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", CODINGS)
def test_the_size_cap_holds_to_the_octet(coding):
    body = CODINGS[coding](PAGE)

    assert decode(body, coding, Limits(max_decoded=len(PAGE))) == PAGE
    with pytest.raises(FetchError, match="expands to more than"):
        decode(body, coding, Limits(max_decoded=len(PAGE) - 1))


def test_the_cap_holds_after_every_layer_not_only_the_last():
    """The middle layer is huge, the page that comes out of it small again."""
    body = gzip.compress(gzip.compress(PAGE) + bytes(4_000_000))

    with pytest.raises(FetchError, match="decompression bomb"):
        decode(body, "gzip, gzip")


def test_stacking_layers_gains_nothing_against_the_ratio():
    """Layers that each stay under 200:1 would reach 40,000:1 together."""
    inner = gzip.compress(random.Random(7).randbytes(1000) * 100)
    body = gzip.compress(inner * 100)

    assert len(body) * 200 > len(inner) * 100
    with pytest.raises(FetchError, match="decompression bomb"):
        decode(body, "gzip, gzip")


def test_the_window_of_a_zstd_frame_is_bounded():
    """A few octets could ask for gigabytes of memory."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packer.compress(PAGE) + packer.flush()

    with pytest.raises(FetchError, match="damaged"):
        decode(body, "zstd")


@pytest.mark.captures
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_both_real_bombs_are_stopped(captures_dir, coding):
    body = (captures_dir / "http_bodies" / f"scrapy_bomb-{coding}.bin").read_bytes()

    with pytest.raises(FetchError, match="decompression bomb"):
        decode(body, coding)


@pytest.mark.captures
def test_the_real_truncated_gzip_raises(captures_dir):
    body = (captures_dir / "http_bodies" / "scrapy_unexpected-eof.gz").read_bytes()

    with pytest.raises(FetchError, match="truncated"):
        decode(body, "gzip")


@pytest.mark.captures
def test_the_real_triple_stacked_body_is_html_of_74837_octets(captures_dir):
    name = "scrapy_html-gzip-deflate-gzip.bin"
    page = decode((captures_dir / "http_bodies" / name).read_bytes(), "gzip, deflate, gzip")

    assert len(page) == 74_837
    assert b"<html" in page.lower()
