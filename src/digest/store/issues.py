"""Resting places ③ and ④: issues with their plan and comparisons, editions and approvals."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlmodel import Session, col, func, select

from digest.errors import NotFoundError
from digest.model import (
    Approval,
    Comparison,
    DeliveryState,
    Edition,
    Issue,
    IssueState,
    Plan,
    Withdrawal,
)
from digest.store.rows import as_noun, as_values, from_document, upsert
from digest.store.tables import (
    ApprovalRow,
    ComparisonRow,
    DeliveryRow,
    EditionRow,
    IssueRow,
    WithdrawalRow,
)

PUBLIC = (IssueState.APPROVED, IssueState.SENDING, IssueState.PAUSED, IssueState.SENT)
"""States in which an issue's pages are public: someone has released it."""
REACHED = (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
"""States of deliveries whose readers may have the mail."""


def is_public() -> ColumnElement[bool]:
    """
    Give the condition for the pages of an issue to be public.

    Of one that was cancelled they stay only where its mail has reached somebody, and leads there.
    """
    has_reached = (
        select(DeliveryRow.id)
        .where(DeliveryRow.week == IssueRow.week, col(DeliveryRow.state).in_(REACHED))
        .exists()
    )
    was_cancelled = col(IssueRow.state) == IssueState.CANCELLED
    return or_(col(IssueRow.state).in_(PUBLIC), and_(was_cancelled, has_reached))


def next_number(session: Session, week: str) -> int:
    """Give the number of this week's issue: its own if it has one, else one more than the last."""
    row = session.get(IssueRow, week)
    if row:
        return row.number
    return (session.exec(select(func.max(IssueRow.number))).one() or 0) + 1


def put_issue(session: Session, issue: Issue, plan: Plan, *, now: datetime) -> None:
    """Store an issue in place of the week's former draft; its state falls back to draft."""
    session.execute(delete(ComparisonRow).where(col(ComparisonRow.week) == issue.week))
    values = {
        "week": issue.week,
        "number": issue.number,
        "state": IssueState.DRAFT,
        "document": issue.model_dump_json(),
        "plan": plan.model_dump_json(),
        "edition_sha256": None,
        "changed_at": now,
    }
    upsert(session, IssueRow, [values], key=["week"], update=set(values) - {"week"})
    for comparison in issue.comparisons:
        session.add(
            ComparisonRow(
                week=issue.week,
                position=comparison.position,
                slug=comparison.slug,
                tool_a=comparison.a.slug,
                tool_b=comparison.b.slug,
                document=comparison.model_dump_json(),
            )
        )


def drop_draft(session: Session, week: str) -> None:
    """Take away the week's issue that nobody has released; editions ever made are kept."""
    for table in (ComparisonRow, IssueRow):
        session.execute(delete(table).where(col(table.week) == week))


def issue_row(session: Session, week: str) -> IssueRow:
    """Give the stored row of a week. Raises NotFoundError."""
    row = session.get(IssueRow, week)
    if row is None:
        raise NotFoundError("issue", week, f"build it first: digest build --week {week}")
    return row


def issue_state(session: Session, week: str, *, holds: bool = False) -> IssueState | None:
    """
    Give where the week's issue stands; None where there is none.

    With ``holds`` nobody else can move or rebuild it until this transaction ends.
    """
    statement = select(IssueRow.state).where(IssueRow.week == week)
    state = session.exec(statement.with_for_update() if holds else statement).first()
    return IssueState(state) if state else None


def issue_of(session: Session, week: str) -> Issue | None:
    """Give the week's issue in whatever state it is."""
    row = session.get(IssueRow, week)
    return from_document(Issue, row.document) if row else None


def plan_of(session: Session, week: str) -> Plan:
    """Give the plan the week's issue was built by."""
    return from_document(Plan, issue_row(session, week).plan)


def set_state(session: Session, week: str, state: IssueState, *, now: datetime) -> None:
    """Move the issue to another state."""
    row = issue_row(session, week)
    row.state = state
    row.changed_at = now


def put_edition(session: Session, edition: Edition, *, now: datetime) -> None:
    """Store an edition for good and make it the one that stands for its issue, in review."""
    # The hash is of the content: what is there already is the same, or was damaged and is mended.
    content = ("subject", "preheader", "html", "text")
    upsert(session, EditionRow, [as_values(edition)], key=["sha256"], update=content)
    row = issue_row(session, edition.week)
    row.edition_sha256 = edition.sha256
    row.state = IssueState.IN_REVIEW
    row.changed_at = now


def edition_of(session: Session, week: str) -> Edition | None:
    """Give the edition that stands for the week's issue."""
    row = session.get(IssueRow, week)
    if row is None or row.edition_sha256 is None:
        return None
    return as_noun(Edition, session.get_one(EditionRow, row.edition_sha256))


def put_approval(session: Session, approval: Approval) -> None:
    """Append a release and move the issue to approved."""
    session.add(ApprovalRow(**as_values(approval)))
    set_state(session, approval.week, IssueState.APPROVED, now=approval.approved_at)


def approval_of(session: Session, week: str) -> Approval | None:
    """Give the newest release of the week."""
    statement = (
        select(ApprovalRow).where(ApprovalRow.week == week).order_by(col(ApprovalRow.id).desc())
    )
    row = session.exec(statement).first()
    return as_noun(Approval, row) if row else None


def published_issues(session: Session) -> list[Issue]:
    """Give all issues someone has released, newest week first."""
    statement = select(IssueRow).where(is_public()).order_by(col(IssueRow.week).desc())
    return [_as_public(session, row) for row in session.exec(statement)]


def _as_public(session: Session, row: IssueRow) -> Issue:
    """Give an issue without the comparisons that were taken back since."""
    issue = from_document(Issue, row.document)
    back = set(session.exec(select(WithdrawalRow.slug).where(WithdrawalRow.week == row.week)))
    if not back:
        return issue
    kept = tuple(item for item in issue.comparisons if item.slug not in back)
    return issue.model_copy(update={"comparisons": kept})


def published_issue(session: Session, week: str) -> Issue | None:
    """Give the week's issue if someone has released it."""
    statement = select(IssueRow).where(IssueRow.week == week, is_public())
    row = session.exec(statement).first()
    return _as_public(session, row) if row else None


def latest_issue(session: Session) -> Issue | None:
    """Give the newest released issue."""
    statement = select(IssueRow).where(is_public()).order_by(col(IssueRow.week).desc()).limit(1)
    row = session.exec(statement).first()
    return _as_public(session, row) if row else None


def comparison_by_slug(session: Session, slug: str) -> Comparison | None:
    """Give the newest released comparison with this slug."""
    statement = (
        select(ComparisonRow)
        .join(IssueRow, col(IssueRow.week) == col(ComparisonRow.week))
        .where(ComparisonRow.slug == slug, is_public())
        .order_by(col(ComparisonRow.week).desc())
        .limit(1)
    )
    row = session.exec(statement).first()
    return from_document(Comparison, row.document) if row else None


def comparison_of_tools(session: Session, first: str, second: str) -> Comparison | None:
    """Give the newest released comparison of two tools, in whichever order it is stored."""
    pairs = ((first, second), (second, first))
    found = [
        row
        for a, b in pairs
        for row in session.exec(
            select(ComparisonRow)
            .join(IssueRow, col(IssueRow.week) == col(ComparisonRow.week))
            .where(
                ComparisonRow.tool_a == a,
                ComparisonRow.tool_b == b,
                is_public(),
            )
        )
    ]
    newest = max(found, key=lambda row: row.week, default=None)
    return from_document(Comparison, newest.document) if newest else None


def comparisons_of_tool(session: Session, slug: str) -> list[Comparison]:
    """Give all released comparisons of a tool, newest first."""
    statement = (
        select(ComparisonRow)
        .join(IssueRow, col(IssueRow.week) == col(ComparisonRow.week))
        .where(
            (col(ComparisonRow.tool_a) == slug) | (col(ComparisonRow.tool_b) == slug),
            is_public(),
        )
        .order_by(col(ComparisonRow.week).desc(), col(ComparisonRow.position))
    )
    rows = session.exec(statement).all()
    back = (
        set(session.exec(select(WithdrawalRow.week, WithdrawalRow.slug)).all()) if rows else set()
    )
    return [
        from_document(Comparison, row.document) for row in rows if (row.week, row.slug) not in back
    ]


def withdrawal_of(session: Session, week: str, slug: str) -> Withdrawal | None:
    """Give how the comparison of that week was taken back; None where it stands."""
    row = session.get(WithdrawalRow, (week, slug))
    return as_noun(Withdrawal, row) if row else None


def put_withdrawal(session: Session, withdrawal: Withdrawal) -> None:
    """Take a comparison back; a second time replaces the reason."""
    upsert(session, WithdrawalRow, [as_values(withdrawal)], key=("week", "slug"))


def drop_withdrawal(session: Session, week: str, slug: str) -> None:
    """Let a comparison stand again."""
    session.execute(
        delete(WithdrawalRow).where(
            col(WithdrawalRow.week) == week, col(WithdrawalRow.slug) == slug
        )
    )


def public_comparisons(session: Session) -> list[Comparison]:
    """Give every comparison that stands in a released issue, newest week first, in its order."""
    return [item for issue in published_issues(session) for item in issue.comparisons]


def past_comparisons(session: Session, *, before: str) -> list[Comparison]:
    """Give every comparison in released issues of earlier weeks, oldest first."""
    statement = (
        select(ComparisonRow)
        .join(IssueRow, col(IssueRow.week) == col(ComparisonRow.week))
        .where(col(ComparisonRow.week) < before, is_public())
        .order_by(col(ComparisonRow.week), col(ComparisonRow.position))
    )
    return [from_document(Comparison, row.document) for row in session.exec(statement)]


def issue_states(session: Session) -> dict[str, IssueState]:
    """Give every issue's state by week, oldest first."""
    rows = session.exec(select(IssueRow.week, IssueRow.state).order_by(col(IssueRow.week)))
    return {week: IssueState(state) for week, state in rows}
