"""The ledger in the database: frozen once, claimed once, noted by the holder only."""

import multiprocessing
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from digest.delivery import audience as rules
from digest.delivery import ledger
from digest.delivery.audience import MAILED, a_label, domain_of
from digest.errors import NotFoundError
from digest.model import (
    Delivery,
    DeliveryState,
    Held,
    IssueState,
    SendOutcome,
    Settled,
    Subscriber,
    SubscriberState,
)
from digest.store import audience, deliveries, leases
from digest.store.engine import Database
from digest.store.lease_statements import LEFT
from digest.store.tables import DeliveryRow, IssueRow, SubscriberRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=2)
LATER = NOW + timedelta(days=2)
WEEK = "2026-W47"
ME, OTHER = "here:1:1:1", "here:2:2:1"


def _reader(number: int) -> str:
    return f"reader-{number:010}"


def _add_readers(db: Database, count: int, state=SubscriberState.CONFIRMED, first: int = 0) -> None:
    with db.write() as session:
        for number in range(first, first + count):
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


def _freeze(db: Database, week: str = WEEK) -> int:
    with db.write() as session:
        return audience.freeze_audience(
            session, week, states=MAILED, a_label=a_label, now=NOW, due=NOW
        )


@pytest.fixture
def frozen(db: Database) -> Database:
    """A store with five confirmed readers, all of them in the frozen audience of the week."""
    _add_issue(db)
    _add_readers(db, 5)
    _freeze(db)
    return db


def _claim(
    db: Database, limit: int = 10, worker: str = ME, now: datetime = NOW, **more
) -> list[Held]:
    with db.write() as session:
        until = now + timedelta(minutes=2)
        return leases.claim(session, WEEK, limit=limit, worker=worker, now=now, until=until, **more)


def _mark(db: Database, held: list[Held], *, worker: str = ME, now: datetime = NOW) -> list[Held]:
    with db.write() as session:
        return leases.mark(session, WEEK, held, worker=worker, now=now, until=SOON)


def _note(
    db: Database, held: Held, outcome: SendOutcome, *, now: datetime = NOW, words: str = "words"
) -> Settled:
    settled = ledger.settle(outcome, attempts=held.attempts, now=now, deadline=LATER)
    with db.write() as session:
        leases.note(session, settled, [(held.id, words)], worker=ME, now=now)
    return settled


def _rows(db: Database, state: DeliveryState) -> list[Delivery]:
    with db.read() as session:
        return deliveries.in_state(session, WEEK, state)


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
    _add_readers(frozen, 3, first=7)

    assert _freeze(frozen) == 5
    assert _states(frozen) == {DeliveryState.QUEUED: 5}


def test_an_audience_of_nobody_is_not_written_down(db: Database):
    _add_issue(db)
    assert _freeze(db) == 0

    _add_readers(db, 1)
    assert _freeze(db) == 1


def test_no_audience_can_be_frozen_without_an_issue(db: Database):
    with pytest.raises(NotFoundError, match="2026-W47"):
        _freeze(db)


def test_before_freezing_there_is_no_count(db: Database):
    _add_issue(db)
    with db.read() as session:
        assert deliveries.count(session, WEEK) is None
        assert deliveries.count(session, "2026-W01") is None
        assert deliveries.audience(session, WEEK) is None


LOCALS = ("ann", "Ann", '"a@b"', "bob+x")
DOMAINS = ("reader.example", "Reader.Example", "READER.example", "bücher.example", "other.example")


