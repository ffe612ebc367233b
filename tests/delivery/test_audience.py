"""Who gets an issue."""

from datetime import UTC, datetime

import pytest

from digest.delivery.audience import MAILED, domain_of, freeze, may_mail
from digest.model import DeliveryState, Subscriber, SubscriberState

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _subscriber(
    number: int, address: str, state: SubscriberState = SubscriberState.CONFIRMED
) -> Subscriber:
    return Subscriber(
        public_id=f"reader-{number:010}", address=address, state=state, created_at=NOW
    )


@pytest.mark.parametrize("state", SubscriberState)
def test_only_who_has_confirmed_may_be_mailed(state):
    assert may_mail(state) is (state is SubscriberState.CONFIRMED)
    assert (state in MAILED) is may_mail(state)


def test_the_audience_is_everyone_confirmed_in_order_and_queued():
    readers = [
        _subscriber(n, f"{state}@reader.example", state) for n, state in enumerate(SubscriberState)
    ]
    readers.append(_subscriber(9, "last@reader.example"))

    frozen = freeze(readers, week="2026-W47", now=NOW)

    assert [each.address for each in frozen] == ["confirmed@reader.example", "last@reader.example"]
    assert {(each.state, each.week, each.changed_at) for each in frozen} == {
        (DeliveryState.QUEUED, "2026-W47", NOW)
    }


def test_one_address_gets_one_delivery_however_its_domain_is_spelt():
    readers = [_subscriber(1, "ann@Reader.example"), _subscriber(2, "ann@reader.EXAMPLE")]

    frozen = freeze(readers, week="2026-W47", now=NOW)

    assert [each.subscriber for each in frozen] == ["reader-0000000001"]


def test_someone_unconfirmed_does_not_take_the_place_of_the_confirmed_twin():
    readers = [
        _subscriber(1, "ann@reader.example", SubscriberState.PENDING),
        _subscriber(2, "ann@reader.example"),
    ]

    assert [each.subscriber for each in freeze(readers, week="2026-W47", now=NOW)] == [
        "reader-0000000002"
    ]


def test_local_parts_are_told_apart_by_case_as_their_host_may():
    readers = [_subscriber(1, "ann@reader.example"), _subscriber(2, "Ann@reader.example")]

    assert len(freeze(readers, week="2026-W47", now=NOW)) == 2


def test_nobody_is_an_empty_audience():
    assert freeze([], week="2026-W47", now=NOW) == ()


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ann@Reader.Example", "reader.example"),
        ('"a@b"@reader.example', "reader.example"),
        ("ann@Bücher.example", "xn--bcher-kva.example"),
        ("ann@.bücher.example", ".bücher.example"),
    ],
)
def test_a_domain_is_in_lower_case_and_a_labels_where_it_has_any(address, domain):
    assert domain_of(address) == domain
