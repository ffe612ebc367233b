"""What is said of each message by services that refuse, hang, lie and vanish, and that it is true."""

from random import Random

import httpx
import pytest

from digest.delivery.transports.http import Caller, LostError
from digest.errors import TransportError
from digest.model import SendOutcome
from tests.delivery.esp_server import Reply
from tests.delivery.services.conftest import (
    ACCEPTED,
    DEFERRED,
    KINDS,
    REJECTED,
    UNCERTAIN,
    outcomes,
    send,
    taken,
)


@pytest.mark.parametrize("kind", KINDS)
def test_one_refused_message_leaves_the_others_alone(server, make, kind):
    server.bad["bob@reader.example"] = (300, "Illegal email address 'bob@reader.example'")

    results, error = send(make(kind), "ann", "bob", "cy")

    assert error is None
    assert outcomes(results) == {"ann": ACCEPTED, "bob": REJECTED, "cy": ACCEPTED}
    assert "Illegal email address" in results["bob"].reply
    assert server.recipients() == taken("ann", "cy")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(406, REJECTED), (300, REJECTED), (9999, REJECTED), (429, DEFERRED), (100, DEFERRED)],
)
def test_postmarks_codes_are_sorted(server, make, code, outcome):
    server.bad["bob@reader.example"] = (code, "Found inactive addresses")

    results, error = send(make("postmark"), "ann", "bob")

    assert error is None
    assert (results["bob"].outcome, results["bob"].reply) == (
        outcome,
        f"{code} Found inactive addresses",
    )


@pytest.mark.parametrize("code", [400, 401, 405, 412, 413, 1235])
def test_what_would_refuse_everybody_at_postmark_is_no_readers_fault(server, make, code):
    server.bad["bob@reader.example"] = (code, "not you")

    results, error = send(make("postmark"), "ann", "bob")

    assert outcomes(results) == {"ann": ACCEPTED}
    assert error.permanent


def test_a_sender_that_ses_has_not_verified_ends_the_run_and_a_reader_only_himself(server, make):
    words = "Email address is not verified. The following identities failed the check: {}"
    server.bad["bob@reader.example"] = (400, words.format("bob@reader.example"))
    server.bad["cy@reader.example"] = (400, words.format("news@verdicts.example"))

    results, error = send(make("ses"), "bob")
    others, permanent = send(make("ses"), "cy")

    assert (outcomes(results), error) == ({"bob": REJECTED}, None)
    assert (others, permanent.permanent) == ({}, True)


@pytest.mark.parametrize("kind", ["ses", "postmark"])
@pytest.mark.parametrize("accepts", [True, False])
@pytest.mark.parametrize(
    "trouble", [{"status": 500}, {"status": 503}, {"hangs": True}, {"drops": True}]
)
def test_without_a_key_that_tells_a_repetition_a_lost_answer_is_uncertain_and_not_asked_again(
    server, make, kind, accepts, trouble
):
    server.replies = [Reply(accepts=accepts, **trouble)]

    results, error = send(make(kind, answer_s=0.2), "ann")

    assert outcomes(results) == {"ann": UNCERTAIN}
    assert error is not None
    assert not error.permanent
    assert len(server.asked) == 1
    assert server.recipients() == (taken("ann") if accepts else [])


@pytest.mark.parametrize("accepts", [True, False])
@pytest.mark.parametrize(
    "trouble", [{"status": 500}, {"status": 503}, {"hangs": True}, {"drops": True}]
)
def test_resend_is_asked_again_with_the_same_key_and_nobody_gets_two(
    server, make, hours, accepts, trouble
):
    server.replies = [Reply(accepts=accepts, **trouble)]

    results, error = send(make("resend", answer_s=0.2), "ann", "bob")

    assert error is None
    assert outcomes(results) == {"ann": ACCEPTED, "bob": ACCEPTED}
    assert server.recipients() == taken("ann", "bob")
    (_, first, body), (_, second, again) = server.asked
    assert first["idempotency-key"] == second["idempotency-key"]
    assert body == again
    assert hours.waits == [1]


