"""A host is one worker's at a time, over all workers on a database, and what it wants is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model import HostClaim, HostRelease
from digest.sources.hosts import HostLedger, MemoryHosts
from digest.store.engine import Database
from digest.store.hosts import HostTable

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=3)


@pytest.fixture(params=["table", "memory"])
def ledger(request: pytest.FixtureRequest, db: Database) -> HostLedger:
    """Both ledgers keep the same promises."""
    return MemoryHosts() if request.param == "memory" else HostTable(db)


def claim(ledger, host="a.example", *, holder, now=NOW, until=None):
    until = until or now + timedelta(minutes=3)
    return ledger.claim([HostClaim(host=host, until=until)], holder=holder, now=now)[host]


def test_of_two_workers_the_first_gets_the_host(ledger: HostLedger):
    first, second = claim(ledger, holder="one"), claim(ledger, holder="two")

    assert (first.leased_by, first.leased_until) == ("one", SOON)
    assert second == first


def test_a_host_that_was_given_back_is_the_next_ones(ledger: HostLedger):
    claim(ledger, holder="one")
    ledger.release([HostRelease(host="a.example", ended_at=NOW, free_at=SOON)], holder="one")

    state = claim(ledger, holder="two")

    assert state.leased_by == "two"
    assert (state.ended_by, state.ended_at, state.free_at) == ("one", NOW, SOON)


def test_a_worker_that_died_holds_a_host_until_its_lease_runs_out(ledger: HostLedger):
    claim(ledger, holder="dead")

    assert claim(ledger, holder="two", now=SOON - timedelta(seconds=1)).leased_by == "dead"
    assert claim(ledger, holder="two", now=SOON).leased_by == "two"


def test_whoever_has_a_host_may_keep_it_longer(ledger: HostLedger):
    claim(ledger, holder="one")
    later = NOW + timedelta(minutes=10)

    assert claim(ledger, holder="one", until=later).leased_until == later


def test_a_host_that_wants_to_be_left_alone_is_nobodys_until_then(ledger: HostLedger):
    claim(ledger, holder="one")
    ledger.release([HostRelease(host="a.example", ended_at=NOW, held_until=SOON)], holder="one")

    refused = claim(ledger, holder="two", now=SOON - timedelta(seconds=1))

    assert (refused.leased_by, refused.held_until) == (None, SOON)
    assert claim(ledger, holder="two", now=SOON).leased_by == "two"


def test_a_release_that_learned_nothing_forgets_nothing(ledger: HostLedger):
    claim(ledger, holder="one")
    ledger.release([HostRelease(host="a.example", ended_at=NOW, free_at=NOW)], holder="one")
    claim(ledger, holder="two")
    ledger.release([HostRelease(host="a.example")], holder="two")

    state = claim(ledger, holder="three")

    assert (state.ended_by, state.ended_at, state.free_at) == ("one", NOW, NOW)


def test_a_late_release_does_not_take_the_host_from_its_new_holder(ledger: HostLedger):
    claim(ledger, holder="slow")
    claim(ledger, holder="two", now=SOON)
    ledger.release([HostRelease(host="a.example", ended_at=SOON)], holder="slow")

    assert claim(ledger, holder="three", now=SOON).leased_by == "two"


def test_many_hosts_are_claimed_and_released_at_once(ledger: HostLedger):
    hosts = [f"{number}.example" for number in range(1_200)]
    claims = [HostClaim(host=host, until=SOON) for host in reversed(hosts)]

    states = ledger.claim(claims, holder="one", now=NOW)
    ledger.release([HostRelease(host=host, ended_at=NOW) for host in hosts], holder="one")

    assert {state.leased_by for state in states.values()} == {"one"}
    assert sorted(states) == sorted(hosts)
    assert claim(ledger, "7.example", holder="two").leased_by == "two"


def test_nothing_to_claim_is_nothing(db: Database):
    assert HostTable(db).claim([], holder="one", now=NOW) == {}


def test_a_worker_that_is_known_to_be_gone_holds_nothing_any_more(db: Database):
    table = HostTable(db)
    for host, holder in (("a.example", "gone"), ("b.example", "gone"), ("c.example", "busy")):
        claim(table, host, holder=holder)

    table.take_from_dead(is_alive=lambda worker: worker == "busy", now=NOW)

    state = claim(table, "a.example", holder="two")
    assert state.leased_by == claim(table, "b.example", holder="two").leased_by == "two"
    assert (state.ended_by, state.ended_at) == ("gone", NOW)
    assert claim(table, "c.example", holder="two").leased_by == "busy"
