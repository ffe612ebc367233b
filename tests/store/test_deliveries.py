"""The ledger in the database: frozen once, claimed once, noted by the holder only."""

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from digest.delivery import ledger
from digest.errors import NotFoundError
from digest.model import (
    Delivery,
    DeliveryState,
    IssueState,
    SendOutcome,
    SendResult,
    Subscriber,
    SubscriberState,
)
from digest.store import audience, deliveries
from digest.store.engine import Database
from digest.store.tables import IssueRow, SubscriberRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=2)
WEEK = "2026-W47"
ME, OTHER = "here:1:1:1", "here:2:2:1"


def _reader(number: int) -> str:
    return f"reader-{number:010}"


def _add_readers(db: Database, count: int, state=SubscriberState.CONFIRMED) -> None:
    with db.write() as session:
        for number in range(count):
            session.add(
                SubscriberRow(
                    public_id=_reader(number),
                    address=f"r{number}@reader.example",
                    state=state,
                    created_at=NOW,
                )
            )


def _add_issue(db: Database, week: str = WEEK, number: int = 1) -> None:
    with db.write() as session:
        session.add(
            IssueRow(
                week=week,
                number=number,
                state=IssueState.SENDING,
                document="{}",
                plan="{}",
                changed_at=NOW,
            )
        )


def _queued(number: int, week: str = WEEK) -> Delivery:
    return Delivery(
        week=week, subscriber=_reader(number), address=f"r{number}@reader.example", changed_at=NOW
    )


@pytest.fixture
def frozen(db: Database) -> Database:
    """A store with five confirmed readers, all of them in the frozen audience of the week."""
    _add_issue(db)
    _add_readers(db, 5)
    with db.write() as session:
        audience.freeze_audience(session, WEEK, [_queued(number) for number in range(5)])
    return db


def _claim(db: Database, limit: int = 10, worker: str = ME, now: datetime = NOW) -> list[Delivery]:
    with db.write() as session:
        return deliveries.claim(
            session, WEEK, limit=limit, worker=worker, now=now, until=now + timedelta(minutes=2)
        )


def _note(db: Database, delivery: Delivery, outcome: SendOutcome, *, now: datetime = NOW) -> None:
    result = SendResult(subscriber=delivery.subscriber, outcome=outcome, reply="words")
    after = ledger.settle(delivery, result, now=now, deadline=now + timedelta(days=2))
    with db.write() as session:
        deliveries.note(session, [(delivery, after)])


def _leave(db: Database, number: int) -> None:
    with db.write() as session:
        row = session.exec(
            select(SubscriberRow).where(SubscriberRow.public_id == _reader(number))
        ).one()
        row.state = SubscriberState.UNSUBSCRIBED


def _states(db: Database) -> dict[DeliveryState, int]:
    with db.read() as session:
        count = deliveries.count(session, WEEK)
    assert count is not None
    assert count.sums
    return count.states


def _named(db: Database, state: DeliveryState) -> list[str]:
    with db.read() as session:
        return [each.subscriber for each in deliveries.in_state(session, WEEK, state)]


def test_freezing_again_adds_nobody_and_takes_nobody(frozen: Database):
    with frozen.write() as session:
        size = audience.freeze_audience(session, WEEK, [_queued(7), _queued(8)])

    assert size == 5
    assert _states(frozen) == {DeliveryState.QUEUED: 5}


def test_an_audience_of_nobody_is_frozen_too(db: Database):
    _add_issue(db)
    with db.write() as session:
        assert audience.lock_audience(session, WEEK) is None
        audience.freeze_audience(session, WEEK, [])

    with db.write() as session:
        assert audience.lock_audience(session, WEEK) == 0
        assert audience.freeze_audience(session, WEEK, [_queued(1)]) == 0


def test_no_audience_can_be_frozen_without_an_issue(db: Database):
    with db.write() as session, pytest.raises(NotFoundError, match="2026-W47"):
        audience.freeze_audience(session, WEEK, [_queued(1)])


def test_before_freezing_there_is_no_count(db: Database):
    _add_issue(db)
    with db.read() as session:
        assert deliveries.count(session, WEEK) is None
        assert deliveries.count(session, "2026-W01") is None


def test_only_confirmed_subscribers_are_given_for_an_audience_oldest_first(db: Database):
    _add_readers(db, 3)
    _leave(db, 1)

    with db.read() as session:
        given = audience.confirmed_subscribers(session)

    assert [each.public_id for each in given] == [_reader(0), _reader(2)]
    assert type(given[0]) is Subscriber


def test_a_claim_takes_so_many_and_leases_them(frozen: Database):
    claimed = _claim(frozen, limit=2)

    assert [each.subscriber for each in claimed] == [_reader(0), _reader(1)]
    assert {
        (each.state, each.leased_by, each.leased_until, each.handed_at) for each in claimed
    } == {(DeliveryState.LEASED, ME, SOON, None)}
    assert _states(frozen) == {DeliveryState.QUEUED: 3, DeliveryState.LEASED: 2}


