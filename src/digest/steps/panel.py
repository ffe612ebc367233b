"""Load what the panel looks at, and have tools reviewed: of a build, of the catalogue, or given."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from digest.catalogue.conflicts import dissent
from digest.catalogue.facts import current_facts, supported
from digest.catalogue.popularity import Counted, Sighting, aged_counts
from digest.issues.sides import Side
from digest.model import AgedCount, Evidence, Fact, Peer, Tool
from digest.model.base import lean
from digest.panel.evidence import build_evidence
from digest.panel.market import UNPAIRED, Markets
from digest.panel.rules import Rules, review_all
from digest.panel.verdict import tally
from digest.store import pool as pool_store
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
    peers: Mapping[str, Sequence[Peer]]
    """All tools of their jobs."""
    counts: Mapping[str, Sequence[AgedCount]]
    since: datetime | None
    """Since when records are whole."""


def load_known(
    session: Session,
    tools: Mapping[str, Tool],
    *,
    peers: Mapping[str, Sequence[Peer]],
    until: datetime,
) -> Known:
    """
    Load what the reviews of these tools need.

    Args:
        session: Open.
        tools: Those to be reviewed, by slug.
        peers: All tools of their jobs that stand alone, by job.
        until: Tools launched later are unknown.
    """
    families = pool_store.families(session, {tool.family for tool in tools.values()}, until=until)
    kin = {slug: set(families[tool.family]) - {slug} for slug, tool in tools.items()}
    return Known(
        tools=tools,
        facts=tool_store.facts_of(
            session, {*tools, *(slug for each in kin.values() for slug in each)}
        ),
        kin=kin,
        peers=peers,
        counts={
            slug: counts
            for job in sorted(peers.keys() - UNPAIRED)
            for slug, counts in _aged_counts(session, job).items()
        },
        since=source_store.reading_since(session),
    )


def review_known(known: Known, *, rules: Rules, now: datetime) -> dict[str, Reviewed]:
    """Have every tool reviewed, alone; by slug, in order."""
    reviewed = {}
    markets = Markets(known.peers, now=now, since=known.since, counts=known.counts)
    for slug, tool in sorted(known.tools.items()):
        kin = [fact for each in known.kin[slug] for fact in known.facts[each]]
        own = supported(known.facts[slug])
        facts = current_facts(own, kin=kin)
        against = dissent(own, standing=facts)
        market = markets.of(tool)
        evidence = build_evidence(tool, facts, market=market, now=now, dissent=against)
        reviews = review_all(evidence, rules, now)
        for made in reviews:
            for value in (made, *made.checks, *made.citations):
                lean(value)
        panel = tally(reviews)
        side = Side(tool=tool, facts=facts, dissent=against, reviews=reviews, panel=panel)
        reviewed[slug] = Reviewed(side=side, evidence=evidence)
    return reviewed


def _aged_counts(session: Session, job: str) -> dict[str, tuple[AgedCount, ...]]:
    """Give what a job's tools counted at certain ages, by slug, as far as it was seen."""
    launches: dict[str, list[Counted]] = defaultdict(list)
    series: dict[tuple[str, str], list[Sighting]] = {}
    for tool, *told in popularity_store.launches_of_job(session, job):
        launch = Counted(*told)
        if launch.is_comparable:
            launches[tool].append(launch)
            series[launch.source, launch.native_id] = []
    for source, native_id, *seen in popularity_store.counts_of_job(session, job):
        if (source, native_id) in series:
            series[source, native_id].append(Sighting(*seen))
    return {tool: aged_counts(found, series) for tool, found in launches.items()}