@pytest.mark.parametrize(
    "last",
    [
        Reply(500),
        Reply(429, {"Retry-After": "30"}),
        Reply(401),
        Reply(422, {}, {"message": "no"}),
        Reply(409, {}, {"name": "concurrent_idempotent_requests", "message": "in progress"}),
    ],
)
def test_when_resend_never_tells_the_first_request_stays_uncertain(server, make, hours, last):
    """Whatever is said of the second proves nothing of the first."""
    server.replies = [Reply(500), last, last]

    results, error = send(make("resend"), "ann")

    assert outcomes(results) == {"ann": UNCERTAIN}
    assert not error.permanent
    assert len(server.asked) == 3
    assert hours.waits == [1, 4]


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("ses", "DIGEST_SES_ACCESS_KEY"),
        ("postmark", "DIGEST_POSTMARK_TOKEN"),
        ("resend", "DIGEST_RESEND_KEY"),
    ],
)
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_ends_the_run_and_names_the_setting(server, make, kind, setting, status):
    server.replies = [Reply(status, {}, {"message": "the key re-key is wrong"})]

    results, error = send(make(kind), "ann")

    assert (results, error.permanent) == ({}, True)
    assert setting in str(error)
    assert "re-key" not in str(error)


@pytest.mark.parametrize(
    ("kind", "error_type"),
    [
        ("UnrecognizedClientException", "DIGEST_SES_ACCESS_KEY"),
        ("ExpiredTokenException:http://x/", "DIGEST_SES_ACCESS_KEY"),
        ("SendingPausedException", "sending is paused"),
        ("NotFoundException", "DIGEST_SES_CONFIGURATION_SET"),
    ],
)
def test_what_ses_has_against_our_account_ends_the_run(server, make, kind, error_type):
    server.replies = [Reply(400, {"x-amzn-ErrorType": kind}, {"message": "no"})]

    results, error = send(make("ses"), "ann")

    assert (results, error.permanent) == ({}, True)
    assert error_type in str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [301, 404])
def test_a_wrong_address_ends_the_run_and_no_redirect_is_followed(server, make, kind, status):
    server.replies = [Reply(status, {"Location": f"{server.url}/elsewhere"})]

    results, error = send(make(kind), "ann")

    assert (results, error.permanent, len(server.asked)) == ({}, True, 1)
    assert f"DIGEST_{kind.upper()}_URL" in str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", "words", {}, [], None, 7])
def test_garbage_after_a_success_is_uncertain(server, make, kind, body):
    garbage = Reply(200, {}, b"null" if body is None else body, accepts=True)
    server.replies = [garbage] * 3

    results, error = send(make(kind), "ann")

    assert outcomes(results) == {"ann": UNCERTAIN}
    assert error is not None


def test_an_answer_that_lacks_some_leaves_those_uncertain_that_it_does_not_name(server, make):
    entry = {"ErrorCode": 0, "To": "BOB@reader.example", "MessageID": "pm-1"}
    server.replies = [Reply(200, {}, [entry], accepts=True)]
    named, _ = send(make("postmark"), "ann", "bob")
    server.replies = [Reply(200, {}, {"data": [{"id": "1"}]}, accepts=True)]
    numbered, _ = send(make("resend"), "ann", "bob")

    assert outcomes(named) == {"ann": UNCERTAIN, "bob": ACCEPTED}
    assert outcomes(numbered) == {"ann": UNCERTAIN, "bob": UNCERTAIN}


@pytest.mark.parametrize("index", [5, -1, "0", None])
def test_resend_refusing_what_was_not_asked_for_is_not_believed(server, make, index):
    answer = {"data": [], "errors": [{"index": index, "message": "bad"}]}
    server.replies = [Reply(200, {}, answer, accepts=True)]

    results, _ = send(make("resend"), "ann")

    assert outcomes(results) == {"ann": UNCERTAIN}


@pytest.mark.parametrize("kind", ["postmark", "resend"])
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_refused_whole_is_tried_in_halves_down_to_the_bad_message(
    server, make, kind, status
):
    no = Reply(status, {}, {"message": "invalid", "Message": "invalid", "ErrorCode": 402})
    # of four: the four, the first two, the first alone
    server.replies = [no, no, no]

    results, error = send(make(kind), "ann", "bob", "cy", "dot")

    assert error is None
    assert outcomes(results) == {
        "ann": REJECTED, "bob": ACCEPTED, "cy": ACCEPTED, "dot": ACCEPTED,
    }  # fmt: skip
    assert server.recipients() == taken("bob", "cy", "dot")


