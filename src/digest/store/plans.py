"""Resting place ③: the plan of each week, and what editors ask of it."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from digest.model import Plan, Wish, WishKind
from digest.store.rows import as_noun, as_values, from_document, upsert
from digest.store.tables import PlanRow, WishRow


def put_plan(session: Session, plan: Plan, *, wishes: Collection[int], now: datetime) -> None:
    """Store a plan in place of the week's former one, with the wishes it was made by."""
    values = {
        "week": plan.week,
        "document": plan.model_dump_json(),
        "wishes": sorted(wishes),
        "made_at": now,
    }
    upsert(session, PlanRow, [values], key=["week"], update=set(values) - {"week"})


def plan_of_week(session: Session, week: str) -> tuple[Plan, frozenset[int], datetime] | None:
    """Give the week's plan, the wishes it was made by, and when; None where nothing was built."""
    row = session.get(PlanRow, week)
    if row is None:
        return None
    return from_document(Plan, row.document), frozenset(row.wishes), row.made_at


def planned_weeks(session: Session) -> list[str]:
    """Give the weeks that have a plan or a wish, newest first."""
    weeks = {*session.exec(select(PlanRow.week)), *session.exec(select(WishRow.week))}
    return sorted(weeks, reverse=True)


def wishes_of(session: Session, week: str) -> list[Wish]:
    """Give every wish ever made for a week, undone ones too, in their order."""
    rows = session.exec(select(WishRow).where(WishRow.week == week).order_by(col(WishRow.id)))
    return [as_noun(Wish, row) for row in rows]


def frozen_plan(session: Session, week: str) -> Plan | None:
    """Give the week's plan while an editor keeps it as it is; None while it may be made anew."""
    wishes = wishes_of(session, week)
    if not any(each.stands and each.kind is WishKind.FREEZE for each in wishes):
        return None
    found = plan_of_week(session, week)
    return found[0] if found else None


def put_wish(session: Session, wish: Wish) -> Wish:
    """Append a wish and give it with its number."""
    row = WishRow(**{**as_values(wish), "id": None})
    session.add(row)
    session.flush()
    return as_noun(Wish, row)


def undo_wish(session: Session, number: int, *, by: str, now: datetime) -> Wish:
    """Mark a wish as undone and give it."""
    row = session.get_one(WishRow, number)
    row.undone_by, row.undone_at = by, now
    session.flush()
    return as_noun(Wish, row)
