"""Bodies are kept once, whole, under their own hash."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
import zstandard

from digest.errors import CaptureError
from digest.sources.captures import CaptureStore, capture_key

NOW = datetime(2026, 7, 13, 14, 9, 5, 123456, tzinfo=UTC)
BODY = b"<feed>launches</feed>" * 50


@pytest.fixture
def store(tmp_path):
    return CaptureStore(tmp_path / "captures")


def files(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("body", [b"", b"\x00\xff", BODY])
def test_what_was_put_comes_back(store, body):
    assert store.get(store.put(body)) == body


def test_a_body_is_named_by_its_sha256(store):
    assert store.put(BODY) == hashlib.sha256(BODY).hexdigest()


def test_a_body_is_kept_once_compressed_in_folders_of_its_hash(store, tmp_path):
    sha256 = store.put(BODY)
    store.put(BODY)

    (path,) = files(tmp_path)
    assert path == tmp_path / "captures" / sha256[:2] / sha256[2:4] / f"{sha256}.zst"
    assert path.stat().st_size < len(BODY)


def test_a_missing_body_says_so(store):
    with pytest.raises(CaptureError, match="missing from"):
        store.get("0" * 64)


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_what_is_no_hash_is_never_made_a_path(store, sha256):
    with pytest.raises(CaptureError, match="no sha256"):
        store.get(sha256)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-4],
        lambda _: b"",
        lambda _: b"not zstd at all",
        lambda _: zstandard.ZstdCompressor().compress(b"another body"),
        # A frame header that claims a terabyte must not make anybody reserve one.
        lambda _: b"\x28\xb5\x2f\xfd\xe0" + (1 << 40).to_bytes(8, "little") + b"\x00" * 16,
    ],
)
def test_a_damaged_body_is_never_given_out(store, tmp_path, damage):
    sha256 = store.put(BODY)
    (path,) = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(CaptureError, match="damaged"):
        store.get(sha256)


def test_putting_a_damaged_body_again_mends_it(store, tmp_path):
    sha256 = store.put(BODY)
    (path,) = files(tmp_path)
    path.write_bytes(b"")

    store.put(BODY)

    assert store.get(sha256) == BODY


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path):
    (tmp_path / "captures").write_text("a file where the folder should be")

    with pytest.raises(CaptureError, match=r"cannot be written to .*DIGEST_CAPTURES_DIR"):
        CaptureStore(tmp_path / "captures").put(BODY)


def test_a_body_that_cannot_be_read_is_one_clear_sentence(store, tmp_path):
    sha256 = store.put(BODY)
    (path,) = files(tmp_path)
    path.unlink()
    path.mkdir()

    with pytest.raises(CaptureError, match="cannot be read"):
        store.get(sha256)


def test_an_interrupted_write_leaves_nothing_behind(store, tmp_path):
    """The rename fails, as it does when the disk goes away; no half file stays."""
    sha256 = hashlib.sha256(BODY).hexdigest()
    blocked = tmp_path / "captures" / sha256[:2] / sha256[2:4] / f"{sha256}.zst"
    blocked.mkdir(parents=True)

    with pytest.raises(CaptureError):
        store.put(BODY)

    assert files(tmp_path) == []


def test_a_key_is_eighty_characters_with_the_utc_time():
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    key = capture_key("https://a.example/", status=200, body_sha256="0" * 64, fetched_at=there)

    assert len(key) == 80
    assert key.endswith("-20260713T140905")
    assert key == capture_key(
        "https://a.example/", status=200, body_sha256="0" * 64, fetched_at=NOW
    )


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://b.example/"},
        {"status": 404},
        {"body_sha256": "1" * 64},
        {"fetched_at": NOW + timedelta(microseconds=1)},
    ],
)
def test_each_part_of_a_fetch_changes_its_key(change):
    parts = {
        "url": "https://a.example/",
        "status": 200,
        "body_sha256": "0" * 64,
        "fetched_at": NOW,
    }
    keys = {capture_key(part.pop("url"), **part) for part in (dict(parts), parts | change)}

    assert len(keys) == 2
