"""What tools are for, as an editor sees it: which wait for an answer, and sorting all of them anew."""

from collections.abc import Sequence

from digest.catalogue.blurbs import read_blurbs
from digest.catalogue.embedders.base import Embedder
from digest.catalogue.job_queue import unsure
from digest.catalogue.jobs import JobClassifier
from digest.model import Tool, Value
from digest.steps.embedding import embed_tools, ready
from digest.steps.placing import rulings_of
from digest.steps.research import bring_up_to_date
from digest.steps.teaching import taught
from digest.store import tools as tool_store
from digest.store.engine import Database

AT_ONCE = 1_000
"""Tools made anew in one transaction."""


class Sorted(Value):
    """The job found for one tool that somebody described."""

    name: str
    job: str
    confidence: float
    runner_up: str | None


def classify(text: str, *, name: str, classifier: JobClassifier) -> tuple[Sorted, ...]:
    """
    Find the jobs of tools that are given, a JSON object a line; no database.

    Args:
        text: The lines, as :func:`digest.catalogue.blurbs.read_blurbs` takes them.
        name: What the text is called in errors.
        classifier: What says which job a tool does.

    Raises:
        GivenError: A line is wrong; the text says which.
    """
    tools = read_blurbs(text, name=name)
    return tuple(
        Sorted(
            name=tool.name, job=found.job, confidence=found.confidence, runner_up=found.runner_up
        )
        for tool, found in zip(tools, classifier.assign_all(tools), strict=True)
    )


def job_queue(db: Database, *, below: float) -> list[Tool]:
    """Give the tools whose job is not sure, the most worthwhile first."""
    with db.read() as session:
        return unsure(tool_store.all_tools(session), below=below)


class Moved(Value):
    """A tool whose job is another than before."""

    tool: str
    before: str
    job: str


def sort_anew(
    db: Database, *, classifier: JobClassifier, embedder: Embedder | None = None
) -> Sequence[Moved]:
    """
    Find the jobs of all tools again, by all that editors have decided up to now.

    Returns:
        The tools whose job changed, by slug.
    """
    embedder = ready(db, classifier, embedder)
    learnt = taught(db, classifier)
    with db.read() as session:
        before = {tool.slug: tool.job for tool in tool_store.all_tools(session)}
    slugs = sorted(before)
    if embedder:
        embed_tools(db, slugs, classifier=learnt, embedder=embedder)
    for start in range(0, len(slugs), AT_ONCE):
        with db.write() as session:
            part = slugs[start : start + AT_ONCE]
            rulings = rulings_of(session)
            bring_up_to_date(session, part, rulings=rulings, classifier=learnt)
    with db.read() as session:
        after = {tool.slug: tool.job for tool in tool_store.all_tools(session)}
    return [
        Moved(tool=slug, before=before[slug], job=job)
        for slug, job in sorted(after.items())
        if before.get(slug, job) != job
    ]
