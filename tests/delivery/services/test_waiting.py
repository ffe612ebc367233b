"""Services that want to be asked more slowly, and what goes on while one is waited for."""

from collections.abc import Iterator
from threading import Event

import pytest

from digest.delivery.transports.posting import Times
from digest.errors import TransportError
from digest.model import Message, SendResult
from tests.delivery.esp_server import Reply
from tests.delivery.services.conftest import (
    ACCEPTED,
    KINDS,
    UNCERTAIN,
    message,
    outcomes,
    send,
    taken,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_wants_a_short_rest_gets_it_and_nobody_notices(server, make, hours, kind):
    server.replies = [Reply(429, {"Retry-After": "3"}), Reply(429)]

    results, error = send(make(kind), "ann")

    assert error is None
    assert outcomes(results) == {"ann": ACCEPTED}
    assert server.recipients() == taken("ann")
    assert hours.waits == [3, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_long_rest_asked_for_nothing_was_given_and_the_next_batch_waits_first(
    server, make, hours, kind
):
    server.replies = [Reply(429, {"Retry-After": "30"})]
    client = make(kind)
    pulled: list[str] = []

    def messages() -> Iterator[Message]:
        pulled.append(f"after {sum(hours.waits):g} s")
        yield message("ann")

    results, error = send(client, "ann")
    again = list(client.send(messages()))

    assert (results, error.permanent, error.after_s) == ({}, False, 30)
    assert pulled == ["after 30 s"]
    assert again[:30] == [None] * 30
    assert [each.outcome for each in again[30:]] == [ACCEPTED]
    assert server.recipients() == taken("ann")


@pytest.mark.parametrize("kind", KINDS)
def test_a_rest_of_an_hour_is_not_sat_out(server, make, hours, kind):
    server.replies = [Reply(429, {"Retry-After": "3600"})]
    client = make(kind)

    send(client, "ann")
    results, error = send(client, "ann")

    assert (results, error.permanent) == ({}, False)
    assert "asks for a rest of 3600 s more" in str(error)
    assert (len(server.asked), hours.waits) == (1, [])


def test_a_date_to_wait_for_counts_from_the_services_own_clock(server, make):
    soon = {"Retry-After": "Fri, 20 Nov 2026 10:00:40 GMT", "Date": "Fri, 20 Nov 2026 10:00:00 GMT"}
    server.replies = [Reply(429, soon)]

    _, error = send(make("postmark"), "ann")

    assert error.after_s == 40


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        (
            "ses",
            Reply(
                429,
                {"x-amzn-ErrorType": "TooManyRequestsException"},
                {"message": "Daily message quota exceeded."},
            ),
        ),
        ("resend", Reply(429, {}, {"name": "daily_quota_exceeded", "message": "enough"})),
        ("resend", Reply(429, {}, {"name": "monthly_quota_exceeded", "message": "enough"})),
    ],
)
def test_a_quota_of_a_day_ends_the_run_with_its_words(server, make, hours, kind, reply):
    server.replies = [reply]

    results, error = send(make(kind), "ann")

    assert (results, error.permanent, hours.waits) == ({}, True, [])
    assert "quota is used up" in str(error)


def test_ses_is_asked_several_times_at_once_and_signs_of_life_come_meanwhile(server, make):
    server.replies = [Reply(hangs=True)]
    came: list[SendResult | None] = []

    with pytest.raises(TransportError):
        came.extend(make("ses", answer_s=1.2).send([message("ann"), message("bob")]))

    assert [each and each.outcome for each in came] == [ACCEPTED, None, UNCERTAIN]


def test_answers_under_way_are_kept_when_the_stream_of_messages_breaks(server, make):
    def messages() -> Iterator[Message]:
        yield message("ann")
        raise OSError("the ledger is away")

    results = make("ses").send(messages())

    assert next(results).outcome is ACCEPTED
    with pytest.raises(OSError, match="ledger"):
        next(results)
    assert server.recipients() == taken("ann")


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_was_closed_opens_again(make, kind):
    client = make(kind)
    send(client, "ann")
    client.close()
    client.close()

    results, _ = send(client, "bob")

    assert outcomes(results) == {"bob": ACCEPTED}


def test_postmark_under_maintenance_was_given_nothing(server, make):
    away = {"ErrorCode": 100, "Message": "Maintenance"}
    server.replies = [Reply(503, {"Retry-After": "20"}, away)]

    results, error = send(make("postmark"), "ann")

    assert (results, error.permanent, error.after_s) == ({}, False, 20)


def test_a_run_that_is_abandoned_while_it_rests_gives_nothing_more(server, make):
    """Who abandoned it believes that what was asked for is all that was."""
    rests, goes_on = Event(), Event()

    def sleep(_seconds: float) -> None:
        rests.set()
        goes_on.wait(10)

    server.replies = [Reply(429, {"Retry-After": "2"})]
    client = make("ses", times=Times(sleep, lambda: 0.0))
    run = client.send([message("ann")])
    assert next(run) is None
    assert rests.wait(10)
    run.close()
    goes_on.set()
    client._pool.shutdown(wait=True)

    assert len(server.asked) == 1
    assert server.recipients() == []
