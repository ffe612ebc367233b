"""The confirm mail: a real message with the link, and a refusal that is no silence."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from digest.delivery.transports.memory import MemoryTransport
from digest.errors import SignatureError, TransportError
from digest.mail.dkim.keys import DkimKey, KeyKind, new_key, read_key
from digest.mail.dkim.verifying import require_verified
from digest.mail.render import Brand
from digest.model import SendOutcome, SendResult
from digest.steps.confirmation import send_confirmation
from tests.conftest import NOW

TEMPLATES = Path(__file__).parents[2] / "email_templates"
LINK = "https://verdicts.example.com/confirm/WyJhIl0.abc"
BRAND = Brand(
    name="Weekly AI Tool Verdicts",
    base_url="https://verdicts.example.com",
    sender_name="Weekly AI Tool Verdicts",
    sender_address="news@verdicts.example.com",
    postal_address="1 Example Street, 10115 Berlin",
)


def send(transport, *, brand: Brand = BRAND, keys: Sequence[DkimKey] = ()) -> None:
    send_confirmation(
        "ada@example.com",
        LINK,
        brand=brand,
        templates_dir=TEMPLATES,
        transport=transport,
        secret=b"a secret",
        now=NOW,
        keys=keys,
    )


def test_the_mail_goes_to_the_address_with_the_link_in_both_parts():
    transport = MemoryTransport()

    send(transport)

    (message,) = transport.sent
    mail = message_from_bytes(message.content, policy=policy.default)
    assert message.recipient == "ada@example.com"
    assert mail["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        assert LINK in mail.get_body((part,)).get_content()


def test_a_confirmation_is_signed_and_comes_back_to_the_bounce_address():
    transport = MemoryTransport()
    key = read_key(
        new_key(KeyKind.ED25519),
        kind=KeyKind.ED25519,
        selector="e1",
        domain="verdicts.example.com",
        setting="X",
    )
    brand = BRAND.model_copy(update={"bounce_address": "bounces@verdicts.example.com"})

    send(transport, brand=brand, keys=(key,))

    (message,) = transport.sent
    require_verified(message.content, (key,))
    assert message.sender == "bounces@verdicts.example.com"


class Miscalculating(DkimKey):
    """A key whose signatures are of something else."""

    def sign(self, digest: bytes) -> bytes:
        """Sign the digest the wrong way round."""
        return super().sign(digest[::-1])


def test_a_confirmation_with_a_bad_signature_does_not_leave():
    transport = MemoryTransport()
    key = Miscalculating("e1", "verdicts.example.com", Ed25519PrivateKey.generate())

    with pytest.raises(SignatureError):
        send(transport, keys=(key,))
    assert transport.sent == []


class Answering(MemoryTransport):
    """A server that keeps nothing and answers as it was told."""

    def __init__(self, outcome: SendOutcome, reply: str) -> None:
        super().__init__()
        self._outcome, self._reply = outcome, reply

    def send(self, messages):
        """Take nothing."""
        for message in messages:
            yield SendResult(
                subscriber=message.subscriber, outcome=self._outcome, reply=self._reply
            )


@pytest.mark.parametrize("outcome", [SendOutcome.DEFERRED, SendOutcome.REJECTED])
def test_a_mail_that_was_not_taken_is_an_error(outcome: SendOutcome):
    with pytest.raises(TransportError, match="451 later"):
        send(Answering(outcome, "451 later"))


def test_a_mail_that_may_have_been_taken_is_none():
    """Were it one, the reader's next try would mail a second time, and a third."""
    send(Answering(SendOutcome.UNCERTAIN, ""))
