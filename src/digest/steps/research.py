"""
From launches to tools with facts: which are one product, what each is for, what is known of it.

Works from stored launches alone; only launches new or read again since the last time are touched.
"""

from collections.abc import Mapping, Sequence

from digest.catalogue.facts import current_facts, read_facts
from digest.catalogue.identity import identify, may_be_tool, safe_keys
from digest.catalogue.jobs import JobClassifier
from digest.catalogue.tools import build_tool
from digest.model import Fact, Identity, Launch, Tool, Value
from digest.store import launches as launch_store
from digest.store import tools as store
from digest.store.engine import Database


class ResearchReport(Value):
    """What one run made of the launches that were due."""

    launches: int
    tools: int
    """Tools made or brought up to date."""
    merged: int
    """Tools that stand on more than one launch."""
    facts: int


def research(db: Database, *, classifier: JobClassifier) -> ResearchReport:
    """Bring the catalogue up to date with the launches stored since the last time."""
    with db.read() as session:
        is_idle = not launch_store.launches_due(session)
    if is_idle:
        return ResearchReport(launches=0, tools=0, merged=0, facts=0)
    classifier.prepare()  # seconds of loading that no other writer should wait for
    with db.write() as session:
        due = launch_store.launches_due(session)
        new = [launch for launch, tool in due if tool is None]
        keys = {key for launch in new for key in safe_keys(launch)}
        identities = _vouched_for(
            identify(new, known=store.known_keys(session, keys), taken=store.tool_slugs(session)),
            new,
        )
        store.put_identities(session, identities)
        touched = {tool for _, tool in due if tool} | {identity.slug for identity in identities}
        members = launch_store.launches_of_tools(session, touched)
        facts = _facts(members)
        store.replace_facts(session, touched, facts)
        tools = _tools(members, store.facts_of(session, touched), classifier)
        store.put_tools(session, tools)
        launch_store.mark_researched(session, [launch for launch, _ in due])
    return ResearchReport(
        launches=len(due),
        tools=len(tools),
        merged=sum(len(launches) > 1 for launches in members.values()),
        facts=len(facts),
    )


def _vouched_for(identities: Sequence[Identity], new: Sequence[Launch]) -> list[Identity]:
    """Leave out what stands on papers or releases alone; a later launch may still bring it."""
    tools = {(launch.source, launch.native_id) for launch in new if may_be_tool(launch)}
    return [identity for identity in identities if tools & set(identity.launches)]


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
) -> list[Tool]:
    """Build each tool from all its launches and what is known of it by now."""
    return [
        build_tool(
            Identity(slug=slug, launches=tuple((item.source, item.native_id) for item in launches)),
            launches,
            current_facts(facts[slug]),
            classifier.assign_launches(launches),
        )
        for slug, launches in members.items()
        if launches
    ]
