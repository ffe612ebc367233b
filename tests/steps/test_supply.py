"""A page an operator saved is read as if it had been fetched then, wherever that falls in time."""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import DigestError
from digest.model import Outcome
from digest.sources.captures import CaptureStore
from digest.steps.keeping import keep
from digest.steps.record import Response
from digest.steps.replay import replay
from digest.steps.supply import Page, read_page, supply
from digest.store import captures as capture_store
from digest.store import sources as source_store
from digest.store.engine import Database
from digest.store.migrate import migrate

_SPEC = importlib.util.spec_from_file_location("history", Path(__file__).with_name("history.py"))
told = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = told
_SPEC.loader.exec_module(told)
HOUR, LIST, NOW, SHELF, History = told.HOUR, told.LIST, told.NOW, told.SHELF, told.History
exported, page, readings = told.exported, told.page, told.readings

LISTING = Path(__file__).parents[1] / "data" / "taaft_listing"
URL = "https://walled.example/"


@pytest.fixture
def history(db: Database, tmp_path: Path) -> History:
    return History(db, CaptureStore(tmp_path / "captures"))


@pytest.fixture
def fresh(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    migrate(database)
    yield database
    database.close()


def saved(*ids: int, at=NOW, name="shelf", kind="feed", url=SHELF.url, title="Tool") -> Page:
    return Page(kind=kind, body=page(*ids, title=title), url=url, captured_at=at, name=name)


def give(history: History, saved_page: Page, *, now=NOW + 100 * HOUR):
    return supply(saved_page, parts=history.parts(), now=now)


def test_a_page_of_a_walled_site_becomes_launches(history: History):
    """Its source needs no entry in any sources file; the kind's floor holds all the same."""
    body = (LISTING / "home.html").read_bytes()
    given = Page(kind="taaft_listing", body=body, url=URL, captured_at=NOW)

    supplied = give(history, given)

    assert (supplied.source, supplied.kind) == ("taaft_listing", "taaft_listing")
    assert supplied.outcome is Outcome.SUSPECT
    assert "fewer than 50" in (supplied.reason or "")
    assert len(supplied.found) == supplied.launches > 0
    assert exported(history.db) == "[]"


def test_a_page_that_is_believed_is_stored_and_marked_as_given(history: History, fresh: Database):
    supplied = give(history, saved(1, 2))

    assert (supplied.outcome, supplied.launches, supplied.new) == (Outcome.OK, 2, 2)
    with history.db.read() as session:
        capture = capture_store.capture_of(session, supplied.capture_key)
    assert capture is not None
    assert capture.supplied
    assert (capture.url, capture.fetched_at) == (SHELF.url, NOW)
    replay(history.parts(fresh))
    assert exported(fresh) == exported(history.db) != "[]"


def test_the_same_page_again_adds_nothing(history: History):
    first = give(history, saved(1, 2))
    before, read = exported(history.db), readings(history.db)

    again = give(history, saved(1, 2))

    assert again == first.model_copy(update={"new": 0, "was_known": True})
    assert (exported(history.db), readings(history.db)) == (before, read)


def test_an_older_page_makes_nothing_newer_older(history: History, fresh: Database):
    """What it is the first to show was launched no later than it was saved."""
    history.reads(SHELF, page(1, title="First"), later=HOUR)
    history.reads(SHELF, page(1, 2, 3, title="Newest"), later=9 * HOUR)
    with history.db.read() as session:
        before = source_store.source_state(session, "shelf")

    supplied = give(history, saved(1, 2, 8, at=NOW + 5 * HOUR, title="Between"))

    found = {launch.native_id: launch for launch in told.export_launches(history.db)}
    assert supplied.new == 1
    assert found["g2"].title == "Newest 2"
    assert found["g2"].first_seen_at == found["g2"].launched_at == NOW + 5 * HOUR
    assert found["g3"].first_seen_at == NOW + 10 * HOUR
    assert found["g8"].title == "Between 8"
    with history.db.read() as session:
        assert source_store.source_state(session, "shelf") == before
    replay(history.parts(fresh))
    assert exported(fresh) == exported(history.db)


def test_a_page_older_than_everything_makes_what_came_later_new(history: History):
    history.reads(SHELF, page(1, 2), later=10 * HOUR)

    give(history, saved(1, at=NOW))

    dates = {item.native_id: item.launched_at for item in told.export_launches(history.db)}
    assert dates == {"g1": None, "g2": NOW + 10 * HOUR}


def test_a_given_page_says_nothing_of_when_the_host_may_be_asked(history: History):
    history.reads(SHELF, page(1))
    with history.db.write() as session:
        state = source_store.source_state(session, "shelf")
        wait = NOW + 50 * HOUR
        source_store.put_source_state(session, state.model_copy(update={"not_before": wait}))

    give(history, saved(1, 2, at=NOW + 30 * HOUR))

    with history.db.read() as session:
        assert source_store.source_state(session, "shelf").not_before == wait


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": NOW + 101 * HOUR}, "2026-11-24 14:00 UTC is still to come"),
        ({"kind": "feeed"}, r"'feeed' is no kind of source \(did you mean 'feed'\?\)"),
        ({"url": "walled.example"}, "'walled.example' is no web address; begin it with https://"),
        ({"kind": "devto"}, "source 'shelf' of the sources file is of kind feed, not devto"),
        ({"name": "Not A Name"}, "'Not A Name' cannot be a source's name"),
        ({"kind": "html_list", "name": None}, "options.item is missing; add item = .*--source"),
    ],
)
def test_what_cannot_be_is_one_clear_sentence_and_keeps_nothing(history: History, change, said):
    with pytest.raises(DigestError, match=said):
        give(history, saved(1, 2, **change))
    assert history.captures.described() == []


def test_a_page_cannot_be_put_before_captures_that_are_gone(history: History):
    history.reads(SHELF, page(1), later=HOUR)
    for each in history.captures.described():
        history.captures.drop_description(each)

    with pytest.raises(DigestError, match="up to 2026-11-20 10:00 are no longer kept"):
        give(history, saved(1, 2, at=NOW))
    assert give(history, saved(1, 2, at=NOW + timedelta(days=1))).new == 1


def test_one_page_is_of_one_source(history: History):
    give(history, saved(1, 2, name="one"))

    with pytest.raises(DigestError, match="given before, as one of source one"):
        give(history, saved(1, 2, name="two"))


def test_a_given_page_that_was_kept_before_a_kill_is_stored_the_next_time(history: History):
    fetched = told.came(SHELF, page(1, 2), at=NOW)
    capture = fetched.capture.model_copy(update={"supplied": True})
    keep(history.captures, SHELF, fetched, [Response(capture, fetched.body)])

    assert give(history, saved(1, 2)).new == 2


def test_a_file_that_is_no_page_is_said(tmp_path: Path):
    (tmp_path / "empty").write_bytes(b"")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(20 * 1024**2 + 1)

    with pytest.raises(DigestError, match="is empty; save the page again"):
        read_page(tmp_path / "empty")
    with pytest.raises(DigestError, match="is larger than 20 MiB"):
        read_page(tmp_path / "huge")
    with pytest.raises(DigestError, match="cannot be read"):
        read_page(tmp_path)
    with pytest.raises(DigestError, match="cannot be read"):
        read_page(tmp_path / "none")