def test_the_database_freezes_whom_the_rule_chooses_one_for_each_mailbox(db: Database):
    chance = random.Random(47)
    addresses = [f"{local}@{domain}" for local in LOCALS for domain in DOMAINS]
    chance.shuffle(addresses)
    readers = [
        Subscriber(
            public_id=_reader(number),
            address=address,
            state=chance.choice([SubscriberState.CONFIRMED, *SubscriberState]),
            created_at=NOW,
        )
        for number, address in enumerate(addresses)
    ]
    _add_issue(db)
    with db.write() as session:
        session.add_all(SubscriberRow(**dict(each)) for each in readers)

    size = _freeze(db)

    expected = rules.freeze(readers, week=WEEK, now=NOW)
    assert tuple(_rows(db, DeliveryState.QUEUED)) == expected
    assert size == len(expected)
    assert {each.address: each.domain for each in _claim(db, limit=99)} == {
        each.address: domain_of(each.address) for each in expected
    }


def test_a_claim_takes_so_many_and_leases_them(frozen: Database):
    claimed = _claim(frozen, limit=2)

    assert [each.subscriber for each in claimed] == [_reader(0), _reader(1)]
    assert claimed[0] == (claimed[0].id, _reader(0), "r0@reader.example", "reader.example", 0, NOW)
    leased = _rows(frozen, DeliveryState.LEASED)
    assert {
        (each.leased_by, each.leased_until, each.handed_at, each.next_attempt_at) for each in leased
    } == {(ME, SOON, None, None)}
    assert _states(frozen) == {DeliveryState.QUEUED: 3, DeliveryState.LEASED: 2}


def test_what_one_worker_has_no_other_gets(frozen: Database):
    mine = _claim(frozen, limit=3)
    theirs = _claim(frozen, limit=3, worker=OTHER)

    assert len(mine) == 3
    assert [each.subscriber for each in theirs] == [_reader(3), _reader(4)]
    assert _claim(frozen) == []


def test_a_claim_takes_nothing_of_another_week(frozen: Database):
    _add_issue(frozen, "2026-W46", number=2)
    _freeze(frozen, "2026-W46")

    assert len(_claim(frozen)) == 5
    assert _claim(frozen) == []


def test_nothing_is_claimed_or_marked_of_an_issue_that_is_not_being_sent(frozen: Database):
    claimed = _claim(frozen, limit=2)
    for state in set(IssueState) - {IssueState.SENDING}:
        with frozen.write() as session:
            session.get_one(IssueRow, WEEK).state = state

        assert _claim(frozen) == []
        assert _mark(frozen, claimed) == []

    assert {each.handed_at for each in _rows(frozen, DeliveryState.LEASED)} == {None}


def test_a_claim_begins_where_the_last_one_ended_and_finds_what_came_back_before(
    frozen: Database,
):
    first = _claim(frozen, limit=2)
    place = (first[-1].due, first[-1].id)
    with frozen.write() as session:
        assert leases.put_back(session, WEEK, worker=ME, now=NOW) == 2

    second = _claim(frozen, limit=2, after=place)
    rest = _claim(frozen, limit=3, after=(second[-1].due, second[-1].id))

    assert [each.subscriber for each in second] == [_reader(2), _reader(3)]
    assert [each.subscriber for each in rest] == [_reader(4), _reader(0), _reader(1)]


def test_a_claim_can_leave_out_domains(frozen: Database):
    with frozen.write() as session:
        session.add(
            SubscriberRow(
                public_id=_reader(9),
                address="z@Other.example",
                state=SubscriberState.CONFIRMED,
                created_at=NOW,
            )
        )
    _add_issue(frozen, "2026-W48", number=2)
    _freeze(frozen, "2026-W48")

    def claim(**more) -> list[str]:
        with frozen.write() as session:
            held = leases.claim(
                session, "2026-W48", limit=9, worker=ME, now=NOW, until=SOON, **more
            )
        return [each.address for each in held]

    assert claim(not_to=["reader.example"]) == ["z@Other.example"]
    assert len(claim()) == 5


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
    assert (again.subscriber, again.attempts, again.due) == (_reader(0), 1, due)


