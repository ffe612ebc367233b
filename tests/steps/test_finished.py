"""One finished message to look at: the reader's own, of the frozen audience where there is one."""

import hashlib
from datetime import timedelta

import pytest

from digest.errors import AddressError, ApprovalError, IssueError, NotFoundError
from digest.model import Edition, Plan, Subscriber, SubscriberState
from digest.readers import links
from digest.steps.finished import finished_message
from digest.steps.send import SendParts, freeze
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.store.engine import Database
from digest.store.tables import SubscriberRow
from tests.mail.conftest import NOW, make_issue, plain_pair, verdicts_brand

SECRET = b"a secret of thirty-two octets ...."
WEEK = "2026-W47"
ADA = Subscriber(
    public_id="AbCd-efgh_ijkl12",
    address="Ada@reader.example",
    state=SubscriberState.CONFIRMED,
    created_at=NOW,
    confirmed_at=NOW,
)
HTML, TEXT = "<p>@@VOTE@@ @@UNSUBSCRIBE@@</p>", "@@VOTE@@\n@@UNSUBSCRIBE@@\n"
EDITION = Edition(
    sha256=hashlib.sha256(f"Quarry\0x\0{HTML}\0{TEXT}".encode()).hexdigest(),
    week=WEEK,
    subject="Quarry",
    preheader="x",
    html=HTML,
    text=TEXT,
    rendered_at=NOW,
)
PLAN = Plan(week=WEEK, window_start=NOW, cutoff=NOW, config_sha256="", candidates=0, fresh=0)


@pytest.fixture
def house(db: Database) -> Database:
    """A week in review, and one reader."""
    with db.write() as session:
        issue_store.put_issue(session, make_issue(plain_pair()), PLAN, now=NOW)
        issue_store.put_edition(session, EDITION, now=NOW)
        reader_store.put_subscribers(session, [ADA])
    return db


def finished(db: Database, address: str, *, as_test: bool = False):
    parts = SendParts(
        db=db,
        brand=verdicts_brand(),
        secret=SECRET,
        clock=lambda: NOW,
        lease=timedelta(seconds=60),
    )
    return finished_message(WEEK, address, parts=parts, as_test=as_test)


def _becomes(db: Database, state: SubscriberState) -> None:
    with db.write() as session:
        row = session.get(SubscriberRow, 1)
        row.state = state


def test_a_confirmed_reader_has_their_own_links_however_the_address_is_spelt(house: Database):
    message = finished(house, "ada@READER.example")

    assert message.recipient == "Ada@reader.example"
    assert links.unsubscribe_token(ADA.public_id, secret=SECRET).encode() in message.content


def test_who_is_in_the_audience_has_the_same_message_even_after_leaving(house: Database):
    before = finished(house, "ada@reader.example")
    freeze(house, WEEK, now=NOW)
    _becomes(house, SubscriberState.UNSUBSCRIBED)

    assert finished(house, "ada@reader.example") == before


@pytest.mark.parametrize("state", [SubscriberState.PENDING, SubscriberState.UNSUBSCRIBED])
def test_who_has_not_confirmed_or_has_left_gets_none(house: Database, state: SubscriberState):
    _becomes(house, state)

    with pytest.raises(
        NotFoundError, match=r"not in the audience of .*, nor a confirmed subscriber"
    ):
        finished(house, "ada@reader.example")


def test_a_test_copy_is_for_anybody_and_opens_nothing(house: Database):
    message = finished(house, "tester@example.org", as_test=True)

    assert message.recipient == "tester@example.org"
    assert b"test-copy-no-one" in message.content


def test_what_is_no_address_is_refused(house: Database):
    with pytest.raises(AddressError):
        finished(house, "nobody")


def test_an_issue_without_an_edition_has_no_message(db: Database):
    with db.write() as session:
        issue_store.put_issue(session, make_issue(plain_pair()), PLAN, now=NOW)

    with pytest.raises(IssueError, match="it has no edition yet: digest build"):
        finished(db, "ada@reader.example")


def test_an_edition_that_was_changed_in_the_database_is_not_shown_as_if_it_were_sent(
    house: Database,
):
    with house.write() as session:
        changed = EDITION.model_copy(update={"subject": "Other"})
        issue_store.put_edition(session, changed, now=NOW)

    with pytest.raises(ApprovalError, match="changed in the database"):
        finished(house, "ada@reader.example")
