"""Several senders on one ledger: opened once for all, joined at any moment, seen to the end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from digest.delivery.transports.memory import MemoryTransport
from digest.errors import IssueError, NotFoundError, SettingsError
from digest.mail.render import render_issue
from digest.model import DeliveryState, IssueState, Plan, Subscriber, SubscriberState
from digest.steps.sharing import join_send, lead_send, open_send, require_shareable
from digest.steps.shift import SendParts, real_time
from digest.steps.weekly import approve_issue
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.store.engine import Database
from digest.store.tables import DeliveryRow
from tests.mail.conftest import NOW, TEMPLATES, make_issue, plain_pair, verdicts_brand

WEEK = "2026-W47"
READERS = 300
"""More than a first claim takes."""

PLAN = Plan(week=WEEK, window_start=NOW, cutoff=NOW, config_sha256="", fresh=0)
ELSEWHERE = "another-machine/4026531836:4711:99:1"

pytestmark = pytest.mark.postgres


@pytest.fixture
def db_kind() -> str:
    """The only kind of database that several machines can share."""
    return "postgresql"


@pytest.fixture
def parts(db: Database) -> SendParts:
    """A released issue with its readers."""
    issue = make_issue(plain_pair())
    brand = verdicts_brand()
    edition = render_issue(issue, community={}, brand=brand, templates_dir=TEMPLATES, now=NOW)
    with db.write() as session:
        issue_store.put_issue(session, issue, PLAN, now=NOW)
        issue_store.put_edition(session, edition, now=NOW)
        issue_store.set_state(session, WEEK, IssueState.IN_REVIEW, now=NOW)
        reader_store.put_subscribers(session, [reader(number) for number in range(READERS)])
    approve_issue(db, WEEK, by="Ada", now=NOW)
    lease = timedelta(seconds=60)
    return SendParts(db=db, brand=brand, secret=b"s" * 32, clock=lambda: NOW, lease=lease)


def reader(number: int) -> Subscriber:
    return Subscriber(
        public_id=f"reader-{number:09}",
        address=f"r{number}@reader.example",
        state=SubscriberState.CONFIRMED,
        created_at=NOW,
        confirmed_at=NOW,
    )


def never() -> bool:
    return False


def lead(parts: SendParts, transport: MemoryTransport):
    return lead_send(WEEK, parts=parts, transport=transport, stop=never)


def join(parts: SendParts, transport: MemoryTransport | None = None):
    return join_send(WEEK, parts=parts, transport=transport or MemoryTransport(), stop=never)


def put_state(db: Database, state: IssueState) -> None:
    with db.write() as session:
        issue_store.set_state(session, WEEK, state, now=NOW)


class Together(MemoryTransport):
    """Sends nothing before the other one has something to send as well."""

    def __init__(self, start: threading.Barrier) -> None:
        super().__init__()
        self._start = start

    def send(self, messages):
        """Wait for the other one at the first message."""
        for result in super().send(messages):
            if len(self.sent) == 1:
                self._start.wait(60)
            yield result


class Ordering(MemoryTransport):
    """Somebody gives an order while the first message is on its way."""

    def __init__(self, db: Database, state: IssueState) -> None:
        super().__init__()
        self._db, self._state = db, state

    def send(self, messages):
        """Let the issue be in another state from the first message on."""
        for result in super().send(messages):
            if len(self.sent) == 1:
                put_state(self._db, self._state)
            yield result


def test_two_senders_share_what_there_is_and_nobody_gets_it_twice(parts: SendParts):
    start = threading.Barrier(2)
    transports = [Together(start), Together(start)]
    assert open_send(WEEK, parts=parts, shards=2)

    with ThreadPoolExecutor(2) as pool:
        leading = pool.submit(lead, parts, transports[0])
        joining = pool.submit(join, parts, transports[1])
        shares = [leading.result(), joining.result()]

    sent = [[message.recipient for message in each.sent] for each in transports]
    assert sorted(sent[0] + sent[1]) == sorted(f"r{n}@reader.example" for n in range(READERS))
    assert [share.ended for share in shares] == [len(each) for each in sent]
    assert all(sent)
    assert shares[0].count.is_finished
    assert not open_send(WEEK, parts=parts, shards=2)


def test_nobody_joins_what_has_not_begun(parts: SendParts):
    transport = MemoryTransport()

    with pytest.raises(IssueError, match=r"its sending has not begun.* it is approved"):
        join(parts, transport)
    with pytest.raises(NotFoundError):
        join_send("2026-W01", parts=parts, transport=transport, stop=never)

    assert transport.sent == []


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (IssueState.SENT, "it is sent"),
        (IssueState.PAUSED, "it is paused"),
        (IssueState.CANCELLED, "it was cancelled"),
    ],
)
def test_a_sender_that_comes_too_late_sends_nothing_and_says_why(parts: SendParts, state, why):
    open_send(WEEK, parts=parts, shards=2)
    put_state(parts.db, state)
    transport = MemoryTransport()

    share = join(parts, transport)

    assert (share.ended, share.over, transport.sent) == (0, why, [])


def test_a_sender_whose_issue_is_paused_meanwhile_ends_well_with_what_it_did(parts: SendParts):
    open_send(WEEK, parts=parts, shards=2)
    transport = Ordering(parts.db, IssueState.PAUSED)

    share = join(parts, transport)

    assert share.over == "it is paused"
    assert 0 < share.ended == len(transport.sent) < READERS
    assert share.count.states["accepted"] == share.ended
    assert share.count.states["queued"] == READERS - share.ended


def test_the_leading_sender_waits_for_what_another_machine_holds(parts: SendParts):
    """Longer than a single send is patient: that one may live, and else its lease runs out."""
    impatient = replace(parts, pace=replace(parts.pace, patience_s=0.0))
    open_send(WEEK, parts=parts, shards=2)
    until = real_time() + timedelta(seconds=1.5)
    hold_one(parts.db, until=until)

    share = lead(impatient, MemoryTransport())

    assert real_time() >= until
    assert share.count.states == {"accepted": READERS}
    assert (share.ended, share.count.taken_over) == (READERS, 1)


def test_others_that_finish_just_as_a_sender_begins_are_no_trouble(parts: SendParts):
    open_send(WEEK, parts=parts, shards=2)
    join(parts)
    put_state(parts.db, IssueState.SENDING)

    def finished_meanwhile():
        put_state(parts.db, IssueState.SENT)
        return NOW

    share = lead(replace(parts, clock=finished_meanwhile), MemoryTransport())

    assert (share.ended, share.count.states) == (0, {"accepted": READERS})


def hold_one(db: Database, *, until) -> None:
    """Let a sender on another machine hold one delivery."""
    with db.write() as session:
        first = session.exec(select(DeliveryRow).limit(1)).one()
        first.state, first.leased_by, first.leased_until = DeliveryState.LEASED, ELSEWHERE, until
        first.next_attempt_at = None
        session.add(first)


def test_a_database_that_other_machines_do_not_see_is_refused(sqlite_db: Database):
    require_shareable(sqlite_db, shards=1)

    with pytest.raises(SettingsError, match="2 shards cannot send from a SQLite file"):
        require_shareable(sqlite_db, shards=2)
