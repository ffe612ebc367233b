"""Resting places ③ and ④ on both databases: what is public, what stands, and whose turn it is."""

from datetime import UTC, datetime

import pytest

from digest.errors import NotFoundError
from digest.model import Approval, DeliveryState, Edition, Issue, IssueState, Plan
from digest.store import issues as subject
from digest.store.engine import Database
from digest.store.tables import DeliveryRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEKS = ("2026-W45", "2026-W46", "2026-W47")


def issue(week: str, number: int = 1, **more: object) -> Issue:
    """An issue without comparisons."""
    values = {"title": week, "cutoff": NOW, "window_start": NOW, "built_at": NOW, "comparisons": ()}
    return Issue(week=week, number=number, **values | more)


def plan(week: str) -> Plan:
    """An empty plan."""
    return Plan(week=week, window_start=NOW, cutoff=NOW, config_sha256="0", candidates=0, fresh=0)


def edition(week: str, sha256: str = "a" * 64) -> Edition:
    """An edition that says nothing."""
    return Edition(
        sha256=sha256, week=week, subject="s", preheader="p", html="h", text="t", rendered_at=NOW
    )


def put(db: Database, week: str, state: IssueState, number: int = 1) -> None:
    """Store an issue in a state."""
    with db.write() as session:
        subject.put_issue(session, issue(week, number), plan(week), now=NOW)
        subject.set_state(session, week, state, now=NOW)


def test_an_issue_and_its_plan_come_back(db: Database):
    put(db, "2026-W47", IssueState.DRAFT)

    with db.read() as session:
        assert subject.issue_of(session, "2026-W47") == issue("2026-W47")
        assert subject.plan_of(session, "2026-W47") == plan("2026-W47")
        assert subject.issue_state(session, "2026-W47") is IssueState.DRAFT
        assert subject.edition_of(session, "2026-W47") is None


def test_a_week_without_an_issue_is_nothing_or_an_error(db: Database):
    with db.write() as session:
        assert subject.issue_of(session, "2026-W47") is None
        assert subject.issue_state(session, "2026-W47", holds=True) is None
        assert subject.edition_of(session, "2026-W47") is None
        assert subject.approval_of(session, "2026-W47") is None
        assert subject.latest_issue(session) is None
        with pytest.raises(NotFoundError, match="build it first"):
            subject.plan_of(session, "2026-W47")


@pytest.mark.parametrize("state", IssueState)
def test_only_what_was_released_is_public(db: Database, state: IssueState):
    put(db, "2026-W47", state)
    public = {IssueState.APPROVED, IssueState.SENDING, IssueState.PAUSED, IssueState.SENT}

    with db.read() as session:
        shown = (
            subject.published_issue(session, "2026-W47"),
            subject.latest_issue(session),
            next(iter(subject.published_issues(session)), None),
        )
    assert {each is not None for each in shown} == {state in public}


@pytest.mark.parametrize(
    ("state", "is_public"),
    [("accepted", True), ("uncertain", True), ("suppressed", False), ("rejected", False)],
)
def test_pages_of_a_cancelled_issue_stay_where_its_mail_has_reached_somebody(
    db: Database, state: str, *, is_public: bool
):
    """The mail leads there; one that nobody has got is gone, as readers expect."""
    put(db, "2026-W47", IssueState.CANCELLED)
    with db.write() as session:
        delivery = {"week": "2026-W47", "subscriber": "s", "address": "a@b.example"}
        session.add(DeliveryRow(**delivery, state=DeliveryState(state), changed_at=NOW))

    with db.read() as session:
        assert (subject.published_issue(session, "2026-W47") is not None) is is_public
        assert bool(subject.published_issues(session)) is is_public
        assert (subject.latest_issue(session) is not None) is is_public


def test_issues_are_listed_newest_first_and_numbered_on(db: Database):
    for number, week in enumerate(WEEKS, start=1):
        put(db, week, IssueState.SENT, number)

    with db.read() as session:
        assert [each.week for each in subject.published_issues(session)] == [*reversed(WEEKS)]
        assert subject.latest_issue(session).week == WEEKS[-1]
        assert list(subject.issue_states(session)) == list(WEEKS)
        assert subject.next_number(session, "2026-W46") == 2
        assert subject.next_number(session, "2026-W48") == 4


def test_a_new_edition_stands_in_review_and_older_ones_are_kept(db: Database):
    put(db, "2026-W47", IssueState.APPROVED)
    with db.write() as session:
        subject.put_edition(session, edition("2026-W47"), now=NOW)
        subject.put_edition(session, edition("2026-W47", "b" * 64), now=NOW)
        subject.put_edition(session, edition("2026-W47"), now=NOW)

    with db.read() as session:
        assert subject.edition_of(session, "2026-W47") == edition("2026-W47")
        assert subject.issue_state(session, "2026-W47") is IssueState.IN_REVIEW


def test_the_newest_release_counts(db: Database):
    put(db, "2026-W47", IssueState.IN_REVIEW)
    releases = [
        Approval(week="2026-W47", edition_sha256=letter * 64, by="Ada", approved_at=NOW)
        for letter in "ab"
    ]
    with db.write() as session:
        for release in releases:
            subject.put_approval(session, release)

    with db.read() as session:
        assert subject.approval_of(session, "2026-W47") == releases[1]
        assert subject.issue_state(session, "2026-W47") is IssueState.APPROVED


def test_a_dropped_draft_leaves_no_issue(db: Database):
    put(db, "2026-W47", IssueState.IN_REVIEW)
    put(db, "2026-W46", IssueState.SENT, 2)
    with db.write() as session:
        subject.drop_draft(session, "2026-W47")

    with db.read() as session:
        assert list(subject.issue_states(session)) == ["2026-W46"]
