"""What feedback does to its reader: at once, after a while, or never."""

from datetime import timedelta

import pytest

from digest.delivery import feedback as subject
from digest.model import (
    Delivery,
    DeliveryState,
    Feedback,
    FeedbackCount,
    FeedbackEffect,
    FeedbackKind,
    Subscriber,
    SubscriberState,
)
from tests.conftest import NOW

DAY = timedelta(days=1)
WEEKS = ("2026-W47", "2026-W46", "2026-W45", "2026-W44", "2026-W43", "2026-W42")


def report(kind: FeedbackKind, status: str | None = None, **fields) -> Feedback:
    given = {"source": "mailbox", "key": "k", "received_at": NOW}
    return Feedback(kind=kind, status=status, **(given | fields))


def mail(week: str = WEEKS[0], state=DeliveryState.ACCEPTED, changed_at=NOW - DAY) -> Delivery:
    return Delivery(
        week=week,
        subscriber="AbCd-efgh_ijkl12",
        address="ada@example.com",
        state=state,
        changed_at=changed_at,
    )


MAILED = tuple(
    mail(week, changed_at=NOW - DAY - number * 7 * DAY) for number, week in enumerate(WEEKS)
)


def past(*soft: str, hard_at=(), confirmed_at=NOW - 400 * DAY, **fields) -> subject.Past:
    reader = Subscriber(
        public_id="AbCd-efgh_ijkl12",
        address="ada@example.com",
        state=SubscriberState.CONFIRMED,
        created_at=NOW - 400 * DAY,
        confirmed_at=confirmed_at,
    )
    given = {"delivery": MAILED[0], "mailed": MAILED} | fields
    return subject.Past(reader, soft_weeks=frozenset(soft), hard_at=tuple(hard_at), **given)


@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        (FeedbackKind.HARD, FeedbackEffect.BOUNCED),
        (FeedbackKind.COMPLAINT, FeedbackEffect.COMPLAINED),
        (FeedbackKind.UNSUBSCRIBE, FeedbackEffect.UNSUBSCRIBED),
        (FeedbackKind.SOFT, FeedbackEffect.COUNTED),
        (FeedbackKind.POLICY, FeedbackEffect.ALERTED),
        (FeedbackKind.DELIVERED, FeedbackEffect.NOTED),
        (FeedbackKind.AUTO_REPLY, FeedbackEffect.NOTED),
        (FeedbackKind.NONE, FeedbackEffect.NOTED),
    ],
)
def test_each_kind_has_one_effect(kind: FeedbackKind, effect: FeedbackEffect):
    assert subject.effect_of(report(kind), past()) is effect


@pytest.mark.parametrize(
    ("days_before", "effect"),
    [
        ((), FeedbackEffect.COUNTED),
        ((1,), FeedbackEffect.COUNTED),  # of the same issue
        ((7,), FeedbackEffect.BOUNCED),
        ((401,), FeedbackEffect.COUNTED),  # of before the last confirmation
    ],
)
def test_a_host_that_is_doubted_ends_nothing_before_another_issue_comes_back(days_before, effect):
    known = past(hard_at=[NOW - days * DAY for days in days_before], is_host_doubted=True)

    assert subject.effect_of(report(FeedbackKind.HARD, "5.1.1"), known) is effect


@pytest.mark.parametrize(
    ("mailed", "most"), [(1, 20), (400, 20), (401, 20), (420, 21), (10**6, 50_000)]
)
def test_a_host_is_believed_of_twenty_readers_or_a_twentieth(mailed: int, most: int):
    assert subject.most_believed(mailed) == most


def test_every_kind_is_decided_on():
    assert {subject.effect_of(report(kind), past()) for kind in FeedbackKind} <= set(FeedbackEffect)
    assert all(
        subject.effect_of_unproven(report(kind)) in {FeedbackEffect.UNPROVEN, FeedbackEffect.NOTED}
        for kind in FeedbackKind
    )


@pytest.mark.parametrize(
    ("soft", "effect"),
    [
        (WEEKS[1:2], FeedbackEffect.COUNTED),
        (WEEKS[1:3], FeedbackEffect.BOUNCED),
        ((WEEKS[2], WEEKS[4]), FeedbackEffect.BOUNCED),
        ((WEEKS[2], WEEKS[5]), FeedbackEffect.COUNTED),
        (WEEKS[:2], FeedbackEffect.COUNTED),
    ],
    ids=["two issues", "three in a row", "three of five", "one is too old", "one issue twice"],
)
def test_three_of_the_last_five_issues_that_came_back_softly_are_a_bounce(soft, effect):
    assert subject.effect_of(report(FeedbackKind.SOFT), past(*soft)) is effect


