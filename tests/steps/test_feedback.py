"""What came back acts once, on whom it is proven to be about, and on nobody else."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select

from digest.delivery import feedback as rules
from digest.mail.wire import message_id
from digest.model import (
    DeliveryState,
    Feedback,
    FeedbackEffect,
    FeedbackKind,
    IssueState,
    OrderKind,
    SubscriberState,
    SuppressionKind,
)
from digest.readers import links, suppressions
from digest.steps import feedback as subject
from digest.steps.ordering import give_order
from digest.store import feedback as store
from digest.store import readers as reader_store
from digest.store import sending as sending_store
from digest.store import suppressions as suppression_store
from digest.store.engine import Database
from digest.store.tables import ConsentEventRow, DeliveryRow, IssueRow
from tests.conftest import NOW
from tests.steps import mailed
from tests.steps.mailed import DAY, SECRET, WEEK, reader

WEEKS = ("2026-W45", "2026-W46", WEEK)


@pytest.fixture
def add_readers():
    """Give a store readers of several issues, the last of which is being sent unless it is said."""
    return partial(mailed.add_readers, weeks=WEEKS, state=IssueState.SENDING)


def bounce(number: int = 0, kind=FeedbackKind.HARD, *, week: str = WEEK, **fields) -> Feedback:
    token = links.bounce_token(week, reader(number), secret=SECRET)
    given = {
        "source": "mailbox",
        "key": f"<{kind}-{week}-{number}@host.example> r{number}@reader.example",
        "received_at": NOW,
    }
    return Feedback(kind=kind, **(given | {"token": token} | fields))


def take(db: Database, *feedback: Feedback, now=NOW) -> list[FeedbackEffect]:
    done = subject.take(db, feedback, secret=SECRET, now=now)
    return [done.effects[each.source, each.key] for each in feedback]


def state_of(db: Database, number: int = 0) -> SubscriberState:
    with db.read() as session:
        return reader_store.subscriber_by_public_id(session, reader(number)).state


def listed(db: Database) -> list[SuppressionKind]:
    with db.read() as session:
        return [entry.kind for entry in suppression_store.all_listed(session)]


def events(db: Database) -> list[tuple[str, str]]:
    with db.read() as session:
        rows = session.exec(select(ConsentEventRow).order_by(ConsentEventRow.id))
        return [(str(row.event), row.detail) for row in rows]


def test_a_hard_bounce_ends_the_subscription_and_marks_the_address(db: Database, add_readers):
    add_readers(db, 2)

    assert take(db, bounce(status="5.1.1")) == [FeedbackEffect.BOUNCED]

    assert (state_of(db, 0), state_of(db, 1)) == (
        SubscriberState.BOUNCED,
        SubscriberState.CONFIRMED,
    )
    assert events(db) == [("bounced", "hard by mailbox 5.1.1")]
    with db.read() as session:
        (entry,) = suppression_store.all_listed(session)
        (kept,) = store.listed(session)
    assert entry.mark == suppressions.mark_of("r0@reader.example", secret=SECRET)
    assert (kept.week, kept.subscriber, kept.recipient) == (WEEK, reader(0), None)


def test_a_host_that_lost_its_mailboxes_ends_few_subscriptions_in_one_issue(
    db: Database, add_readers
):
    """In one batch or in several; the next issue that comes back is believed of those that are held."""
    add_readers(db, 40)
    other = 39
    with db.write() as session:
        for row in session.exec(select(DeliveryRow)):
            is_other = row.subscriber == reader(other)
            row.address = f"r@{'other' if is_other else 'reader'}.example"
            row.domain = row.address.partition("@")[2]
    given = [bounce(number, week=WEEKS[0], status="5.1.1") for number in range(40)]

    first = subject.take(db, given[:15], secret=SECRET, now=NOW)
    second = subject.take(db, given[15:], secret=SECRET, now=NOW)

    assert (first.new, first.warnings) == ({FeedbackEffect.BOUNCED: 15}, ())
    assert second.new == {FeedbackEffect.BOUNCED: 5 + 1, FeedbackEffect.COUNTED: 19}
    assert second.warnings == (rules.doubts_of(WEEKS[0]),)
    states = Counter(state_of(db, number) for number in range(39))
    assert states == {SubscriberState.BOUNCED: 20, SubscriberState.CONFIRMED: 19}
    assert state_of(db, other) is SubscriberState.BOUNCED

    later = NOW + 7 * DAY
    again = [
        bounce(number, week=WEEKS[1], status="5.1.1", received_at=later) for number in range(39)
    ]
    take(db, *again, now=later)
    assert {state_of(db, number) for number in range(40)} == {SubscriberState.BOUNCED}


def test_feedback_that_is_taken_twice_acts_once(db: Database, add_readers):
    add_readers(db, 1)
    given = [bounce(kind=FeedbackKind.COMPLAINT), bounce()]

    first, second = (subject.take(db, given, secret=SECRET, now=NOW) for _ in range(2))

    assert first.effects == second.effects
    assert first.new.total() == 2
    assert second.new.total() == 0
    assert events(db) == [("complained", "complaint by mailbox")]
    assert listed(db) == [SuppressionKind.COMPLAINT]


def test_two_who_take_the_same_at_once_act_once(db: Database, add_readers):
    add_readers(db, 20)
    given = [bounce(number) for number in range(20)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda some: take(db, *some), [given, given[::-1], given, given[::-1]]))

    assert len(events(db)) == len(listed(db)) == 20


@pytest.mark.parametrize(
    "fields",
    [
        {"token": None},
        {"token": links.bounce_token(WEEK, reader(0), secret=b"another secret")},
        {"token": "b+" + "a" * 40},
        {"token": "\udcff" * 40},
        {"token": None, "recipient": "r0@reader.example"},
        {"token": None, "message_id": message_id(SECRET, WEEK, reader(0), "news.example")},
        {
            "token": None,
            "recipient": "r1@reader.example",
            "message_id": message_id(SECRET, WEEK, reader(0), "news.example"),
        },
        {"token": links.bounce_token(WEEK, reader(7), secret=SECRET)},
    ],
    ids=[
        "nothing",
        "signed by others",
        "no token",
        "no text",
        "only the recipient",
        "only the message",
        "another's message",
        "a reader who is gone",
    ],
)
def test_what_is_not_proven_acts_on_nothing_and_is_kept(sqlite_db: Database, add_readers, fields):
    add_readers(sqlite_db, 2)

    assert take(sqlite_db, bounce(**fields)) == [FeedbackEffect.UNPROVEN]

    assert {state_of(sqlite_db, 0), state_of(sqlite_db, 1)} == {SubscriberState.CONFIRMED}
    with sqlite_db.read() as session:
        (kept,) = store.listed(session, effect=FeedbackEffect.UNPROVEN)
    assert (kept.subscriber, kept.recipient) == (None, fields.get("recipient"))


@pytest.mark.parametrize("domain", ["news.example", "relay.provider.example"])
def test_recipient_and_message_id_together_are_proof(sqlite_db: Database, add_readers, domain: str):
    add_readers(sqlite_db, 2)
    mail = message_id(SECRET, WEEKS[0], reader(1), domain)

    found = take(sqlite_db, bounce(token=None, recipient="r1@READER.example", message_id=mail))

    assert found == [FeedbackEffect.BOUNCED]
    assert (state_of(sqlite_db, 0), state_of(sqlite_db, 1)) == (
        SubscriberState.CONFIRMED,
        SubscriberState.BOUNCED,
    )
    with sqlite_db.read() as session:
        assert [each.week for each in store.listed(session)] == [WEEKS[0]]


def test_leaving_by_mail_is_as_leaving_by_the_link(sqlite_db: Database, add_readers):
    add_readers(sqlite_db, 1)
    token = links.unsubscribe_token(reader(0), secret=SECRET)

    assert take(sqlite_db, bounce(kind=FeedbackKind.UNSUBSCRIBE, token=token)) == [
        FeedbackEffect.UNSUBSCRIBED
    ]

    assert state_of(sqlite_db) is SubscriberState.UNSUBSCRIBED
    assert events(sqlite_db) == [("unsubscribed", "unsubscribe by mailbox")]
    assert listed(sqlite_db) == []


def test_three_issues_that_come_back_softly_are_a_bounce_though_they_come_at_once(
    db: Database, add_readers
):
    add_readers(db, 1)
    soft = [bounce(kind=FeedbackKind.SOFT, week=week) for week in WEEKS]

    assert take(db, soft[0], soft[1]) == [FeedbackEffect.COUNTED] * 2
    assert take(db, bounce(kind=FeedbackKind.SOFT, key="again")) == [FeedbackEffect.BOUNCED]
    assert listed(db) == [SuppressionKind.SOFT]


def test_soft_bounces_of_one_batch_see_each_other(sqlite_db: Database, add_readers):
    add_readers(sqlite_db, 1)

    found = take(sqlite_db, *(bounce(kind=FeedbackKind.SOFT, week=week) for week in WEEKS))

    assert sorted(found) == ["bounced", "counted", "counted"]


@pytest.mark.parametrize("at_once", [True, False])
def test_what_did_not_count_is_not_counted_later(sqlite_db: Database, add_readers, at_once):
    add_readers(sqlite_db, 1)
    slowed = [bounce(kind=FeedbackKind.SOFT, week=week, status="4.7.0") for week in WEEKS[:2]]
    last = bounce(kind=FeedbackKind.SOFT)

    if at_once:
        found = take(sqlite_db, *slowed, last)
    else:
        found = [*take(sqlite_db, *slowed), *take(sqlite_db, last)]

    assert found == [FeedbackEffect.ALERTED, FeedbackEffect.ALERTED, FeedbackEffect.COUNTED]


def test_a_domain_that_is_not_found_ends_nothing_before_the_third_report(
    sqlite_db: Database, add_readers
):
    add_readers(sqlite_db, 1)
    reports = [
        bounce(week=week, status="5.1.2", received_at=NOW + number * 7 * DAY)
        for number, week in enumerate(WEEKS)
    ]

    assert take(sqlite_db, reports[0]) + take(sqlite_db, reports[1]) == [FeedbackEffect.COUNTED] * 2
    assert take(sqlite_db, reports[2], now=NOW + 14 * DAY) == [FeedbackEffect.BOUNCED]


def test_a_complaint_outweighs_what_came_before(sqlite_db: Database, add_readers):
    add_readers(sqlite_db, 1)
    take(sqlite_db, bounce())

    assert take(sqlite_db, bounce(kind=FeedbackKind.COMPLAINT)) == [FeedbackEffect.COMPLAINED]
    assert take(sqlite_db, bounce(key="later")) == [FeedbackEffect.BOUNCED]

    assert state_of(sqlite_db) is SubscriberState.COMPLAINED
    assert listed(sqlite_db) == [SuppressionKind.COMPLAINT]


@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        (FeedbackKind.DELIVERED, FeedbackEffect.SETTLED),
        (FeedbackKind.SOFT, FeedbackEffect.COUNTED),
        (FeedbackKind.NONE, FeedbackEffect.NOTED),
    ],
)
def test_a_report_settles_an_uncertain_delivery(db: Database, add_readers, kind, effect):
    add_readers(db, 2, mail=DeliveryState.UNCERTAIN)

    assert take(db, bounce(kind=kind)) == [effect]

    with db.read() as session:
        rows = session.exec(select(DeliveryRow).where(DeliveryRow.week == WEEK))
        states = {row.subscriber: (row.state, row.reply) for row in rows}
    assert states[reader(1)] == (DeliveryState.UNCERTAIN, None)
    settled = (DeliveryState.ACCEPTED, "feedback from mailbox decided: it arrived")
    assert (states[reader(0)] == settled) is (kind is not FeedbackKind.NONE)


def test_of_a_million_mails_that_arrived_nothing_is_stored(sqlite_db: Database, add_readers):
    add_readers(sqlite_db, 1)

    assert take(sqlite_db, bounce(kind=FeedbackKind.DELIVERED)) == [FeedbackEffect.NOTED]

    with sqlite_db.read() as session:
        assert store.listed(session) == []


@pytest.mark.parametrize(
    ("state", "after"),
    [(IssueState.SENDING, IssueState.PAUSED), (IssueState.SENT, IssueState.SENT)],
)
def test_policy_refusals_end_no_subscription_and_pause_a_running_issue(
    sqlite_db: Database, add_readers, state, after
):
    add_readers(sqlite_db, 12, weeks=[WEEK], state=state)

    first = subject.take(
        sqlite_db, [bounce(n, FeedbackKind.POLICY) for n in range(9)], secret=SECRET, now=NOW
    )
    tenth = subject.take(sqlite_db, [bounce(9, FeedbackKind.POLICY)], secret=SECRET, now=NOW)

    assert first.warnings == ()
    assert "hosts of 10 readers refuse us" in tenth.warnings[0]
    assert any("paused" in each for each in tenth.warnings) is (after is IssueState.PAUSED)
    assert {state_of(sqlite_db, number) for number in range(12)} == {SubscriberState.CONFIRMED}
    with sqlite_db.read() as session:
        assert session.get(IssueRow, WEEK).state is after


def test_who_resumes_an_issue_has_seen_what_it_was_paused_for(sqlite_db: Database, add_readers):
    add_readers(sqlite_db, 20, weeks=[WEEK])
    take(sqlite_db, *(bounce(number, FeedbackKind.POLICY) for number in range(10)))
    later = NOW + timedelta(hours=1)
    resume = {"by": "Grace", "because": None, "now": later, "real_now": later}
    give_order(sqlite_db, WEEK, OrderKind.RESUME, **resume)

    after = later + timedelta(minutes=1)
    take(sqlite_db, *(bounce(n, FeedbackKind.POLICY) for n in range(10, 19)), now=after)
    with sqlite_db.read() as session:
        assert session.get(IssueRow, WEEK).state is IssueState.SENDING
    take(sqlite_db, bounce(19, FeedbackKind.POLICY), now=after)

    with sqlite_db.read() as session:
        assert session.get(IssueRow, WEEK).state is IssueState.PAUSED
        order = sending_store.last_order(session, WEEK, OrderKind.PAUSE)
    assert order.words == "feedback: hosts of 10 readers refuse us by their policy"


def test_an_issue_whose_taker_was_killed_before_it_paused_it_is_paused_by_the_next(
    sqlite_db: Database, add_readers, monkeypatch
):
    add_readers(sqlite_db, 10, weeks=[WEEK])
    with monkeypatch.context() as killed:
        killed.setattr(subject, "_looked_at", lambda *_args, **_given: [])
        take(sqlite_db, *(bounce(number, FeedbackKind.POLICY) for number in range(10)))

    told = subject.look_at_running(sqlite_db, now=NOW)

    assert told[-1] == "2026-W47: paused; see to the cause, then: digest resume 2026-W47"
    assert subject.look_at_running(sqlite_db, now=NOW) == []


def test_what_came_back_of_an_issue_is_counted_by_readers(db: Database, add_readers):
    add_readers(db, 5)
    take(
        db,
        bounce(0),
        bounce(1, FeedbackKind.SOFT),
        bounce(1, FeedbackKind.SOFT, key="again"),
        bounce(2, FeedbackKind.COMPLAINT, week=WEEKS[0]),
        bounce(3, FeedbackKind.UNSUBSCRIBE),
    )

    count = subject.count_of(db, WEEK)

    assert (count.accepted, count.rejected, count.left) == (5, 0, 1)
    assert count.kinds == {
        FeedbackKind.HARD: 1,
        FeedbackKind.SOFT: 1,
        FeedbackKind.UNSUBSCRIBE: 1,
    }
    assert [each.week for each in subject.recent_counts(db, limit=2)] == [WEEK, WEEKS[1]]
