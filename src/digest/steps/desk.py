"""Load and review what a build chooses from: the week's fresh tools and the incumbents they can meet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from digest.catalogue.decisions import Rulings
from digest.issues.candidates import candidate, is_gone
from digest.issues.nearness import Near, shortlist
from digest.issues.pairing import PairingConfig, PublishedPair
from digest.issues.weeks import Window
from digest.mail.stationery import Brand
from digest.model import (
    Candidate,
    Comparison,
    Job,
    Outcome,
    Revision,
    SourceState,
    StaleSource,
    Tool,
)
from digest.panel.base import Panel, RulePanel
from digest.panel.evidence import coverage
from digest.panel.rules import Rules
from digest.sources.captures import CaptureStore
from digest.steps.panel import Reviewed, load_known, review_known
from digest.store import decisions as decision_store
from digest.store import issues as store
from digest.store import launches as launch_store
from digest.store import pages as page_store
from digest.store import reviews as review_store
from digest.store import sources as source_store
from digest.store import tools as tool_store
from digest.store.engine import Database

GOOD = (Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED)
STALE_AFTER = timedelta(hours=48)
"""Age of a source's last good reading from which readers are told."""


@dataclass(frozen=True, slots=True)
class WeeklyParts:
    """What a build works with."""

    db: Database
    jobs: Sequence[Job]
    rules: Rules
    brand: Brand
    templates_dir: Path
    zone: ZoneInfo
    labels: Mapping[str, str]
    """Readers' name of each source, by its key."""
    switched_off: Collection[str] = ()
    """Sources that are listed, but not asked."""
    panel: Panel = RulePanel()  # noqa: RUF009 # it holds nothing
    """Who reviews the tools of the chosen pairs; the pool is reviewed by the rules."""
    captures: CaptureStore | None = None
    """Where the texts of tools' own pages are kept; None: no panel reads any."""


@dataclass(frozen=True, slots=True)
class Told:
    """A released comparison, and as readers were last told it."""

    original: Comparison
    last: Comparison


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a build has loaded and reviewed before it plans."""

    fresh: tuple[Tool, ...]
    reviewed: Mapping[str, Reviewed]
    published: tuple[PublishedPair, ...]
    stale: tuple[StaleSource, ...]
    sources_read: int
    launches_read: int
    number: int
    near: Near = field(default_factory=dict)
    """What each fresh tool may be paired with."""
    gone: frozenset[str] = frozenset()
    """Slugs of tools whose own page was gone at the last look."""
    flag_decisions: tuple[str, ...] = ()
    """What editors decided about flags of the tools looked at, a line each."""
    told: tuple[Told, ...] = ()
    """Released comparisons whose tools still stand alone, the newest of each pair."""
    told_tools: Mapping[str, Reviewed] = field(default_factory=dict)
    """The tools of those."""


def load_desk(
    parts: WeeklyParts, *, week: str, span: Window, now: datetime, also: Collection[str] = ()
) -> Desk:
    """
    Load the week's fresh tools and the incumbents they can meet, and have them reviewed.

    ``also`` are slugs of tools that an editor named, which are looked at whatever their job.
    """
    with parts.db.read() as session:
        tools = [t for t in tool_store.all_tools(session) if t.launched_at <= span.cutoff]
        fresh = tuple(tool for tool in tools if span.contains(tool.launched_at))
        near = shortlist(tools, {tool.slug for tool in fresh}, config=PairingConfig())
        wanted = {slug for others in near.values() for slug in others} | set(also)
        pool = {tool.slug: tool for tool in fresh}
        pool |= {tool.slug: tool for tool in tools if tool.slug in wanted}
        pages = page_store.pages_of(session, pool)
        past = store.past_comparisons(session, before=week)
        told = _told(past, review_store.last_revisions(session, before=week), alone=tools)
        shown = {card.slug for each in told for card in (each.original.a, each.original.b)}
        looked_at = pool | {tool.slug: tool for tool in tools if tool.slug in shown}
        known = load_known(session, looked_at, tools)
        states = _states_read(session, parts)
        number = store.next_number(session, week)
        launches_read = launch_store.count_of_tools(session, [tool.slug for tool in fresh])
        parts_of = tool_store.parts(session)
        flag_decisions = Rulings(decision_store.decisions(session)).flags_of(pool)
    stale = tuple(item for state in states if (item := _stale(state, now=now)))
    reviewed = review_known(known, rules=parts.rules, now=now)
    return Desk(
        fresh=fresh,
        reviewed={slug: item for slug, item in reviewed.items() if slug in pool},
        told=told,
        told_tools={slug: reviewed[slug] for slug in sorted(shown)},
        published=tuple(PublishedPair.of(item, parts_of=parts_of) for item in past),
        stale=stale,
        sources_read=len(states) - len(stale),
        launches_read=launches_read,
        number=number,
        near=near,
        gone=frozenset(slug for slug, tool in pool.items() if is_gone(tool, pages[slug])),
        flag_decisions=tuple(each.line for each in flag_decisions),
    )


def _told(
    past: Sequence[Comparison],
    revisions: Mapping[tuple[str, str], Revision],
    *,
    alone: Sequence[Tool],
) -> tuple[Told, ...]:
    """Give the newest comparison of each pair that can be judged anew: no tool is part of another."""
    slugs = {tool.slug for tool in alone}
    newest = {item.slug: item for item in past}  # oldest first: the last one stands
    return tuple(
        Told(original=item, last=revision.comparison if revision else item)
        for item in newest.values()
        for revision in (revisions.get((item.week, item.slug)),)
        if {item.a.slug, item.b.slug} <= slugs
    )


def _states_read(session: Session, parts: WeeklyParts) -> tuple[SourceState, ...]:
    """Give how sources stand; one taken out of the list, or switched off, is no stale source."""
    stored = source_store.source_states(session)
    read = set(parts.labels) - set(parts.switched_off)
    return tuple(state for name, state in stored.items() if name in read)


def as_candidates(desk: Desk, *, parts: WeeklyParts, span: Window) -> list[Candidate]:
    """Show the reviewed tools to the planner."""
    return [
        _candidate(item, parts=parts, span=span, is_gone=slug in desk.gone)
        for slug, item in desk.reviewed.items()
    ]


def _candidate(item: Reviewed, *, parts: WeeklyParts, span: Window, is_gone: bool) -> Candidate:
    job = next((job for job in parts.jobs if job.key == item.side.tool.job), None)
    return candidate(
        item.side.tool,
        item.side.facts,
        window=span,
        coverage=coverage(item.evidence, job, parts.rules, reviews=item.side.reviews)
        if job
        else 0.0,
        panel=item.side.panel,
        attention=item.evidence.market.attention,
        evidence_sha256=item.evidence.sha256,
        is_gone=is_gone,
    )


def _stale(state: SourceState, *, now: datetime) -> StaleSource | None:
    """Give what readers are told of a source that was not read well lately; None where it was."""
    is_old = state.good_at is None or now - state.good_at > STALE_AFTER
    if state.outcome in GOOD and not is_old:
        return None
    return StaleSource(source=state.source, outcome=str(state.outcome), good_at=state.good_at)
