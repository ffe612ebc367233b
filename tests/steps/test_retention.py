"""Old captures go, what issues rest on stays, and a kill in between leaves nothing untrue."""

import importlib.util
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from digest.errors import CaptureError
from digest.model import FactKind, FaultKind, Incident, Outcome
from digest.sources.captures import CaptureStore
from digest.steps.replay import replay
from digest.steps.retention import Bounds, prune
from digest.store import captures as capture_store
from digest.store import health as health_store
from digest.store.engine import Database
from digest.store.migrate import migrate
from digest.store.tables import CaptureRow, ComparisonRow, FactRow, ReadingRow

_SPEC = importlib.util.spec_from_file_location("history", Path(__file__).with_name("history.py"))
told = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = told
_SPEC.loader.exec_module(told)
LIST, NOW, SHELF, History, page = told.LIST, told.NOW, told.SHELF, told.History, told.page

DAY = timedelta(days=1)
MONTH = Bounds(keep=30 * DAY)


@pytest.fixture
def history(db: Database, tmp_path: Path) -> History:
    """Four captures of one source in eighty days, and one of another, long ago."""
    past = History(db, CaptureStore(tmp_path / "captures"))
    past.now = NOW - 90 * DAY
    past.reads(SHELF, page(1), later=DAY)
    for number in range(1, 5):
        past.reads(LIST, page(number, number + 1, number + 2), later=20 * DAY)
    old = (NOW - 100 * DAY).timestamp()
    for path in (tmp_path / "captures").rglob("*.zst"):
        os.utime(path, (old, old))
    return past


def keys(history: History, source: str | None = None) -> list[str]:
    with history.db.read() as session:
        notes = capture_store.capture_notes(session)
    return [note.key for note in notes if source in {None, note.source}]


def bodies(history: History) -> set[str]:
    return {body.sha256 for body in history.captures.bodies()}


def run(history: History, *, bounds: Bounds = MONTH, **more):
    return prune(history.db, history.captures, bounds=bounds, now=NOW, **more)


def test_old_captures_go_with_their_descriptions_and_bodies(history: History):
    before = keys(history, "list")

    report = run(history)

    assert keys(history, "list") == before[2:]
    assert {each.key for each in history.captures.described()} == set(keys(history))
    assert len(bodies(history)) == 3
    assert (report.captures, report.bodies, report.left, report.for_good) == (2, 2, 3, 1)
    assert report.left_octets == sum(body.size for body in history.captures.bodies())


def test_the_newest_good_capture_of_each_source_stays_however_old(history: History):
    run(history, bounds=Bounds(keep=DAY))

    assert len(keys(history, "shelf")) == 1
    assert len(keys(history, "list")) == 1
    replay(history.parts(), names=["shelf"])


def test_a_suspect_capture_does_not_count_as_the_newest_good_one(history: History):
    history.now = NOW
    assert history.reads(LIST, page(9), later=timedelta(0)) is Outcome.SUSPECT
    good = keys(history, "list")[-2]

    run(history, bounds=Bounds(keep=DAY))

    assert good in keys(history, "list")


def test_a_rehearsal_says_the_same_and_takes_nothing(history: History):
    before = keys(history), bodies(history), history.captures.described()

    rehearsed = run(history, is_rehearsal=True)

    assert (keys(history), bodies(history), history.captures.described()) == before
    assert rehearsed.model_copy(update={"is_rehearsal": False}) == run(history)


def test_by_size_the_oldest_go_until_the_rest_fits(history: History):
    sizes = sorted(body.size for body in history.captures.bodies())

    report = run(history, bounds=Bounds(keep=1000 * DAY, max_bytes=sum(sizes) - 1))

    assert (report.captures, report.left) == (1, 4)


def cite(db: Database, *, quoted: str = "2020-01-01T00:00:00Z", fact_key: str = "") -> None:
    """Have an issue compare two tools: quoting something, and with a fact about one of them."""
    with db.write() as session:
        session.add(
            ComparisonRow(
                week="2026-W40",
                position=1,
                slug="a-vs-b",
                tool_a="a",
                tool_b="b",
                document=f'{{"a": {{"reviews": [{{"observed_at": "{quoted}"}}]}}}}',
            )
        )
        if fact_key:
            session.add(
                FactRow(
                    tool="b",
                    kind=FactKind.LICENCE,
                    value="MIT",
                    observed_at=NOW,
                    capture_key=fact_key,
                    source="list",
                    url="https://one.example/",
                    span="MIT",
                )
            )


