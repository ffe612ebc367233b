"""
From launches to tools with facts: which are one product, what each is for, what is known of it.

Works from stored launches alone; only launches new or read again since the last time are touched.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from digest.catalogue.facts import current_facts, read_facts
from digest.catalogue.identity import identify, safe_keys
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


def research(db: Database, *, classifier: JobClassifier, now: datetime) -> ResearchReport:
    """Bring the catalogue up to date with the launches stored since the last time."""
    with db.write() as session:
        due = launch_store.launches_due(session)
        new = [launch for launch, tool in due if tool is None]
        keys = {key for launch in new for key in safe_keys(launch)}
        identities = identify(
            new, known=store.known_keys(session, keys), taken=store.tool_slugs(session)
        )
        store.put_identities(session, identities)
        touched = {tool for _, tool in due if tool} | {identity.slug for identity in identities}
        members = launch_store.launches_of_tools(session, touched)
        facts = _facts(members)
        store.put_facts(session, facts)
        known_facts = store.facts_of(session, touched)
        tools = _tools(members, known_facts, classifier)
        store.put_tools(session, tools)
        launch_store.mark_researched(session, [launch for launch, _ in due])
    return ResearchReport(
        launches=len(due),
        tools=len(tools),
        merged=sum(len(launches) > 1 for launches in members.values()),
        facts=len(facts),
    )