def test_what_one_worker_has_no_other_gets(frozen: Database):
    mine = _claim(frozen, limit=3)
    theirs = _claim(frozen, limit=3, worker=OTHER)

    assert len(mine) == 3
    assert [each.subscriber for each in theirs] == [_reader(3), _reader(4)]
    assert _claim(frozen) == []


def test_a_claim_takes_nothing_of_another_week(frozen: Database):
    _add_issue(frozen, "2026-W46", number=2)
    with frozen.write() as session:
        audience.freeze_audience(session, "2026-W46", [_queued(0, "2026-W46")])

    assert {each.week for each in _claim(frozen)} == {WEEK}


def test_who_left_after_the_freeze_is_suppressed_and_not_claimed(frozen: Database):
    _leave(frozen, 1)

    claimed = _claim(frozen)

    assert [each.subscriber for each in claimed] == [_reader(n) for n in (0, 2, 3, 4)]
    assert _named(frozen, DeliveryState.SUPPRESSED) == [_reader(1)]


def test_who_left_is_never_claimed_however_small_the_claims(frozen: Database):
    _leave(frozen, 0)

    assert [each.subscriber for each in _claim(frozen, limit=1)] == [_reader(1)]


def test_a_subscriber_who_no_longer_exists_is_suppressed(frozen: Database):
    with frozen.write() as session:
        session.delete(
            session.exec(select(SubscriberRow).where(SubscriberRow.public_id == _reader(2))).one()
        )

    _claim(frozen)

    assert _named(frozen, DeliveryState.SUPPRESSED) == [_reader(2)]


def test_a_deferred_delivery_is_claimed_when_its_time_has_come_and_not_before(frozen: Database):
    claimed = _claim(frozen)
    _note(frozen, claimed[0], SendOutcome.DEFERRED)
    due = NOW + timedelta(minutes=1)

    assert _claim(frozen, now=due - timedelta(seconds=1)) == []
    [again] = _claim(frozen, now=due)
    assert (again.subscriber, again.attempts, again.next_attempt_at) == (_reader(0), 1, None)


def test_who_left_while_deferred_is_suppressed_without_waiting(frozen: Database):
    claimed = _claim(frozen)
    _note(frozen, claimed[0], SendOutcome.DEFERRED)
    _leave(frozen, 0)

    _claim(frozen)

    assert _named(frozen, DeliveryState.SUPPRESSED) == [_reader(0)]


def test_marking_gives_what_is_still_ours_in_order_with_mark_and_new_lease(frozen: Database):
    claimed = _claim(frozen)
    group = [claimed[3], claimed[0]]

    with frozen.write() as session:
        ours = deliveries.mark_handed(session, group, worker=ME, now=SOON, until=SOON)

    assert [each.subscriber for each in ours] == [_reader(3), _reader(0)]
    assert {(each.handed_at, each.leased_until) for each in ours} == {(SOON, SOON)}


def test_what_was_taken_from_a_worker_it_cannot_mark(frozen: Database):
    claimed = _claim(frozen)
    _release(frozen, by=[ME])
    again = _claim(frozen, limit=2, worker=OTHER)

    with frozen.write() as session:
        ours = deliveries.mark_handed(session, claimed, worker=ME, now=NOW, until=SOON)

    assert ours == []
    with frozen.read() as session:
        leased = deliveries.in_state(session, WEEK, DeliveryState.LEASED)
    assert leased == again


def test_who_left_after_the_claim_is_suppressed_and_not_given(frozen: Database):
    """Leaving promises that also the issue that is being sent just now stays away."""
    claimed = _claim(frozen)
    _leave(frozen, 1)

    with frozen.write() as session:
        ours = deliveries.mark_handed(session, claimed[:3], worker=ME, now=SOON, until=SOON)
        (left,) = deliveries.in_state(session, WEEK, DeliveryState.SUPPRESSED)

    assert [each.subscriber for each in ours] == [_reader(0), _reader(2)]
    assert (left.subscriber, left.reply) == (_reader(1), deliveries.LEFT)
    assert (left.leased_by, left.leased_until, left.handed_at) == (None, None, None)


def test_marking_nothing_gives_nothing(frozen: Database):
    with frozen.write() as session:
        assert deliveries.mark_handed(session, [], worker=ME, now=NOW, until=SOON) == []


@pytest.mark.parametrize("outcome", SendOutcome)
def test_every_outcome_is_stored_whole(frozen: Database, outcome: SendOutcome):
    claimed = _claim(frozen)
    result = SendResult(subscriber=claimed[0].subscriber, outcome=outcome, reply="words")
    after = ledger.settle(claimed[0], result, now=SOON, deadline=SOON + timedelta(days=1))

    with frozen.write() as session:
        deliveries.note(session, [(claimed[0], after)])

    with frozen.read() as session:
        assert after in deliveries.in_state(session, WEEK, after.state)
    assert sum(_states(frozen).values()) == 5


def test_noting_nothing_changes_nothing(frozen: Database):
    with frozen.write() as session:
        deliveries.note(session, [])

    assert _states(frozen) == {DeliveryState.QUEUED: 5}