def test_what_an_issue_quotes_is_kept_for_good(history: History):
    first, second = keys(history, "list")[:2]
    at = NOW - 69 * DAY
    cite(history.db, quoted=f"{at:%Y-%m-%dT%H:%M:%S}Z")

    run(history)

    assert first in keys(history)
    assert second not in keys(history)
    replay(history.parts(), names=["shelf"])


def test_what_a_fact_of_a_compared_tool_stands_on_is_kept_for_good(history: History):
    first, second = keys(history, "list")[:2]
    cite(history.db, fact_key=second)

    run(history)

    assert second in keys(history)
    assert first not in keys(history)


def test_further_keys_are_kept_on_demand(history: History):
    """As those of an open incident's before and after."""
    first = keys(history, "list")[0]

    run(history, also_kept=[first])

    assert first in keys(history)


def test_what_an_open_incident_shows_is_kept_until_it_ends(history: History):
    first = keys(history, "list")[0]
    at = NOW - 60 * DAY
    incident = Incident(
        source="list", kind=FaultKind.PARTIAL, opened_at=at, last_bad_at=at, capture_before=first
    )
    with history.db.write() as session:
        health_store.put_incidents(session, [incident])

    run(history)

    assert first in keys(history)


def test_a_body_that_a_kept_capture_shares_stays(history: History):
    history.now = NOW
    shared = page(1, 2, 3)
    history.reads(LIST, shared, later=timedelta(0))

    run(history)

    assert [history.captures.get(sha256) for sha256 in bodies(history)].count(shared) == 1


def test_a_body_put_again_just_now_is_not_swept(history: History):
    """Its fetch may be under way: kept, and not yet in the database."""
    first = page(1, 2, 3)
    history.captures.put(first)

    report = run(history)

    assert report.captures == 2
    assert first in [history.captures.get(sha256) for sha256 in bodies(history)]


def test_a_body_that_belongs_to_nothing_is_swept_when_it_is_a_day_old(
    history: History, tmp_path: Path
):
    stray = history.captures.put(b"of a fetch that was cut off")

    assert run(history, is_rehearsal=True).bodies == 2
    assert run(history).bodies == 2
    assert stray in bodies(history)
    old = (NOW - 2 * DAY).timestamp()
    os.utime(tmp_path / "captures" / stray[:2] / stray[2:4] / f"{stray}.zst", (old, old))

    assert run(history).bodies == 1
    assert stray not in bodies(history)


def test_what_this_database_does_not_know_is_never_taken_away(history: History, tmp_path: Path):
    """Named by mistake, a database without issues must not empty the store of another."""
    before = bodies(history)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)

    report = prune(other, history.captures, bounds=Bounds(keep=DAY), now=NOW)

    assert (report.captures, report.bodies, report.unknown) == (0, 0, 5)
    assert bodies(history) == before
    other.close()


@pytest.mark.parametrize("calls", range(6))
def test_cut_off_anywhere_no_row_speaks_of_a_missing_body_and_the_next_run_goes_on(
    history: History, calls: int
):
    left = calls
    drop_description, drop_body = history.captures.drop_description, history.captures.drop_body

    def until(act):
        def do(*args, **kwargs):
            nonlocal left
            if not left:
                raise CaptureError("x", "the machine goes down")
            left -= 1
            return act(*args, **kwargs)

        return do

    history.captures.drop_description = until(drop_description)
    history.captures.drop_body = until(drop_body)
    try:
        run(history)
    except CaptureError:
        pass
    else:
        assert calls > 3
    with history.db.read() as session:
        for note in capture_store.capture_notes(session):
            assert history.captures.get(note.body_sha256)
    history.captures.drop_description, history.captures.drop_body = drop_description, drop_body

    run(history)

    assert len(bodies(history)) == 3
    assert {each.key for each in history.captures.described()} == set(keys(history))


def test_readings_outlive_their_captures(history: History):
    run(history)

    with history.db.read() as session:
        assert len(session.exec(select(ReadingRow)).all()) == 5
        assert len(session.exec(select(CaptureRow)).all()) == 3
