"""
What an editor asks of a week's plan: pin, ban, replace, reorder, freeze; and take it back.

Each wish is appended and checked against those that stand. It is followed by the next build; an issue
that was released falls back to review at once, since it is not what the editor wants any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session

from digest.errors import IssueError, NotFoundError
from digest.issues.pins import read_pairs, read_wishes, spelled
from digest.model import IssueState, Plan, Value, Wish, WishKind
from digest.steps.states import CLOSED
from digest.store import issues as issue_store
from digest.store import plans as store
from digest.store import tools as tool_store
from digest.store.engine import Database

MAX_NAME = 120
MAX_NOTE = 500


@dataclass(frozen=True, slots=True)
class Wisher:
    """Who asks, of which week, why and when."""

    db: Database
    week: str
    by: str
    note: str
    now: datetime


class PlanSheet(Value):
    """A week's plan as it stands, and what editors asked of it."""

    week: str
    state: IssueState | None
    plan: Plan | None
    made_at: datetime | None
    wishes: tuple[Wish, ...]
    """All ever made for the week, in their order."""
    is_frozen: bool
    waits: bool
    """True where wishes were made or undone since the plan was made: the next build follows them."""
    names: Mapping[str, str]
    """Name of each tool of the plan's pairs, by slug."""

    @classmethod
    def nothing(cls, week: str) -> "PlanSheet":
        """Give the sheet of a week that was never planned."""
        return cls(
            week=week,
            state=None,
            plan=None,
            made_at=None,
            wishes=(),
            is_frozen=False,
            waits=False,
            names={},
        )


def plan_sheet(db: Database, week: str) -> PlanSheet:
    """Give a week's plan with its wishes. Raises NotFoundError where nothing is known of the week."""
    with db.read() as session:
        found = store.plan_of_week(session, week)
        wishes = store.wishes_of(session, week)
        state = issue_store.issue_state(session, week)
    if found is None and not wishes:
        raise NotFoundError("plan", week, f"build it first: digest build --week {week}")
    plan, followed, made_at = found or (None, frozenset(), None)
    return PlanSheet(
        week=week,
        state=state,
        plan=plan,
        made_at=made_at,
        wishes=tuple(wishes),
        is_frozen=any(each.stands and each.kind is WishKind.FREEZE for each in wishes),
        waits=numbers_of(wishes) != followed,
        names=_names(plan) if plan else {},
    )


def _names(plan: Plan) -> dict[str, str]:
    rejected = {each.tool: each.name for each in plan.rejections if each.name}
    return rejected | {each.tool: each.name for each in plan.candidates}


def planned_weeks(db: Database) -> list[str]:
    """Give the weeks that have a plan or a wish, newest first."""
    with db.read() as session:
        return store.planned_weeks(session)


def pin(wisher: Wisher, wish: str, *, is_forced: bool = False) -> Wish:
    """
    Ask for a pair, or for a tool with its best rival, to be in.

    Raises:
        NotFoundError: A tool is not known.
        IssueError: It makes no sense, contradicts another wish, or comes too late.
    """
    (slugs,) = read_wishes([wish], week=wisher.week)
    if is_forced and not wisher.note.strip():
        raise IssueError(wisher.week, f"to force {wish} needs a note that says why")
    if is_forced:
        read_pairs([wish], week=wisher.week)
    return _noted(wisher, WishKind.PIN, (spelled(slugs),), is_forced=is_forced)


def ban(wisher: Wisher, wish: str) -> Wish:
    """Ask for a pair or a tool to stay out. Raises NotFoundError, IssueError as :func:`pin`."""
    (slugs,) = read_wishes([wish], week=wisher.week)
    return _noted(wisher, WishKind.BAN, (spelled(slugs),))


