"""
From tools and facts to an issue in review: review, pair, draft, render; then an editor's release.

A build may be run again until the issue is on its way; each build makes a new edition, and a release
given to an older one counts for nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from digest.errors import HaltedError, IssueError
from digest.issues import approval as approval_rules
from digest.issues.drafting import draft_comparison, draft_issue
from digest.issues.labels import with_labels
from digest.issues.moves import moves_told
from digest.issues.weeks import week_of, window
from digest.mail.preflight import preflight
from digest.mail.render import render_issue
from digest.model import (
    Approval,
    Edition,
    Flag,
    Issue,
    IssueState,
    Move,
    Plan,
    Revision,
    SubscriberState,
)
from digest.panel.base import Estimate
from digest.panel.verdict import WATCHED, leaning
from digest.steps.build_report import BuildReport
from digest.steps.composing import require_intact
from digest.steps.desk import Desk, WeeklyParts
from digest.steps.paneling import (
    Estimating,
    StoredAnswers,
    laid_before,
    lay_before_panel,
    said_now,
    with_notes,
)
from digest.steps.planning import BuildOptions, Planned, plan_week
from digest.steps.recap import last_vote
from digest.steps.reviewing import keep_reviews, revisions
from digest.steps.states import CLOSED, RELEASED
from digest.store import issues as store
from digest.store import readers as reader_store
from digest.store import reviews as review_store
from digest.store.engine import Database


def build_issue(
    week: str | None, *, options: BuildOptions, parts: WeeklyParts, now: datetime
) -> BuildReport:
    """
    Build the week's issue and render its edition; it is then in review.

    Args:
        week: ISO week; None is the week of ``now`` in the operator's zone.
        options: Pins and bans.
        parts: What the build works with.
        now: The moment of building; the cut-off of the current week.

    Raises:
        IssueError: The week has not begun, a pin or a ban cannot be followed, or the issue is under
            way.
        RenderError: A template cannot be used.
        PreflightError: The edition may not leave the house; nothing is stored.
    """
    week = week or week_of(now, parts.zone)
    span = window(week, now=now, zone=parts.zone)
    with parts.db.read() as session:
        state = store.issue_state(session, week)
    if state in RELEASED and options.keeps_released:
        return standing_report(parts.db, week)
    _refuse_under_way(week, state)
    work = plan_week(week, span, options, parts, now=now)
    paneled = lay_before_panel(work.desk, work.plan, parts=parts, now=now)
    revised = revisions(paneled.desk, jobs=parts.jobs, labels=parts.labels, now=now)
    issue = _composed(work.plan, paneled.desk, parts, moves=moves_told(revised), now=now)
    if not issue.comparisons:
        return _no_issue(parts.db, work, note=issue.note, now=now)
    edition = render_issue(
        issue, community={}, brand=parts.brand, templates_dir=parts.templates_dir, now=now
    )
    preflight(edition, week=week)
    made = _Made(work, paneled.desk, issue, edition, revised)
    with parts.db.write() as session:
        stands = _stands_or_stored(session, made, now=now)
        last_calls = review_store.last_calls(session, limit=WATCHED)
    if stands:
        return standing_report(parts.db, week)
    return BuildReport(
        week=week,
        state=IssueState.IN_REVIEW,
        plan=work.plan,
        issue=issue,
        edition=edition,
        note=issue.note,
        decisions=_told(paneled.desk, work.plan),
        panel=paneled.remarks,
        watch=leaning(last_calls),
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """What a build comes to."""

    work: Planned
    desk: Desk
    issue: Issue
    edition: Edition
    revised: tuple[Revision, ...]


def _stands_or_stored(session: Session, made: _Made, *, now: datetime) -> bool:
    """Return True where just this is released already, and stands; False where it is stored now."""
    week, plan = made.issue.week, made.work.plan
    state = store.issue_state(session, week, holds=True)
    _refuse_under_way(week, state)
    made.work.note(session, now=now)
    if state is IssueState.APPROVED and _is_standing(session, made.edition):
        return True
    keep_reviews(session, said_now(made.desk, plan), now=now)
    store.put_issue(session, made.issue, plan, now=now)
    review_store.put_revisions(session, week, made.revised)
    store.put_edition(session, made.edition, now=now)
    return False


def estimate_panel(
    week: str | None, *, model: Estimating, parts: WeeklyParts, now: datetime
) -> Estimate:
    """
    Say what the reviews of a build would cost now; nobody is asked and nothing is stored.

    Raises:
        IssueError: The week has not begun.
    """
    week = week or week_of(now, parts.zone)
    span = window(week, now=now, zone=parts.zone)
    work = plan_week(week, span, BuildOptions(), parts, now=now)
    subjects = laid_before(work.desk, work.plan, parts=parts)
    memory = StoredAnswers(parts.db)
    chosen = len(work.plan.chosen)
    return model.estimate(subjects, memory=memory, now=now, pairs=chosen)


def _no_issue(db: Database, work: Planned, *, note: str | None, now: datetime) -> BuildReport:
    """Take an earlier draft of a week away that has no pair now; a released issue is kept."""
    plan = work.plan
    with db.write() as session:
        state = store.issue_state(session, plan.week, holds=True)
        if state in RELEASED:
            raise IssueError(
                plan.week, f"it is {state}, and now no pair would be left; nothing was changed"
            )
        store.drop_draft(session, plan.week)
        work.note(session, now=now)
        review_store.put_revisions(session, plan.week, ())
    decisions = _told(work.desk, plan)
    return BuildReport(week=plan.week, state=None, plan=plan, note=note, decisions=decisions)


def _is_standing(session: Session, edition: Edition) -> bool:
    """
    Return True where the stored edition is this very one, unaltered.

    Then a release of it stands, and its pages stay public.
    """
    standing = store.edition_of(session, edition.week)
    return standing is not None and standing.is_intact and standing.sha256 == edition.sha256


def _refuse_under_way(week: str, state: IssueState | None) -> None:
    if state in CLOSED:
        raise IssueError(week, f"it is {state}, so it cannot be built again")


def _told(desk: Desk, plan: Plan) -> tuple[str, ...]:
    """Give what editors decided about the tools looked at, a line each; a paid place is said too."""
    tools = {slug: item.side.tool for slug, item in desk.reviewed.items()}
    paid = [
        f"{slug} is sponsored and in by a pin"
        for pair in plan.chosen
        for slug in (pair.a, pair.b)
        if pair.is_pinned and Flag.SPONSORED in tools[slug].flags
    ]
    return (*desk.flag_decisions, *paid)


def standing_report(db: Database, week: str) -> BuildReport:
    """Give the report of the issue as it stands. Raises NotFoundError."""
    with db.read() as session:
        row = store.issue_row(session, week)
        return BuildReport(
            week=week,
            state=row.state,
            plan=store.plan_of(session, week),
            issue=store.issue_of(session, week),
            edition=store.edition_of(session, week),
        )


def approve_issue(
    db: Database, week: str, *, by: str, now: datetime, looked_at: str | None = None
) -> Approval:
    """
    Release exactly the edition that stands for the week, which is the one that was looked at.

    Raises:
        NotFoundError: There is no such issue.
        IssueError: It is under way already.
        ApprovalError: The editor's name is missing, another edition stands than was looked at, or
            the stored one was tampered with.
        PreflightError: The edition may not leave the house.
    """
    with db.write() as session:
        state = store.issue_state(session, week, holds=True)
        store.issue_row(session, week)
        edition = store.edition_of(session, week)
        if state in CLOSED or edition is None:
            raise IssueError(week, f"it is {state}, so there is nothing to release")
        require_intact(edition)
        preflight(edition, week=week)
        confirmed = reader_store.count_subscribers(session).get(SubscriberState.CONFIRMED, 0)
        approval = approval_rules.approve(
            edition, by=by, now=now, looked_at=looked_at, audience=confirmed
        )
        store.put_approval(session, approval)
    return approval


def is_released(db: Database, week: str) -> bool:
    """
    Return True when an editor has released the edition that stands for the week; False while not.

    Raises:
        HaltedError: It was cancelled: nobody will.
    """
    with db.read() as session:
        state = store.issue_state(session, week)
    if state is IssueState.CANCELLED:
        raise HaltedError(week, "it was cancelled, so it waits for no release any more")
    return state in RELEASED


def _composed(
    plan: Plan, desk: Desk, parts: WeeklyParts, *, moves: tuple[Move, ...], now: datetime
) -> Issue:
    """Write the issue, with the panel's notes and the last vote."""
    issue = _draft(plan, desk, parts, moves=moves, now=now)
    issue = with_notes(issue, desk, parts=parts, now=now)
    vote = last_vote(parts.db, before=plan.week, now=now)
    return issue.model_copy(update={"last_vote": vote})


def _draft(
    plan: Plan, desk: Desk, parts: WeeklyParts, *, moves: tuple[Move, ...], now: datetime
) -> Issue:
    jobs = {job.key: job for job in parts.jobs}
    comparisons = [
        draft_comparison(
            pair,
            desk.reviewed[pair.a].side,
            desk.reviewed[pair.b].side,
            week=plan.week,
            position=position,
            job=jobs[pair.job],
            now=now,
        )
        for position, pair in enumerate(plan.chosen, start=1)
    ]
    issue = draft_issue(
        plan,
        comparisons,
        number=desk.number,
        now=now,
        fresh=desk.fresh,
        jobs=parts.jobs,
        stale=desk.stale,
        launches_read=desk.launches_read,
        sources_read=desk.sources_read,
    )
    return with_labels(issue.model_copy(update={"moves": moves}), parts.labels)
