"""The three mail services, against a real server that refuses, hurries, hangs, lies and vanishes."""

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from random import Random
from types import SimpleNamespace

import httpx
import pytest

from digest.delivery.sigv4 import Keys, signed
from digest.delivery.transports.http import Caller, LostError
from digest.delivery.transports.posting import PostingTransport, Times
from digest.delivery.transports.postmark import PostmarkTransport
from digest.delivery.transports.resend import ResendTransport, key_of
from digest.delivery.transports.ses import SesTransport
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult
from tests.delivery.esp_server import EspServer, Reply

ACCEPTED = SendOutcome.ACCEPTED
DEFERRED = SendOutcome.DEFERRED
REJECTED = SendOutcome.REJECTED
UNCERTAIN = SendOutcome.UNCERTAIN

KINDS = ("ses", "postmark", "resend")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CONTENT = (
    "From: Weekly AI Tool Verdicts <news@verdicts.example>\r\n"
    "Reply-To: editors@verdicts.example\r\n"
    "Subject: =?utf-8?q?Quill_vs_=C3=89crit?=: pick Quill\r\n"
    "To: {name}@reader.example\r\n"
    "Date: Fri, 20 Nov 2026 09:00:00 +0000\r\n"
    "Message-ID: <{name}@verdicts.example>\r\n"
    "List-Unsubscribe: <https://verdicts.example/unsubscribe/a-token-that-is-long-enough-to-be-\r\n"
    " folded>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; b=AAAA\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n'
    "\r\n"
    "--b\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Pick Quill =E2=80=93 it is free=\r\n"
    ".\r\n"
    "--b\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "<p>Pick =\r\n"
    "Quill =E2=80=93 it is free.</p>\r\n"
    "--b--\r\n"
)


def _message(name: str, **fields) -> Message:
    values = {
        "subscriber": name,
        "sender": f"b+tok_{name}-1@bounce.verdicts.example",
        "recipient": f"{name}@reader.example",
        "message_id": f"<{name}@verdicts.example>",
        "content": CONTENT.format(name=name).encode(),
    }
    return Message(**(values | fields))


@pytest.fixture(scope="module")
def running() -> Iterator[list[EspServer]]:
    """The server, once it was started."""
    servers: list[EspServer] = []
    yield servers
    for each in servers:
        each.close()


@pytest.fixture
def server(socket_enabled, running: list[EspServer]) -> Iterator[EspServer]:
    """A service that takes everything until told otherwise."""
    del socket_enabled
    if not running:
        running.append(EspServer())
    running[0].reset()
    yield running[0]
    running[0].let_go()


class Hours(SimpleNamespace):
    """Time that passes only by waiting."""

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def monotonic(self) -> float:
        return sum(self.waits)


@pytest.fixture
def hours() -> Hours:
    return Hours(waits=[])


@pytest.fixture
def make(server: EspServer, hours: Hours):
    """Make a client of one kind; all are closed afterwards."""
    made: list[PostingTransport] = []

    def build(kind: str, *, url: str | None = None, **options) -> PostingTransport:
        root = url or server.url
        options = {"times": Times(hours.sleep, hours.monotonic)} | options
        match kind:
            case "ses":
                keys = Keys("AKID", "secret", "session")
                client = SesTransport(
                    root, region="eu-central-1", keys=keys, configuration_set="weekly", **options
                )
            case "postmark":
                client = PostmarkTransport(root, token="pm-key", stream="broadcast", **options)
            case _:
                client = ResendTransport(root, key="re-key", **options)
        made.append(client)
        return client

    yield build
    for client in made:
        client.close()


def _send(transport: PostingTransport, *names: str):
    """Send; give results by subscriber, and the error that ended the batch if one did."""
    results: dict[str, SendResult] = {}
    try:
        for result in transport.send(_message(name) for name in names):
            if result is not None:
                results[result.subscriber] = result
    except TransportError as error:
        return results, error
    return results, None


def _outcomes(results: dict[str, SendResult]) -> dict[str, SendOutcome]:
    return {name: result.outcome for name, result in results.items()}


def _taken(*names: str) -> list[str]:
    return sorted(f"{name}@reader.example" for name in names)


