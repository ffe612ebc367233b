"""From launch pages to stored launches, over real HTTP on loopback, into real databases."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from digest.demo.site import DemoSite, Page, demo_pages, demo_sources
from digest.errors import StoreError
from digest.model import LaunchDateSource, Outcome, Source
from digest.sources.captures import CaptureStore
from digest.sources.config import load_sources
from digest.sources.fetch import Fetched, Fetcher
from digest.steps.ingest import IngestParts, SourceReport, ingest
from digest.store import captures as capture_store
from digest.store import health as health_store
from digest.store import launches as store
from digest.store import sources as source_store
from digest.store.engine import Database
from tests.steps.history import LIST, History

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.enable_socket


class Site:
    """The demo's launch sites, whose pages a test may change, and a reader of them."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.captures = CaptureStore(folder / "captures")
        self.pages = dict(demo_pages())
        self.file = folder / "sources.toml"
        self.now = NOW

    def read(
        self, *names: str, later: timedelta = timedelta(0), port: int = 0
    ) -> dict[str, SourceReport]:
        """Read the named sources once (none named: all), ``later`` than the last time."""
        self.now += later
        with DemoSite(pages=self.pages, port=port) as site:
            self.file.write_text(demo_sources(site.base))
            sources = [s for s in load_sources(self.file) if not names or s.name in names]
            reports = asyncio.run(self._ingest(sources))
            self.answers = site.answers
        return {report.source: report for report in reports}

    async def _ingest(self, sources: list[Source]) -> tuple[SourceReport, ...]:
        with self.db.read() as session:
            known = source_store.robots_texts(session)
        async with Fetcher(
            user_agent="digest/test (+https://verdicts.example.com/about)",
            allowed_private_hosts=("127.0.0.0/8",),
            clock=lambda: self.now,
            known_robots=known,
        ) as fetcher:
            parts = IngestParts(
                db=self.db, fetcher=fetcher, captures=self.captures, clock=lambda: self.now
            )
            return await ingest(sources, parts=parts)

    def replace(self, path: str, body: bytes) -> None:
        self.pages[path] = Page(body, self.pages[path].content_type)

    def stored(self) -> dict[str, int]:
        with self.db.read() as session:
            return store.count_launches(session)


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    return Site(db, tmp_path)


def test_every_source_is_read_and_stored(site: Site):
    reports = site.read()

    assert {report.outcome for report in reports.values()} == {Outcome.OK}
    assert site.stored() == {name: report.launches for name, report in reports.items()}
    assert sum(site.stored().values()) >= 60


def test_a_second_run_asks_only_conditionally_and_adds_nothing(site: Site):
    site.read()
    before = site.stored()
    port = urlsplit(load_sources(site.file)[0].url).port or 0

    reports = site.read(later=timedelta(hours=6), port=port)

    assert {report.outcome for report in reports.values()} == {Outcome.UNCHANGED}
    assert {status for _, status in site.answers} == {304}
    assert site.stored() == before


def test_each_body_is_kept_under_its_hash(site: Site):
    site.read("hacker_news")

    with site.db.read() as session:
        key = health_store.recent_readings(session, "hacker_news")[0].capture_key
        capture = capture_store.capture_of(session, key)

    assert capture is not None
    assert site.captures.get(capture.body_sha256) == site.pages["/api/v1/search_by_date"].body


def test_html_where_json_is_due_replaces_nothing(site: Site):
    before = site.read("hacker_news")["hacker_news"]
    site.replace("/api/v1/search_by_date", b"<!doctype html><title>Down for repairs</title>")

    after = site.read("hacker_news", later=timedelta(hours=6))["hacker_news"]

    assert after.outcome in {Outcome.SUSPECT, Outcome.FAILED}
    assert after.reason
    assert site.stored() == {"hacker_news": before.launches}
    with site.db.read() as session:
        state = source_store.source_states(session)["hacker_news"]
    assert state.outcome is after.outcome
    assert state.good_at == NOW
    assert state.items == before.launches


def test_a_source_in_trouble_stops_no_other(site: Site):
    del site.pages["/api/v1/search_by_date"]

    reports = site.read()

    assert reports["hacker_news"].outcome is Outcome.FAILED
    assert "404" in (reports["hacker_news"].reason or "")
    others = {name: r.outcome for name, r in reports.items() if name != "hacker_news"}
    assert set(others.values()) == {Outcome.OK}


def _with_one_more_post(page: bytes) -> bytes:
    start = page.index(b"<entry>")
    end = page.index(b"</entry>") + len(b"</entry>")
    entry = page[start:end]
    number = entry.split(b"Post/")[1].split(b"<")[0]
    return page[:start] + entry.replace(number, b"9999999") + page[start:]


def test_what_is_new_in_a_whole_listing_was_launched_since_the_last_one(site: Site):
    """A Product Hunt entry's own date is no launch date; that it was not there before is."""
    site.read("producthunt")
    site.replace("/feed", _with_one_more_post(site.pages["/feed"].body))

    report = site.read("producthunt", later=timedelta(hours=6))["producthunt"]

    assert report.new == 1
    with site.db.read() as session:
        dated = [item for item, _ in store.launches_due(session) if item.launched_at]
    assert [(item.native_id, item.launched_at_source) for item in dated] == [
        ("9999999", LaunchDateSource.FIRST_SEEN)
    ]
    assert dated[0].launched_at == NOW + timedelta(hours=6)


def test_a_listing_cut_short_is_no_last_listing(site: Site):
    site.read("producthunt")
    whole = site.pages["/feed"].body
    half = whole.index(b"<entry>", len(whole) // 2)
    site.replace("/feed", whole[:half] + b"</feed>")

    report = site.read("producthunt", later=timedelta(hours=6))["producthunt"]

    assert report.outcome is Outcome.SUSPECT
    with site.db.read() as session:
        state = source_store.source_states(session)["producthunt"]
    assert state.complete_at == NOW


def test_an_unreachable_host_is_one_clear_sentence(db: Database, tmp_path: Path):
    reader = Site(db, tmp_path)
    reader.read("producthunt")
    sources = load_sources(reader.file)

    reports = asyncio.run(reader._ingest([sources[1]]))  # the site has closed

    assert reports[0].outcome is Outcome.FAILED
    assert "127.0.0.1" in (reports[0].reason or "")
    assert "\n" not in (reports[0].reason or "")
    assert reports[0].may_pass


def test_a_page_that_is_not_there_is_not_worth_another_try_in_a_minute(site: Site):
    del site.pages["/feed"]

    report = site.read("producthunt")["producthunt"]

    assert report.outcome is Outcome.FAILED
    assert not report.may_pass


def test_a_response_that_cannot_be_kept_is_not_believed(site: Site, tmp_path: Path):
    (tmp_path / "captures").write_text("a file where the folder should be")

    reports = site.read("hacker_news", "github")

    assert {report.outcome for report in reports.values()} == {Outcome.FAILED}
    assert all(report.reason for report in reports.values())
    assert site.stored() == {}


def test_an_error_of_ours_comes_out_as_itself(db: Database, tmp_path: Path):
    """Flows try again by the class of an error, and the command line says its sentence."""

    class Locked(History):
        async def fetch(self, *_: object, **__: object) -> Fetched:
            raise StoreError("the database is locked")

    history = Locked(db, CaptureStore(tmp_path))

    with pytest.raises(StoreError, match="locked"):
        history.happens(LIST, Fetched(outcome=Outcome.UNCHANGED))
