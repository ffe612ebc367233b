"""A broken week, over real HTTP on loopback: incidents open, are told of once, and end; last good stays."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import func, select

from digest.demo.look_alikes import look_alikes
from digest.demo.site import DemoSite, Page, demo_pages, demo_sources
from digest.errors import NotFoundError, SourceHealthError
from digest.model import FaultKind, IncidentEnd, Outcome, Reading
from digest.sources.captures import CaptureStore
from digest.sources.config import load_sources
from digest.steps.doctor import examine
from digest.steps.health import (
    accept_source,
    mute_source,
    named_source,
    note_incidents,
    source_healths,
    unmute_source,
)
from digest.steps.ingest import SourceReport
from digest.steps.remake import ReplayParts
from digest.steps.replay import replay
from digest.store import health as health_store
from digest.store import launches as launch_store
from digest.store import sources as source_store
from digest.store.engine import Database
from digest.store.tables import IncidentRow
from tests.steps.test_ingest import Site

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)
HN = "hacker_news"
PATH = "/api/v1/search_by_date"

pytestmark = pytest.mark.enable_socket


class Week(Site):
    """The demo's sites read every six hours, with pages a test may break."""

    @property
    def sources(self):
        return load_sources(self.file)

    def look(self, *names: str, times: int = 1) -> SourceReport:
        """Read the named sources so often, six hours apart; give the last report of the first."""
        for _ in range(times):
            with DemoSite(pages=self.pages) as site:
                self.file.write_text(demo_sources(site.base))
                chosen = [source for source in self.sources if source.name in names]
                reports = asyncio.run(self._ingest(chosen))
            self.now += SIX_HOURS
        return reports[0]

    def leave(self, count: int) -> None:
        """Let the listing hold only its first hits."""
        whole = json.loads(demo_pages()[PATH].body)
        whole["hits"] = whole["hits"][:count]
        self.pages[PATH] = Page(json.dumps(whole).encode(), "application/json")

    def mend(self) -> None:
        self.pages = dict(demo_pages())

    def health(self, name: str = HN):
        found = {each.name: each for each in source_healths(self.db, self.sources)}
        return found[name]

    def launches(self) -> int:
        with self.db.read() as session:
            return launch_store.count_launches(session).get(HN, 0)


@pytest.fixture
def week(db: Database, tmp_path: Path) -> Week:
    return Week(db, tmp_path)


def test_a_listing_cut_to_a_third_opens_an_incident_that_is_told_of_once_and_ends(week: Week):
    whole = week.look(HN, times=2)
    stored = week.launches()
    week.leave(6)

    first, second = week.look(HN), week.look(HN)

    assert (first.outcome, first.is_opened, first.is_alert) == (Outcome.SUSPECT, True, False)
    assert (second.outcome, second.is_opened, second.is_alert) == (Outcome.SUSPECT, False, True)
    assert second.incident.reason == f"6 items where {whole.launches or stored} are usual"
    assert week.launches() == stored
    health = week.health()
    assert (health.incident.kind, health.incident.suspects) == (FaultKind.PARTIAL, 2)
    assert (health.before.items, health.during.items) == (stored, 6)
    assert health.items == stored
    assert health.good_at == NOW + SIX_HOURS

    week.mend()
    third = week.look(HN)

    assert third.ended.end is IncidentEnd.RECOVERED
    assert week.health().incident is None
    assert [each.kind for each in week.health().past] == [FaultKind.PARTIAL]


def test_what_lasts_is_the_new_normal_and_ends_the_incident_as_a_step(week: Week):
    week.look(HN, times=2)
    for count in (7, 6, 7):
        week.leave(count)
        report = week.look(HN)

    assert report.outcome is Outcome.OK
    assert report.ended.end is IncidentEnd.STEP
    assert week.health().usual == 7
    week.leave(6)
    assert week.look(HN).outcome is Outcome.OK


def test_the_very_same_cut_listing_for_half_a_day_is_no_new_normal(week: Week):
    week.look(HN, times=2)
    week.leave(6)

    assert week.look(HN, times=3).outcome is Outcome.SUSPECT