def test_who_left_while_deferred_is_suppressed_without_waiting(frozen: Database):
    claimed = _claim(frozen)
    _note(frozen, claimed[0], SendOutcome.DEFERRED)
    _leave(frozen, 0)

    _claim(frozen)

    assert _named(frozen, DeliveryState.SUPPRESSED) == [_reader(0)]


def test_marking_gives_what_is_still_ours_in_order_with_mark_and_new_lease(frozen: Database):
    claimed = _claim(frozen)
    group = [claimed[3], claimed[0]]

    ours = _mark(frozen, group, now=SOON)

    assert ours == group
    marked = [each for each in _rows(frozen, DeliveryState.LEASED) if each.handed_at]
    assert [each.subscriber for each in marked] == [_reader(0), _reader(3)]
    assert {(each.handed_at, each.leased_until) for each in marked} == {(SOON, SOON)}


def test_what_was_taken_from_a_worker_it_cannot_mark(frozen: Database):
    claimed = _claim(frozen)
    _release(frozen, by=[ME])
    again = _claim(frozen, limit=2, worker=OTHER)

    assert _mark(frozen, claimed) == []
    leased = _rows(frozen, DeliveryState.LEASED)
    assert [each.subscriber for each in leased] == [each.subscriber for each in again]
    assert {(each.leased_by, each.handed_at) for each in leased} == {(OTHER, None)}


def test_who_left_after_the_claim_is_suppressed_and_not_given(frozen: Database):
    """Leaving promises that also the issue that is being sent just now stays away."""
    claimed = _claim(frozen)
    _leave(frozen, 1)

    ours = _mark(frozen, claimed[:3], now=SOON)

    (left,) = _rows(frozen, DeliveryState.SUPPRESSED)
    assert [each.subscriber for each in ours] == [_reader(0), _reader(2)]
    assert (left.subscriber, left.reply) == (_reader(1), LEFT)
    assert (left.leased_by, left.leased_until, left.handed_at) == (None, None, None)


def test_marking_nothing_gives_nothing(frozen: Database):
    assert _mark(frozen, []) == []


def test_a_lease_is_renewed_by_its_holder_only(frozen: Database):
    mine = _claim(frozen, limit=2)
    theirs = _claim(frozen, limit=2, worker=OTHER)
    with frozen.write() as session:
        ids = [each.id for each in (*mine[:1], *theirs)]
        leases.renew(session, ids, worker=ME, until=LATER)

    until = {each.subscriber: each.leased_until for each in _rows(frozen, DeliveryState.LEASED)}
    assert until == {_reader(0): LATER, _reader(1): SOON, _reader(2): SOON, _reader(3): SOON}


def test_a_worker_gives_back_all_it_holds_marked_or_not_and_nothing_else(frozen: Database):
    mine = _claim(frozen, limit=2)
    _mark(frozen, mine[:1])
    _claim(frozen, limit=1, worker=OTHER)

    with frozen.write() as session:
        assert leases.put_back(session, WEEK, worker=ME, now=SOON) == 2

    assert _states(frozen) == {DeliveryState.QUEUED: 4, DeliveryState.LEASED: 1}
    queued = _rows(frozen, DeliveryState.QUEUED)
    assert {(each.leased_by, each.handed_at) for each in queued} == {(None, None)}
    assert [each.next_attempt_at for each in queued] == [SOON, SOON, NOW, NOW]


@pytest.mark.parametrize("outcome", SendOutcome)
def test_every_outcome_is_stored_whole(frozen: Database, outcome: SendOutcome):
    claimed = _claim(frozen)
    _mark(frozen, claimed)

    settled = _note(frozen, claimed[0], outcome, now=SOON, words='250 2.0.0 "Ok": grün')

    row = next(r for r in _rows(frozen, settled.state) if r.subscriber == _reader(0))
    is_open = settled.state in {DeliveryState.QUEUED, DeliveryState.DEFERRED}
    assert row == Delivery(
        week=WEEK,
        subscriber=_reader(0),
        address="r0@reader.example",
        state=settled.state,
        attempts=settled.attempts,
        leased_by=ME if settled.state is DeliveryState.UNCERTAIN else None,
        handed_at=None if is_open else NOW,
        next_attempt_at=settled.next_attempt_at,
        reply='250 2.0.0 "Ok": grün',
        changed_at=SOON,
    )
    assert sum(_states(frozen).values()) == 5


