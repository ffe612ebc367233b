"""Plans by week and what editors ask of them, on both databases."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from digest.model import Plan, Wish, WishKind
from digest.store import plans as store

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WEEK = "2026-W47"


def plan(week=WEEK, **more):
    return Plan(
        week=week,
        window_start=NOW - timedelta(days=7),
        cutoff=NOW,
        config_sha256="c",
        fresh=1,
        **more,
    )


def wish(kind=WishKind.PIN, *pairs, **more):
    return Wish(week=WEEK, kind=kind, pairs=pairs, by="Ada", made_at=NOW, **more)


def test_a_plan_replaces_the_week_s_former_one(db):
    later = NOW + timedelta(hours=1)
    with db.write() as session:
        store.put_plan(session, plan(), wishes=(), now=NOW)
        store.put_plan(session, plan("2026-W46"), wishes=(), now=NOW)
        store.put_plan(session, plan(passed=2), wishes=(7, 3), now=later)

    with db.read() as session:
        assert store.plan_of_week(session, WEEK) == (plan(passed=2), frozenset({3, 7}), later)
        assert store.plan_of_week(session, "2026-W45") is None
        assert store.planned_weeks(session) == [WEEK, "2026-W46"]


def test_wishes_are_numbered_kept_in_order_and_undone_by_name(db):
    with db.write() as session:
        first = store.put_wish(session, wish(WishKind.PIN, "a+b", is_forced=True, note="so"))
        second = store.put_wish(session, wish(WishKind.BAN, "c"))
        undone = store.undo_wish(session, first.id, by="Bob", now=NOW)

    assert second.id > first.id > 0
    assert (undone.stands, undone.undone_by, undone.undone_at) == (False, "Bob", NOW)
    with db.read() as session:
        assert store.wishes_of(session, WEEK) == [undone, second]
        assert store.wishes_of(session, "2026-W46") == []
        assert store.planned_weeks(session) == [WEEK]


def test_a_plan_is_frozen_while_a_freeze_stands_and_there_is_one(db):
    with db.write() as session:
        frozen = store.put_wish(session, wish(WishKind.FREEZE))
        assert store.frozen_plan(session, WEEK) is None
        store.put_plan(session, plan(), wishes=(), now=NOW)
        assert store.frozen_plan(session, WEEK) == plan()
        store.undo_wish(session, frozen.id, by="Ada", now=NOW)
        assert store.frozen_plan(session, WEEK) is None


def test_a_plan_of_an_older_program_can_be_read(db):
    """It held the number of candidates, and no list of them."""
    with db.write() as session:
        store.put_plan(session, plan(), wishes=(), now=NOW)
        old = plan().model_dump_json(exclude={"candidates", "passed"})
        old = old.replace('"fresh":1', '"fresh":1,"candidates":12')
        session.execute(sa.text("UPDATE plan SET document = :old"), {"old": old})

    with db.read() as session:
        found, _, _ = store.plan_of_week(session, WEEK)
    assert (found.passed, found.candidates) == (12, ())
