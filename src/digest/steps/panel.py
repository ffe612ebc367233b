"""Load what the panel looks at, and have tools reviewed: of a build, of the catalogue, or given."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from digest.catalogue.conflicts import dissent
from digest.catalogue.facts import current_facts
from digest.catalogue.popularity import Counted, aged_counts
from digest.issues.sides import Side
from digest.model import AgedCount, Evidence, Fact, Tool
from digest.panel.evidence import build_evidence
from digest.panel.market import Markets
from digest.panel.rules import Rules, review_all
from digest.panel.verdict import tally
from digest.store import popularity as popularity_store
from digest.store import sources as source_store
from digest.store import tools as tool_store


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One tool with all that is known and said of it."""

    side: Side
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about some tools, as their reviews need it."""

    tools: Mapping[str, Tool]
    """The tools that can be reviewed from it."""
    facts: Mapping[str, Sequence[Fact]]
    kin: Mapping[str, Collection[str]]
    by_job: Mapping[str, Sequence[Tool]]
    counts: Mapping[str, Sequence[AgedCount]]
    since: datetime | None
    """Since when records are whole."""


def load_known(session: Session, tools: Mapping[str, Tool], catalogue: Sequence[Tool]) -> Known:
    """
    Load what the reviews of these tools need.

    Args:
        session: Open.
        tools: Those to be reviewed, by slug.
        catalogue: All tools that stand alone.
    """
    by_job: dict[str, list[Tool]] = defaultdict(list)
    for tool in catalogue:
        by_job[tool.job].append(tool)
    kin = _kin_of(tools, catalogue)
    peers = {peer.slug for job in {tool.job for tool in tools.values()} for peer in by_job[job]}
    return Known(
        tools=tools,
        facts=tool_store.facts_of(
            session, {*tools, *(slug for each in kin.values() for slug in each)}
        ),
        kin=kin,
        by_job=by_job,
        counts=_aged_counts(session, {*tools, *peers}),
        since=source_store.reading_since(session),
    )


def review_known(known: Known, *, rules: Rules, now: datetime) -> dict[str, Reviewed]:
    """Have every tool reviewed, alone; by slug, in order."""
    reviewed = {}
    markets = Markets(known.by_job, now=now, since=known.since, counts=known.counts)
    for slug, tool in sorted(known.tools.items()):
        kin = [fact for each in known.kin[slug] for fact in known.facts[each]]
        facts = current_facts(known.facts[slug], kin=kin)
        against = dissent(known.facts[slug], standing=facts)
        market = markets.of(tool)
        evidence = build_evidence(tool, facts, market=market, now=now, dissent=against)
        reviews = review_all(evidence, rules, now)
        panel = tally(reviews)
        side = Side(tool=tool, facts=facts, dissent=against, reviews=reviews, panel=panel)
        reviewed[slug] = Reviewed(side=side, evidence=evidence)
    return reviewed


def _kin_of(pool: Mapping[str, Tool], tools: Sequence[Tool]) -> dict[str, set[str]]:
    """Give the other listings and versions of each tool's product family, by slug."""
    families: dict[str, list[str]] = defaultdict(list)
    for tool in tools:
        families[tool.family].append(tool.slug)
    return {slug: set(families[tool.family]) - {slug} for slug, tool in pool.items()}


def _aged_counts(session: Session, tools: Collection[str]) -> dict[str, tuple[AgedCount, ...]]:
    """Give what tools counted at certain ages, by slug, as far as it was seen."""
    launches: dict[str, list[Counted]] = defaultdict(list)
    for row in popularity_store.launches_counted(session, tools):
        tool, source, native_id, metric, launched_at, dated_by, flags = row
        launches[tool].append(Counted(source, native_id, metric, launched_at, dated_by, flags))
    wanted = {
        (each.source, each.native_id)
        for found in launches.values()
        for each in found
        if each.is_comparable
    }
    series = popularity_store.counts_of(session, wanted)
    return {tool: aged_counts(found, series) for tool, found in launches.items()}
