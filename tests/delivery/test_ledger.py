"""The state machine of deliveries: every arrow, every wait, and what is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.delivery import ledger
from digest.model import Delivery, DeliveryState, SendOutcome, Settled

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


def _delivery(state: DeliveryState = DeliveryState.LEASED, **fields) -> Delivery:
    return Delivery(
        week="2026-W47",
        subscriber="reader-0000000001",
        address="ann@reader.example",
        state=state,
        leased_by="host:1:1:1",
        leased_until=NOW + timedelta(minutes=2),
        changed_at=NOW - timedelta(minutes=1),
        **fields,
    )


def _settle(outcome: SendOutcome, *, attempts: int = 0, now=NOW, deadline=LATER) -> Settled:
    return ledger.settle(outcome, attempts=attempts, now=now, deadline=deadline)


def test_the_table_speaks_of_every_state():
    assert set(ledger.LEAVES_TO) == set(DeliveryState)


def test_every_state_but_the_first_can_be_reached_and_only_three_are_for_good():
    reached = set().union(*ledger.LEAVES_TO.values())

    assert reached == set(DeliveryState)
    assert {state for state, ways in ledger.LEAVES_TO.items() if not ways} == {
        DeliveryState.ACCEPTED,
        DeliveryState.REJECTED,
        DeliveryState.SUPPRESSED,
    }


def test_only_a_lease_can_send_and_only_what_waits_can_be_leased():
    may_be_leased = {
        state for state, ways in ledger.LEAVES_TO.items() if DeliveryState.LEASED in ways
    }

    assert may_be_leased == {DeliveryState.QUEUED, DeliveryState.DEFERRED}


@pytest.mark.parametrize("outcome", SendOutcome)
def test_every_outcome_follows_an_arrow_of_the_table(outcome):
    target = {SendOutcome.UNSENT: DeliveryState.QUEUED}.get(outcome) or DeliveryState(outcome.value)

    assert _settle(outcome).state is target
    assert target in ledger.LEAVES_TO[DeliveryState.LEASED]


@pytest.mark.parametrize("outcome", SendOutcome)
def test_an_attempt_counts_unless_nothing_was_given(outcome):
    settled = _settle(outcome, attempts=1)

    assert settled.attempts == (1 if outcome is SendOutcome.UNSENT else 2)


@pytest.mark.parametrize("outcome", SendOutcome)
def test_only_what_waits_has_a_time_for_another_try(outcome):
    settled = _settle(outcome)

    is_open = settled.state in {DeliveryState.QUEUED, DeliveryState.DEFERRED}
    assert (settled.next_attempt_at is not None) is is_open


def test_a_long_reply_is_cut():
    assert ledger.words(_settle(SendOutcome.REJECTED), "x" * 2000) == "x" * ledger.REPLY_LIMIT


def test_a_reply_that_no_database_takes_is_made_printable():
    reply = "550 \x00 \ud800 no\r\nway"

    assert ledger.words(_settle(SendOutcome.REJECTED), reply) == "550     no  way"


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 5), (2, 15), (3, 30), (4, 60), (5, 120), (6, 120)]
)
def test_each_refusal_for_now_waits_longer_up_to_two_hours(attempts, minutes):
    settled = _settle(SendOutcome.DEFERRED, attempts=attempts)

    assert settled.next_attempt_at == NOW + timedelta(minutes=minutes)


def test_a_try_exactly_at_the_deadline_is_still_planned():
    settled = _settle(SendOutcome.DEFERRED, deadline=NOW + timedelta(minutes=1))

    assert settled.state is DeliveryState.DEFERRED


def test_a_refusal_for_now_without_time_for_another_try_is_a_rejection_that_says_so():
    settled = _settle(SendOutcome.DEFERRED, attempts=2, deadline=NOW + timedelta(seconds=59))

    assert settled.state is DeliveryState.REJECTED
    assert ledger.words(settled, "451 later") == "given up after 3 attempts: 451 later"
    assert settled.next_attempt_at is None


def test_an_unsent_message_waits_a_minute_so_that_others_go_first():
    assert _settle(SendOutcome.UNSENT).next_attempt_at == NOW + timedelta(minutes=1)


def test_a_dead_senders_delivery_that_was_not_handed_over_goes_back_to_the_queue():
    released = ledger.release(_delivery(), now=LATER)

    assert released.state is DeliveryState.QUEUED
    assert (released.leased_by, released.next_attempt_at) == (None, LATER)
    assert released.reply == ledger.TAKEN_BACK


def test_a_dead_senders_delivery_that_was_handed_over_is_uncertain_and_keeps_its_holder():
    released = ledger.release(_delivery(handed_at=NOW), now=LATER)

    assert released.state is DeliveryState.UNCERTAIN
    assert (released.leased_by, released.handed_at) == ("host:1:1:1", NOW)
    assert released.reply == ledger.NO_ANSWER


@pytest.mark.parametrize(
    "state", [DeliveryState.QUEUED, *(s for s, ways in ledger.LEAVES_TO.items() if not ways)]
)
def test_what_nobody_holds_cannot_be_released(state):
    with pytest.raises(ValueError, match="does not go from"):
        ledger.release(_delivery(state), now=NOW)


@pytest.mark.parametrize(
    ("answered", "rejected", "refusing"),
    [(0, 0, False), (19, 19, False), (20, 10, False), (20, 11, True), (2000, 1001, True)],
)
def test_a_run_is_refused_when_over_half_of_twenty_answers_are_refusals(
    answered, rejected, refusing
):
    assert ledger.is_refusing(answered=answered, rejected=rejected) is refusing


@pytest.mark.parametrize("state", [DeliveryState.ACCEPTED, DeliveryState.QUEUED])
def test_a_person_decides_about_an_uncertain_delivery_and_is_named(state):
    uncertain = Delivery(
        week="2026-W47",
        subscriber="reader-000000001",
        address="a@reader.example",
        state=DeliveryState.UNCERTAIN,
        attempts=1,
        leased_by="host:1:2:3",
        handed_at=NOW,
        changed_at=NOW,
    )

    decided = ledger.decide(uncertain, state=state, by="Ada", now=NOW)

    assert (decided.state, decided.leased_by, decided.leased_until) == (state, None, None)
    assert decided.reply.startswith("Ada decided: ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DeliveryState.REJECTED, DeliveryState.QUEUED),
        (DeliveryState.UNCERTAIN, DeliveryState.REJECTED),
        (DeliveryState.LEASED, DeliveryState.ACCEPTED),
    ],
)
def test_a_person_decides_about_nothing_else(before, after):
    delivery = Delivery(
        week="2026-W47",
        subscriber="reader-000000001",
        address="a@reader.example",
        state=before,
        changed_at=NOW,
    )

    with pytest.raises(ValueError, match="nobody decides"):
        ledger.decide(delivery, state=after, by="Ada", now=NOW)
