"""Load and review what a build chooses from: the week's fresh tools and the incumbents they can meet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from digest.catalogue.decisions import Rulings
from digest.issues.candidates import UNPAIRED, candidate, is_gone
from digest.issues.nearness import Near, shortlist
from digest.issues.pairing import PairingConfig, PublishedPair
from digest.issues.weeks import Window
from digest.mail.stationery import Brand
from digest.model import (
    Candidate,
    Comparison,
    Job,
    Outcome,
    Peer,
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
from digest.store import pool as pool_store
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
        launched = pool_store.tools_launched(session, since=span.start, until=span.cutoff)
        fresh = tuple(tool for tool in launched if span.contains(tool.launched_at))
        past = store.past_comparisons(session, before=week)
        cards = {card.slug for item in past for card in (item.a, item.b)}
        named = {
            tool.slug: tool
            for tool in pool_store.tools_named(session, {*cards, *also}, until=span.cutoff)
        }
        told = _told(past, review_store.last_revisions(session, before=week), alone=named)
        shown = {card.slug for each in told for card in (each.original.a, each.original.b)}
        wanted = {slug: tool for slug, tool in named.items() if slug in {*shown, *also}}
        found = _choices(session, fresh, wanted.values(), until=span.cutoff)
        near, peers = found.near, found.peers
        pool = {tool.slug: tool for tool in fresh} | dict(found.tools)
        pool |= {slug: tool for slug, tool in named.items() if slug in also}
        pages = page_store.pages_of(session, pool)
        known = load_known(session, pool | wanted, peers=peers, until=span.cutoff)
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


@dataclass(frozen=True, slots=True)
class Choices:
    """What the fresh tools may be paired with, and who else does their jobs."""

    near: Near
    tools: Mapping[str, Tool]
    """Those that are near a fresh one, by slug."""
    peers: Mapping[str, Sequence[Peer]]
    """All tools of each job that is looked at."""


def _choices(
    session: Session, fresh: Sequence[Tool], others: Iterable[Tool], *, until: datetime
) -> Choices:
    """Look through the jobs of these tools, one after the other: only one is in memory whole."""
    slugs = {tool.slug for tool in fresh}
    near: dict[str, Mapping[str, float | None]] = {}
    tools: dict[str, Tool] = {}
    peers: dict[str, Sequence[Peer]] = {}
    for job in sorted({tool.job for tool in (*fresh, *others)} - UNPAIRED):
        everybody = pool_store.tools_of_job(session, job, until=until)
        found = shortlist(everybody, slugs, config=PairingConfig())
        chosen = {slug for likely in found.values() for slug in likely}
        near |= found
        tools |= {tool.slug: tool for tool in everybody if tool.slug in chosen}
        peers[job] = [Peer.of(tool) for tool in everybody]
    return Choices(near, tools, peers)


def _told(
    past: Sequence[Comparison],
    revisions: Mapping[tuple[str, str], Revision],
    *,
    alone: Collection[str],
) -> tuple[Told, ...]:
    """Give the newest comparison of each pair that can be judged anew: no tool is part of another."""
    newest = {item.slug: item for item in past}  # oldest first: the last one stands
    return tuple(
        Told(original=item, last=revision.comparison if revision else item)
        for item in newest.values()
        for revision in (revisions.get((item.week, item.slug)),)
        if item.a.slug in alone and item.b.slug in alone
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
