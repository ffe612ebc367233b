"""Whose a post is: Svix signatures, SNS signatures with their certificates, Postmark's secret."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from digest.delivery.webhooks import postmark, sns, svix
from digest.delivery.webhooks.amazon import MOST_ASKED, Amazon, fetch
from digest.delivery.webhooks.hooks import SesHook
from digest.errors import FetchError, HookError
from digest.model import FeedbackKind
from tests.conftest import NOW

TOPIC = "arn:aws:sns:eu-central-1:123456789012:weekly-feedback"
PEM_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"

# The examples that Svix and the Standard Webhooks project publish.
VECTORS = (
    (
        "whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121,
        b'{"event_type":"ping","data":{"success":true}}',
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
        b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
)  # fmt: skip


def _svix(vector: int = 0, *, later: float = 0, **changes) -> str:
    secret, name, stamp, body, signature = VECTORS[vector]
    headers = {"svix-id": name, "svix-timestamp": str(stamp), "svix-signature": signature}
    headers |= {key.replace("_", "-"): value for key, value in changes.items() if key != "body"}
    now = datetime.fromtimestamp(stamp + later, UTC)
    return svix.check(headers, changes.get("body", body), secret=secret, now=now, hook="resend")


@pytest.mark.parametrize("vector", [0, 1])
@pytest.mark.parametrize("later", [-300, 0, 300])
def test_the_published_signatures_are_right_for_five_minutes(vector, later):
    assert _svix(vector, later=later) == VECTORS[vector][1]


def test_one_right_signature_of_several_is_enough():
    assert _svix(svix_signature=f"v1,AAAA v2,{VECTORS[0][4][3:]} {VECTORS[0][4]}")


@pytest.mark.parametrize(
    "change",
    [
        {"later": 301},
        {"later": -301},
        {"body": b'{"event_type":"ping","data":{"success":false}}'},
        {"svix_id": "msg_other"},
        {"svix_id": ""},
        {"svix_timestamp": "1731705122"},
        {"svix_timestamp": "soon"},
        {"svix_timestamp": "²"},
        {"svix_timestamp": "9" * 40},
        {"svix_timestamp": "9" * 12},  # no year has five digits
        {"svix_timestamp": ""},
        {"svix_signature": ""},
        {"svix_signature": "v1,"},
        {"svix_signature": "v2,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="},
        {"svix_signature": "v1,é"},
    ],
)
def test_nothing_else_is_right(change):
    with pytest.raises(HookError) as caught:
        _svix(**change)

    assert not caught.value.is_proven


SECRET = "a-secret-of-many-letters"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-webhook-secret": SECRET},
        {"authorization": "Basic " + base64.b64encode(f"postmark:{SECRET}".encode()).decode()},
        {"authorization": "basic " + base64.b64encode(f":{SECRET}".encode()).decode()},
    ],
)
def test_postmark_shows_the_secret_as_password_or_as_header(headers):
    postmark.check(headers, secret=SECRET)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-webhook-secret": ""},
        {"x-webhook-secret": SECRET + "x"},
        {"x-webhook-secret": "é"},
        {"authorization": f"Bearer {SECRET}"},
        {"authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()},
        {"authorization": "Basic !!!"},
        {"authorization": "Basic é"},
        {"authorization": "Basic " + base64.b64encode(b"a:\xff").decode()},
        {"authorization": "Basic"},
    ],
)
def test_who_does_not_show_it_is_not_postmark(headers):
    with pytest.raises(HookError):
        postmark.check(headers, secret=SECRET)


@dataclass(frozen=True)
class Signer:
    """Stands for SNS: a key, and the certificate that goes with it."""

    key: rsa.RSAPrivateKey
    pem: bytes

    def post(self, *, version: str = "2", signed: str | None = None, **changes) -> bytes:
        """A message with a right signature; of ``signed``, where another one than what is posted."""
        message = {
            "Type": "Notification",
            "MessageId": "11111111-2222-3333-4444-555555555555",
            "TopicArn": TOPIC,
            "Message": json.dumps({"notificationType": "Bounce"}),
            "Timestamp": "2026-11-20T08:59:30.123Z",
            "SignatureVersion": version,
            "SigningCertURL": PEM_URL,
        }
        message |= {name: value for name, value in changes.items() if value is not None}
        names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token"]
        lines = [
            f"{name}\n{message[name]}\n" for name in [*names, "TopicArn", "Type"] if name in message
        ]
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 # theirs
        octets = "".join(lines).encode() if signed is None else signed.encode()
        signature = self.key.sign(octets, padding.PKCS1v15(), algorithm)
        message["Signature"] = base64.b64encode(signature).decode()
        return json.dumps(message).encode()


def certificate_of(key, *, days: int = 300) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(NOW - timedelta(days=10)).not_valid_after(
        NOW + timedelta(days=days)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def signer() -> Signer:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Signer(key, certificate_of(key))


class Asked(list):
    """The addresses that were asked for; each brings the same."""

    def __init__(self, brings: bytes | Callable[[str], bytes]) -> None:
        super().__init__()
        self.brings = brings

    def __call__(self, url: str) -> bytes:
        self.append(url)
        return self.brings if isinstance(self.brings, bytes) else self.brings(url)


def _hook(asked: Asked) -> SesHook:
    return SesHook(TOPIC, Amazon(asked))


BOUNCE = json.dumps(
    {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "feedbackId": "f-1",
            "bouncedRecipients": [{"emailAddress": "ann@reader.example", "status": "5.1.1"}],
        },
        "mail": {},
    }
)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [None, "Amazon SES Email Event Notification"])
def test_what_sns_signed_for_our_topic_is_read_and_its_certificate_asked_for_once(
    signer, version, subject
):
    asked = Asked(signer.pem)
    hook = _hook(asked)
    body = signer.post(version=version, Subject=subject, Message=BOUNCE)

    found = [hook.take({}, body, now=NOW) for _ in range(2)]

    assert found[0] == found[1]
    assert [(each.kind, each.recipient) for each in found[0]] == [
        (FeedbackKind.HARD, "ann@reader.example")
    ]
    assert asked == [PEM_URL]


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({"signed": "Message\nanother\n"}, True),
        ({"version": "3"}, True),
        ({"TopicArn": TOPIC + "-of-another"}, False),
        ({"Type": "Notice"}, False),
        ({"Timestamp": "2026-11-19T08:59:59Z"}, False),
        ({"Timestamp": "2026-11-20T09:05:01Z"}, False),
        ({"Timestamp": "today"}, False),
        ({"Timestamp": "0001-01-01T00:00:00+14:00"}, False),
        ({"SigningCertURL": "http" + PEM_URL[5:]}, False),
        ({"SigningCertURL": PEM_URL.replace("amazonaws.com", "amazonaws.com.evil.example")}, False),
        ({"SigningCertURL": PEM_URL.replace("https://", "https://x@evil.example/?")}, False),
        ({"SigningCertURL": PEM_URL.replace("sns.eu-central-1", "evil.s3")}, False),
        ({"SigningCertURL": PEM_URL.replace("sns.eu-central-1", "sns.us-east-1")}, False),
        ({"SigningCertURL": PEM_URL.replace(".com/", ".com:8443/")}, False),
        ({"SigningCertURL": PEM_URL + "?a=b"}, False),
        ({"SigningCertURL": PEM_URL.partition(".com")[2]}, False),
        ({"SigningCertURL": PEM_URL + "\n"}, False),
        ({"SigningCertURL": PEM_URL.replace("/Simple", "/../Simple")}, False),
        ({"SigningCertURL": "http://169.254.169.254/latest/meta-data"}, False),
    ],
)
def test_nothing_else_is_believed_and_no_strange_address_is_asked(signer, changes, asks):
    asked = Asked(signer.pem)

    with pytest.raises(HookError) as caught:
        _hook(asked).take({}, signer.post(**changes), now=NOW)

    assert not caught.value.is_proven
    assert bool(asked) is asks


def test_a_signature_over_one_message_is_none_over_another(signer):
    body = json.loads(signer.post())
    for name in ("Message", "MessageId", "Timestamp"):
        other = json.dumps(body | {name: body[name].replace("1", "2").replace("B", "C")}).encode()
        with pytest.raises(HookError):
            _hook(Asked(signer.pem)).take({}, other, now=NOW)


@pytest.mark.parametrize("signature", ["", "!!!", "AAAA", 7, None])
def test_without_a_signature_nothing_is_believed(signer, signature):
    body = json.loads(signer.post()) | {"Signature": signature}

    with pytest.raises(HookError):
        _hook(Asked(signer.pem)).take({}, json.dumps(body).encode(), now=NOW)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"\xff", b"{}", b'{"Type": ["Notification"]}']
)
def test_what_is_no_message_of_sns_is_none(body):
    with pytest.raises(HookError) as caught:
        _hook(Asked(b"")).take({}, body, now=NOW)

    assert not caught.value.is_proven


def test_a_certificate_that_ran_out_or_is_none_proves_nothing(signer):
    elliptic = certificate_of(ec.generate_private_key(ec.SECP256R1()))
    for pem in (certificate_of(signer.key, days=-1), signer.pem[:300], elliptic):
        with pytest.raises(HookError):
            _hook(Asked(pem)).take({}, signer.post(), now=NOW)


def test_a_subscription_to_our_topic_is_confirmed_at_an_address_made_here(signer):
    asked = Asked(signer.pem)
    body = signer.post(
        Type="SubscriptionConfirmation",
        Token="ab12" * 20,
        SubscribeURL="https://evil.example/?Action=ConfirmSubscription",
    )

    assert _hook(asked).take({}, body, now=NOW) == ()
    action = f"Action=ConfirmSubscription&TopicArn={TOPIC}&Token={'ab12' * 20}"
    assert asked == [PEM_URL, f"https://sns.eu-central-1.amazonaws.com/?{action}"]


@pytest.mark.parametrize(
    "changes",
    [
        {"TopicArn": TOPIC + "-of-another"},
        {"signed": "nothing"},
    ],
)
def test_no_other_subscription_is_confirmed(signer, changes):
    asked = Asked(signer.pem)
    body = signer.post(
        **{"Type": "SubscriptionConfirmation", "Token": "ab12", "SubscribeURL": "x"} | changes
    )

    with pytest.raises(HookError):
        _hook(asked).take({}, body, now=NOW)

    assert not [url for url in asked if "ConfirmSubscription" in url]


@pytest.mark.parametrize("token", ["a&TopicArn=b", "../", "AB12"])
def test_a_token_that_could_change_the_address_is_not_used(signer, token):
    asked = Asked(signer.pem)
    body = signer.post(Type="SubscriptionConfirmation", Token=token, SubscribeURL="x")

    assert _hook(asked).take({}, body, now=NOW) == ()
    assert asked == [PEM_URL]


def test_the_end_of_a_subscription_and_a_greeting_in_plain_words_say_nothing_of_readers(signer):
    hook = _hook(Asked(signer.pem))
    farewell = signer.post(Type="UnsubscribeConfirmation", Token="ab", SubscribeURL="x")
    greeting = signer.post(Message="Successfully validated SNS topic for event publishing.")

    assert hook.take({}, farewell, now=NOW) == hook.take({}, greeting, now=NOW) == ()


def test_hosts_of_sns_are_those_of_the_topics_region():
    china = "arn:aws-cn:sns:cn-north-1:123456789012:x"

    assert sns.host_of(TOPIC) == "sns.eu-central-1.amazonaws.com"
    assert sns.host_of(china) == "sns.cn-north-1.amazonaws.com.cn"


def test_strangers_cannot_make_us_ask_more_than_a_few_times_an_hour():
    moments = iter([0.0] * (MOST_ASKED + 1) + [3600.0])
    asked = Asked(b"-----BEGIN CERTIFICATE-----")
    amazon = Amazon(asked, monotonic=lambda: next(moments))
    for number in range(MOST_ASKED):
        amazon.certificate(f"{PEM_URL}{number}")

    with pytest.raises(FetchError, match="not asked"):
        amazon.certificate(PEM_URL)
    assert amazon.certificate(PEM_URL).startswith(b"-----BEGIN")
    assert len(asked) == MOST_ASKED + 1
    assert len(amazon._kept) <= 8


def test_a_certificate_that_cannot_be_had_is_asked_for_again(signer):
    answers = iter([FetchError(PEM_URL, "away"), b"<html>", signer.pem])

    def brings(_url: str) -> bytes:
        answer = next(answers)
        if isinstance(answer, FetchError):
            raise answer
        return answer

    hook = _hook(Asked(brings))

    for _ in range(2):
        with pytest.raises(FetchError):
            hook.take({}, signer.post(), now=NOW)
    assert hook.take({}, signer.post(), now=NOW) == ()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(302, headers={"location": "http://127.0.0.1/"}), "status 302"),
        (httpx.Response(404), "status 404"),
        (httpx.Response(200, content=b"x" * 20_001), "larger than"),
        (httpx.ConnectError("away"), "ConnectError"),
        (httpx.ReadTimeout("late"), "ReadTimeout"),
    ],
)
def test_a_fetch_follows_no_redirect_and_reads_little(answer, said):
    def site(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(FetchError, match=said) as caught:
        fetch("https://sns.example/?Token=geheim", transport=httpx.MockTransport(site))

    assert "geheim" not in str(caught.value)


def test_a_fetch_gives_what_is_there():
    site = httpx.MockTransport(lambda _request: httpx.Response(200, content=b"pem"))

    assert fetch(PEM_URL, transport=site) == b"pem"