def replace(wisher: Wisher, pair: str) -> Wish:
    """Ask for the next best in the place of a chosen pair. Raises IssueError where it is none."""
    (slugs,) = read_pairs([pair], week=wisher.week)
    _require_chosen(wisher, [spelled(slugs)])
    return _noted(wisher, WishKind.REPLACE, (spelled(slugs),))


def reorder(wisher: Wisher, pairs: Sequence[str]) -> Wish:
    """Ask for chosen pairs to stand first, in this order. Raises IssueError where one is none."""
    order = tuple(map(spelled, read_pairs(pairs, week=wisher.week)))
    _require_chosen(wisher, order)
    return _noted(wisher, WishKind.ORDER, order)


def freeze(wisher: Wisher) -> Wish:
    """Keep the plan as it is until it is unfrozen. Raises IssueError where there is none to keep."""
    sheet = plan_sheet(wisher.db, wisher.week)
    if sheet.plan is None or not sheet.plan.chosen:
        raise IssueError(wisher.week, "there is no plan with pairs to freeze; build it first")
    if sheet.waits:
        raise IssueError(
            wisher.week, "wishes were made since the plan was; build it again, look, then freeze"
        )
    return _noted(wisher, WishKind.FREEZE, ())


def unfreeze(wisher: Wisher) -> Wish:
    """Let the plan be made anew again. Raises IssueError where it is not frozen."""
    with wisher.db.read() as session:
        wishes = store.wishes_of(session, wisher.week)
    frozen = [each for each in wishes if each.stands and each.kind is WishKind.FREEZE]
    if not frozen:
        raise IssueError(wisher.week, "its plan is not frozen")
    return undo(wisher, frozen[-1].id)


def undo(wisher: Wisher, number: int) -> Wish:
    """Take a wish back: the next build is as if it had not been made. Raises IssueError."""
    by = _signed(wisher)
    with wisher.db.write() as session:
        state = issue_store.issue_state(session, wisher.week, holds=True)
        _refuse_under_way(wisher.week, state)
        wishes = {each.id: each for each in store.wishes_of(session, wisher.week)}
        found = wishes.get(number)
        if found is None:
            raise IssueError(wisher.week, f"it has no wish {number}{_numbers(wishes)}")
        if not found.stands:
            raise IssueError(wisher.week, f"wish {number} was undone by {found.undone_by} already")
        if found.kind is not WishKind.FREEZE:
            _refuse_frozen(wisher.week, list(wishes.values()))
            _back_to_review(session, wisher, state)
        return store.undo_wish(session, number, by=by, now=wisher.now)


def asked_of(wishes: Sequence[Wish]) -> dict[str, Any]:
    """Give what the wishes that stand ask of the planner; of several orders the last one counts."""
    standing = [each for each in wishes if each.stands]

    def pairs(kind: WishKind) -> tuple[str, ...]:
        return tuple(pair for each in standing if each.kind is kind for pair in each.pairs)

    orders = [each.pairs for each in standing if each.kind is WishKind.ORDER]
    return {
        "pinned": pairs(WishKind.PIN),
        "banned": pairs(WishKind.BAN),
        "forced": {pair: each.note for each in standing if each.is_forced for pair in each.pairs},
        "replaced": pairs(WishKind.REPLACE),
        "ordered": orders[-1] if orders else (),
    }


def numbers_of(wishes: Sequence[Wish]) -> frozenset[int]:
    """Give the numbers of the wishes that stand and that a plan can follow."""
    return frozenset(each.id for each in wishes if each.stands and each.kind is not WishKind.FREEZE)


def _noted(
    wisher: Wisher, kind: WishKind, pairs: tuple[str, ...], *, is_forced: bool = False
) -> Wish:
    wish = Wish(
        week=wisher.week,
        kind=kind,
        pairs=pairs,
        is_forced=is_forced,
        note=" ".join(wisher.note.split())[:MAX_NOTE],
        by=_signed(wisher),
        made_at=wisher.now,
    )
    with wisher.db.write() as session:
        state = issue_store.issue_state(session, wisher.week, holds=True)
        _refuse_under_way(wisher.week, state)
        wishes = store.wishes_of(session, wisher.week)
        _refuse_frozen(wisher.week, wishes)
        _refuse_unknown(session, wisher.week, pairs)
        _refuse_contradiction(wish, wishes)
        if kind is not WishKind.FREEZE:
            _back_to_review(session, wisher, state)
        return store.put_wish(session, wish)


