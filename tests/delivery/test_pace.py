"""How much at a time, how long is waited, and how many send."""

import pytest

from digest.delivery.breaker import DOUBTS, Breaker
from digest.delivery.pace import FIRST_CHUNK, Pace, next_chunk
from digest.delivery.workers import cores, senders

PACE = Pace()


@pytest.mark.parametrize(
    ("last", "took_s", "following"),
    [
        (0, 0.0, FIRST_CHUNK),
        (10, 0.0, 40),  # a clock that stands still
        (10, 0.1, 40),  # four times at most
        (10, 0.5, 20),
        (100, 0.05, 100),  # the bound
        (100, 10.0, 10),  # ten a second: a second's work
        (10, 600.0, 1),  # never none
    ],
)
def test_a_chunk_is_about_a_seconds_work(last, took_s, following):
    assert next_chunk(last, took_s=took_s, pace=PACE) == following


def test_the_first_chunk_keeps_to_the_bound():
    assert next_chunk(0, took_s=0.0, pace=Pace(chunk=4)) == 4


def _fail(breaker: Breaker, times: int, *, was_doubtful: bool = False) -> list[float | None]:
    waits = []
    for _ in range(times):
        breaker, wait_s = breaker.failed(was_doubtful=was_doubtful, pace=PACE)
        waits.append(wait_s)
    return waits


def test_a_server_that_was_never_reached_is_given_up_after_three_waits():
    assert _fail(Breaker(), 4) == [1.0, 2.0, 4.0, None]


def test_a_server_that_was_reached_is_tried_for_ten_minutes_and_more_at_growing_waits():
    waits = _fail(Breaker().answered(), 40)
    before = waits[: waits.index(None)]

    assert before[:7] == [1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0]
    assert set(before[7:]) == {60.0}
    assert 600 <= sum(before) <= 1200


def test_no_more_messages_are_risked_on_a_server_that_keeps_leaving_them_uncertain():
    assert _fail(Breaker().answered(), DOUBTS, was_doubtful=True)[-1] is None


def test_an_answer_forgets_all_failures():
    breaker, _ = Breaker().answered().failed(was_doubtful=True, pace=PACE)

    assert breaker.is_open
    assert breaker.answered() == Breaker(was_reached=True)
    assert not breaker.answered().is_open


@pytest.mark.parametrize(
    ("wanted", "waiting", "number"),
    [(None, 1999, 1), (None, 2000, 4), (None, 0, 1), (3, 1, 3), (1, 10**6, 1)],
)
def test_as_many_send_as_there_are_cores_unless_few_mails_wait_or_it_is_set(
    wanted, waiting, number
):
    assert senders(wanted, waiting=waiting, cores=4) == number


def test_there_is_a_core():
    assert cores() >= 1
