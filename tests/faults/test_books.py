"""The books of the proof: each broken promise is seen, and none where there is none."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.delivery.ledger import NO_ANSWER
from digest.model import Delivery, DeliveryState
from tests.faults.books import Books

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _delivery(name: str, state: str, reply: str | None = None) -> Delivery:
    return Delivery(
        week="2026-W47",
        subscriber=name,
        address=f"{name}@reader.example",
        state=DeliveryState(state),
        reply=reply,
        changed_at=NOW,
    )


ADA, BOB = _delivery("ada", "accepted"), _delivery("bob", "accepted")
CY = _delivery("cy", "uncertain", NO_ANSWER)
WELL = Books(
    size=3,
    ledger=[ADA, BOB, CY],
    taken=Counter(ada=1, bob=1, cy=1),
    kills=1,
    most=1,
    name=lambda delivery: delivery.subscriber,
)


def test_whoever_is_uncertain_may_have_it_or_not():
    assert WELL.wrong() == []
    assert replace(WELL, taken=Counter(ada=1, bob=1)).wrong() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"taken": Counter(ada=2, bob=1)}, "taken more often than ordered: ada"),
        ({"taken": Counter(ada=3, bob=1), "again": {"ada"}}, "taken more often than ordered: ada"),
        ({"taken": Counter(bob=1)}, "accepted in the ledger, and never taken: ada"),
        (
            {"ledger": [ADA, BOB, _delivery("cy", "rejected")]},
            "taken, and the ledger does not say so: cy",
        ),
        (
            {"ledger": [ADA, BOB, _delivery("cy", "deferred")], "taken": Counter(ada=1, bob=1)},
            "still open: cy",
        ),
        ({"size": 4}, "not whole: the audience"),
        ({"kills": 0}, "cut off by 0 kills, more than 1 for each: 1 deliveries"),
    ],
)
def test_each_broken_promise_is_seen(changes, said):
    assert replace(WELL, **changes).wrong() == [said]


def test_what_was_ordered_again_may_be_there_twice():
    assert replace(WELL, taken=Counter(ada=1, bob=1, cy=2), again={"cy"}).wrong() == []