def _signed(wisher: Wisher) -> str:
    by = " ".join(wisher.by.split())
    if not by or len(by) > MAX_NAME:
        raise IssueError(wisher.week, f"a wish needs a name of up to {MAX_NAME} letters: --by NAME")
    return by


def _back_to_review(session: Session, wisher: Wisher, state: IssueState | None) -> None:
    if state is IssueState.APPROVED:
        issue_store.set_state(session, wisher.week, IssueState.IN_REVIEW, now=wisher.now)


def _refuse_under_way(week: str, state: IssueState | None) -> None:
    if state in CLOSED:
        raise IssueError(week, f"it is {state}, so nothing of it can be changed")


def _refuse_frozen(week: str, wishes: Sequence[Wish]) -> None:
    frozen = [each for each in wishes if each.stands and each.kind is WishKind.FREEZE]
    if frozen:
        raise IssueError(
            week, f"its plan was frozen by {frozen[-1].by}; first: digest pairs unfreeze {week}"
        )


def _refuse_unknown(session: Session, week: str, pairs: Sequence[str]) -> None:
    known = tool_store.tool_slugs(session)
    parts = tool_store.parts(session)
    for slug in sorted({slug for pair in pairs for slug in pair.split("+")}):
        if slug not in known:
            near = get_close_matches(slug, sorted(known), n=1)
            hint = f"did you mean {near[0]}?" if near else "digest tools list shows the slugs"
            raise NotFoundError("tool", slug, hint)
        if slug in parts:
            raise IssueError(week, f"{slug} is part of {parts[slug]} now; name that tool instead")


def _refuse_contradiction(wish: Wish, wishes: Sequence[Wish]) -> None:
    """Refuse what stands already, and to pin what is banned or the other way round."""
    for old in (each for each in wishes if each.stands):
        is_same = (old.kind, old.pairs, old.is_forced) == (wish.kind, wish.pairs, wish.is_forced)
        if is_same and wish.kind is not WishKind.ORDER:
            raise IssueError(wish.week, f"that stands already: {old.line}")
        if _contradicts(wish, old):
            raise IssueError(
                wish.week,
                f"{wish.told} contradicts {old.line}; first: digest pairs undo {wish.week} {old.id}",
            )


def _contradicts(wish: Wish, old: Wish) -> bool:
    """Say whether a pin is of what a ban keeps out, or of what shall be replaced."""
    by_kind = {wish.kind: wish, old.kind: old}
    pin, ban_ = by_kind.get(WishKind.PIN), by_kind.get(WishKind.BAN)
    replaced = by_kind.get(WishKind.REPLACE)
    if pin and ban_:
        return any(
            out == pair or out in pair.split("+") for out in ban_.pairs for pair in pin.pairs
        )
    return bool(pin and replaced and set(pin.pairs) & set(replaced.pairs))


def _require_chosen(wisher: Wisher, pairs: Sequence[str]) -> None:
    plan = plan_sheet(wisher.db, wisher.week).plan
    chosen = [pair.key for pair in plan.chosen] if plan else []
    for pair in pairs:
        if pair not in chosen:
            told = f"chosen are {', '.join(chosen)}" if chosen else "none is; build it first"
            raise IssueError(wisher.week, f"{pair} is not chosen: {told}")


def _numbers(wishes: Mapping[int, Wish]) -> str:
    standing = [str(number) for number, each in wishes.items() if each.stands]
    return f"; those that stand: {', '.join(standing)}" if standing else ""
