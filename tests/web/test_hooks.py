"""The webhooks of mail services: only what is proven counts, once, and 200 means that it is stored."""

import base64
import dataclasses
import hashlib
import hmac
import json
from types import MappingProxyType

import pytest
from pydantic import SecretStr
from sqlmodel import select

from digest.delivery.webhooks.hooks import PostmarkHook, ResendHook, SesHook
from digest.errors import FetchError, StoreError
from digest.model import DeliveryState, FeedbackEffect, IssueState, SubscriberState
from digest.readers import links
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.tables import DeliveryRow, FeedbackRow, IssueRow, SubscriberRow
from digest.web.middleware import MOST_BODY, MOST_POSTED
from digest.web.serve import web_parts
from digest.wiring import open_resources
from tests.conftest import NOW
from tests.web.conftest import SECRET, Visitor, parts_of

WEEK, READER = "2026-W47", "reader0123456789"
KEY = b"thirty-two octets of hook secret"
WHSEC = "whsec_" + base64.b64encode(KEY).decode()
SHOWN = {"x-webhook-secret": "a-secret-of-many-letters"}
TOKEN = links.bounce_token(WEEK, READER, secret=SECRET)


@pytest.fixture
def mailed(sqlite_db: Database) -> Database:
    """A reader who was mailed an issue, and nobody knows whether it was accepted."""
    with sqlite_db.write() as session:
        session.add(
            IssueRow(
                week=WEEK,
                number=1,
                state=IssueState.SENDING,
                document="{}",
                plan="{}",
                audience=1,
                changed_at=NOW,
            )
        )
        session.add(
            SubscriberRow(
                public_id=READER,
                address="ann@reader.example",
                state=SubscriberState.CONFIRMED,
                created_at=NOW.replace(month=1),
                confirmed_at=NOW.replace(month=1),
            )
        )
        session.add(
            DeliveryRow(
                week=WEEK,
                subscriber=READER,
                address="ann@reader.example",
                state=DeliveryState.UNCERTAIN,
                leased_by="sender",
                handed_at=NOW,
                changed_at=NOW,
            )
        )
    return sqlite_db


class NoAnswer:
    """Stands for SNS while it is away."""

    def __call__(self, url: str) -> bytes:
        raise FetchError(url, "cannot be had")


@pytest.fixture
def parts(mailed: Database, clock, mailbox):
    """A house that takes the posts of Postmark and Resend."""
    hooks = {
        "postmark": PostmarkHook(SecretStr(SHOWN["x-webhook-secret"])),
        "resend": ResendHook(SecretStr(WHSEC)),
    }
    return dataclasses.replace(parts_of(mailed, clock, mailbox), hooks=MappingProxyType(hooks))


def _bounce(**changes) -> dict[str, object]:
    return {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "Email": "ann@reader.example",
        "BouncedAt": NOW.isoformat(),
        "Metadata": {"digest-token": TOKEN},
    } | changes


def _signed(body: bytes, *, at: float | None = None) -> dict[str, str]:
    stamp = str(int(NOW.timestamp() if at is None else at))
    mac = hmac.digest(KEY, b".".join((b"msg_1", stamp.encode(), body)), hashlib.sha256)
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": signature}


def _complaint() -> bytes:
    data = {"to": ["ann@reader.example"], "tags": {"digest-token": TOKEN}}
    event = {"type": "email.complained", "created_at": NOW.isoformat(), "data": data}
    return json.dumps(event).encode()


def _state(db: Database) -> tuple[SubscriberState, DeliveryState, list[FeedbackEffect]]:
    with db.read() as session:
        reader = session.exec(select(SubscriberRow)).one()
        delivery = session.exec(select(DeliveryRow)).one()
        effects = [FeedbackEffect(row.effect) for row in session.exec(select(FeedbackRow))]
        return SubscriberState(reader.state), DeliveryState(delivery.state), effects


UNTOUCHED = (SubscriberState.CONFIRMED, DeliveryState.UNCERTAIN, [])


def test_a_proven_bounce_ends_a_subscription_once_however_often_it_comes(client, mailed):
    answers = [client.post("/feedback/postmark", json=_bounce(), headers=SHOWN) for _ in range(2)]

    assert [(each.status_code, each.content) for each in answers] == [(200, b"")] * 2
    assert _state(mailed) == (
        SubscriberState.BOUNCED,
        DeliveryState.ACCEPTED,
        [FeedbackEffect.BOUNCED],
    )


def test_a_signed_complaint_counts_and_is_kept_by_no_cache(client, mailed):
    body = _complaint()

    answer = client.post("/feedback/resend", content=body, headers=_signed(body))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert _state(mailed)[0] is SubscriberState.COMPLAINED


