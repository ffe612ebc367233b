"""How fast mail may go: never more than a burst and the rate, and what replies change."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery import throttle as subject
from digest.delivery.throttle import ALL, FREE, RAISE_EVERY, SLOWEST

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LAKE = "lake.example"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Mail(NamedTuple):
    """A delivery, as far as limits look at it."""

    domain: str


def mail(*domains: str) -> list[Mail]:
    return [Mail(domain) for domain in domains]


def step(buckets, limits, waiting, *, now, batch=200):
    """Claim as a sender does; gives how many, and the buckets afterwards."""
    buckets = subject.limited(buckets, limits, now=now)
    allowed = subject.allowance(buckets, wanted=batch)
    may = [each for each in waiting if each.domain not in allowed.without]
    kept, over = subject.within(buckets, may[: allowed.limit])
    return kept, over, subject.spent(buckets, kept)


@given(
    rate=st.floats(0.01, 500),
    steps=st.lists(st.tuples(st.floats(-2, 30), st.integers(1, 300)), min_size=1, max_size=60),
)
def test_over_all_never_more_than_a_burst_and_the_rate(rate, steps):
    """Whatever senders ask, whenever, and though their clocks differ by some seconds."""
    buckets, sent, now = {}, 0, NOW
    began = latest = NOW + timedelta(seconds=steps[0][0])
    for wait, batch in steps:
        now += timedelta(seconds=wait)
        latest = max(latest, now)
        waiting = mail(*["reader.example"] * batch)
        kept, _, buckets = step(buckets, {ALL: rate}, waiting, now=now, batch=batch)
        sent += len(kept)
    assert sent <= max(1, rate) + rate * (latest - began).total_seconds() + 1e-6


@given(
    rate=st.floats(0.01, 20),
    steps=st.lists(
        st.tuples(st.floats(0, 20), st.lists(st.sampled_from([LAKE, "sea.example"]), max_size=40)),
        min_size=1,
        max_size=40,
    ),
)
def test_a_domain_never_gets_more_and_the_others_never_less(rate, steps):
    buckets, sent, now = {}, 0, NOW
    for wait, domains in steps:
        now += timedelta(seconds=wait)
        kept, over, buckets = step(buckets, {LAKE: rate}, mail(*domains), now=now)
        got = [each.domain for each in kept]
        sent += got.count(LAKE)
        assert got.count("sea.example") == domains.count("sea.example")
        assert {each.domain for each in over} <= {LAKE}
    assert sent <= max(1, rate) + rate * (now - NOW).total_seconds() + 1e-6


def test_ten_a_second_are_ten_a_second_for_senders_that_never_rest():
    buckets, sent = {}, 0
    waiting = mail(*["reader.example"] * 500)
    for tick in range(601):  # a minute, ten looks a second by two senders
        for _ in range(2):
            kept, _, buckets = step(buckets, {ALL: 10.0}, waiting, now=later(tick / 10))
            sent += len(kept)
    assert 600 <= sent <= 610


def test_a_used_up_domain_says_when_to_ask_again_and_holds_nobody_else_up():
    buckets = subject.limited({}, {LAKE: 0.5}, now=NOW)
    buckets = subject.spent(buckets, mail(LAKE))

    allowed = subject.allowance(buckets, wanted=200)

    assert allowed == subject.Allowance(200, frozenset({LAKE}), later(2))


def test_when_all_is_used_up_nothing_is_claimed_until_a_portion_is_there():
    """A quarter of a second's worth at once: fast sending goes not one by one."""
    buckets = subject.limited({}, {ALL: 100.0}, now=NOW)
    buckets = subject.spent(buckets, mail(*["a.example"] * 100))

    assert subject.allowance(buckets, wanted=200) == subject.Allowance(0, again_at=later(0.25))
    soon = subject.limited(buckets, {ALL: 100.0}, now=later(0.24))
    assert subject.allowance(soon, wanted=200).limit == 0
    then = subject.limited(buckets, {ALL: 100.0}, now=later(0.25))
    assert subject.allowance(then, wanted=200).limit == 25


