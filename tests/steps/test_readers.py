"""What readers do, from the wish to the row, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from digest.errors import AddressError, DigestError, LinkError, NotFoundError
from digest.model import (
    Choice,
    Community,
    ConsentEvent,
    DeliveryState,
    FeedbackEffect,
    FeedbackKind,
    SubscriberState,
    SuppressionKind,
    Vote,
)
from digest.readers import suppressions
from digest.steps import readers as subject
from digest.steps.suppressing import forget, lift
from digest.store import readers as store
from digest.store import suppressions as suppression_store
from digest.store.engine import Database
from digest.store.tables import (
    ConsentEventRow,
    DeliveryRow,
    FeedbackRow,
    SubscriberRow,
    SuppressionRow,
)
from tests.conftest import NOW

SECRET = b"a secret of thirty-two characters"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def state_of(db: Database, address: str) -> SubscriberState | None:
    with db.read() as session:
        found = store.subscriber_by_address(session, address)
    return found.state if found else None


def confirmed(db: Database, address: str = "ada@example.com") -> str:
    someone = subject.sign_up(db, address, secret=SECRET, now=NOW)
    assert someone
    subject.confirm(db, someone.public_id, secret=SECRET, issued_at=NOW, now=NOW)
    return someone.public_id


def test_signing_up_makes_one_pending_subscriber_to_be_mailed(db: Database):
    mailed = subject.sign_up(db, " Ada@EXAMPLE.com ", secret=SECRET, now=NOW)

    assert mailed
    assert (mailed.address, mailed.state) == ("Ada@example.com", SubscriberState.PENDING)
    with db.read() as session:
        assert store.event_times(session, mailed.public_id, ConsentEvent.SIGNED_UP) == [NOW]


def test_signing_up_again_mails_nobody_for_a_while_whatever_the_case(db: Database):
    first = subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW)

    assert subject.sign_up(db, "ADA@example.com", secret=SECRET, now=NOW + 14 * MINUTE) is None
    assert subject.sign_up(db, "aDa@example.com", secret=SECRET, now=NOW + 15 * MINUTE) == first
    with db.read() as session:
        assert store.all_subscribers(session) == [first]


def test_a_mail_that_failed_is_noted_and_tried_again_at_once(db: Database):
    first = subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW)
    subject.confirmation_failed(db, first, asked_at=NOW)

    assert subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW) == first
    assert subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW) is None
    with db.read() as session:
        assert store.event_times(session, first.public_id, ConsentEvent.CONFIRMATION_FAILED) == [
            NOW
        ]


def test_the_confirmed_are_not_mailed_again(db: Database):
    confirmed(db)

    assert subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW + HOUR) is None


def test_no_address_no_row(db: Database):
    with pytest.raises(AddressError):
        subject.sign_up(db, "ada at example", secret=SECRET, now=NOW)

    with db.read() as session:
        assert store.all_subscribers(session) == []


def test_two_sign_ups_at_once_are_one_subscriber_and_one_mail(db: Database):
    mailed = []
    gate = threading.Barrier(4)

    def try_it():
        gate.wait()
        mailed.append(subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW))

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([found for found in mailed if found]) == 1
    with db.read() as session:
        assert len(store.all_subscribers(session)) == 1


def test_confirming_twice_is_noted_once(db: Database):
    public_id = confirmed(db)
    subject.confirm(db, public_id, secret=SECRET, issued_at=NOW, now=NOW + HOUR)

    with db.read() as session:
        assert store.event_times(session, public_id, ConsentEvent.CONFIRMED) == [NOW]
        assert store.confirmed_count(session) == 1


def test_leaving_and_taking_it_back_are_both_noted(db: Database):
    public_id = confirmed(db)

    assert subject.unsubscribe(db, public_id, now=NOW + HOUR)
    assert state_of(db, "ada@example.com") is SubscriberState.UNSUBSCRIBED
    subject.undo_unsubscribe(db, public_id, now=NOW + 2 * HOUR)

    assert state_of(db, "ada@example.com") is SubscriberState.CONFIRMED
    with db.read() as session:
        times = [
            store.event_times(session, public_id, event)
            for event in (ConsentEvent.UNSUBSCRIBED, ConsentEvent.RESUBSCRIBED)
        ]
    assert times == [[NOW + HOUR], [NOW + 2 * HOUR]]


def test_leaving_again_later_does_not_make_the_day_longer(db: Database):
    public_id = confirmed(db)
    subject.unsubscribe(db, public_id, now=NOW)

    assert subject.unsubscribe(db, public_id, now=NOW + 25 * HOUR) is False
    with pytest.raises(LinkError):
        subject.undo_unsubscribe(db, public_id, now=NOW + 25 * HOUR)


def test_an_old_confirm_link_does_not_bring_back_who_left(db: Database):
    public_id = confirmed(db)
    subject.unsubscribe(db, public_id, now=NOW + HOUR)

    with pytest.raises(LinkError, match="before you left"):
        subject.confirm(db, public_id, secret=SECRET, issued_at=NOW, now=NOW + 2 * HOUR)
    assert subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW + 2 * HOUR)
    assert state_of(db, "ada@example.com") is SubscriberState.UNSUBSCRIBED
    subject.confirm(db, public_id, secret=SECRET, issued_at=NOW + 2 * HOUR, now=NOW + 3 * HOUR)
    assert state_of(db, "ada@example.com") is SubscriberState.CONFIRMED


def test_links_of_somebody_who_is_not_stored_change_nothing(db: Database):
    nobody = "nobody0000000000"

    assert subject.unsubscribe(db, nobody, now=NOW) is False
    with pytest.raises(LinkError):
        subject.confirm(db, nobody, secret=SECRET, issued_at=NOW, now=NOW)
    with pytest.raises(LinkError):
        subject.undo_unsubscribe(db, nobody, now=NOW)


def vote(public_id: str, choice: Choice) -> Vote:
    return Vote(
        week="2026-W47", comparison="x-vs-y", subscriber=public_id, choice=choice, voted_at=NOW
    )


def test_only_confirmed_subscribers_vote_and_their_old_votes_stay(db: Database):
    public_id = confirmed(db)
    subject.cast_vote(db, vote(public_id, Choice.A))
    subject.unsubscribe(db, public_id, now=NOW)

    for who in (public_id, "nobody0000000000"):
        with pytest.raises(LinkError, match="has ended"):
            subject.cast_vote(db, vote(who, Choice.B))
    with db.read() as session:
        assert store.community_of(session, "2026-W47", "x-vs-y") == Community(a=1)


LIST = ["\ufeffName, Email \n", "Ada,ada@example.com\n", "x,\n", "Bob,BOB@example.com\n", "no\n"]


def test_an_import_counts_every_line_once(db: Database):
    left = confirmed(db, "bob@example.com")
    subject.unsubscribe(db, left, now=NOW)

    report = subject.import_subscribers(
        db, LIST, is_confirmed=True, secret=SECRET, now=NOW, detail="old list"
    )

    assert (report.added, report.known, report.left) == (1, 0, 1)
    assert [problem.split(":")[0] for problem in report.invalid] == ["line 3", "line 5"]
    assert state_of(db, "ada@example.com") is SubscriberState.CONFIRMED
    assert state_of(db, "bob@example.com") is SubscriberState.UNSUBSCRIBED


def test_the_same_import_again_adds_nothing(db: Database):
    subject.import_subscribers(db, LIST, is_confirmed=True, secret=SECRET, now=NOW)

    report = subject.import_subscribers(db, LIST, is_confirmed=True, secret=SECRET, now=NOW + HOUR)

    assert (report.added, report.known) == (0, 2)
    with db.read() as session:
        people = store.all_subscribers(session)
        events = [store.event_times(session, p.public_id, ConsentEvent.IMPORTED) for p in people]
    assert events == [[NOW], [NOW]]


def test_an_address_twice_in_a_list_is_one_subscriber(db: Database):
    lines = ["email\n", "ada@example.com\n", "Ada@Example.com\n"]

    report = subject.import_subscribers(db, lines, is_confirmed=False, secret=SECRET, now=NOW)

    assert (report.added, report.known) == (1, 1)
    assert state_of(db, "ada@example.com") is SubscriberState.PENDING


@pytest.mark.parametrize("lines", [[], ["name,address\n", "x,ada@example.com\n"]])
def test_a_list_without_the_column_is_refused(db: Database, lines: list[str]):
    with pytest.raises(DigestError, match="no column email"):
        subject.import_subscribers(db, lines, is_confirmed=False, secret=SECRET, now=NOW)


def test_a_list_that_is_no_csv_stores_nothing(db: Database):
    lines = ["email\n", "ada@example.com\n", '"' + "x" * 200_000]

    with pytest.raises(DigestError, match="the list is no CSV after line 2"):
        subject.import_subscribers(db, lines, is_confirmed=True, secret=SECRET, now=NOW)
    assert state_of(db, "ada@example.com") is None


def suppress(db: Database, address: str, kind: SuppressionKind) -> None:
    entry = suppressions.suppression(address, kind, reason="a test", secret=SECRET, now=NOW)
    with db.write() as session:
        suppression_store.put(session, [entry])


def test_an_import_leaves_out_who_is_on_the_list_and_says_why(db: Database):
    suppress(db, "ADA@example.com", SuppressionKind.HARD)
    suppress(db, "bob@example.com", SuppressionKind.COMPLAINT)
    lines = ["email", "ada@example.com", "Bob@example.com", "cy@example.com"]

    report = subject.import_subscribers(db, lines, is_confirmed=True, secret=SECRET, now=NOW)

    assert (report.added, report.known, report.left, report.invalid) == (1, 0, 0, ())
    assert report.suppressed == {SuppressionKind.HARD: 1, SuppressionKind.COMPLAINT: 1}
    assert state_of(db, "ada@example.com") is None


def test_a_new_confirmation_takes_a_bounced_address_off_the_list(db: Database):
    suppress(db, "ada@example.com", SuppressionKind.HARD)

    confirmed(db)

    assert state_of(db, "ada@example.com") is SubscriberState.CONFIRMED
    with db.read() as session:
        assert suppression_store.all_listed(session) == []


def test_who_complained_is_asked_nothing_until_an_operator_lifts_it(db: Database):
    public_id = confirmed(db)
    suppress(db, "ada@example.com", SuppressionKind.COMPLAINT)
    with db.write() as session:
        before = store.subscriber_by_public_id(session, public_id)
        changes = {"state": SubscriberState.COMPLAINED, "left_at": NOW}
        store.put_subscribers(session, [before.model_copy(update=changes)])

    assert subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW + HOUR) is None
    with pytest.raises(LinkError, match="reported as spam"):
        subject.confirm(db, public_id, secret=SECRET, issued_at=NOW + HOUR, now=NOW + HOUR)

    lift(db, "Ada@example.com", by="Grace", because="a slip", secret=SECRET, now=NOW + HOUR)

    assert state_of(db, "ada@example.com") is SubscriberState.UNSUBSCRIBED
    assert subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW + 2 * HOUR)
    with db.read() as session:
        assert store.event_times(session, public_id, ConsentEvent.LIFTED) == [NOW + HOUR]


@pytest.mark.parametrize("kind", SuppressionKind)
def test_an_address_whose_reader_is_forgotten_stays_guarded(db: Database, kind):
    """Nothing but its mark is left of it."""
    suppress(db, "ada@example.com", kind)

    asked = subject.sign_up(db, "ada@example.com", secret=SECRET, now=NOW)

    assert bool(asked) is (kind is not SuppressionKind.COMPLAINT)
    assert (state_of(db, "ada@example.com") is None) is (kind is SuppressionKind.COMPLAINT)


def test_a_reader_who_asks_is_forgotten_and_no_list_brings_them_back(db: Database):
    public_id = confirmed(db, "Ada@example.com")
    with db.write() as session:
        session.add(
            DeliveryRow(
                week="2026-W47",
                subscriber=public_id,
                address="Ada@example.com",
                domain="example.com",
                state=DeliveryState.ACCEPTED,
                reply="250 <Ada@example.com>: queued as 4F",
                changed_at=NOW,
            )
        )
        session.add(
            FeedbackRow(
                source="mailbox",
                key="k",
                kind=FeedbackKind.HARD,
                effect=FeedbackEffect.UNPROVEN,
                recipient="ada@EXAMPLE.com",
                received_at=NOW,
                noted_at=NOW,
            )
        )

    forget(db, "ada@example.com", secret=SECRET, now=NOW + HOUR)
    lines = ["email", "ada@example.com"]
    report = subject.import_subscribers(
        db, lines, is_confirmed=True, secret=SECRET, now=NOW + 2 * HOUR
    )

    assert report.suppressed == {SuppressionKind.FORGOTTEN: 1}
    with db.read() as session:
        (row,) = session.exec(select(SubscriberRow))
        assert row.state is SubscriberState.UNSUBSCRIBED
        found = [
            str(each.model_dump()).lower()
            for table in (SubscriberRow, DeliveryRow, FeedbackRow, ConsentEventRow, SuppressionRow)
            for each in session.exec(select(table))
        ]
    assert len(found) == 8
    assert not any("ada" in each or "example.com" in each for each in found)
    with pytest.raises(NotFoundError, match="no subscriber"):
        forget(db, "ada@example.com", secret=SECRET, now=NOW)

    confirmed(db)
    assert state_of(db, "ada@example.com") is SubscriberState.CONFIRMED
    with db.read() as session:
        assert suppression_store.all_listed(session) == []


def test_no_old_link_brings_back_who_was_forgotten(db: Database):
    """Nobody would read what goes to the address that stands for theirs."""
    public_id = confirmed(db)
    subject.unsubscribe(db, public_id, now=NOW + HOUR)
    forget(db, "ada@example.com", secret=SECRET, now=NOW + 2 * HOUR)

    with pytest.raises(LinkError, match="no longer stored"):
        subject.undo_unsubscribe(db, public_id, now=NOW + 3 * HOUR)
    with pytest.raises(LinkError, match="no longer stored"):
        subject.confirm(db, public_id, secret=SECRET, issued_at=NOW + 2 * HOUR, now=NOW + 3 * HOUR)


def test_forgetting_who_complained_keeps_the_complaint(db: Database):
    confirmed(db)
    suppress(db, "ada@example.com", SuppressionKind.COMPLAINT)

    forget(db, "ada@example.com", secret=SECRET, now=NOW)

    with db.read() as session:
        assert [each.kind for each in suppression_store.all_listed(session)] == ["complaint"]


def test_what_is_not_on_the_list_cannot_be_lifted(db: Database):
    with pytest.raises(NotFoundError, match="no suppression"):
        lift(db, "ada@example.com", by="Grace", because="a slip", secret=SECRET, now=NOW)
    suppress(db, "ada@example.com", SuppressionKind.HARD)
    with pytest.raises(DigestError, match="--by"):
        lift(db, "ada@example.com", by="  ", because="a slip", secret=SECRET, now=NOW)
