"""
Load a week's tools, have them reviewed, and plan its pairs as editors ask.

A frozen plan is never made anew: only what is said of its tools follows what is known now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from digest.errors import IssueError
from digest.issues.pairing import plan_pairs
from digest.issues.pins import read_wishes, refuse_unknown_bans
from digest.issues.weeks import Window
from digest.model import Plan, Value, Wish
from digest.steps.desk import Desk, WeeklyParts, as_candidates, load_desk
from digest.steps.wishes import asked_of, numbers_of
from digest.store import plans as plan_store
from digest.store import tools as tool_store
from digest.store.engine import Database


class BuildOptions(Value):
    """What an editor asks of a build."""

    pinned: tuple[str, ...] = ()
    """Pairs that must be in, each ``slug+slug``; for this build alone, besides the week's wishes."""
    banned: tuple[str, ...] = ()
    """Slugs of tools that must stay out; likewise."""
    keeps_released: bool = False
    """Leave a released issue as it is, instead of building it anew."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, what it was made from, and the wishes it follows; a frozen one is as it was."""

    plan: Plan
    desk: Desk
    wishes: frozenset[int]
    is_frozen: bool

    def note(self, session: Session, *, now: datetime) -> None:
        """Store the plan of the week; a frozen one is stored already."""
        if not self.is_frozen:
            plan_store.put_plan(session, self.plan, wishes=self.wishes, now=now)


def plan_week(
    week: str, span: Window, options: BuildOptions, parts: WeeklyParts, *, now: datetime
) -> Planned:
    """
    Plan the week as its wishes and the options of this build ask; a frozen plan stands.

    Raises:
        IssueError: A pin or a ban cannot be followed, or a frozen plan cannot stand any more.
    """
    with parts.db.read() as session:
        wishes = plan_store.wishes_of(session, week)
        frozen = plan_store.frozen_plan(session, week)
    if frozen is not None:
        return _frozen(frozen, wishes, options, parts, now=now)
    asked = asked_of(wishes)
    asked |= {
        "pinned": (*asked["pinned"], *options.pinned),
        "banned": (*asked["banned"], *options.banned),
    }
    named = {slug for wish in read_wishes(asked["pinned"], week=week) for slug in wish}
    _refuse_useless_wishes(parts.db, week, banned=asked["banned"], pinned=named)
    desk = load_desk(parts, week=week, span=span, now=now, also=named)
    plan = plan_pairs(
        as_candidates(desk, parts=parts, span=span),
        week=week,
        window=span,
        jobs=parts.jobs,
        published=desk.published,
        near=desk.near,
        **asked,
    )
    return Planned(plan, desk, numbers_of(wishes), is_frozen=False)


def _frozen(
    plan: Plan,
    wishes: Sequence[Wish],
    options: BuildOptions,
    parts: WeeklyParts,
    *,
    now: datetime,
) -> Planned:
    """Give a frozen plan with its tools as they are now; only what is said of them may be new."""
    if options.pinned or options.banned:
        raise IssueError(
            plan.week,
            f"its plan is frozen, so nothing is pinned or banned; first: "
            f"digest pairs unfreeze {plan.week}",
        )
    span = Window(start=plan.window_start, cutoff=plan.cutoff, is_running=True)
    chosen = {slug for pair in plan.chosen for slug in (pair.a, pair.b)}
    desk = load_desk(parts, week=plan.week, span=span, now=now, also=chosen)
    gone = sorted(chosen - desk.reviewed.keys())
    if gone:
        raise IssueError(
            plan.week,
            f"{gone[0]} is in the frozen plan, and no tool of its own any more; first: "
            f"digest pairs unfreeze {plan.week}",
        )
    return Planned(plan, desk, numbers_of(wishes), is_frozen=True)


def _refuse_useless_wishes(
    db: Database, week: str, *, banned: Sequence[str], pinned: Collection[str]
) -> None:
    """Refuse a ban that would keep nothing out, and any wish for what is part of another tool."""
    banned_slugs = {slug for wish in read_wishes(banned, week=week) for slug in wish}
    with db.read() as session:
        known = tool_store.tool_slugs(session)
        parts_of = tool_store.parts(session)
    refuse_unknown_bans(banned, known, week=week)
    for slug in sorted((banned_slugs | set(pinned)) & set(parts_of)):
        raise IssueError(week, f"{slug} is part of {parts_of[slug]} now; name that tool instead")
