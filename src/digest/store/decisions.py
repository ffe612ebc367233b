"""Resting place ②: editors' decisions on tools, and the pairs that wait for one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, text, update
from sqlmodel import Session, col, select

from digest.model import Decision, Lookalike
from digest.store.rows import as_noun, as_values, in_chunks, upsert
from digest.store.tables import DecisionRow, LookalikeRow, ToolRow


def hold(session: Session) -> None:
    """
    Let nobody else decide or place launches until this transaction ends.

    SQLite has one writer anyway; two decisions that contradict each other must not pass each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE decision IN SHARE ROW EXCLUSIVE MODE"))


def decisions(session: Session) -> list[Decision]:
    """Give every decision ever made, undone ones too, in their order."""
    rows = session.exec(select(DecisionRow).order_by(col(DecisionRow.id)))
    return [as_noun(Decision, row) for row in rows]


def put_decision(session: Session, decision: Decision) -> Decision:
    """Append a decision and give it with its number."""
    row = DecisionRow(**{**as_values(decision), "id": None})
    session.add(row)
    session.flush()
    return as_noun(Decision, row)


def undo_decision(session: Session, number: int, *, by: str, now: datetime) -> Decision:
    """Mark a decision as undone and give it."""
    row = session.get_one(DecisionRow, number)
    row.undone_by, row.undone_at = by, now
    session.flush()
    return as_noun(Decision, row)


def put_parts(session: Session, parts: Mapping[str, str]) -> None:
    """Note on tools which are part of another; all that are not named stand alone."""
    table = ToolRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
    session.execute(update(table).where(table.c.part_of.is_not(None)).values(part_of=None))
    if parts:
        statement = (
            update(table)
            .where(table.c.slug == bindparam("b_slug"))
            .values(part_of=bindparam("b_whole"))
        )
        values = [{"b_slug": slug, "b_whole": whole} for slug, whole in sorted(parts.items())]
        session.connection().execute(statement, values)


def put_lookalikes(
    session: Session, lookalikes: Sequence[Lookalike], *, rule_version: str, now: datetime
) -> None:
    """Store pairs to look at, each once; one that waits already keeps its date."""
    values = [
        {
            "tool": each.pair[0],
            "other": each.pair[1],
            "reason": each.reason,
            "rule_version": rule_version,
            "found_at": now,
        }
        for each in lookalikes
    ]
    upsert(session, LookalikeRow, values, key=["tool", "other"])


def waiting(session: Session) -> list[tuple[Lookalike, datetime]]:
    """Give all pairs stored, with the time each was found, newest first, then by slug."""
    rows = session.exec(
        select(LookalikeRow).order_by(
            col(LookalikeRow.found_at).desc(), col(LookalikeRow.tool), col(LookalikeRow.other)
        )
    )
    return [(as_noun(Lookalike, row), row.found_at) for row in rows]


def lookalikes_of(session: Session, tools: Collection[str]) -> list[Lookalike]:
    """Give the pairs that one of these tools is in, by slug."""
    found: dict[tuple[str, str], Lookalike] = {}
    for part in in_chunks(tools):
        statement = select(LookalikeRow).where(
            or_(col(LookalikeRow.tool).in_(part), col(LookalikeRow.other).in_(part))
        )
        found |= {(row.tool, row.other): as_noun(Lookalike, row) for row in session.exec(statement)}
    return [found[key] for key in sorted(found)]
