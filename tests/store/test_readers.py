"""Readers at rest, on both databases."""

from datetime import timedelta

import pytest

from digest.model import Choice, Community, ConsentEvent, Subscriber, SubscriberState, Vote
from digest.store import readers as subject
from digest.store.engine import Database
from tests.conftest import NOW

ADA = Subscriber(public_id="ada0000000000000", address="Ada@example.com", created_at=NOW)
BOB = Subscriber(public_id="bob0000000000000", address="bob@example.com", created_at=NOW)
PAIR = {"week": "2026-W47", "comparison": "smol-vs-tiny"}


@pytest.fixture
def people(db: Database) -> Database:
    with db.write() as session:
        subject.put_subscribers(session, [ADA, BOB])
    return db


def test_a_subscriber_comes_back_as_it_went_in(people: Database):
    with people.read() as session:
        assert subject.subscriber_by_public_id(session, ADA.public_id) == ADA
        assert subject.all_subscribers(session) == [ADA, BOB]


@pytest.mark.parametrize("address", ["Ada@example.com", "ada@example.com", "ADA@example.com"])
def test_an_address_is_found_in_any_case(people: Database, address: str):
    with people.read() as session:
        assert subject.subscriber_by_address(session, address) == ADA


def test_who_is_not_stored_is_none(people: Database):
    with people.read() as session:
        assert subject.subscriber_by_address(session, "eve@example.com") is None
        assert subject.subscriber_by_public_id(session, "eve0000000000000") is None


def test_a_subscriber_put_again_changes_its_state_and_never_its_links(people: Database):
    left = {"state": SubscriberState.UNSUBSCRIBED, "left_at": NOW}
    other = ADA.model_copy(update={**left, "public_id": "another000000000"})

    with people.write() as session:
        subject.put_subscribers(session, [other])

    with people.read() as session:
        found = subject.subscriber_by_address(session, ADA.address)
    assert found == ADA.model_copy(update=left)


def test_the_confirmed_are_counted(people: Database):
    confirmed = ADA.model_copy(update={"state": SubscriberState.CONFIRMED, "confirmed_at": NOW})
    with people.write() as session:
        subject.put_subscribers(session, [confirmed])

    with people.read() as session:
        assert subject.confirmed_count(session) == 1


def test_events_are_kept_in_order_by_kind_and_person(people: Database):
    later = NOW + timedelta(minutes=20)
    with people.write() as session:
        for moment in (NOW, later):
            subject.put_events(session, ConsentEvent.CONFIRMATION_SENT, [ADA.public_id], now=moment)
        subject.put_events(session, ConsentEvent.SIGNED_UP, [BOB.public_id], now=NOW)

    with people.read() as session:
        kind = ConsentEvent.CONFIRMATION_SENT
        assert subject.event_times(session, ADA.public_id, kind) == [NOW, later]
        assert subject.event_times(session, BOB.public_id, kind) == []


def vote(who: Subscriber, choice: Choice) -> Vote:
    return Vote(**PAIR, subscriber=who.public_id, choice=choice, voted_at=NOW)


def test_the_last_vote_of_a_person_counts(people: Database):
    with people.write() as session:
        for answer in (vote(ADA, Choice.A), vote(BOB, Choice.BOTH), vote(ADA, Choice.B)):
            subject.put_vote(session, answer)

    with people.read() as session:
        assert subject.community_of(session, **_pair()) == Community(b=1, both=1)
        assert subject.vote_of(session, **_pair(), public_id=ADA.public_id) is Choice.B


def test_votes_of_other_comparisons_and_weeks_are_not_mixed_in(people: Database):
    with people.write() as session:
        for week, slug in (("2026-W47", "x-vs-y"), ("2026-W46", "smol-vs-tiny")):
            answer = vote(ADA, Choice.A).model_copy(update={"week": week, "comparison": slug})
            subject.put_vote(session, answer)

    with people.read() as session:
        assert subject.community_of(session, **_pair()) == Community()
        assert subject.communities_of(session, "2026-W47") == {"x-vs-y": Community(a=1)}
        assert subject.vote_of(session, **_pair(), public_id=ADA.public_id) is None


def _pair() -> dict[str, str]:
    return {"week": PAIR["week"], "slug": PAIR["comparison"]}
