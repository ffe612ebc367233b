"""Workers on one database ask a host one at a time, keep its distance, and heed what it told others."""

import asyncio
import itertools
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.errors import StoreError
from digest.model import HostClaim, HostState, Outcome, Source
from digest.sources.hosts import HostBook, MemoryHosts
from digest.store.engine import Database
from digest.store.hosts import HostTable, host_states

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
WORKER = Path(__file__).with_name("sharer.py")


def start(db_url, name, urls, *, spacing_s=0.0):
    words = [sys.executable, str(WORKER), db_url, name, str(spacing_s), *urls]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_three_workers_ask_a_host_one_at_a_time(site, other_site, db_url):
    for number in range(4):
        site.says(f"/{number}", body=b"here", after_s=0.05)
        other_site.says(f"/{number}", body=b"here", after_s=0.05)
    urls = [f"{each.url}/{number}" for number in range(4) for each in (site, other_site)]

    workers = [start(db_url, f"worker {number}", urls) for number in range(3)]
    said = [worker.communicate(timeout=60)[0].split() for worker in workers]

    assert said == [["ok"] * 8] * 3
    assert (site.busiest, other_site.busiest) == (1, 1)
    assert len(site.asked) == len(other_site.asked) == 12


def test_two_workers_keep_the_distance_to_each_others_requests(site, db_url):
    site.says("/", body=b"here")

    workers = [start(db_url, name, [site.url + "/"] * 2, spacing_s=0.5) for name in ("a", "b")]
    for worker in workers:
        worker.communicate(timeout=60)

    times = sorted(asked.at for asked in site.asked)
    assert len(times) == 4
    assert min(after - before for before, after in itertools.pairwise(times)) >= 0.45


def test_what_a_host_asked_one_worker_for_holds_for_all_and_across_restarts(site, db_url):
    site.says("/a", status=429, headers={"Retry-After": "3600"})
    site.says("/b", body=b"here")
    start(db_url, "a", [site.url + "/a"]).communicate(timeout=60)

    said, _ = start(db_url, "b", [site.url + "/b"]).communicate(timeout=60)

    assert said.startswith("failed ")
    assert "asked to wait until" in said
    assert site.paths() == ["/a"]


def test_a_killed_workers_host_is_free_when_its_lease_has_run_out(site, db: Database, db_url):
    site.says("/slow", body=b"here", after_s=5)
    site.says("/", body=b"here")
    worker = start(db_url, "dead", [site.url + "/slow"])
    deadline = time.monotonic() + 30
    while not site.asked and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=60)
    with db.read() as session:
        state = host_states(session, ["127.0.0.1"])["127.0.0.1"]
    assert (state.leased_by, state.ended_at) == ("dead", None)

    before, at_its_end = (
        HostTable(db).claim(
            [HostClaim(host="127.0.0.1", until=now + timedelta(seconds=1))], holder="b", now=now
        )
        for now in (state.leased_until - timedelta(seconds=1), state.leased_until)
    )

    assert before["127.0.0.1"].leased_by == "dead"
    assert at_its_end["127.0.0.1"].leased_by == "b"


def source(url, spacing_s=0.0):
    return Source(name="launches", kind="feed", url=url, spacing_s=spacing_s)


async def fetch(fetcher, url, **how):
    return await fetcher.fetch(source(url, **how), None, parser_version="1", obeys_robots=False)


class OtherWorker(MemoryHosts):
    """A ledger in which another worker does as the test says."""

    def __init__(self, **state):
        super().__init__()
        self.host = HostState(host="127.0.0.1", **state)
        self._states["127.0.0.1"] = self.host
        self.claims = 0

    def claim(self, claims, *, holder, now):
        """Count the looks."""
        self.claims += 1
        return super().claim(claims, holder=holder, now=now)


def shared(ledger, clock=lambda: NOW):
    return HostBook(ledger, holder="we", clock=clock)