@pytest.mark.parametrize(
    ("kind", "prefix", "requests"), [("ses", "ses", 3), ("postmark", "pm", 1), ("resend", "re", 1)]
)
def test_each_message_is_taken_once_and_its_number_is_the_reply(
    server, make, kind, prefix, requests
):
    results, error = _send(make(kind), "ann", "bob", "cy")

    assert error is None
    assert {name: (each.outcome, each.reply) for name, each in results.items()} == {
        name: (ACCEPTED, f"{prefix}-{name}@reader.example") for name in ("ann", "bob", "cy")
    }
    assert server.recipients() == _taken("ann", "bob", "cy")
    assert len(server.asked) == requests


def test_ses_gets_the_message_as_it_is_with_our_token_as_a_tag_and_a_signature_that_fits(
    server, make
):
    _send(make("ses", clock=lambda: NOW), "ann")

    path, headers, body = server.asked[0]
    assert b64decode(body["Content"]["Raw"]["Data"]) == _message("ann").content
    assert body["Destination"] == {"ToAddresses": ["ann@reader.example"]}
    assert body["EmailTags"] == [{"Name": "digest-token", "Value": "tok_ann-1"}]
    assert body["ConfigurationSetName"] == "weekly"
    expected = signed(
        "POST",
        server.url + path,
        headers={"content-type": "application/json"},
        body=json.dumps(body).encode(),
        keys=Keys("AKID", "secret", "session"),
        region="eu-central-1",
        service="ses",
        now=NOW,
    )
    assert {name: headers[name] for name in expected} == expected
    assert "/20261120/eu-central-1/ses/aws4_request" in headers["authorization"]
    assert headers["x-amz-security-token"] == "session"


def test_postmark_gets_fields_and_keeps_what_makes_the_mail_ours(server, make):
    _send(make("postmark"), "ann")

    path, headers, (fields,) = server.asked[0]
    passed = {each["Name"]: each["Value"] for each in fields.pop("Headers")}
    assert (path, headers["x-postmark-server-token"]) == ("/email/batch", "pm-key")
    assert fields == {
        "From": "Weekly AI Tool Verdicts <news@verdicts.example>",
        "To": "ann@reader.example",
        "ReplyTo": "editors@verdicts.example",
        "Subject": "Quill vs Écrit: pick Quill",
        "HtmlBody": "<p>Pick Quill – it is free.</p>",
        "TextBody": "Pick Quill – it is free.",
        "MessageStream": "broadcast",
        "TrackOpens": False,
        "TrackLinks": "None",
        "Metadata": {"digest-token": "tok_ann-1", "digest-id": "ann@verdicts.example"},
    }
    assert passed == {
        "List-Unsubscribe": "<https://verdicts.example/unsubscribe/a-token-that-is-long-enough-to-be- "
        "folded>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": "<ann@verdicts.example>",
        "X-PM-KeepID": "true",
    }


def test_resend_gets_fields_and_keeps_what_makes_the_mail_ours(server, make):
    _send(make("resend"), "ann")

    path, headers, (fields,) = server.asked[0]
    passed = fields.pop("headers")
    assert (path, headers["authorization"]) == ("/emails/batch", "Bearer re-key")
    assert headers["x-batch-validation"] == "permissive"
    assert fields == {
        "from": "Weekly AI Tool Verdicts <news@verdicts.example>",
        "to": ["ann@reader.example"],
        "reply_to": "editors@verdicts.example",
        "subject": "Quill vs Écrit: pick Quill",
        "html": "<p>Pick Quill – it is free.</p>",
        "text": "Pick Quill – it is free.",
        "tags": [{"name": "digest-token", "value": "tok_ann-1"}],
    }
    assert passed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert passed["Message-ID"] == passed["X-Entity-Ref-ID"] == "<ann@verdicts.example>"
    assert "DKIM-Signature" not in passed


@pytest.mark.parametrize("kind", KINDS)
def test_a_sender_without_a_token_sends_none(server, make, kind):
    list(make(kind).send([_message("ann", sender="news@verdicts.example")]))

    assert "digest-token" not in json.dumps(server.asked[0][2])


@pytest.mark.parametrize("kind", KINDS)
def test_one_refused_message_leaves_the_others_alone(server, make, kind):
    server.bad["bob@reader.example"] = (300, "Illegal email address 'bob@reader.example'")

    results, error = _send(make(kind), "ann", "bob", "cy")

    assert error is None
    assert _outcomes(results) == {"ann": ACCEPTED, "bob": REJECTED, "cy": ACCEPTED}
    assert "Illegal email address" in results["bob"].reply
    assert server.recipients() == _taken("ann", "cy")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(406, REJECTED), (300, REJECTED), (9999, REJECTED), (429, DEFERRED), (100, DEFERRED)],
)
def test_postmarks_codes_are_sorted(server, make, code, outcome):
    server.bad["bob@reader.example"] = (code, "Found inactive addresses")

    results, error = _send(make("postmark"), "ann", "bob")

    assert error is None
    assert (results["bob"].outcome, results["bob"].reply) == (
        outcome,
        f"{code} Found inactive addresses",
    )