def test_a_token_of_another_secret_moves_nobody(client, mailed):
    forged = links.bounce_token(WEEK, READER, secret=b"another secret of thirty-two octets")

    answer = client.post(
        "/feedback/postmark", json=_bounce(Metadata={"digest-token": forged}), headers=SHOWN
    )

    assert answer.status_code == 200
    assert _state(mailed)[0] is SubscriberState.CONFIRMED


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("postmark", {}),
        ("postmark", {"x-webhook-secret": "another"}),
        ("resend", {}),
        ("resend", _signed(b"another body")),
        ("resend", _signed(_complaint(), at=NOW.timestamp() - 301)),
    ],
)
def test_who_proves_nothing_is_told_nothing_and_changes_nothing(client, mailed, name, headers):
    body = _complaint() if name == "resend" else json.dumps(_bounce()).encode()

    answer = client.post(f"/feedback/{name}", content=body, headers=headers)

    assert (answer.status_code, answer.content) == (401, b"")
    assert _state(mailed) == UNTOUCHED


@pytest.mark.parametrize("name", ["ses", "nobody", "postmark/x"])
def test_what_is_not_set_up_is_not_there(client, mailed, name):
    assert client.post(f"/feedback/{name}", json=_bounce(), headers=SHOWN).status_code == 404
    assert _state(mailed) == UNTOUCHED


def test_a_webhook_cannot_be_looked_at(client):
    assert client.get("/feedback/postmark").status_code == 405


def test_what_is_no_json_is_refused_and_what_is_too_large_is_not_read(client, mailed):
    nonsense = client.post("/feedback/postmark", content=b"{", headers=SHOWN)
    large = _bounce(Content="x" * (2 * MOST_BODY))
    huge = client.post("/feedback/postmark", content=b"x" * (MOST_POSTED + 1), headers=SHOWN)

    assert (nonsense.status_code, huge.status_code) == (400, 413)
    assert _state(mailed) == UNTOUCHED
    assert client.post("/feedback/postmark", json=large, headers=SHOWN).status_code == 200


def test_what_does_not_concern_us_is_taken_and_forgotten(client, mailed):
    answer = client.post("/feedback/postmark", json={"RecordType": "Open"}, headers=SHOWN)

    assert answer.status_code == 200
    assert _state(mailed) == UNTOUCHED


def test_what_cannot_be_stored_is_not_answered_with_success(client, monkeypatch):
    """The service will post it again."""

    def away(*_args: object, **_kwargs: object) -> None:
        raise StoreError("the database is away")

    monkeypatch.setattr(Database, "write", away)

    answer = client.post("/feedback/postmark", json=_bounce(), headers=SHOWN)

    assert answer.status_code == 503


def test_what_cannot_be_checked_now_is_to_be_posted_again(parts, visit):
    topic = "arn:aws:sns:eu-central-1:123456789012:weekly"
    host = "https://sns.eu-central-1.amazonaws.com"
    hook = SesHook(topic)
    hook.amazon._ask = NoAnswer()
    client: Visitor = visit(dataclasses.replace(parts, hooks=MappingProxyType({"ses": hook})))
    message = {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": topic,
        "Message": "{}",
        "Timestamp": NOW.isoformat(),
        "SignatureVersion": "2",
        "Signature": "AAAA",
        "SigningCertURL": f"{host}/SimpleNotificationService-0123456789abcdef.pem",
    }

    assert client.post("/feedback/ses", json=message).status_code == 503
    assert client.post("/feedback/ses", json=message | {"TopicArn": "x"}).status_code == 401


def test_the_webhooks_of_the_settings_are_taken_and_no_others(tmp_path, visit):
    secrets = {
        "database_url": f"sqlite:///{tmp_path / 'digest.db'}",
        "postmark_hook_secret": SHOWN["x-webhook-secret"],
        "resend_hook_secret": WHSEC,
        "ses_topic": "arn:aws:sns:eu-central-1:123456789012:weekly",
    }
    everything = Settings(feedback_hooks="ses, postmark,resend", **secrets)

    with open_resources(Settings(feedback_hooks="postmark", **secrets)) as resources:
        client = visit(web_parts(resources))
        answers = [
            client.post(f"/feedback/{name}", json=_bounce(), headers=SHOWN).status_code
            for name in ("postmark", "resend", "ses")
        ]
    with open_resources(everything) as resources:
        hooks = {name: type(hook) for name, hook in web_parts(resources).hooks.items()}

    assert answers == [200, 404, 404]
    assert hooks == {"ses": SesHook, "postmark": PostmarkHook, "resend": ResendHook}