@pytest.mark.parametrize("kind", ["postmark", "resend"])
def test_when_the_first_half_is_lost_the_second_is_not_asked_for(server, make, kind):
    lost = [Reply(500)] * (3 if kind == "resend" else 1)
    server.replies = [Reply(422, {}, {"message": "no"}), *lost]

    results, error = send(make(kind), "ann", "bob")

    assert outcomes(results) == {"ann": UNCERTAIN}
    assert "500" in str(error)
    assert server.replies == server.recipients() == []


@pytest.mark.parametrize(
    "reply", [{"body": b"x" * 5_000_000}, {"body": b"[" + b" " * 20 + b"]", "drips_s": 0.05}]
)
def test_an_answer_without_end_is_not_read_to_its_end(server, make, reply):
    server.replies = [Reply(200, accepts=True, **reply)]

    results, error = send(make("postmark", answer_s=0.2), "ann")

    assert outcomes(results) == {"ann": UNCERTAIN}
    assert "octets" in str(error) or "no whole answer" in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_is_not_there_was_given_nothing(make, kind):
    results, error = send(make(kind, url="http://127.0.0.1:9"), "ann")

    assert (results, error.permanent) == ({}, False)
    assert "no connection" in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_whose_tls_fails_was_given_nothing(server, make, kind):
    results, error = send(make(kind, url=server.url.replace("http:", "https:")), "ann")

    assert (results, error.permanent, server.asked) == ({}, False, [])
    assert "TLS failed" in str(error)


LOST, NOT_GIVEN = "lost", "not given"
PROOFS = {
    "ConnectError": NOT_GIVEN,
    "ConnectTimeout": NOT_GIVEN,
    "PoolTimeout": NOT_GIVEN,
    "ProxyError": NOT_GIVEN,
    "UnsupportedProtocol": NOT_GIVEN,
    "WriteTimeout": NOT_GIVEN,
    "CloseError": LOST,
    "DecodingError": LOST,
    "LocalProtocolError": LOST,
    "ReadError": LOST,
    "ReadTimeout": LOST,
    "RemoteProtocolError": LOST,
    "TooManyRedirects": LOST,
    "WriteError": LOST,
}
"""What each error of the library below proves of a request."""


def _leaves(kind: type) -> set[type]:
    below = kind.__subclasses__()
    return set.union(*map(_leaves, below)) if below else {kind}


def test_each_error_of_the_client_below_proves_something_and_none_is_forgotten():
    for kind in _leaves(httpx.RequestError):

        def break_down(_request: httpx.Request, kind=kind) -> httpx.Response:
            raise kind("broken")

        caller = Caller("a service")
        caller.close()
        caller._client = httpx.Client(transport=httpx.MockTransport(break_down))
        with pytest.raises((TransportError, LostError)) as caught:
            caller.post("https://mail.example", headers={}, body=b"")
        caller.close()
        proved = LOST if caught.type is LostError else NOT_GIVEN
        assert PROOFS[kind.__name__] == proved
    assert {kind.__name__ for kind in _leaves(httpx.RequestError)} == set(PROOFS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_whatever_goes_wrong_nobody_gets_two_and_the_service_has_what_is_said(
    server, make, kind, seed
):
    """Until all have an end: what was not given, or deferred, is sent again, as a ledger does."""
    chance = Random(seed)
    faults = [
        Reply(500, accepts=True), Reply(500), Reply(drops=True), Reply(drops=True, accepts=True),
        Reply(429, {"Retry-After": "2"}), Reply(429, {"Retry-After": "40"}),
        Reply(422, {}, {"message": "no"}), Reply(200, {}, b"{", accepts=True), None, None,
    ]  # fmt: skip
    server.replies = chance.choices(faults, k=25)
    left = [f"r{number}" for number in range(8)]
    server.bad["r3@reader.example"] = (300, "bad")
    ends: dict[str, SendOutcome] = {}
    client = make(kind)

    while left:
        results, _ = send(client, *left)
        ends |= {name: each for name, each in outcomes(results).items() if each is not DEFERRED}
        left = [name for name in left if name not in ends]

    took = server.recipients()
    said = {each: taken(*(name for name in ends if ends[name] is each)) for each in SendOutcome}
    assert len(took) == len(set(took))
    assert set(said[ACCEPTED]) <= set(took) <= set(said[ACCEPTED]) | set(said[UNCERTAIN])
