"""From captures alone the same launches are made again, whatever happened between the captures."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from digest.errors import CaptureError, DigestError, NotFoundError
from digest.model import Outcome
from digest.sources.captures import CaptureStore
from digest.steps.keeping import find, keep, responses_of
from digest.steps.record import Response
from digest.steps.remake import remake
from digest.steps.replay import replay
from digest.store import launches as launch_store
from digest.store import sources as source_store
from digest.store.engine import Database
from digest.store.migrate import migrate
from digest.store.tables import CaptureRow, LaunchRow, ReadingRow

_SPEC = importlib.util.spec_from_file_location("history", Path(__file__).with_name("history.py"))
told = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = told
_SPEC.loader.exec_module(told)
HOUR, LIST, NOW, SHELF, History = told.HOUR, told.LIST, told.NOW, told.SHELF, told.History
came, exported, page, readings = told.came, told.exported, told.page, told.readings


@pytest.fixture
def history(db: Database, tmp_path: Path) -> History:
    return History(db, CaptureStore(tmp_path / "captures"))


@pytest.fixture
def eventful(history: History) -> History:
    """Two sources with all that happens to sources."""
    history.reads(LIST, page(1, 2, 3, 4))
    history.reads(SHELF, page(1))
    history.unchanged(LIST)
    assert history.reads(LIST, page(1)) is Outcome.SUSPECT
    history.fails(SHELF)
    assert history.reads(LIST, b"<html>down</html>") is Outcome.FAILED
    history.reads(LIST, page(2, 3, 4, 5))
    history.reads(SHELF, page(1, 2, title="Renamed tool"))
    history.now += HOUR
    gone = came(LIST, b"not here", at=history.now, status=404)
    trouble = {"outcome": Outcome.FAILED, "reason": "the site has no such page"}
    history.happens(LIST, gone.model_copy(update=trouble))
    history.reads(LIST, page(3, 4, 5, 6, title="Better tool"))
    history.unchanged(LIST)
    history.unchanged(SHELF)
    return history


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'empty' / 'digest.db'}")
    migrate(database)
    yield database
    database.close()


def test_from_captures_alone_an_empty_database_gets_the_same_launches(
    eventful: History, empty: Database
):
    reports = replay(eventful.parts(empty))

    assert exported(empty) == exported(eventful.db)
    assert json.loads(exported(empty))
    assert readings(empty) == readings(eventful.db)
    assert [(report.source, report.captures, report.new) for report in reports] == [
        ("list", 6, 6),
        ("shelf", 2, 2),
    ]


def test_an_empty_database_learns_how_sources_stand_and_what_to_ask_conditionally(
    eventful: History, empty: Database
):
    replay(eventful.parts(empty))

    with empty.read() as session:
        state = source_store.source_state(session, "list")
    assert state is not None
    assert (state.outcome, state.items) == (Outcome.OK, 4)
    assert state.etag == f'"{len(page(3, 4, 5, 6, title="Better tool"))}"'


@pytest.mark.parametrize("hours", range(13))
def test_on_a_database_in_use_the_same_rows_stand_after_a_replay_since_any_moment(
    eventful: History, hours: int
):
    """Whatever fell before the moment, and whatever after."""
    before, past = exported(eventful.db), readings(eventful.db)
    rows = ours(eventful.db)

    reports = replay(eventful.parts(), since=NOW + hours * HOUR)

    came_at = {"list": (1, 4, 6, 7, 9, 10), "shelf": (2, 8)}
    assert {each.source: each.captures for each in reports} == {
        source: sum(hour >= hours for hour in at) for source, at in came_at.items()
    }
    assert exported(eventful.db) == before
    assert readings(eventful.db) == past
    assert ours(eventful.db) == rows


@pytest.mark.parametrize("hours", [0, 5, 12, 13, 14])
def test_a_source_in_trouble_stands_as_it_did(eventful: History, hours: int):
    """Its last good reading is known still, also where only what came after it is read again."""
    assert eventful.reads(LIST, page(9)) is Outcome.SUSPECT
    rows = ours(eventful.db)

    replay(eventful.parts(), since=NOW + hours * HOUR)

    assert ours(eventful.db) == rows


def test_without_a_moment_all_captures_are_read_again(eventful: History):
    before, rows = exported(eventful.db), ours(eventful.db)

    reports = replay(eventful.parts())

    assert exported(eventful.db) == before
    assert ours(eventful.db) == rows
    assert [(each.new, each.changed, each.gone) for each in reports] == [(0, 0, 0), (0, 0, 0)]


def ours(db: Database) -> object:
    """What no capture says: tools, last sights, and how sources stand."""
    with db.read() as session:
        rows = session.exec(select(LaunchRow).order_by(LaunchRow.source, LaunchRow.native_id))
        found = [(row.native_id, row.tool, row.seen_at, row.researched_key) for row in rows]
        return found, source_store.source_states(session)


def test_what_was_new_in_a_whole_listing_is_dated_by_it_again(eventful: History, empty: Database):
    replay(eventful.parts(empty))

    dated = {
        launch["native_id"]: launch["launched_at"]
        for launch in json.loads(exported(empty))
        if launch["source"] == "list" and launch["launched_at_source"] == "first_seen"
    }
    assert set(dated) == {"g5", "g6"}


def test_a_replay_stores_nothing_twice(eventful: History):
    replay(eventful.parts())
    first = counts(eventful.db)

    replay(eventful.parts(), since=NOW + 3 * HOUR)

    assert counts(eventful.db) == first


def counts(db: Database) -> tuple[int, int, int]:
    with db.read() as session:
        return tuple(
            len(session.exec(select(row)).all()) for row in (CaptureRow, ReadingRow, LaunchRow)
        )


def assign(db: Database, tools: dict[str, str]) -> None:
    """Do what research does: say which tool a launch is, and that it is worked in."""
    with db.write() as session:
        for row in session.exec(select(LaunchRow)):
            row.tool = tools.get(row.native_id)
            row.researched_key = row.capture_key


def test_launches_keep_their_tools_and_are_not_researched_again(eventful: History):
    """An editor may have said so, and slugs are addresses of pages."""
    assign(eventful.db, {"g1": "tool-one", "g5": "tool-five"})
    rows = ours(eventful.db)

    replay(eventful.parts())

    assert ours(eventful.db) == rows
    with eventful.db.read() as session:
        assert launch_store.launches_due(session) == []


def test_a_parser_that_reads_otherwise_makes_other_rows_and_says_how_many(
    eventful: History,
):
    """As when its version goes up: what it no longer takes for a launch is gone."""
    assign(eventful.db, {"g1": "one", "g2": "two", "g3": "three", "g4": "four", "g6": "one"})
    other = page(3, 4, 5, title="Other tool")
    kept = eventful.captures.get

    def better(sha256: str) -> bytes:
        return other if kept(sha256) == page(3, 4, 5, 6, title="Better tool") else kept(sha256)

    eventful.captures.get = better  # type: ignore[method-assign] # other content is another parser

    (report,) = replay(eventful.parts(), names=["list"])

    assert (report.new, report.changed, report.gone, report.launches) == (0, 3, 1, 5)
    with eventful.db.read() as session:
        due = {launch.native_id for launch, _ in launch_store.launches_due(session)}
    assert due == {"g1", "g3", "g4", "g5"}  # g1, for the tool it shares has lost a launch


def test_a_source_that_is_gone_from_the_sources_file_is_read_as_it_stood(
    eventful: History, empty: Database
):
    eventful.sources = (SHELF,)

    replay(eventful.parts(empty))

    assert exported(empty) == exported(eventful.db)


def test_a_source_that_stands_otherwise_in_the_sources_file_is_read_by_that(
    eventful: History, empty: Database
):
    """A floor that was too high is mended, and what it kept out comes in."""
    eventful.sources = (LIST.model_copy(update={"floor": 1}), SHELF)

    replay(eventful.parts(empty))

    assert ("list", Outcome.OK, None, 1) in readings(empty)


def test_only_the_named_sources_are_read_again(eventful: History, empty: Database):
    replay(eventful.parts(empty), names=["shelf"])

    assert {launch["source"] for launch in json.loads(exported(empty))} == {"shelf"}
    with pytest.raises(NotFoundError, match="known are: list, shelf"):
        replay(eventful.parts(empty), names=["nosuch"])


def test_fetches_of_one_moment_are_read_in_the_order_they_came(history: History, empty: Database):
    """As with a clock that stands still, in a rehearsal; their keys have another order."""
    for number in range(6):
        history.reads(SHELF, page(1, title=f"Title {number}"), later=timedelta(0))
    with history.db.read() as session:
        rows = session.exec(select(ReadingRow).order_by(ReadingRow.id)).all()
    keys = [row.capture_key for row in rows]

    replay(history.parts(empty))

    fetches = find(history.captures, history.captures.described())
    assert [fetch.captures[0].key for fetch in fetches] == keys != sorted(keys)
    assert exported(empty) == exported(history.db)
    assert '"title": "Title 5 1"' in exported(empty)


def forget(history: History, *, before: datetime) -> None:
    """Take the captures of earlier fetches away, as retention does."""
    for each in history.captures.described():
        if each.second < f"{before:%Y%m%dT%H%M%S}":
            history.captures.drop_description(each)


def test_what_cannot_be_made_again_is_not_taken_away(eventful: History):
    forget(eventful, before=NOW + 5 * HOUR)
    before, rows = exported(eventful.db), ours(eventful.db)

    with pytest.raises(DigestError, match=r"source list: .* --since 2026-11-20T13:00:01\+00:00"):
        replay(eventful.parts())
    replay(eventful.parts(), since=NOW + 5 * HOUR)

    assert exported(eventful.db) == before
    assert ours(eventful.db) == rows


def test_a_missing_body_stops_a_replay_before_anything_is_lost(eventful: History, tmp_path: Path):
    before = exported(eventful.db)
    sha256 = came(LIST, page(2, 3, 4, 5), at=NOW).capture.body_sha256
    (tmp_path / "captures" / sha256[:2] / sha256[2:4] / f"{sha256}.zst").unlink()

    with pytest.raises(CaptureError, match="missing from"):
        replay(eventful.parts())

    assert exported(eventful.db) == before


@pytest.mark.parametrize("what", ["body", "description"])
def test_damaged_captures_are_passed_over_on_demand(
    eventful: History, empty: Database, tmp_path: Path, what: str
):
    if what == "body":
        sha256 = came(LIST, page(2, 3, 4, 5), at=NOW).capture.body_sha256
        path = tmp_path / "captures" / sha256[:2] / sha256[2:4] / f"{sha256}.zst"
    else:
        each = next(
            each for each in eventful.captures.described() if each.second == "20261120T150000"
        )
        path = tmp_path / "captures" / each.name
    path.write_bytes(b"{")

    with pytest.raises(CaptureError, match="damaged"):
        replay(eventful.parts(empty))
    reports = replay(eventful.parts(empty), skips_damaged=True)

    assert [(each.source, each.captures, each.damaged) for each in reports] == [
        ("list", 5, 1),
        ("shelf", 2, 0),
    ]


def test_a_capture_whose_run_was_cut_off_counts_from_the_next_replay_on(
    eventful: History, empty: Database
):
    """It was kept, and the program died before the database had it: it is true all the same."""
    at = eventful.now + HOUR
    fetched = came(SHELF, page(1, 2, 3), at=at)
    keep(eventful.captures, SHELF, fetched, [Response(fetched.capture, fetched.body)])

    replay(eventful.parts())
    replay(eventful.parts(empty))

    assert exported(empty) == exported(eventful.db)
    assert "g3" in exported(eventful.db)


def test_the_pages_of_a_listing_are_read_again_together_and_in_order(
    history: History, empty: Database
):
    fetched = came(LIST, page(1, 2), at=NOW)
    first = fetched.capture
    second = came(LIST, page(3, 4), at=NOW + 2 * HOUR).capture
    third = came(LIST, page(5, 6), at=NOW + HOUR).capture
    pages = [
        first,
        second.model_copy(update={"listing": first.key, "page": 2}),
        third.model_copy(update={"listing": first.key, "page": 3}),
    ]
    bodies = [page(1, 2), page(3, 4), page(5, 6)]
    keep(history.captures, LIST, fetched, list(map(Response, pages, bodies)), trouble="no page 4")

    (fetch,) = find(history.captures, history.captures.described())
    replay(history.parts(empty))

    assert fetch.captures == tuple(pages)
    assert fetch.trouble == "no page 4"
    assert [each.body for each in responses_of(history.captures, fetch)] == bodies
    with empty.read() as session:
        rows = session.exec(select(CaptureRow).order_by(CaptureRow.page)).all()
    assert [(row.key, row.listing) for row in rows] == [(each.key, each.listing) for each in pages]


def test_what_was_stored_after_captures_were_listed_is_read_again_as_well(eventful: History):
    """Else an ingestion that came in between would lose its launches."""
    before, rows, past = exported(eventful.db), ours(eventful.db), readings(eventful.db)
    listed = [each for each in eventful.captures.described() if each.source == "list"]

    remake("list", listed[:-1], parts=eventful.parts(), since=None, skips_damaged=False)

    assert exported(eventful.db) == before
    assert ours(eventful.db) == rows
    assert readings(eventful.db) == past


def test_a_fetch_that_a_replay_took_in_is_stored_once_when_its_run_goes_on(history: History):
    """It was kept when the replay came by; its own transaction waited."""
    fetched = came(SHELF, page(1, 2), at=NOW)
    keep(history.captures, SHELF, fetched, [Response(fetched.capture, fetched.body)])
    replay(history.parts())
    before = counts(history.db)

    assert history.happens(SHELF, fetched) is Outcome.OK

    assert counts(history.db) == before == (1, 1, 2)


def test_nothing_secret_lies_beside_the_bodies(history: History, tmp_path: Path):
    secret = LIST.model_copy(update={"url": "https://one.example/feed?token=hunter2"})

    history.now += HOUR
    history.happens(secret, came(LIST, page(1, 2), at=history.now))

    texts = [path.read_text() for path in (tmp_path / "captures" / "meta").rglob("*.json")]
    assert len(texts) == 1
    assert "hunter2" not in texts[0]
