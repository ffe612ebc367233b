"""The confirm mail: a real message with the link, and a refusal that is no silence."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.delivery.transports.memory import MemoryTransport
from digest.errors import TransportError
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


def send(transport) -> None:
    send_confirmation(
        "ada@example.com",
        LINK,
        brand=BRAND,
        templates_dir=TEMPLATES,
        transport=transport,
        secret=b"a secret",
        now=NOW,
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
