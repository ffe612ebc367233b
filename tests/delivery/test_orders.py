"""Pause, resume and cancel: where each may be ordered, and what it makes of an issue."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from digest.delivery import orders as subject
from digest.errors import IssueError
from digest.model import IssueState, OrderKind

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"
PAUSE, RESUME, CANCEL = OrderKind.PAUSE, OrderKind.RESUME, OrderKind.CANCEL
STATES = {state.value: state for state in IssueState}


def order(kind, state, *, by="Ada", because=None):
    return subject.order(WEEK, kind, state=STATES[state], by=by, because=because, now=NOW)


@pytest.mark.parametrize("state", ["approved", "sending"])
def test_what_was_paused_is_resumed_to_what_it_was(state):
    pause = order(PAUSE, state)

    assert subject.after(pause, paused=None) is IssueState.PAUSED
    assert subject.after(order(RESUME, "paused"), paused=pause) is STATES[state]


@pytest.mark.parametrize("state", ["draft", "in_review", "approved", "sending", "paused"])
def test_cancelling_is_for_good(state):
    assert subject.after(order(CANCEL, state), paused=None) is IssueState.CANCELLED


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (PAUSE, "draft", "it is draft: nothing is sent before it is approved"),
        (PAUSE, "in_review", "it is in_review: nothing is sent before it is approved"),
        (PAUSE, "paused", "it is paused already"),
        (PAUSE, "sent", "it is sent: every mail of it has its end"),
        (PAUSE, "cancelled", "it was cancelled, which is for good"),
        (RESUME, "draft", "it is draft, not paused: there is nothing to resume"),
        (RESUME, "sending", "it is sending, not paused: there is nothing to resume"),
        (RESUME, "sent", "it is sent: every mail of it has its end"),
        (RESUME, "cancelled", "it was cancelled, which is for good"),
        (CANCEL, "sent", "it is sent: every mail of it has its end"),
        (CANCEL, "cancelled", "it was cancelled, which is for good"),
    ],
)
def test_what_makes_no_sense_is_said(kind, state, words):
    with pytest.raises(IssueError, match=f"^issue {WEEK}: {words}$"):
        order(kind, state)


def test_every_state_is_decided_for_every_order():
    allowed = set()
    for state in STATES:
        for kind in OrderKind:
            with suppress(IssueError):
                allowed.add((kind.value, state, subject.after(order(kind, state), paused=None)))

    assert {each[:2] for each in allowed} == {
        *(("pause", state) for state in ("approved", "sending")),
        *(("cancel", state) for state in ("draft", "in_review", "approved", "sending", "paused")),
        ("resume", "paused"),
    }


@pytest.mark.parametrize("by", ["", "  ", "x" * 121])
def test_an_order_has_the_name_of_a_person(by):
    with pytest.raises(IssueError, match="give the name of a person: --by NAME, at most 120"):
        order(PAUSE, "sending", by=by)


def test_the_reason_is_kept_on_one_line_without_its_full_stop():
    assert order(PAUSE, "sending", because="the price \n is wrong.").words == (
        "Ada: the price is wrong"
    )
    assert order(PAUSE, "sending", because=" ").words == "Ada"
