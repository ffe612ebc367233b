"""Captures lie in a folder or at any URL that fsspec knows, with the same promises."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from digest.errors import CaptureError, SettingsError
from digest.sources.captures import CaptureStore, Described, capture_key
from digest.sources.shelves import FolderShelf, UrlShelf, open_shelf

NOW = datetime(2026, 7, 13, 14, 9, 5, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
BODY = b"<feed>launches</feed>" * 50


class Unwilling(MemoryFileSystem):
    """A place whose every answer is an error of its own kind, as libraries of vendors have them."""

    protocol = "unwilling"
    error: Exception = RuntimeError("EndpointConnectionError: no route")

    def _open(self, *_, **__):
        raise self.error

    cat_file = pipe_file = find = ls = info = rm_file = _open

    def cat(self, *_, **__):
        raise self.error


@pytest.fixture(autouse=True)
def _empty_memory():
    yield
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture(params=["folder", "memory", "folder by URL"])
def shelf(request, tmp_path):
    match request.param:
        case "folder":
            return FolderShelf(tmp_path / "captures")
        case "memory":
            return UrlShelf("memory://bucket/prefix")
        case _:
            return UrlShelf(f"file://{tmp_path}/captures")


@pytest.fixture(params=["folder", "memory://bucket/prefix"])
def place(request, tmp_path):
    return tmp_path / "captures" if request.param == "folder" else request.param


def test_what_was_written_is_read(shelf):
    shelf.write("ab/cd/one", b"1")
    shelf.write("ab/cd/one", b"new")

    assert shelf.read("ab/cd/one") == b"new"


def test_what_is_not_there_is_said_to_be_missing(shelf):
    with pytest.raises(FileNotFoundError):
        shelf.read("ab/cd/none")
    assert list(shelf.entries("")) == []
    assert shelf.folders("meta") == []
    assert shelf.remove("ab/cd/none") is False


def test_many_files_are_read_and_those_that_are_gone_passed_over(shelf):
    for number in range(250):
        shelf.write(f"meta/{number}", str(number).encode(), is_vital=False)

    found = dict(shelf.read_many([f"meta/{number}" for number in range(260)]))

    assert found == {f"meta/{number}": str(number).encode() for number in range(250)}


def test_files_are_listed_with_size_and_time(shelf):
    before = datetime.now(UTC) - timedelta(seconds=1)
    shelf.write("ab/cd/one", b"four")
    shelf.write("meta/2026/07/x", b"")

    (entry,) = shelf.entries("ab")
    assert (entry.name, entry.size) == ("ab/cd/one", 4)
    assert entry.changed_at is not None
    assert before < entry.changed_at < datetime.now(UTC) + timedelta(seconds=1)
    assert {each.name for each in shelf.entries("")} == {"ab/cd/one", "meta/2026/07/x"}
    assert shelf.folders("meta/2026") == ["07"]


def test_a_file_written_lately_is_not_taken_away(shelf):
    shelf.write("ab/cd/one", b"1")

    assert shelf.remove("ab/cd/one", unless_written_since=NOW) is False
    assert shelf.read("ab/cd/one") == b"1"
    assert shelf.remove("ab/cd/one", unless_written_since=LATER) is True
    assert list(shelf.entries("")) == []


def test_a_file_touched_at_the_last_moment_is_given_back(tmp_path, monkeypatch):
    """A writer came between the look at its time and the move: the second look sees it."""
    shelf = FolderShelf(tmp_path)
    shelf.write("one", b"1")
    os.utime(tmp_path / "one", (0, 0))
    move = Path.replace

    def touch_first(path, target):
        if path.name == "one":
            os.utime(path)
        return move(path, target)

    monkeypatch.setattr(Path, "replace", touch_first)

    assert shelf.remove("one", unless_written_since=NOW) is False
    assert [entry.name for entry in shelf.entries("")] == ["one"]


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("var/captures", FolderShelf),
        ("/srv/captures", FolderShelf),
        ("file:///srv/my%20captures", FolderShelf),
        ("memory://x", UrlShelf),
    ],
)
def test_a_path_and_a_file_url_are_folders_of_this_machine(place, kind):
    shelf = open_shelf(place)

    assert isinstance(shelf, kind)
    assert "%20" not in shelf.shown


def test_a_folder_costs_no_loading_of_fsspec(tmp_path):
    code = (
        "import sys; from digest.sources.captures import CaptureStore\n"
        f"CaptureStore({str(tmp_path)!r}).put(b'x'); print('fsspec' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert done.stdout == b"False\n"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nosuch://x", "DIGEST_CAPTURES_DIR: nosuch://x is no kind of place that is known"),
        ("smb://user:hunter2@host/share", "DIGEST_CAPTURES_DIR: smb://host/share needs one more"),
    ],
)
def test_a_place_that_nothing_here_knows_is_said_before_anything_is_fetched(place, said):
    with pytest.raises(SettingsError, match=said) as raised:
        CaptureStore(place)
    assert "hunter2" not in str(raised.value)


# --- the store on any shelf


def test_a_body_comes_back_from_wherever_it_was_put(place):
    store = CaptureStore(place)

    sha256 = store.put(BODY)
    store.put(BODY)

    assert store.get(sha256) == BODY
    (body,) = store.bodies()
    assert body.sha256 == sha256
    assert body.size < len(BODY)


def test_a_damaged_body_is_never_given_out_and_mended_by_putting_it_again():
    store = CaptureStore("memory://bucket")
    sha256 = store.put(BODY)
    files = fsspec.filesystem("memory")
    (path,) = files.find("bucket")
    files.pipe_file(path, b"cut o")

    with pytest.raises(CaptureError, match="damaged"):
        store.get(sha256)
    store.put(BODY)
    assert store.get(sha256) == BODY


def described(source="hn", at=NOW):
    return Described(
        source, capture_key("https://a.example/", status=200, body_sha256="0" * 64, fetched_at=at)
    )


def test_descriptions_are_found_by_day_and_in_order(place):
    store = CaptureStore(place, wall_ns=lambda: 7)
    days = [NOW + timedelta(days=number) for number in (30, 0, 400, 1)]
    for at in days:
        store.describe(described(at=at), lambda kept_ns: f'{{"kept_ns": {kept_ns}}}')

    assert [each.second for each in store.described()] == [
        f"{at:%Y%m%dT%H%M%S}" for at in sorted(days)
    ]
    since = store.described(since=NOW + timedelta(days=1))
    assert len(since) == 3
    assert store.descriptions(since) == dict.fromkeys(since, '{"kept_ns": 7}')
    assert {each.source for each in since} == {"hn"}


def test_a_forgotten_description_is_gone_and_may_be_forgotten_again(place):
    store = CaptureStore(place)
    store.describe(described(), str)

    store.drop_description(described())
    store.drop_description(described())

    assert store.described() == []
    assert store.descriptions([described()]) == {}


def test_what_killed_programs_left_half_done_is_swept_and_nothing_else(tmp_path):
    store = CaptureStore(tmp_path)
    store.put(BODY)
    (tmp_path / "ab").mkdir(exist_ok=True)
    (tmp_path / "ab" / ".coming-x1").write_bytes(b"half")
    (tmp_path / "ab" / "y.zst.leaving").write_bytes(b"whole")
    (tmp_path / "READ ME").write_bytes(b"an operator's own")
    store.drop_scraps(unless_put_since=NOW)
    assert (tmp_path / "ab" / ".coming-x1").exists()

    store.drop_scraps(unless_put_since=LATER)

    assert list((tmp_path / "ab").iterdir()) == []
    assert (tmp_path / "READ ME").exists()
    assert len(store.bodies()) == 1


@pytest.mark.parametrize(
    "error", [RuntimeError("EndpointConnectionError: no route"), PermissionError(13, "no entry")]
)
def test_whatever_a_place_says_is_one_clear_sentence(monkeypatch, error):
    fsspec.register_implementation("unwilling", Unwilling, clobber=True)
    monkeypatch.setattr(Unwilling, "error", error)
    store = CaptureStore("unwilling://u:hunter2@bucket")
    told = "no route" if isinstance(error, RuntimeError) else "no entry"
    acts = {
        "cannot be written to": lambda: store.put(BODY),
        "cannot be read": lambda: store.get("0" * 64),
        "cannot be looked at": store.described,
        f"cannot be looked at {'(' if told else ''}": store.bodies,
        "cannot be taken out": lambda: store.drop_body("0" * 64, unless_put_since=LATER),
    }

    for said, act in acts.items():
        with pytest.raises(CaptureError) as raised:
            act()
        assert said in str(raised.value)
        assert told in str(raised.value)
        assert "hunter2" not in str(raised.value)
        assert "\n" not in str(raised.value)