def test_an_operator_can_accept_sooner(week: Week):
    week.look(HN, times=2)
    week.leave(6)
    week.look(HN)

    source = named_source(week.sources, HN)
    assert week.health().may_accept
    accept_source(week.db, source, by="Ada", now=week.now)
    report = week.look(HN)

    assert report.outcome is Outcome.OK
    (past,) = week.health().past
    assert (past.end, past.ended_by) == (IncidentEnd.ACCEPTED, "Ada")
    assert not week.health().may_accept
    with pytest.raises(SourceHealthError, match="its last reading is not suspect"):
        accept_source(week.db, source, by="Ada", now=week.now)


def test_a_replay_judges_as_ingestion_did_and_keeps_an_operators_word(week: Week):
    week.look(HN, times=2)
    for count in (7, 6, 7):  # the third is the new normal
        week.leave(count)
        week.look(HN)
    week.mend()
    week.look(HN)
    week.leave(6)
    assert week.look(HN).outcome is Outcome.SUSPECT
    accept_source(week.db, named_source(week.sources, HN), by="Ada", now=week.now)
    assert week.look(HN).outcome is Outcome.OK

    def judged():
        with week.db.read() as session:
            return [
                (each.capture_key, each.outcome, each.fault, each.is_baseline, each.accepted_by)
                for each in health_store.trend(session, HN, limit=40)
            ]

    before, launches = judged(), week.launches()

    replay(ReplayParts(db=week.db, captures=week.captures, sources=week.sources))

    assert judged() == before
    assert week.launches() == launches
    assert [each[4] for each in before if each[3]] == ["", "Ada"]


@pytest.mark.parametrize("is_muted", [True, False])
def test_an_operators_word_outlives_a_replay_whatever_came_after_the_reading(week: Week, is_muted):
    week.look(HN, times=2)
    source = named_source(week.sources, HN)
    if is_muted:
        mute_source(week.db, source, until=week.now + SIX_HOURS * 9, by="Ada", now=week.now)
    week.leave(6)
    week.look(HN)
    week.pages[PATH] = Page(b"<html><p>moved</p></html>", "text/html")
    assert week.look(HN).outcome is Outcome.FAILED  # a page came, and was nothing to accept
    accept_source(week.db, source, by="Ada", now=week.now)

    replay(ReplayParts(db=week.db, captures=week.captures, sources=week.sources))

    accepted = [each.items for each in week.health().trend if each.accepted_by == "Ada"]
    assert accepted == [6]
    week.leave(6)
    assert week.look(HN).outcome is Outcome.OK


def test_a_source_that_was_muted_before_it_was_read_shows_no_token(week: Week):
    week.look(HN)
    source = named_source(week.sources, HN)
    secret = source.model_copy(update={"name": "mine", "url": "https://a.example/f?token=abcdef12"})

    mute_source(week.db, secret, until=week.now + SIX_HOURS, by="Ada", now=week.now)

    (health,) = (each for each in source_healths(week.db, [secret]) if each.name == "mine")
    with week.db.read() as session:
        state = source_store.source_state(session, "mine")
    assert "abcdef12" not in f"{health}{state}"


def test_two_workers_that_read_a_source_at_once_open_one_incident(week: Week):
    week.look(HN)
    source = named_source(week.sources, HN)
    bad = Reading(outcome=Outcome.SUSPECT, fault=FaultKind.PARTIAL, reason="6 items")

    def note(minutes: int) -> None:
        with week.db.write() as session:
            at = week.now + timedelta(minutes=minutes)
            note_incidents(session, source, bad, capture=None, now=at)
            time.sleep(0.3)  # the other comes meanwhile

    with ThreadPoolExecutor() as workers:
        list(workers.map(note, (0, 1)))

    with week.db.read() as session:
        assert session.scalar(select(func.count()).select_from(IncidentRow)) == 1


def test_an_operators_name_fits_where_it_is_kept(week: Week):
    week.look(HN)
    source = named_source(week.sources, HN)

    with pytest.raises(SourceHealthError, match="up to 80 letters"):
        mute_source(week.db, source, until=week.now + SIX_HOURS, by="A" * 81, now=week.now)


def test_a_muted_source_is_read_as_before_and_nobody_is_told(week: Week):
    week.look(HN)
    week.leave(6)
    week.look(HN)
    source = named_source(week.sources, HN)

    closed = mute_source(week.db, source, until=week.now + 2 * SIX_HOURS, by="Ada", now=week.now)
    muted = week.look(HN)

    assert closed.end is IncidentEnd.MUTED
    assert (muted.outcome, muted.incident) == (Outcome.SUSPECT, None)
    assert week.health().muted_by == "Ada"
    unmute_source(week.db, source)
    assert week.look(HN).is_opened
    assert week.health().muted_until is None


