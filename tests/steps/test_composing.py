"""A delivery's message: the reader's own links, and the address its bounce would come back to."""

from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from digest.errors import SignatureError
from digest.mail.dkim.keys import DkimKey
from digest.mail.dkim.verifying import require_verified
from digest.model import Delivery, Edition
from digest.readers import links
from digest.steps.composing import composer
from tests.mail.conftest import NOW, make_issue, plain_pair, verdicts_brand

SECRET = b"a secret of thirty-two octets ...."
WEEK = "2026-W47"
READER = "AbCd-efgh_ijkl12"
EDITION = Edition(
    sha256="0" * 64,
    week=WEEK,
    subject="Quarry vs Ledgerline",
    preheader="x",
    html="<p>@@VOTE@@</p><p>@@UNSUBSCRIBE@@</p>",
    text="@@VOTE@@\n@@UNSUBSCRIBE@@",
    rendered_at=NOW,
)


DELIVERY = Delivery(week=WEEK, subscriber=READER, address="r@e.example", changed_at=NOW)


def composed(*, keys=(), **changes):
    brand = verdicts_brand().model_copy(update=changes)
    compose = composer(
        EDITION,
        make_issue(plain_pair()),
        brand=brand,
        secret=SECRET,
        clock=lambda: NOW,
        keys=keys,
    )
    return compose(DELIVERY)


def test_a_message_carries_its_readers_own_links():
    content = composed().content.decode()

    assert links.unsubscribe_token(READER, secret=SECRET) in content
    assert links.vote_token(READER, WEEK, "quarry-vs-ledgerline", secret=SECRET) in content


def test_a_bounce_comes_back_to_the_sender_where_no_address_for_it_is_set():
    assert composed().sender == "news@verdicts.example.com"


def test_a_bounce_comes_back_with_a_token_that_tells_week_and_reader():
    message = composed(bounce_address="bounces@mail.verdicts.example.com")

    local, _, domain = message.sender.rpartition("@")
    name, _, token = local.partition("+")
    assert (name, domain) == ("bounces", "mail.verdicts.example.com")
    assert links.read_bounce_token(token.upper(), secret=SECRET) == (WEEK, READER)
    assert len(local) <= 64
    assert b"bounces" not in message.content


@dataclass(frozen=True)
class Failing(DkimKey):
    """A key whose machine makes mistakes after its first signatures: so many of them are good."""

    good: int = 0

    def sign(self, digest):
        """Sign; or sign something else."""
        made.append(digest)
        return super().sign(digest if len(made) <= self.good else b"?" * 32)


made: list[bytes] = []


@pytest.fixture
def failing():
    """Give a key with so many good signatures."""
    made.clear()
    private = Ed25519PrivateKey.generate()

    def key(good):
        return Failing(selector="e1", domain="verdicts.example.com", private=private, good=good)

    return key


def test_the_first_message_of_a_composer_does_not_leave_with_a_bad_signature(failing):
    with pytest.raises(SignatureError, match=r"e1\._domainkey.*does not fit the header"):
        composed(keys=(failing(good=0),))


def test_a_good_first_message_is_looked_at_once(failing):
    """Checking each would take longer than signing it."""
    key = failing(good=1)
    compose = composer(
        EDITION,
        make_issue(plain_pair()),
        brand=verdicts_brand(),
        secret=SECRET,
        clock=lambda: NOW,
        keys=(key,),
    )

    first, second = compose(DELIVERY), compose(DELIVERY)

    assert first.content != second.content
    require_verified(first.content, (key,))
