"""
From launches to tools with facts: which are one product, what each is for, what is known of it.

Works from stored launches alone, and from the catalogue of established tools, whose entries are
launches too; only launches new or read again since the last time are touched.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session

from digest.catalogue.decisions import Rulings
from digest.catalogue.embedders.base import Embedder
from digest.catalogue.established import CatalogueFile, as_established, launches_of
from digest.catalogue.facts import read_facts
from digest.catalogue.jobs import JobClassifier
from digest.catalogue.tools import build_tool
from digest.catalogue.vectors import Vector
from digest.model import INCUMBENTS, Fact, Identity, Launch, Tool, Value
from digest.steps.embedding import embed_tools, kept_vectors, ready
from digest.steps.placing import flagged, place, rulings_of
from digest.steps.teaching import taught
from digest.store import decisions as decision_store
from digest.store import launches as launch_store
from digest.store import tools as store
from digest.store.engine import Database


class ResearchReport(Value):
    """What one run made of the launches that were due."""

    launches: int
    """Launches that sources brought; entries of the catalogue of established tools are none."""
    tools: int
    """Tools made or brought up to date."""
    merged: int
    """Tools that stand on more than one launch."""
    facts: int


def research(
    db: Database,
    *,
    classifier: JobClassifier,
    incumbents: Sequence[CatalogueFile] = (),
    embedder: Embedder | None = None,
) -> ResearchReport:
    """
    Bring the catalogue up to date with the launches stored since the last time.

    Args:
        db: Open.
        classifier: Says what the others are for.
        incumbents: All files of the catalogue of established tools; where one is another than was
            stored, they are stored anew. None given: what is stored stays.
        embedder: Tells the meaning of texts; None, and words alone decide.

    Raises:
        GivenError: A file of the catalogue cannot be used.
    """
    with db.read() as session:
        is_current = _is_current(session, incumbents)
        is_idle = is_current and not launch_store.launches_due(session)
    if is_idle:
        return ResearchReport(launches=0, tools=0, merged=0, facts=0)
    established = () if is_current else launches_of(incumbents)
    embedder = ready(db, classifier, embedder)
    classifier = taught(db, classifier)
    with db.write() as session:
        rulings = rulings_of(session)
        if established:
            launch_store.replace_listed(session, INCUMBENTS, established)
        due = launch_store.launches_due(session)
        placed = place(session, [each for each, tool in due if tool is None], rulings=rulings)
        touched = {tool for _, tool in due if tool} | placed
        report = bring_up_to_date(session, touched, rulings=rulings, classifier=classifier)
        launch_store.mark_researched(session, [launch for launch, _ in due])
    if embedder:
        _sort_by_meaning(db, touched, classifier=classifier, embedder=embedder)
    return report.model_copy(
        update={"launches": sum(launch.source != INCUMBENTS for launch, _ in due)}
    )


def _is_current(session: Session, incumbents: Sequence[CatalogueFile]) -> bool:
    """Tell whether the stored entries are those of these very files."""
    if not incumbents:
        return True
    return launch_store.capture_keys(session, INCUMBENTS) == {file.key for file in incumbents}


def _sort_by_meaning(
    db: Database, touched: Collection[str], *, classifier: JobClassifier, embedder: Embedder
) -> None:
    """
    Sort tools again whose texts no model had seen.

    A model is asked outside of every transaction, and which texts there are is known only when the
    launches have their places: so such tools are sorted twice.
    """
    if new := embed_tools(db, touched, classifier=classifier, embedder=embedder):
        with db.write() as session:
            bring_up_to_date(session, new, rulings=rulings_of(session), classifier=classifier)


def bring_up_to_date(
    session: Session, touched: Collection[str], *, rulings: Rulings, classifier: JobClassifier
) -> ResearchReport:
    """
    Make tools and their facts anew from all their launches, as editors' decisions have them.

    Args:
        session: One write transaction.
        touched: Slugs of tools; one without a launch is left as it is.
        rulings: Editors' decisions.
        classifier: Prepared.
    """
    # held before facts are read: visits to the tools' own pages bring new ones meanwhile
    store.hold_tools(session, touched)
    found = launch_store.launches_of_tools(session, touched)
    members = {slug: launches for slug, launches in found.items() if launches}
    facts = _facts(members)
    store.replace_facts(session, members, facts)
    known = store.facts_of(session, members)
    vectors = kept_vectors(session, classifier, members)
    whole = flagged(session, members, rulings)
    tools = _tools(whole, known, classifier, rulings.jobs(), vectors)
    store.put_tools(session, tools)
    decision_store.put_parts(session, rulings.parts())
    return ResearchReport(
        launches=0,
        tools=len(tools),
        merged=sum(len(launches) > 1 for launches in members.values()),
        facts=len(facts),
    )


def _facts(members: Mapping[str, Sequence[Launch]]) -> list[Fact]:
    """Read the facts of each launch; of the same claim in one source the newest sighting stands."""
    newest: dict[tuple[object, ...], Fact] = {}
    for tool, launches in members.items():
        for launch in launches:
            for fact in read_facts(launch, tool=tool):
                key = (fact.tool, fact.source, fact.kind, type(fact.value), fact.value)
                if key not in newest or newest[key].observed_at < fact.observed_at:
                    newest[key] = fact
    return list(newest.values())


def _tools(
    members: Mapping[str, Sequence[Launch]],
    facts: Mapping[str, Sequence[Fact]],
    classifier: JobClassifier,
    chosen: Mapping[str, str],
    vectors: Mapping[str, Vector],
) -> list[Tool]:
    """Build each tool from all its launches, what is known of it by now, and its chosen job."""
    whole = {slug: launches for slug, launches in members.items() if launches}
    # a job may have been chosen that jobs.toml has no more
    editors = [job if classifier.knows(job := chosen.get(slug)) else None for slug in whole]
    jobs = classifier.assign_tools(list(whole.values()), editors=editors, vectors=vectors)
    return [
        as_established(
            build_tool(
                Identity(
                    slug=slug, launches=tuple((item.source, item.native_id) for item in launches)
                ),
                launches,
                facts[slug],
                job,
            ),
            launches,
        )
        for (slug, launches), job in zip(whole.items(), jobs, strict=True)
    ]
