"""The editors' page of a send: what it shows, and the three orders, from a form of its own alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from digest.delivery import throttle
from digest.model import Delivery, DeliveryState, IssueState, OrderKind
from digest.store import issues as issue_store
from digest.store import sending as store
from digest.store import throttles
from digest.store.tables import DeliveryRow, IssueRow
from digest.web.sending import ABOUT
from tests.conftest import NOW
from tests.web.test_desk import PASSWORD, card, shown_in, words_of

WEEK = "2026-W47"
PAGE = f"/desk/{WEEK}/sending"
ENDS = {"accepted": 3, "uncertain": 2, "suppressed": 1, "queued": 2}


@pytest.fixture
def sending(world):
    """The week's issue in mid-send, with eight readers."""
    number = 0
    with world.write() as session:
        issue_store.set_state(session, WEEK, IssueState.SENDING, now=NOW)
        session.get(IssueRow, WEEK).audience = 8
        for state, many in ENDS.items():
            for _ in range(many):
                number += 1
                session.add(
                    DeliveryRow(
                        **Delivery(
                            week=WEEK,
                            subscriber=f"s{number}",
                            address=f"r{number}@<b>reader.example",
                            state=DeliveryState(state),
                            reply="lost after the final dot",
                            next_attempt_at=NOW if state == "queued" else None,
                            leased_by="somebody" if state == "uncertain" else None,
                            changed_at=NOW,
                        ).model_dump()
                    )
                )
        slow = throttle.lowered(None, "lake.example", reply="451 later", now=datetime.now(UTC))
        throttles.put_buckets(session, [slow])
    return world


@pytest.fixture
def room(parts, sending, visit):
    del sending
    return visit(replace(parts, operator_password=SecretStr(PASSWORD)))


def press(room, act, **fields):
    page = room.get(PAGE, headers=card()).text
    given = {"shown": shown_in(page), **fields}
    return room.post(f"{PAGE}/{act}", headers=card(), data=given)


def state_of(db):
    with db.read() as session:
        return issue_store.issue_state(session, WEEK)


def test_nobody_enters_without_the_password(room):
    assert room.get(PAGE).status_code == 401
    assert room.post(f"{PAGE}/pause").status_code == 401


def test_the_page_counts_every_state_and_lists_what_is_in_doubt(room):
    page = room.get(PAGE, headers=card()).text
    words = words_of(page)

    assert "The issue is sending. 8 readers get it." in words
    for state, number in ENDS.items():
        assert f"{number} {state} {ABOUT[DeliveryState(state)]}" in words
    assert "r4@&lt;b&gt;reader.example" in page
    assert f"digest deliveries resolve {WEEK} --log FILE --by NAME" in words
    assert "lake.example: 300 a minute slowed" in words
    assert "451 later" in words


def test_every_state_has_its_words():
    assert set(ABOUT) == set(DeliveryState)


def test_states_that_do_not_add_up_are_said(room, sending):
    with sending.write() as session:
        session.get(IssueRow, WEEK).audience = 9

    assert "do not add up" in words_of(room.get(PAGE, headers=card()).text)


def test_an_issue_is_paused_and_resumed_by_name(room, sending):
    done = press(room, "pause", because="a wrong price")

    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    assert state_of(sending) is IssueState.PAUSED
    words = words_of(room.get(PAGE, headers=card()).text)
    assert "The issue is paused." in words
    assert "Pause by Ada: a wrong price" in words
    press(room, "resume")
    assert state_of(sending) is IssueState.SENDING


def test_cancelling_wants_to_be_sure_and_ends_what_waits(room, sending):
    refused = press(room, "cancel")

    assert refused.status_code == 400
    assert "tick that you are sure" in words_of(refused.text)
    assert state_of(sending) is IssueState.SENDING
    press(room, "cancel", sure="yes", because="all wrong")
    words = words_of(room.get(PAGE, headers=card()).text)
    assert "3 suppressed" in words
    assert "2 uncertain" in words
    with sending.read() as session:
        assert store.last_order(session, WEEK, OrderKind.CANCEL).words == "Ada: all wrong"


def test_an_order_that_makes_no_sense_is_refused_on_the_page(room, sending):
    answer = press(room, "resume")

    assert answer.status_code == 400
    assert "it is sending, not paused: there is nothing to resume" in words_of(answer.text)
    assert state_of(sending) is IssueState.SENDING


def test_a_form_of_another_page_orders_nothing(room, sending):
    stolen = shown_in(room.get(PAGE, headers=card("Eve")).text)

    for fields in ({}, {"shown": "made-up"}, {"shown": stolen}):
        assert room.post(f"{PAGE}/pause", headers=card(), data=fields).status_code == 403
    token = {"shown": shown_in(room.get(PAGE, headers=card()).text)}
    elsewhere = {**card(), "sec-fetch-site": "cross-site"}
    assert room.post(f"{PAGE}/pause", headers=elsewhere, data=token).status_code == 403
    assert state_of(sending) is IssueState.SENDING


@pytest.mark.parametrize("path", ["/desk/2026-W01/sending", "/desk/nonsense/sending"])
def test_there_is_no_page_without_an_issue(room, path):
    assert room.get(path, headers=card()).status_code == 404


def test_there_are_no_other_orders(room):
    assert press(room, "send").status_code == 404