def test_many_answers_that_ended_alike_are_noted_at_once_each_with_its_words(frozen: Database):
    claimed = _claim(frozen)
    settled = ledger.settle(SendOutcome.ACCEPTED, attempts=0, now=NOW, deadline=LATER)
    with frozen.write() as session:
        answers = [(each.id, f"250 {each.address}") for each in claimed[:4]]
        leases.note(session, settled, answers, worker=ME, now=NOW)

    accepted = _rows(frozen, DeliveryState.ACCEPTED)
    assert [each.reply for each in accepted] == [
        f"250 r{number}@reader.example" for number in range(4)
    ]


def test_noting_nothing_changes_nothing(frozen: Database):
    settled = ledger.settle(SendOutcome.ACCEPTED, attempts=0, now=NOW, deadline=LATER)
    with frozen.write() as session:
        deliveries.note(session, [])
        leases.note(session, settled, [], worker=ME, now=NOW)

    assert _states(frozen) == {DeliveryState.QUEUED: 5}


def test_an_answer_noted_twice_is_noted_once(frozen: Database):
    [claimed] = _claim(frozen, limit=1)
    _note(frozen, claimed, SendOutcome.ACCEPTED)
    _note(frozen, claimed, SendOutcome.REJECTED)

    assert _named(frozen, DeliveryState.ACCEPTED) == [_reader(0)]


def test_an_answer_that_comes_after_the_row_turned_uncertain_settles_it(frozen: Database):
    [claimed] = _claim(frozen, limit=1)
    [marked] = _mark(frozen, [claimed])
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
        assert len(deliveries.held(session, WEEK, by=[ME, OTHER], limit=3)) == 3
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
    _note(frozen, first, SendOutcome.REJECTED, now=NOW, words="older")

    with frozen.read() as session:
        assert deliveries.newest_reply(session, WEEK, DeliveryState.REJECTED) == "words"
        assert deliveries.newest_reply(session, WEEK, DeliveryState.UNCERTAIN) is None


def test_listing_can_be_cut(frozen: Database):
    with frozen.read() as session:
        listed = deliveries.in_state(session, WEEK, DeliveryState.QUEUED, limit=2)

        (one,) = deliveries.in_state(
            session, WEEK, DeliveryState.QUEUED, address="R3@Reader.Example"
        )

    assert [each.subscriber for each in listed] == [_reader(0), _reader(1)]
    assert one.subscriber == _reader(3)


def test_what_was_taken_over_is_counted_with_the_states(frozen: Database):
    with frozen.write() as session:
        deliveries.count_taken_over(session, WEEK, 2)
        deliveries.count_taken_over(session, WEEK, 3)
        count = deliveries.count(session, WEEK)

    assert count is not None
    assert count.taken_over == 5


def test_what_waits_without_a_time_is_refused(frozen: Database):
    """It would wait for ever: no claim would find it."""
    with pytest.raises(IntegrityError), frozen.write() as session:
        session.exec(select(DeliveryRow)).first().next_attempt_at = None


def _claim_all(url: str, worker: str, start: object, claimed: object) -> None:
    database = Database(url)
    start.wait()
    place = None
    while batch := _claim(database, limit=7, worker=worker, after=place):
        place = (batch[-1].due, batch[-1].id)
        claimed.put([each.subscriber for each in batch])
    database.close()
    claimed.put(None)


def test_processes_that_claim_at_once_get_every_delivery_exactly_once(db: Database, db_url: str):
    _add_issue(db)
    _add_readers(db, 300)
    _freeze(db)
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