def test_each_4xx_halves_a_rate_but_not_twice_for_what_was_under_way():
    first = subject.lowered(None, LAKE, reply="451 slow down", now=NOW)
    again = subject.lowered(first, LAKE, reply="451 too", now=later(1))
    third = subject.lowered(again, LAKE, reply="451 still", now=later(6))

    assert (first.rate, first.limit, first.reply) == (5.0, None, "451 slow down")
    assert subject.allowance({LAKE: first}, wanted=9).without == {LAKE}
    assert again == first
    assert (third.rate, third.reply) == (2.5, "451 still")


def test_a_domain_is_never_shut_out_for_good():
    bucket = subject.lowered(None, LAKE, reply="4", now=NOW)
    for number in range(1, 30):
        bucket = subject.lowered(bucket, LAKE, reply="4", now=later(10 * number))

    assert bucket.rate == pytest.approx(SLOWEST)
    assert subject.next_at(bucket) <= later(290 + 60)


def test_success_raises_slowly_until_the_bucket_is_gone():
    bucket, now, rates = subject.lowered(None, LAKE, reply="4", now=NOW), NOW, []
    while bucket is not None:
        rates.append(bucket.rate)
        assert subject.raised(bucket, now=now + RAISE_EVERY / 2) == bucket
        now += RAISE_EVERY
        bucket = subject.raised(bucket, now=now)

    assert rates == pytest.approx([5, 7.5, 11.25, 16.875])
    assert rates[-1] * 1.5 >= FREE


def test_a_limit_that_was_set_is_come_back_to_and_stays():
    bucket = subject.opened(LAKE, limit=2.0, now=NOW)
    slowed = subject.lowered(bucket, LAKE, reply="4", now=NOW)
    back = subject.raised(subject.raised(slowed, now=later(30)), now=later(60))

    assert (slowed.rate, slowed.is_slowed) == (1.0, True)
    assert (back.rate, back.is_slowed, back.reply) == (2.0, False, None)
    assert subject.raised(back, now=later(90)) == back


def test_another_limit_holds_at_once_and_none_takes_the_bucket_away():
    buckets = subject.limited({}, {LAKE: 10.0}, now=NOW)
    lower = subject.limited(buckets, {LAKE: 2.0}, now=NOW)

    assert (lower[LAKE].rate, lower[LAKE].tokens) == (2.0, 2.0)
    assert subject.limited(lower, {}, now=NOW) == {}


def test_a_slowed_domain_stays_slowed_when_its_limit_is_taken_away():
    bucket = subject.lowered(subject.opened(LAKE, limit=2.0, now=NOW), LAKE, reply="4", now=NOW)

    kept = subject.limited({LAKE: bucket}, {}, now=NOW)[LAKE]

    assert (kept.rate, kept.limit, kept.is_slowed) == (1.0, None, True)


def test_what_nobody_set_is_forgotten_after_a_day():
    bucket = subject.lowered(None, LAKE, reply="4", now=NOW)

    assert subject.limited({LAKE: bucket}, {}, now=later(24 * 3600)).keys() == {LAKE}
    assert subject.limited({LAKE: bucket}, {}, now=later(24 * 3600 + 1)) == {}


def test_a_relay_that_puts_everybody_off_makes_no_more_buckets_than_a_claim_can_read():
    answers = [(f"d{number}.example", True, "421") for number in range(2000)]

    made = subject.answered({}, answers, now=NOW)
    more = subject.answered(made, [("another.example", True, "421")], now=NOW)
    again = subject.answered(made, [("d0.example", True, "421")], now=later(10))

    assert len(made) == subject.MOST
    assert more == {}
    assert again["d0.example"].rate == 2.5


def test_a_clock_that_ran_an_hour_ahead_does_not_stop_the_others():
    buckets = subject.limited({}, {ALL: 1.0}, now=later(3600))
    buckets = subject.spent(buckets, mail("a.example"))

    waiting = subject.limited(buckets, {ALL: 1.0}, now=NOW)
    assert subject.allowance(waiting, wanted=1).again_at == later(1)


def test_the_words_that_are_kept_name_no_reader():
    slowed = subject.lowered(
        None, "lake.example", reply="450 4.2.1 <ada@lake.example>: later", now=NOW
    )

    assert slowed.reply == "450 4.2.1 <…@lake.example>: later"
