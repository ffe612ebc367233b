"""Subscriptions: addresses in one spelling, and no way back to confirmed without consent."""

from datetime import timedelta

import pytest

from digest.errors import AddressError, LinkError
from digest.model import Subscriber, SubscriberState
from digest.readers import subscriptions as subject
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def person(state: SubscriberState = SubscriberState.PENDING, **fields) -> Subscriber:
    given = {"public_id": "AbCd-efgh_ijkl12", "address": "ada@example.com", "created_at": NOW}
    return Subscriber(**given, state=state, **fields)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada.B+news@EXAMPLE.com\n", "Ada.B+news@example.com"),
        ("ada@bücher.example.com", "ada@xn--bcher-kva.example.com"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str):
    assert subject.normalise_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example.com, bob@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "Ada <ada@example.com>",
        "jörg@example.com",
        "ada@localhost",
        "a" * 65 + "@example.com",
    ],
)
def test_what_is_no_mailable_address_is_said_in_a_sentence(text: str):
    with pytest.raises(AddressError, match="is not a usable e-mail address"):
        subject.normalise_address(text)


def test_a_new_subscriber_is_pending():
    new = subject.new_subscriber("ada@example.com", public_id="AbCd-efgh_ijkl12", now=NOW)

    assert new == person()


@pytest.mark.parametrize(
    ("minutes_ago", "is_due"),
    [
        ([], True),
        ([14], False),
        ([15], True),
        ([600, 300, 15], False),
        ([1440, 300, 15], True),
        ([1439, 300, 15], False),
    ],
)
def test_a_mailbox_gets_a_confirmation_every_15_minutes_and_thrice_a_day_at_most(
    minutes_ago: list[int], *, is_due: bool
):
    sent = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]

    assert subject.confirmation_due(person(), sent=sent, now=NOW) is is_due


@pytest.mark.parametrize(
    ("sent", "failed", "is_due"),
    [
        ([0], [0], True),
        ([0, 0], [0], False),
        ([300, 200, 14], [14], True),
        ([400, 300, 200, 14], [14], False),
        ([14] * 9, [14] * 9, True),
        ([14] * 10, [14] * 10, False),
    ],
)
def test_a_mail_that_no_server_took_counts_as_a_try_only(
    sent: list[int], failed: list[int], *, is_due: bool
):
    """In minutes ago; also while a clock stands still, one failure takes back one mail."""
    moments, lost = ([NOW - timedelta(minutes=m) for m in each] for each in (sent, failed))

    assert subject.confirmation_due(person(), sent=moments, failed=lost, now=NOW) is is_due


@pytest.mark.parametrize("state", SubscriberState)
def test_only_the_confirmed_need_no_confirmation(state: SubscriberState):
    due = subject.confirmation_due(person(state), sent=[], now=NOW)

    assert due is (state is not SubscriberState.CONFIRMED)


def test_confirming_makes_a_pending_subscriber_confirmed():
    after = subject.confirm(person(), issued_at=NOW, now=NOW + HOUR)

    assert after == person(SubscriberState.CONFIRMED, confirmed_at=NOW + HOUR)


def test_confirming_twice_keeps_the_first_date():
    once = subject.confirm(person(), issued_at=NOW, now=NOW)

    assert subject.confirm(once, issued_at=NOW, now=NOW + HOUR) == once


@pytest.mark.parametrize("state", subject.LEFT)
def test_who_left_comes_back_only_by_a_link_made_after_leaving(state: SubscriberState):
    left = person(state, left_at=NOW)

    with pytest.raises(LinkError, match="before you left"):
        subject.confirm(left, issued_at=NOW - timedelta(seconds=1), now=NOW + HOUR)
    after = subject.confirm(left, issued_at=NOW, now=NOW + HOUR)
    assert after == person(SubscriberState.CONFIRMED, confirmed_at=NOW + HOUR)


@pytest.mark.parametrize("start", SubscriberState)
@pytest.mark.parametrize("reason", subject.LEFT)
def test_leaving_replaces_only_a_weaker_reason(start: SubscriberState, reason: SubscriberState):
    before = person(start)
    is_weaker = start not in subject.LEFT or subject.LEFT.index(start) < subject.LEFT.index(reason)

    after = subject.leave(before, reason, now=NOW)

    assert after == (person(reason, left_at=NOW) if is_weaker else before)


@pytest.mark.parametrize(
    ("confirmed_at", "state"), [(NOW, SubscriberState.CONFIRMED), (None, SubscriberState.PENDING)]
)
def test_leaving_can_be_taken_back_for_a_day(confirmed_at, state: SubscriberState):
    before = person(state, confirmed_at=confirmed_at)
    left = subject.leave(before, SubscriberState.UNSUBSCRIBED, now=NOW)

    assert subject.undo(left, now=NOW + 24 * HOUR) == before
    with pytest.raises(LinkError, match="24 hours"):
        subject.undo(left, now=NOW + 24 * HOUR + timedelta(seconds=1))


@pytest.mark.parametrize("state", [SubscriberState.BOUNCED, SubscriberState.COMPLAINED])
def test_a_bounce_or_complaint_is_not_taken_back(state: SubscriberState):
    with pytest.raises(LinkError):
        subject.undo(person(state, left_at=NOW), now=NOW)


def test_taking_back_what_did_not_happen_changes_nothing():
    assert subject.undo(person(), now=NOW) == person()


def imported(known: Subscriber | None, *, is_confirmed: bool):
    return subject.import_address(
        known,
        "ada@example.com",
        is_confirmed=is_confirmed,
        public_id="AbCd-efgh_ijkl12",
        now=NOW,
    )


CONFIRMED = person(SubscriberState.CONFIRMED, confirmed_at=NOW)


@pytest.mark.parametrize(
    ("known", "is_confirmed", "outcome", "after"),
    [
        (None, False, "added", person()),
        (None, True, "added", CONFIRMED),
        (person(), False, "known", person()),
        (person(), True, "known", CONFIRMED),
        (CONFIRMED, False, "known", CONFIRMED),
    ],
)
def test_an_import_adds_and_raises_with_proof_only(known, *, is_confirmed: bool, outcome, after):
    assert imported(known, is_confirmed=is_confirmed) == (outcome, after)


@pytest.mark.parametrize("state", subject.LEFT)
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_an_import_never_brings_back_who_left(state: SubscriberState, *, is_confirmed: bool):
    left = person(state, left_at=NOW)

    assert imported(left, is_confirmed=is_confirmed) == ("left", left)
