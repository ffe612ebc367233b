"""A week's plan as the editors' desk shows it: pairs with their parts in words, tools by reason. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.model import PairPlan, PairScore, Plan, Wish, WishKind
from digest.model.wording import UNKNOWN, counted
from digest.steps.wishes import PlanSheet

WHOLE = 30
"""Pairs that were not chosen and are shown with all their parts; the others have a line."""
LISTED = 200
"""Tools listed under one reason."""
PARTS = (
    ("substitutability", "Does the same", 0.40),
    ("rivalry", "Stated rivals", 0.15),
    ("freshness", "Fresh", 0.20),
    ("balance", "Equal attention", 0.10),
    ("contrast", "Known differences", 0.15),
)
"""Parts of a score, what they are called here, and how much each weighs in the published method."""
PIECES = (("joint", "sure of the job"), ("similarity", "texts alike"), ("overlap", "in common"))


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a score."""

    label: str
    value: str
    share: float
    """In [0, 1], for the bar."""
    about: str
    """What it was made of, or that it stands at its default."""


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair as the page shows it."""

    pair: PairPlan
    key: str
    a: str
    b: str
    job: str
    total: str
    parts: tuple[PartView, ...]
    next_best: str
    """Names of the pair that would stand in its place; empty where none would."""
    marks: tuple[str, ...]

    @property
    def title(self) -> str:
        """Both names."""
        return f"{self.a} vs {self.b}"


@dataclass(frozen=True, slots=True)
class ToolView:
    """What became of a tool that may be paired."""

    slug: str
    name: str
    job: str
    is_fresh: bool
    sure: str
    what: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The tools that may not be paired for one reason."""

    reason: str
    count: int
    tools: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """The whole page."""

    summary: str
    chosen: tuple[PairView, ...]
    best: tuple[PairView, ...]
    rest: tuple[PairView, ...]
    tools: tuple[ToolView, ...]
    left_out: tuple[LeftOut, ...]
    wishes: tuple[Wish, ...]
    """Newest first."""


def plan_view(sheet: PlanSheet, *, jobs: Mapping[str, str]) -> PlanView:
    """Give what the page shows of a week's plan; ``jobs`` are readers' words by key."""
    plan = sheet.plan
    if plan is None:
        return PlanView("Nothing was planned yet.", (), (), (), (), (), sheet.wishes[::-1])

    def view(pair: PairPlan) -> PairView:
        return _pair(pair, names=sheet.names, jobs=jobs)

    chosen = tuple(view(pair) for pair in in_order(plan.chosen, sheet.wishes))
    others = tuple(view(pair) for pair in plan.considered)
    return PlanView(
        summary=_summary(plan),
        chosen=chosen,
        best=others[:WHOLE],
        rest=others[WHOLE:],
        tools=_tools(plan, sheet.names, jobs),
        left_out=_left_out(plan),
        wishes=sheet.wishes[::-1],
    )


def in_order(chosen: Sequence[PairPlan], wishes: Sequence[Wish]) -> list[PairPlan]:
    """Give chosen pairs in the order an editor wished last, also where no build has followed it."""
    orders = [each.pairs for each in wishes if each.stands and each.kind is WishKind.ORDER]
    places = {key: place for place, key in enumerate(orders[-1])} if orders else {}
    return sorted(chosen, key=lambda pair: places.get(pair.key, len(places)))


def moved_up(chosen: Sequence[PairPlan], wishes: Sequence[Wish], key: str) -> list[str]:
    """Give the keys of the chosen pairs with one of them a place further up."""
    keys = [pair.key for pair in in_order(chosen, wishes)]
    if key in keys[1:]:
        place = keys.index(key)
        keys[place - 1 : place + 1] = [keys[place], keys[place - 1]]
    return keys


def _summary(plan: Plan) -> str:
    return (
        f"{counted(plan.considered_tools, 'tool')} looked at, {plan.fresh:,} of them new; "
        f"{plan.passed:,} may be paired. {counted(plan.scored, 'pair')} scored, "
        f"{len(plan.chosen)} chosen."
    )


def _pair(pair: PairPlan, *, names: Mapping[str, str], jobs: Mapping[str, str]) -> PairView:
    marks = [
        "forced" if pair.is_forced else "pinned" if pair.is_pinned else "",
        f"in place of {_named(pair.replaces, names)}" if pair.replaces else "",
    ]
    return PairView(
        pair=pair,
        key=pair.key,
        a=names.get(pair.a, pair.a),
        b=names.get(pair.b, pair.b),
        job=jobs.get(pair.job, pair.job),
        total=f"{pair.score.total:.3f}",
        parts=tuple(_part(pair.score, *each) for each in PARTS),
        next_best=_named(pair.next_best, names) if pair.next_best else "",
        marks=tuple(filter(None, marks)),
    )


def _part(score: PairScore, name: str, label: str, weight: float) -> PartView:
    share: float = getattr(score, name)
    about = f"weighs {weight:.0%}"
    if name == "substitutability":
        about = ", ".join(f"{words} {_figure(getattr(score, piece))}" for piece, words in PIECES)
    elif name in score.defaulted:
        about = "unknown, so it stands in the middle"
    return PartView(label, f"{share:.2f}", share, about)


def _figure(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"


def _named(key: str, names: Mapping[str, str]) -> str:
    return " vs ".join(names.get(slug, slug) for slug in key.split("+"))


def _tools(plan: Plan, names: Mapping[str, str], jobs: Mapping[str, str]) -> tuple[ToolView, ...]:
    """Give the new tools first, then the older ones that stand in a pair of the page."""
    views = [
        ToolView(
            slug=each.tool,
            name=each.name,
            job=jobs.get(each.job, each.job),
            is_fresh=each.is_fresh,
            sure=f"{each.job_confidence:.2f}",
            what=_what(each.best, each.reason, names),
        )
        for each in plan.candidates
    ]
    return tuple(sorted(views, key=lambda view: not view.is_fresh))


def _what(best: str | None, reason: str | None, names: Mapping[str, str]) -> str:
    if best is None:
        return reason or UNKNOWN
    if reason is None:
        return f"chosen: {_named(best, names)}"
    return f"best: {_named(best, names)}, not chosen: {reason}"


def _left_out(plan: Plan) -> tuple[LeftOut, ...]:
    """Give the rejections by reason, the commonest first."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for each in plan.rejections:
        by_reason[each.reason].append(each.tool)
    ranked = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        LeftOut(reason, len(tools), tuple(tools[:LISTED]), max(0, len(tools) - LISTED))
        for reason, tools in ranked
    )
