"""The few that go first: who they are, what is waited for, and what stops the others."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.delivery.canary import Decision, FirstOnes, Step, decide
from digest.model import DeliveryState, Sending

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WAIT = timedelta(minutes=10)
ACCEPTED, DEFERRED, LEASED = DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.LEASED
REJECTED, QUEUED = DeliveryState.REJECTED, DeliveryState.QUEUED


def sending(**fields) -> Sending:
    return Sending(week="2026-W47", began_at=NOW, epoch=1, canary=50, **fields)


ANSWERED = sending(canary_answered_at=NOW)


def asked(sending, *, at=NOW, bounced=0, complaints=0, refusal="", **states):
    named = {DeliveryState(name): number for name, number in states.items()}
    first = FirstOnes(named, bounced=bounced, complaints=complaints, newest_refusal=refusal)
    return decide(sending, first, wait=WAIT, now=at)


def test_no_more_are_given_than_the_canary_has():
    assert asked(sending(), queued=900) == Decision(Step.GIVE, room=50)
    assert asked(sending(), queued=862, leased=20, accepted=18) == Decision(Step.GIVE, room=12)
    assert asked(sending(), queued=850, suppressed=5, accepted=49).room == 1


def test_all_of_them_are_to_have_an_answer_before_the_wait_begins():
    assert asked(sending(), queued=9, leased=1, accepted=49) == Decision(Step.ANSWERS)
    assert asked(sending(), queued=9, accepted=50) == Decision(Step.WAIT, until=NOW + WAIT)


def test_the_wait_is_counted_from_the_last_answer():
    assert asked(ANSWERED, at=NOW + WAIT / 2, accepted=50) == Decision(Step.WAIT, until=NOW + WAIT)
    assert asked(ANSWERED, at=NOW + WAIT, accepted=50) == Decision(Step.GO_ON)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (
            {"accepted": 47, "rejected": 3, "refusal": "550 <ada@a.example> no"},
            "3 of the first 50 mails were refused or came back, the last with '550 <…@a.example> no'",
        ),
        (
            {"accepted": 50, "bounced": 3},
            "3 of the first 50 mails were refused or came back",
        ),
        (
            {"accepted": 50, "complaints": 1},
            "1 of the first 50 mails were called spam by their readers",
        ),
        (
            {"accepted": 24, "deferred": 26},
            "only 24 of the first 50 mails were accepted so far",
        ),
    ],
)
def test_what_stops_the_others(first, reason):
    assert asked(ANSWERED, at=NOW + WAIT, **first) == Decision(Step.PAUSE, reason=reason)


@pytest.mark.parametrize(
    "first",
    [
        {"accepted": 48, "rejected": 2},
        {"accepted": 49, "rejected": 1, "bounced": 1},
        {"accepted": 25, "deferred": 25},
    ],
)
def test_what_does_not(first):
    assert asked(ANSWERED, at=NOW + WAIT, **first).step is Step.GO_ON


def test_one_refusal_alone_stops_no_small_canary():
    few = sending(canary_answered_at=NOW).model_copy(update={"canary": 4})

    assert asked(few, at=NOW + WAIT, accepted=3, rejected=1).step is Step.GO_ON
