"""Resting place ②: reviews, the former ones with what changed after them; and what moved in public."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from digest.model import INCUMBENTS, Move, Review, Reviewer, Revision, Verdict
from digest.store.issues import is_public
from digest.store.rows import from_document, in_chunks, upsert
from digest.store.tables import IssueRow, ReviewRow, RevisionRow, ToolRow


def put_reviews(
    session: Session, reviews: Sequence[tuple[Review, str, str]], *, now: datetime
) -> None:
    """Add reviews to those there are, each with the hash of its outcome and what changed."""
    values = [
        {
            "tool": review.tool,
            "reviewer": review.reviewer,
            "verdict": review.verdict,
            "evidence_sha256": review.evidence_sha256,
            "panel_version": review.panel_version,
            "reviewed_at": now,
            "outcome": outcome,
            "reason": reason,
            "document": review.model_dump_json(),
        }
        for review, outcome, reason in reviews
    ]
    key = ("tool", "reviewer", "evidence_sha256", "panel_version", "reviewed_at")
    upsert(session, ReviewRow, values, key=key)


def last_outcomes(
    session: Session, tools: Collection[str]
) -> dict[tuple[str, Reviewer], tuple[int, str]]:
    """Give the newest review of each tool and reviewer: number of its row, hash of its outcome."""
    found: dict[tuple[str, Reviewer], tuple[int, str]] = {}
    for part in in_chunks(tools):
        newest = (
            select(func.max(ReviewRow.id))
            .where(col(ReviewRow.tool).in_(part))
            .group_by(col(ReviewRow.tool), col(ReviewRow.reviewer))
        )
        statement = select(
            ReviewRow.tool, ReviewRow.reviewer, ReviewRow.id, ReviewRow.outcome
        ).where(col(ReviewRow.id).in_(newest))
        for tool, reviewer, number, outcome in session.exec(statement):
            found[tool, Reviewer(reviewer)] = number or 0, outcome
    return found


def reviews_numbered(session: Session, numbers: Iterable[int]) -> dict[int, Review]:
    """Give the reviews in these rows."""
    found: dict[int, Review] = {}
    for part in in_chunks(numbers):
        wanted = col(ReviewRow.id).in_(part)
        statement = select(ReviewRow.id, ReviewRow.document).where(wanted)
        for number, document in session.exec(statement):
            found[number or 0] = from_document(Review, document)
    return found


def review_history(session: Session, tool: str) -> list[tuple[Review, str]]:
    """Give every review of a tool, newest first, each with what changed since the one before."""
    statement = (
        select(ReviewRow)
        .where(ReviewRow.tool == tool)
        .order_by(col(ReviewRow.reviewed_at).desc(), col(ReviewRow.id).desc())
    )
    return [(from_document(Review, row.document), row.reason) for row in session.exec(statement)]


def reviews_of(session: Session, tool: str) -> list[Review]:
    """Give every review of a tool, newest first."""
    return [review for review, _ in review_history(session, tool)]


def last_calls(session: Session, *, limit: int) -> dict[Reviewer, tuple[Verdict, ...]]:
    """
    Give each reviewer's newest calls on tools that some source announced, newest first.

    Established tools that only ship with the program are left out: they stand there because they
    are good, so that nothing can be told from how a reviewer likes them.

    Args:
        session: Open.
        limit: Most of one reviewer.
    """
    found = {}
    for reviewer in Reviewer:
        statement = (
            select(ReviewRow.verdict)
            .join(ToolRow, col(ToolRow.slug) == col(ReviewRow.tool))
            .where(
                col(ReviewRow.reviewer) == reviewer,
                col(ReviewRow.verdict) != Verdict.NO_CALL,
                col(ToolRow.sources) != (INCUMBENTS,),
            )
            .order_by(col(ReviewRow.id).desc())
            .limit(limit)
        )
        found[reviewer] = tuple(Verdict(verdict) for verdict in session.exec(statement))
    return found


def put_revisions(session: Session, week: str, revisions: Sequence[Revision]) -> None:
    """Store what the week's issue tells of comparisons judged anew, in place of a former build's."""
    session.execute(delete(RevisionRow).where(col(RevisionRow.week) == week))
    for position, revision in enumerate(revisions, start=1):
        comparison = revision.comparison
        row = RevisionRow(
            week=week,
            position=position,
            comparison_week=comparison.week,
            slug=comparison.slug,
            tool_a=comparison.a.slug,
            tool_b=comparison.b.slug,
            document=revision.model_dump_json(),
        )
        session.add(row)


def revisions_of(session: Session, slug: str, week: str) -> list[Revision]:
    """Give how the comparison of that week was judged anew in released issues, newest first."""
    statement = (
        select(RevisionRow)
        .join(IssueRow, col(IssueRow.week) == col(RevisionRow.week))
        .where(
            RevisionRow.slug == slug,
            RevisionRow.comparison_week == week,
            is_public(),
        )
        .order_by(col(RevisionRow.week).desc())
    )
    return [from_document(Revision, row.document) for row in session.exec(statement)]


def last_revisions(session: Session, *, before: str) -> dict[tuple[str, str], Revision]:
    """Give the newest revision of each comparison (its week, its slug) told before that week."""
    statement = (
        select(RevisionRow)
        .join(IssueRow, col(IssueRow.week) == col(RevisionRow.week))
        .where(col(RevisionRow.week) < before, is_public())
        .order_by(col(RevisionRow.week))
    )
    rows = {(row.comparison_week, row.slug): row for row in session.exec(statement)}
    return {key: from_document(Revision, row.document) for key, row in rows.items()}


def verdict_history(session: Session, slug: str) -> list[Move]:
    """Give every change of a verdict on this tool that a released issue told of, newest first."""
    statement = (
        select(RevisionRow)
        .join(IssueRow, col(IssueRow.week) == col(RevisionRow.week))
        .where(
            (col(RevisionRow.tool_a) == slug) | (col(RevisionRow.tool_b) == slug),
            is_public(),
        )
        .order_by(col(RevisionRow.week).desc(), col(RevisionRow.position))
    )
    told: dict[tuple[datetime, Reviewer], Move] = {}
    for row in session.exec(statement):
        for move in from_document(Revision, row.document).moves:
            if move.tool == slug:
                told.setdefault((move.moved_at, move.reviewer), move)
    return list(told.values())