@pytest.mark.parametrize("code", [400, 401, 405, 412, 413, 1235])
def test_what_would_refuse_everybody_at_postmark_is_no_readers_fault(server, make, code):
    server.bad["bob@reader.example"] = (code, "not you")

    results, error = _send(make("postmark"), "ann", "bob")

    assert _outcomes(results) == {"ann": ACCEPTED}
    assert error.permanent


def test_a_sender_that_ses_has_not_verified_ends_the_run_and_a_reader_only_himself(server, make):
    words = "Email address is not verified. The following identities failed the check: {}"
    server.bad["bob@reader.example"] = (400, words.format("bob@reader.example"))
    server.bad["cy@reader.example"] = (400, words.format("news@verdicts.example"))

    results, error = _send(make("ses"), "bob")
    others, permanent = _send(make("ses"), "cy")

    assert (_outcomes(results), error) == ({"bob": REJECTED}, None)
    assert (others, permanent.permanent) == ({}, True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_wants_a_short_rest_gets_it_and_nobody_notices(server, make, hours, kind):
    server.replies = [Reply(429, {"Retry-After": "3"}), Reply(429)]

    results, error = _send(make(kind), "ann")

    assert error is None
    assert _outcomes(results) == {"ann": ACCEPTED}
    assert server.recipients() == _taken("ann")
    assert hours.waits == [3, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_long_rest_asked_for_nothing_was_given_and_the_next_batch_waits_first(
    server, make, hours, kind
):
    server.replies = [Reply(429, {"Retry-After": "30"})]
    client = make(kind)
    taken: list[str] = []

    def messages() -> Iterator[Message]:
        taken.append(f"after {sum(hours.waits):g} s")
        yield _message("ann")

    results, error = _send(client, "ann")
    again = list(client.send(messages()))

    assert (results, error.permanent, error.after_s) == ({}, False, 30)
    assert taken == ["after 30 s"]
    assert again[:30] == [None] * 30
    assert [each.outcome for each in again[30:]] == [ACCEPTED]
    assert server.recipients() == _taken("ann")


@pytest.mark.parametrize("kind", KINDS)
def test_a_rest_of_an_hour_is_not_sat_out(server, make, hours, kind):
    server.replies = [Reply(429, {"Retry-After": "3600"})]
    client = make(kind)

    _send(client, "ann")
    results, error = _send(client, "ann")

    assert (results, error.permanent) == ({}, False)
    assert "asks for a rest of 3600 s more" in str(error)
    assert (len(server.asked), hours.waits) == (1, [])


def test_a_date_to_wait_for_counts_from_the_services_own_clock(server, make):
    soon = {"Retry-After": "Fri, 20 Nov 2026 10:00:40 GMT", "Date": "Fri, 20 Nov 2026 10:00:00 GMT"}
    server.replies = [Reply(429, soon)]

    _, error = _send(make("postmark"), "ann")

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

    results, error = _send(make(kind), "ann")

    assert (results, error.permanent, hours.waits) == ({}, True, [])
    assert "quota is used up" in str(error)


@pytest.mark.parametrize("kind", ["ses", "postmark"])
@pytest.mark.parametrize("accepts", [True, False])
@pytest.mark.parametrize(
    "trouble", [{"status": 500}, {"status": 503}, {"hangs": True}, {"drops": True}]
)
def test_without_a_key_that_tells_a_repetition_a_lost_answer_is_uncertain_and_not_asked_again(
    server, make, kind, accepts, trouble
):
    server.replies = [Reply(accepts=accepts, **trouble)]

    results, error = _send(make(kind, answer_s=0.2), "ann")

    assert _outcomes(results) == {"ann": UNCERTAIN}
    assert error is not None
    assert not error.permanent
    assert len(server.asked) == 1
    assert server.recipients() == (_taken("ann") if accepts else [])


@pytest.mark.parametrize("accepts", [True, False])
@pytest.mark.parametrize(
    "trouble", [{"status": 500}, {"status": 503}, {"hangs": True}, {"drops": True}]
)
def test_resend_is_asked_again_with_the_same_key_and_nobody_gets_two(
    server, make, hours, accepts, trouble
):
    server.replies = [Reply(accepts=accepts, **trouble)]

    results, error = _send(make("resend", answer_s=0.2), "ann", "bob")

    assert error is None
    assert _outcomes(results) == {"ann": ACCEPTED, "bob": ACCEPTED}
    assert server.recipients() == _taken("ann", "bob")
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

    results, error = _send(make("resend"), "ann")

    assert _outcomes(results) == {"ann": UNCERTAIN}
    assert not error.permanent
    assert len(server.asked) == 3
    assert hours.waits == [1, 4]


def test_the_same_messages_are_one_request_to_resend_whatever_their_order(server, make):
    first = [_message("ann"), _message("bob")]
    dated = [
        _message(name, content=CONTENT.format(name=name).replace("09:00", "11:30").encode())
        for name in ("bob", "ann")
    ]

    replies = [
        {each.subscriber: each.reply for each in make("resend").send(batch)}
        for batch in (first, dated)
    ]

    assert replies[0] == replies[1]
    assert server.recipients() == _taken("ann", "bob")
    assert server.asked[0][2] == server.asked[1][2]
    assert key_of(first) == key_of(dated) != key_of(first[:1])
    assert len(key_of(first)) <= 256


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

    results, error = _send(make(kind), "ann")

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

    results, error = _send(make("ses"), "ann")

    assert (results, error.permanent) == ({}, True)
    assert error_type in str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [301, 404])
def test_a_wrong_address_ends_the_run_and_no_redirect_is_followed(server, make, kind, status):
    server.replies = [Reply(status, {"Location": f"{server.url}/elsewhere"})]

    results, error = _send(make(kind), "ann")

    assert (results, error.permanent, len(server.asked)) == ({}, True, 1)
    assert f"DIGEST_{kind.upper()}_URL" in str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", "words", {}, [], None, 7])
def test_garbage_after_a_success_is_uncertain(server, make, kind, body):
    garbage = Reply(200, {}, b"null" if body is None else body, accepts=True)
    server.replies = [garbage] * 3

    results, error = _send(make(kind), "ann")

    assert _outcomes(results) == {"ann": UNCERTAIN}
    assert error is not None


def test_an_answer_that_lacks_some_leaves_those_uncertain_that_it_does_not_name(server, make):
    entry = {"ErrorCode": 0, "To": "BOB@reader.example", "MessageID": "pm-1"}
    server.replies = [Reply(200, {}, [entry], accepts=True)]
    named, _ = _send(make("postmark"), "ann", "bob")
    server.replies = [Reply(200, {}, {"data": [{"id": "1"}]}, accepts=True)]
    numbered, _ = _send(make("resend"), "ann", "bob")

    assert _outcomes(named) == {"ann": UNCERTAIN, "bob": ACCEPTED}
    assert _outcomes(numbered) == {"ann": UNCERTAIN, "bob": UNCERTAIN}


@pytest.mark.parametrize("index", [5, -1, "0", None])
def test_resend_refusing_what_was_not_asked_for_is_not_believed(server, make, index):
    answer = {"data": [], "errors": [{"index": index, "message": "bad"}]}
    server.replies = [Reply(200, {}, answer, accepts=True)]

    results, _ = _send(make("resend"), "ann")

    assert _outcomes(results) == {"ann": UNCERTAIN}


@pytest.mark.parametrize("kind", ["postmark", "resend"])
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_refused_whole_is_tried_in_halves_down_to_the_bad_message(
    server, make, kind, status
):
    no = Reply(status, {}, {"message": "invalid", "Message": "invalid", "ErrorCode": 402})
    # of four: the four, the first two, the first alone
    server.replies = [no, no, no]

    results, error = _send(make(kind), "ann", "bob", "cy", "dot")

    assert error is None
    assert _outcomes(results) == {
        "ann": REJECTED, "bob": ACCEPTED, "cy": ACCEPTED, "dot": ACCEPTED,
    }  # fmt: skip
    assert server.recipients() == _taken("bob", "cy", "dot")


@pytest.mark.parametrize("kind", ["postmark", "resend"])
def test_when_the_first_half_is_lost_the_second_is_not_asked_for(server, make, kind):
    lost = [Reply(500)] * (3 if kind == "resend" else 1)
    server.replies = [Reply(422, {}, {"message": "no"}), *lost]

    results, error = _send(make(kind), "ann", "bob")

    assert _outcomes(results) == {"ann": UNCERTAIN}
    assert "500" in str(error)
    assert server.replies == server.recipients() == []


@pytest.mark.parametrize(
    "reply", [{"body": b"x" * 5_000_000}, {"body": b"[" + b" " * 20 + b"]", "drips_s": 0.05}]
)
def test_an_answer_without_end_is_not_read_to_its_end(server, make, reply):
    server.replies = [Reply(200, accepts=True, **reply)]

    results, error = _send(make("postmark", answer_s=0.2), "ann")

    assert _outcomes(results) == {"ann": UNCERTAIN}
    assert "octets" in str(error) or "no whole answer" in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_is_not_there_was_given_nothing(make, kind):
    results, error = _send(make(kind, url="http://127.0.0.1:9"), "ann")

    assert (results, error.permanent) == ({}, False)
    assert "no connection" in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_whose_tls_fails_was_given_nothing(server, make, kind):
    results, error = _send(make(kind, url=server.url.replace("http:", "https:")), "ann")

    assert (results, error.permanent, server.asked) == ({}, False, [])
    assert "TLS failed" in str(error)


@pytest.mark.parametrize(("kind", "most"), [("postmark", 500), ("resend", 100)])
def test_a_request_holds_as_many_as_it_may_and_none_is_taken_before_its_turn(
    server, make, kind, most
):
    small = b"From: news@verdicts.example\r\nSubject: hello\r\n\r\nhello\r\n"
    pulled = 0

    def messages() -> Iterator[Message]:
        nonlocal pulled
        for number in range(most + 1):
            pulled += 1
            yield _message(f"r{number:03}", content=small)

    results = make(kind).send(messages())
    first = next(each for each in results if each is not None)

    assert (first.outcome, pulled) == (ACCEPTED, most)
    assert sum(each is not None for each in results) == most
    assert [len(body) for _, _, body in server.asked] == [most, 1]


def test_a_request_holds_no_more_than_its_octets(server, make):
    client = make("postmark")
    client._octets = 2 * len(_message("ann").content)

    _send(client, "ann", "bob", "cyd")

    assert [len(body) for _, _, body in server.asked] == [2, 1]


def test_ses_is_asked_several_times_at_once_and_signs_of_life_come_meanwhile(server, make):
    server.replies = [Reply(hangs=True)]
    came: list[SendResult | None] = []

    with pytest.raises(TransportError):
        came.extend(make("ses", answer_s=1.2).send([_message("ann"), _message("bob")]))

    assert [each and each.outcome for each in came] == [ACCEPTED, None, UNCERTAIN]


def test_answers_under_way_are_kept_when_the_stream_of_messages_breaks(server, make):
    def messages() -> Iterator[Message]:
        yield _message("ann")
        raise OSError("the ledger is away")

    results = make("ses").send(messages())

    assert next(results).outcome is ACCEPTED
    with pytest.raises(OSError, match="ledger"):
        next(results)
    assert server.recipients() == _taken("ann")


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_was_closed_opens_again(make, kind):
    client = make(kind)
    _send(client, "ann")
    client.close()
    client.close()

    results, _ = _send(client, "bob")

    assert _outcomes(results) == {"bob": ACCEPTED}


def test_the_content_that_ses_took_is_a_whole_mail(server, make):
    _send(make("ses"), "ann")

    mail = message_from_bytes(_message("ann").content)
    assert server.accepted[0][1]["mail"].as_bytes() == mail.as_bytes()


def test_postmark_under_maintenance_was_given_nothing(server, make):
    away = {"ErrorCode": 100, "Message": "Maintenance"}
    server.replies = [Reply(503, {"Retry-After": "20"}, away)]

    results, error = _send(make("postmark"), "ann")

    assert (results, error.permanent, error.after_s) == ({}, False, 20)


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
        results, _ = _send(client, *left)
        ends |= {name: each for name, each in _outcomes(results).items() if each is not DEFERRED}
        left = [name for name in left if name not in ends]

    took = server.recipients()
    said = {each: _taken(*(name for name in ends if ends[name] is each)) for each in SendOutcome}
    assert len(took) == len(set(took))
    assert set(said[ACCEPTED]) <= set(took) <= set(said[ACCEPTED]) | set(said[UNCERTAIN])
