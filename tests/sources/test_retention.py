"""Which captures may go: by age, by size, and never what something rests on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.sources.retention import outlived

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Note:
    """As much of a capture as is decided by."""

    key: str
    fetched_at: datetime
    body_sha256: str = ""
    listing: str = ""


def note(name, *, days, body="", listing=""):
    return Note(name, NOW - days * DAY, body or name, listing or name)


def chosen(notes, *, keys=(), moments=(), keep=30, max_bytes=None, size=100):
    sizes = {each.body_sha256: size for each in notes}
    return outlived(
        notes,
        keys=set(keys),
        moments=set(moments),
        sizes=sizes,
        before=NOW - keep * DAY,
        max_bytes=max_bytes,
    )


NOTES = [note("d", days=1), note("b", days=40), note("a", days=50), note("c", days=20)]


def test_what_is_older_than_the_bound_goes_oldest_first():
    assert chosen(NOTES) == ["a", "b"]


def test_the_bound_itself_is_kept():
    assert chosen([note("a", days=30)]) == []


def test_beyond_the_size_the_oldest_go_first():
    assert chosen(NOTES, keep=1000, max_bytes=200) == ["a", "b"]
    assert chosen(NOTES, keep=1000, max_bytes=199) == ["a", "b", "c"]
    assert chosen(NOTES, keep=1000, max_bytes=400) == []


def test_what_is_kept_for_good_stays_at_any_age_and_size():
    assert chosen(NOTES, keys=["a"], max_bytes=100) == ["b", "c", "d"]
    assert chosen(NOTES, keys="abcd", max_bytes=1) == []


def test_what_was_fetched_in_a_quoted_second_stays():
    second = (NOW - 50 * DAY).replace(microsecond=0)
    late = Note("a", second + timedelta(microseconds=999_999), "a", "a")

    assert chosen([late], moments=[second]) == []
    assert chosen([late], moments=[second + timedelta(seconds=1)]) == ["a"]


def test_a_shared_body_takes_room_until_its_last_capture_goes():
    notes = [
        note("a", days=9, body="x"),
        note("b", days=8, body="x"),
        note("c", days=7, body="y"),
    ]

    assert chosen(notes, max_bytes=200) == []
    assert chosen(notes, max_bytes=150) == ["a", "b"]


def test_the_pages_of_a_listing_stay_or_go_together():
    notes = [
        note("first", days=40),
        note("second", days=40, listing="first"),
        note("other", days=40),
    ]

    assert chosen(notes, keys=["second"]) == ["other"]
    assert set(chosen(notes)) == {"first", "second", "other"}