def test_an_answer_noted_twice_is_noted_once(frozen: Database):
    [claimed] = _claim(frozen, limit=1)
    _note(frozen, claimed, SendOutcome.ACCEPTED)
    _note(frozen, claimed, SendOutcome.REJECTED)

    assert _named(frozen, DeliveryState.ACCEPTED) == [_reader(0)]


def test_an_answer_that_comes_after_the_row_turned_uncertain_settles_it(frozen: Database):
    [claimed] = _claim(frozen, limit=1)
    with frozen.write() as session:
        [marked] = deliveries.mark_handed(session, [claimed], worker=ME, now=NOW, until=SOON)
    _release(frozen, expired_at=SOON)
    assert _named(frozen, DeliveryState.UNCERTAIN) == [_reader(0)]

    _note(frozen, marked, SendOutcome.ACCEPTED)

    assert _named(frozen, DeliveryState.ACCEPTED) == [_reader(0)]


def test_an_answer_of_someone_who_lost_the_lease_changes_nothing(frozen: Database):
    claimed = _claim(frozen)
    _release(frozen, by=[ME])
    theirs = _claim(frozen, worker=OTHER)

    _note(frozen, claimed[0], SendOutcome.REJECTED)

    assert _named(frozen, DeliveryState.LEASED) == [each.subscriber for each in theirs]


def _release(db: Database, *, by=(), expired_at: datetime | None = None) -> None:
    with db.write() as session:
        stale = deliveries.held(session, WEEK, by=by, expired_at=expired_at)
        deliveries.note(session, [(each, ledger.release(each, now=NOW)) for each in stale])


def test_leases_are_found_by_their_holder_or_by_their_end(frozen: Database):
    _claim(frozen, limit=2)
    _claim(frozen, limit=2, worker=OTHER, now=SOON)

    with frozen.write() as session:
        assert deliveries.holders(session, WEEK) == [ME, OTHER]
        assert deliveries.held(session, WEEK) == []
        assert {each.leased_by for each in deliveries.held(session, WEEK, by=[OTHER])} == {OTHER}
        ended = deliveries.held(session, WEEK, expired_at=SOON)
        assert {each.leased_by for each in ended} == {ME}
        just_before = SOON - timedelta(seconds=1)
        assert deliveries.held(session, WEEK, expired_at=just_before) == []
        assert len(deliveries.held(session, WEEK, by=[ME, OTHER], expired_at=SOON)) == 4


def test_what_may_be_claimed_next_is_the_soonest_that_waits(frozen: Database):
    with frozen.read() as session:
        assert deliveries.next_due(session, WEEK) == NOW
    for delivery in _claim(frozen):
        _note(frozen, delivery, SendOutcome.DEFERRED, now=NOW)

    with frozen.read() as session:
        assert deliveries.next_due(session, WEEK) == NOW + timedelta(minutes=1)


def test_nothing_is_due_when_nothing_waits(frozen: Database):
    _claim(frozen)

    with frozen.read() as session:
        assert deliveries.next_due(session, WEEK) is None


def test_the_newest_reply_is_of_the_last_change(frozen: Database):
    first, second, *_ = _claim(frozen)
    _note(frozen, second, SendOutcome.REJECTED, now=SOON)
    result = SendResult(subscriber=first.subscriber, outcome=SendOutcome.REJECTED, reply="older")
    with frozen.write() as session:
        after = ledger.settle(first, result, now=NOW, deadline=SOON)
        deliveries.note(session, [(first, after)])

    with frozen.read() as session:
        assert deliveries.newest_reply(session, WEEK, DeliveryState.REJECTED) == "words"
        assert deliveries.newest_reply(session, WEEK, DeliveryState.UNCERTAIN) is None


def test_listing_can_be_cut(frozen: Database):
    with frozen.read() as session:
        listed = deliveries.in_state(session, WEEK, DeliveryState.QUEUED, limit=2)

    assert [each.subscriber for each in listed] == [_reader(0), _reader(1)]


def _claim_all(url: str, worker: str, start: object, claimed: object) -> None:
    database = Database(url)
    start.wait()
    while batch := _claim(database, limit=7, worker=worker):
        claimed.put([each.subscriber for each in batch])
    database.close()
    claimed.put(None)


def test_processes_that_claim_at_once_get_every_delivery_exactly_once(db: Database, db_url: str):
    _add_issue(db)
    _add_readers(db, 300)
    with db.write() as session:
        audience.freeze_audience(session, WEEK, [_queued(number) for number in range(300)])
    context = multiprocessing.get_context("spawn")
    start, claimed = context.Event(), context.SimpleQueue()
    workers = [
        context.Process(target=_claim_all, args=(db_url, f"worker-{n}", start, claimed))
        for n in range(2)
    ]

    for worker in workers:
        worker.start()
    start.set()
    taken: list[str] = []
    finished = 0
    while finished < len(workers):
        batch = claimed.get()
        finished += batch is None
        taken += batch or []
    for worker in workers:
        worker.join()

    assert sorted(taken) == [_reader(number) for number in range(300)]
    assert _states(db) == {DeliveryState.LEASED: 300}