def test_a_mute_ends_by_itself(week: Week):
    week.look(HN)
    week.leave(6)
    source = named_source(week.sources, HN)
    mute_source(week.db, source, until=week.now + SIX_HOURS, by="Ada", now=week.now)

    reports = [week.look(HN) for _ in range(3)]

    assert [report.is_opened for report in reports] == [False, True, False]
    with pytest.raises(SourceHealthError, match="is past; name a time to come"):
        mute_source(week.db, source, until=week.now, by="Ada", now=week.now)


def test_a_page_of_another_kind_is_an_incident_and_a_refusal_is_none(week: Week):
    week.look(HN)
    week.pages[PATH] = Page(b"<!doctype html><title>Down for repairs</title>", "text/html")

    assert week.look(HN).incident.kind is FaultKind.UNREADABLE

    week.mend()
    week.look(HN)
    week.pages[PATH] = Page(
        b"<!doctype html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
        "text/html",
    )
    report = week.look(HN, times=5)

    assert (report.outcome, report.incident) == (Outcome.BLOCKED, None)
    assert week.health().incident is None


def test_a_page_that_is_gone_for_a_day_is_an_incident(week: Week):
    week.look(HN)
    del week.pages[PATH]

    reports = [week.look(HN) for _ in range(4)]

    assert [report.outcome for report in reports] == [Outcome.FAILED] * 4
    assert [report.is_alert for report in reports] == [False, False, False, True]
    assert reports[-1].incident.kind is FaultKind.UNREACHABLE


def test_every_configured_source_is_in_the_report_read_or_not(week: Week):
    week.look(HN, "github")
    sources = week.sources

    found = source_healths(week.db, sources)
    without = source_healths(week.db, [source for source in sources if source.name != HN])

    assert [each.name for each in found] == [source.name for source in sources]
    assert {each.name for each in found if each.outcome} == {HN, "github"}
    assert (without[-1].name, without[-1].is_listed) == (HN, False)


def test_what_judges_a_reading_is_kept_with_it(week: Week):
    week.look(HN)

    with week.db.read() as session:
        (kept,) = health_store.trend(session, HN, limit=5)

    assert kept.rows == kept.items + kept.rejected + kept.folded + kept.passed_over
    assert kept.dated == kept.items
    assert 1 < kept.days <= kept.items
    assert kept.newest_at < NOW
    assert kept.fills["popularity"] == kept.items
    assert kept.body_bytes == len(week.pages[PATH].body)
    assert len(kept.body_sha256) == 64
    assert kept.body_since == NOW
    assert kept.parser_version


def test_a_name_that_is_not_there_gets_its_nearest(week: Week):
    week.look(HN)

    with pytest.raises(NotFoundError, match="did you mean hacker_news"):
        named_source(week.sources, "hackernews")
    with pytest.raises(NotFoundError, match="the sources file has: producthunt"):
        named_source(week.sources, "zzzz")


def test_the_doctor_reads_what_is_kept_and_the_look_alikes(week: Week):
    week.look(HN, "github")
    week.leave(0)

    found = examine(week.db, week.captures, week.sources, look_alikes=tuple(look_alikes()))

    kept = {each.source: each for each in found if each.origin == "kept"}
    assert [each.is_fine for each in found] == [True] * len(found)
    assert kept[HN].fields["popularity"] == kept[HN].launches == week.launches()
    assert kept["producthunt"].reason == "no response of it is kept; it was not read yet"
    assert {each.source for each in found if each.origin == "look-alike"} == set(kept)


def test_the_doctor_says_what_a_parser_reads_no_more(week: Week):
    week.leave(0)
    week.look(HN)

    (found,) = examine(week.db, week.captures, [named_source(week.sources, HN)])

    assert not found.is_fine
    assert found.launches == 0


def test_the_doctor_says_what_is_not_kept_any_more(week: Week, tmp_path: Path):
    week.look(HN)

    (found,) = examine(week.db, CaptureStore(tmp_path / "other"), [named_source(week.sources, HN)])

    assert (found.outcome, found.is_fine) == (Outcome.FAILED, False)
