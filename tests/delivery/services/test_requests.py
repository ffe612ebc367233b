"""What the three services are sent: the mail, what makes it ours, and as many as a request holds."""

import json
from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes

import pytest

from digest.delivery.envelope import token_of
from digest.delivery.sigv4 import Keys, signed
from digest.delivery.transports.resend import key_of
from digest.model import Message
from tests.delivery.services.conftest import (
    ACCEPTED,
    CONTENT,
    KINDS,
    NOW,
    message,
    send,
    taken,
)


@pytest.mark.parametrize(
    ("kind", "prefix", "requests"), [("ses", "ses", 3), ("postmark", "pm", 1), ("resend", "re", 1)]
)
def test_each_message_is_taken_once_and_its_number_is_the_reply(
    server, make, kind, prefix, requests
):
    results, error = send(make(kind), "ann", "bob", "cy")

    assert error is None
    assert {name: (each.outcome, each.reply) for name, each in results.items()} == {
        name: (ACCEPTED, f"{prefix}-{name}@reader.example") for name in ("ann", "bob", "cy")
    }
    assert server.recipients() == taken("ann", "bob", "cy")
    assert len(server.asked) == requests


def test_ses_gets_the_message_as_it_is_with_our_token_as_a_tag_and_a_signature_that_fits(
    server, make
):
    send(make("ses", clock=lambda: NOW), "ann")

    path, headers, body = server.asked[0]
    assert b64decode(body["Content"]["Raw"]["Data"]) == message("ann").content
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
    send(make("postmark"), "ann")

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
    send(make("resend"), "ann")

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


def test_a_token_is_what_follows_the_last_plus():
    """A bounce address may hold one of its own."""
    assert token_of("bounces+news+tok1@verdicts.example") == "tok1"


@pytest.mark.parametrize("kind", KINDS)
def test_a_sender_without_a_token_sends_none(server, make, kind):
    list(make(kind).send([message("ann", sender="news@verdicts.example")]))

    assert "digest-token" not in json.dumps(server.asked[0][2])


def test_the_same_messages_are_one_request_to_resend_whatever_their_order(server, make):
    first = [message("ann"), message("bob")]
    dated = [
        message(name, content=CONTENT.format(name=name).replace("09:00", "11:30").encode())
        for name in ("bob", "ann")
    ]

    replies = [
        {each.subscriber: each.reply for each in make("resend").send(batch)}
        for batch in (first, dated)
    ]

    assert replies[0] == replies[1]
    assert server.recipients() == taken("ann", "bob")
    assert server.asked[0][2] == server.asked[1][2]
    assert key_of(first) == key_of(dated) != key_of(first[:1])
    assert len(key_of(first)) <= 256


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
            yield message(f"r{number:03}", content=small)

    results = make(kind).send(messages())
    first = next(each for each in results if each is not None)

    assert (first.outcome, pulled) == (ACCEPTED, most)
    assert sum(each is not None for each in results) == most
    assert [len(body) for _, _, body in server.asked] == [most, 1]


def test_a_request_holds_no_more_than_its_octets(server, make):
    client = make("postmark")
    client._octets = 2 * len(message("ann").content)

    send(client, "ann", "bob", "cyd")

    assert [len(body) for _, _, body in server.asked] == [2, 1]


def test_the_content_that_ses_took_is_a_whole_mail(server, make):
    send(make("ses"), "ann")

    mail = message_from_bytes(message("ann").content)
    assert server.accepted[0][1]["mail"].as_bytes() == mail.as_bytes()