def test_a_host_that_puts_us_off_for_what_we_are_counts_against_no_reader():
    slowed = report(FeedbackKind.SOFT, "4.7.28")

    assert subject.effect_of(slowed, past(*WEEKS[1:5])) is FeedbackEffect.ALERTED


def test_soft_bounces_from_before_a_new_confirmation_do_not_count():
    again = past(*WEEKS[1:3], confirmed_at=NOW - 2 * DAY)

    assert subject.effect_of(report(FeedbackKind.SOFT), again) is FeedbackEffect.COUNTED


@pytest.mark.parametrize(
    ("days_ago", "effect"),
    [
        ([], FeedbackEffect.COUNTED),
        ([7], FeedbackEffect.COUNTED),
        ([2, 1], FeedbackEffect.COUNTED),
        ([3, 1], FeedbackEffect.BOUNCED),
        ([14, 7], FeedbackEffect.BOUNCED),
    ],
)
def test_a_domain_that_is_not_found_is_a_bounce_after_three_reports_over_three_days(
    days_ago, effect
):
    """A domain that was not renewed is back within days; its readers are not to pay for it."""
    before = [NOW - days * DAY for days in days_ago]

    found = subject.effect_of(report(FeedbackKind.HARD, "5.1.2"), past(hard_at=before))

    assert found is effect


@pytest.mark.parametrize(
    ("fields", "kind", "effect"),
    [
        ({}, FeedbackKind.HARD, FeedbackEffect.NOTED),
        ({}, FeedbackKind.SOFT, FeedbackEffect.NOTED),
        ({}, FeedbackKind.COMPLAINT, FeedbackEffect.COMPLAINED),
        ({"delivery": None}, FeedbackKind.HARD, FeedbackEffect.BOUNCED),
    ],
)
def test_a_bounce_of_a_mail_from_before_the_last_confirmation_says_nothing_of_today(
    fields, kind, effect
):
    since = past(confirmed_at=NOW - DAY / 2, **fields)

    assert subject.effect_of(report(kind), since) is effect


def test_what_came_before_the_last_confirmation_is_only_noted():
    old = report(FeedbackKind.UNSUBSCRIBE, received_at=NOW - DAY)

    assert subject.effect_of(old, past(confirmed_at=NOW)) is FeedbackEffect.NOTED


@pytest.mark.parametrize("kind", FeedbackKind)
def test_a_report_on_a_mail_is_proof_that_a_server_took_it(kind: FeedbackKind):
    uncertain = mail(state=DeliveryState.UNCERTAIN)
    silent = {FeedbackKind.UNSUBSCRIBE, FeedbackKind.NONE}

    assert subject.proves_accepted(report(kind), uncertain) is (kind not in silent)
    assert not subject.proves_accepted(report(kind), mail())
    assert not subject.proves_accepted(report(kind), None)


@pytest.mark.parametrize(
    ("refused", "answered", "pauses"),
    [(9, 9, False), (10, 500, True), (10, 501, False), (2_000, 100_000, True)],
)
def test_an_issue_is_paused_when_ten_readers_and_two_in_a_hundred_are_refused_by_policy(
    refused, answered, pauses
):
    assert subject.must_pause(refused=refused, answered=answered) is pauses


@pytest.mark.parametrize(
    ("complaints", "accepted", "said"),
    [(1, 10, None), (2, 3_000, None), (2, 2_000, "0.1% or more"), (3, 1_000, "0.3% or more")],
)
def test_complaints_are_an_alarm_at_the_shares_that_hosts_name(complaints, accepted, said):
    kinds = {FeedbackKind.COMPLAINT: complaints}
    found = subject.warnings_of(FeedbackCount(week="2026-W47", accepted=accepted, kinds=kinds))

    assert bool(found) is bool(said)
    assert all(str(said) in sentence for sentence in found)
    assert subject.may_be_too_many(kinds) or not found


def test_what_strangers_write_is_made_fit_to_be_stored():
    dirty = report(
        FeedbackKind.HARD,
        "5.1.1" + "9" * 30,
        key="k" * 300,
        recipient="a\0b\udcff@example.com",
        diagnostic="550 5.1.1 <ada.b+x@example.com>: no\0 such " + "user " * 200,
    )

    tidy = subject.tidy(dirty)

    assert len(tidy.key) == 64
    assert tidy.recipient == "a b?@example.com"
    assert tidy.diagnostic.startswith("550 5.1.1 <…@example.com>: no  such user")
    assert (len(tidy.status), len(tidy.diagnostic)) == (20, 500)
    assert len(subject.tidy(report(FeedbackKind.NONE, key="<id@host> ada@example.com")).key) == 64
    assert subject.tidy(report(FeedbackKind.NONE)) == report(FeedbackKind.NONE)
