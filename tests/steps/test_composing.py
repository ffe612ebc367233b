"""A delivery's message: the reader's own links, and the address its bounce would come back to."""

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


def composed(**changes):
    brand = verdicts_brand().model_copy(update=changes)
    compose = composer(
        EDITION, make_issue(plain_pair()), brand=brand, secret=SECRET, clock=lambda: NOW
    )
    return compose(Delivery(week=WEEK, subscriber=READER, address="r@e.example", changed_at=NOW))


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