async def test_a_host_in_other_hands_is_waited_for(site, build_fetcher, free_time):
    site.says("/", body=b"here")
    ledger = OtherWorker(leased_by="they", leased_until=NOW + timedelta(seconds=2))
    start_at = free_time.at

    def clock():
        return NOW + timedelta(seconds=free_time.at - start_at)

    async with build_fetcher(book=shared(ledger, clock), jitter=lambda: 0.5) as fetcher:
        fetched = await fetch(fetcher, site.url + "/")

    assert fetched.outcome is Outcome.OK
    assert 2.0 <= free_time.at - start_at < 4.0
    assert ledger.claims < 10  # it looks less and less often


async def test_nobody_waits_for_others_without_end(site, build_fetcher):
    ledger = OtherWorker(leased_by="they", leased_until=NOW + timedelta(days=1))

    async with build_fetcher(book=shared(ledger)) as fetcher:
        fetched = await fetch(fetcher, site.url + "/")

    assert fetched.outcome is Outcome.FAILED
    assert "other workers have been asking 127.0.0.1 for 600 s" in fetched.reason
    assert site.asked == []


async def test_the_distance_to_another_workers_request_is_kept(site, build_fetcher, free_time):
    site.says("/", body=b"here")
    ended = NOW - timedelta(seconds=1)
    ledger = OtherWorker(ended_by="they", ended_at=ended, free_at=ended)

    async with build_fetcher(book=shared(ledger)) as fetcher:
        await fetch(fetcher, site.url + "/", spacing_s=3.0)

    assert free_time.slept == [2.0]


async def test_a_wrong_clock_elsewhere_stops_nobody_for_long(site, build_fetcher, free_time):
    site.says("/", body=b"here")
    later = NOW + timedelta(days=400)
    ledger = OtherWorker(ended_by="they", ended_at=later, free_at=later)

    async with build_fetcher(book=shared(ledger)) as fetcher:
        await fetch(fetcher, site.url + "/")

    assert free_time.slept == [600.0]


async def test_a_lease_is_made_longer_before_a_long_wait(site, build_fetcher):
    """Spacing may exceed the lease; the host must not go to another in between."""
    site.says("/", body=b"here")
    ledger = OtherWorker()

    async with build_fetcher(book=shared(ledger)) as fetcher:
        await fetch(fetcher, site.url + "/", spacing_s=1000.0)
        await fetch(fetcher, site.url + "/", spacing_s=1000.0)
    state = ledger._states["127.0.0.1"]

    assert (state.leased_by, state.ended_by) == (None, "we")
    assert state.free_at == NOW + timedelta(seconds=1000)


async def test_a_fetch_costs_one_claim_however_often_it_asks(site, build_fetcher):
    site.says("/robots.txt", status=404)
    site.says("/a", status=503)
    site.says("/a", status=302, headers={"Location": "/b"})
    site.says("/b", body=b"here")
    ledger = OtherWorker()

    async with build_fetcher(book=shared(ledger)) as fetcher:
        fetched = await fetcher.fetch(
            source(site.url + "/a"), None, parser_version="1", obeys_robots=True
        )

    assert fetched.outcome is Outcome.OK
    assert site.paths() == ["/robots.txt", "/a", "/a", "/b"]
    assert ledger.claims == 1


async def test_hosts_that_lead_to_each_other_lock_nobody_out(site, other_site, build_fetcher):
    """Two fetches that cross: each gives its host back before it goes on to the other's."""
    for here, there in ((site, other_site), (other_site, site)):
        here.says("/", status=302, headers={"Location": there.url + "/page"}, after_s=0.05)
        here.says("/page", body=b"here")

    async with build_fetcher() as fetcher:
        results = await asyncio.wait_for(
            asyncio.gather(fetch(fetcher, site.url + "/"), fetch(fetcher, other_site.url + "/")), 10
        )

    assert [result.outcome for result in results] == [Outcome.OK] * 2


class BrokenLedger(MemoryHosts):
    """A ledger whose database is gone."""

    def claim(self, claims, *, holder, now):
        """Fail."""
        del claims, holder, now
        raise StoreError("the database cannot be used")


async def test_a_ledger_that_cannot_be_used_is_said_to_whoever_asks(site, build_fetcher):
    async with build_fetcher(book=shared(BrokenLedger())) as fetcher:
        with pytest.raises(StoreError, match="cannot be used"):
            await fetch(fetcher, site.url + "/")

    assert site.asked == []
